"""What clients see without an account: the invoice, the offer, the statement that their link opens.

Owns no records. Words: *to open* (to come by the address of a client link), *client* (the actor that such a
visitor is: bound to the records that the link opens, with the few permissions that its kind of record
needs), *to answer* (to accept or decline an offer). Everything is public, nothing is cached or indexed, and
what a stranger may try is counted. Stands on `invoices`, `sharing`, `workspace`. No doors: nobody stands
above it.
"""
