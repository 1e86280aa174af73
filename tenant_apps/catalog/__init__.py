"""What the organization sells: products and services with unit, price and VAT rate.

Owns: Product. Words: *product* (goods or a service; a line of a document starts from one and then lives
its own life), *unit* (what is counted: бр., час), *VAT rate* (percent; none = the line bears no VAT),
*archive* (out of the lists and still there). Products belong to everybody in the organization: no owner,
no sharing. Doors: `queries`, `operations`, `models`, `events`. Stands on `workspace`, `activity`.
"""
