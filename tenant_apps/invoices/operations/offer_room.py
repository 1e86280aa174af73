"""The last look before an invoice of an offer is issued."""

from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Refused
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceState, Offer, OfferInvoice
from tenant_apps.invoices.queries import TAKES


class MoreThanOffered(Refused):
    code = "more_than_offered"
    message = _("The invoices of this offer would come to more than was accepted.")
    field = "items"
    conflict = True


def check_offered(invoice: Invoice) -> None:
    """Raise `MoreThanOffered` when the invoice, with those that are issued already, takes more of its offer
    than was accepted: a draft may have been changed since it was made.
    """
    made = OfferInvoice.objects.filter(invoice=invoice).first()
    if made is None:
        return
    offer = Offer.objects.select_for_update().get(pk=made.offer_id)
    counted = Q(invoice__state=InvoiceState.ISSUED) | Q(invoice=invoice)
    taken = OfferInvoice.objects.filter(TAKES & counted, offer=offer).aggregate(
        sum=Sum(F("invoice__total") - F("invoice__credited_total"))
    )
    if (taken["sum"] or rules.ZERO) > offer.agreed_total:
        raise MoreThanOffered()
