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
