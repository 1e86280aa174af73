"""Why a payment stays unmatched, and what spoke for a link, in words for humans."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenant_apps.reconciliation import rules

REASON_TEXTS: Mapping[str, str | Promise] = {
    rules.NO_REFERENCE: _("The reference holds no invoice number."),
    rules.NO_SUCH_INVOICE: _("No issued invoice has the number in the reference."),
    rules.SEVERAL_INVOICES: _("The reference names several invoices."),
    rules.CURRENCY_DIFFERS: _("The invoice is in another currency."),
    rules.AMOUNT_DIFFERS: _("The amount differs from what the invoice still owes."),
    rules.ALREADY_PAID: _("The invoice is already paid."),
    rules.NOT_OPEN: _("The invoice is annulled or not issued."),
    rules.TAKEN_BACK: _("A person unlinked it, so only a person links it again."),
}

SIGNAL_TEXTS: Mapping[str, str | Promise] = {
    "invoice_number": _("The reference names invoice %(value)s."),
    "amount_equals_outstanding": _("The amount equals what was outstanding: %(value)s."),
    "by_hand": _("Linked by hand."),
    "currency": _("Payment and invoice are both in %(value)s."),
}
