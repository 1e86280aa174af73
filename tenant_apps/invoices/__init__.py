"""Invoices, the money that came for them, and the ledger between the two.

Owns: Invoice, InvoiceItem, Payment, Allocation, Refund, WriteOff. Words: *kind* (invoice, credit note, debit
note, proforma), *advance* (an invoice for a part before the work; the invoice of the work *deducts* it), *to
amend* (by a note), *treatment* (how the VAT act treats a line, and why), *draft* (may change), *to issue* (to
give the next number and freeze), *to annul* (to cross out; it stays in the books), *outstanding* (what is
still owed), *payment* (money that came), *allocation* (a part of a payment given to an invoice; taken back by
an opposite row, never deleted), *refund* (money that went back), *write-off* (a rest of an invoice that
nobody waits for), *evidence* (why a payment and an invoice belong together), *seller* and *buyer* (who they
were when the invoice was issued). Doors: `operations`, `queries`, `models`, `events`. Stands on `crm`,
`catalog`, `documents`, `sharing`, `messages`, `workspace`, `files`, `activity`. Nobody sets "paid": a status
follows from state, ledger and dates.
"""
