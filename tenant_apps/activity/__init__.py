"""What happened in the organization: append-only events, told as a timeline and on the audit page.

Owns: Event. Words: *event* (what became true), *subject* (the record it happened to), *parent* (the record
whose timeline also tells it), *cause* (why the product did it by itself). Doors: `operations.record`,
`queries`, `models`. The lowest floor of an organization: it knows no other tenant app.
"""
