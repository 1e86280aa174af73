"""Money in: what banks say that came, and which invoice it pays.

Owns: BankAccount, Statement, StatementPart, StatementRow, BankLine, LineRule, KnownPayer, Decision,
DecisionLink. Payments and the ledger are in `invoices`.

Words of statements: *statement* (one imported file, kept as it came), *part* (what of a file is about one
account, with its balances), *entry* (a movement as a file tells it), *row* (what became of an entry: added,
seen before, pending, failed), *line* (a movement of money on an account; it is there once, in however many
files it stands), *fingerprint* and *occurrence* (what makes entries the same line, and the how-manieth of its
kind in a file), *rehearsal* (everything is done and taken back), *explanation* (what a line is: a payment, a
fee, not ours, a transfer between own accounts, a refund, a reversal), *own payment* (one that a line recorded
itself), *door* (how money came to be recorded: a line, Stripe, the API, a person), *mark* (what a person says
of a line), *rule* (lines like this are always …).

Words of matching: *to match* (to find the invoice that a payment names, and allocate it), *way* (how a number
is written: whole, with spaces, with letters that look like digits, without zeros), *signal* (one thing that
speaks for an invoice), *evidence* (the signals that agree), *reason* (why a payment was left to a human),
*suggestion* (an invoice for a human to choose, with what speaks for and against it), *credit* (what is left
of money that paid more than was owed), *known payer* (whose money comes from an account, as links teach),
*workbench* (where people decide what is left), *decision* (what they decided, and what takes it back).

Doors: `operations`, `queries`, `models`, `events`, `reasons`, and the folder `inbox/<organization's id>/` in
`settings.STATEMENTS_ROOT`. Stands on `invoices`, `crm`, `online_payments`, `files`, `workspace`, `sharing`,
`activity`. Only `adapters` knows files, formats and the libraries that read them. A movement has one
identity, through whichever doors it comes (docs/adr/0020); a link takes two signals, one of them the number
or the end-to-end id, and anything less is suggested and says why (docs/adr/0008).
"""
