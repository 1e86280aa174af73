"""Which payment belongs to which invoice, and what each line of a bank statement is.

Owns: BankAccount, Statement, StatementRow, BankLine, LineRule, Decision, KnownPayer; payments and the ledger
are in `invoices`. Words: *to match* (to find the invoice that a payment names, and allocate it), *way* (how a
number is written: whole, with spaces, with letters that look like digits, without zeros), *signal* (one thing
that speaks for an invoice), *evidence* (the signals that agree), *reason* (why a payment was left to a human),
*suggestion* (an invoice for a human to choose, with what speaks for and against it), *credit* (what is left
of money that paid more than was owed), *known payer* (whose money comes from an account, as links teach).
Doors: `operations`, `queries`, `models`, `events`, `reasons`. Stands on `invoices` and `crm`. A link takes two
signals, one of them the number or the end-to-end id; anything less is suggested and says why.
"""
