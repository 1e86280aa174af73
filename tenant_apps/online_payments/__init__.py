"""The organization's own Stripe: its clients pay invoices by card, and the money finds its way into the
ledger.

Owns: StripeConnection, CardSettings, Checkout, CardPayment, CardRefund, Dispute, StripeEvent, Payout,
PayoutTransaction. Words: *connection* (a pair of keys that the organization gave us; it is checked, works,
leaves while something of it is still on its way, and is gone), *live* and *test* (what the key's prefix
says), *checkout* (the page at Stripe where one invoice is paid; there is at most one at a time), *to retire*
(to close it there because the invoice owes something else by now), *processing* (the client has paid by a way
that takes days), *to settle* (to fetch what Stripe knows of a payment and book whatever is not booked yet),
*dispute* (the client's bank asks for the money back), *payout* (what Stripe sends to the bank: payments minus
refunds and fees). Doors: `queries`, `operations`, `models`, `events`. Stands on `invoices`, `crm`,
`messages`, `workspace`, `activity`. Only `adapters` knows Stripe's library, and only jobs and the webhook
call out (docs/adr/0018).
"""
