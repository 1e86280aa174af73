"""Why a payment stays unmatched, and what spoke for a link, in words for humans."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.rules import facts, reading

REASON_TEXTS: Mapping[str, str | Promise] = {
    rules.NO_REFERENCE: _("The reference holds no invoice number."),
    rules.NO_SUCH_INVOICE: _("No issued invoice has the number in the reference."),
    rules.SEVERAL_INVOICES: _("The reference names several invoices."),
    rules.SUM_DIFFERS: _("The reference names several invoices, and together they owe another amount."),
    rules.CURRENCY_DIFFERS: _("The invoice is in another currency."),
    rules.AMOUNT_DIFFERS: _("The amount differs from what the invoice still owes."),
    rules.ALREADY_PAID: _("The invoice is already paid."),
    rules.NOT_OPEN: _("The invoice is annulled or not issued."),
    rules.OTHER_PAYER: _("The money is another client's than the invoice that the reference names."),
    rules.WEAK_NUMBER: _("The number in the reference may be that of something else than an invoice."),
    rules.CREDIT: _("What is left is the client's credit."),
    rules.NOT_NAMED: _("The payment does not name it."),
    rules.TAKEN_BACK: _("A person unlinked it, so only a person links it again."),
}

SIGNAL_TEXTS: Mapping[str, str | Promise] = {
    reading.WHOLE: _("The reference names invoice %(value)s."),
    reading.SPACED: _("The reference names invoice %(value)s, with spaces in the number."),
    reading.LOOK_ALIKE: _("The reference names invoice %(value)s, with letters that look like digits."),
    reading.WORDED: _("The reference names invoice %(value)s, without the zeros in front."),
    reading.ALONE: _("The reference holds a number that may be invoice %(value)s."),
    facts.END_TO_END: _("The payer's end-to-end reference names invoice %(value)s."),
    facts.AMOUNT: _("The amount equals what was outstanding: %(value)s."),
    facts.SUM: _("The amount equals what the invoices named owed together: %(value)s."),
    facts.PART: _("The amount is a part of what was outstanding: %(value)s."),
    facts.MORE: _("The amount is more than was outstanding: %(value)s."),
    facts.KNOWN_IBAN: _("The client has paid from this account before: %(value)s."),
    facts.KNOWN_CLIENT: _("The money is this client's."),
    facts.PAYER_NAME: _("The payer bears the client's name: %(value)s."),
    facts.NAME_RESEMBLES: _("The payer's name resembles the client's: %(value)s."),
    facts.IN_TIME: _("It came at a time when one pays the invoice: %(value)s."),
    facts.BY_HAND: _("Linked by hand."),
    facts.CURRENCY: _("Payment and invoice are both in %(value)s."),
}

PROBLEM_TEXTS: Mapping[str, str | Promise] = {
    "missing": _("Nothing is written here."),
    "date": _("This is not a date that we can read."),
    "number": _("This is not an amount."),
    "ambiguous": _("This may be read in two ways: write the amount with its cents, as in 1234.00."),
    "cents": _("An amount has at most two decimals."),
    "too_large": _("This amount is too large."),
    "zero": _("The amount is 0."),
    "both_columns": _("Debit and credit are both filled in."),
    "direction": _("It is not said whether the money came in or went out."),
    "currency": _("This is not a currency code."),
    "other_currency": _("The entry is in another currency than the account."),
    "account": _("The account of this entry is not known."),
    "status": _("The bank gives this entry a status that we do not know."),
    "line": _("This line of the file cannot be read."),
    "quote": _("A quotation mark is opened in this row and never closed."),
}


def problem_text(code: str) -> str | Promise:
    """What is wrong with an entry of a statement, in words."""
    return PROBLEM_TEXTS[code]


NO_LONGER_MEMBER = _("The person who started the import no longer works here.")
