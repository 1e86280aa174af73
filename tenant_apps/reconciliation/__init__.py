"""Which payment belongs to which invoice.

Owns no tables yet: payments and the ledger are in `invoices`. Words: *to match* (to find the invoice that a
payment names, and allocate it), *token* (a number in a reference that stands alone), *evidence* (the signals
that agree), *reason* (why a payment was left to a human). Doors: `operations`, `events`, `reasons`. Stands on
`invoices`. A link needs the number, the amount and the currency; anything less stays unmatched and says why.
"""
