"""What invoices show of logged time: what waits to be billed, and where an entry is billed."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Company, Deal, TimeEntry
from tenant_apps.crm.queries import unbilled_sums
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import invoice_of_time


@dataclass(frozen=True)
class UnbilledTime:
    """What the unbilled time of a client or deal comes to, for each currency, and where it is billed."""

    sums: tuple[Any, ...]
    url: str
    template: str = "invoices/components/unbilled_time.html"


@dataclass(frozen=True)
class BillingInvoice:
    """The invoice that an entry is on."""

    invoice: Invoice
    template: str = "invoices/components/billing_invoice.html"


def unbilled_of_company(*, company: Company, actor: Actor, **unknown: Any) -> Asking[UnbilledTime | None]:
    """The unbilled time of a company; None where there is none, and for one who may not bill it."""
    return _unbilled(company, actor)


def unbilled_of_deal(*, deal: Deal, actor: Actor, **unknown: Any) -> Asking[UnbilledTime | None]:
    """The unbilled time of a deal; as for a company."""
    return _unbilled(deal, actor)


def _unbilled(record: Company | Deal, actor: Actor) -> Asking[UnbilledTime | None]:
    if not actor.may(Permission.INVOICES_EDIT) or not actor.may(Permission.TIME_VIEW):
        return None
    asked = {f"{record.shared_as}_id": record.pk}
    (sums,) = yield [unbilled_sums(actor, **asked)]
    return UnbilledTime(tuple(sums), f"{reverse('invoice_time')}?{urlencode(asked)}") if sums else None


def billing_invoice(*, entry: TimeEntry, actor: Actor, **unknown: Any) -> BillingInvoice | None:
    """The invoice that a billed entry is on, for one who sees that."""
    if not actor.may(Permission.INVOICES_VIEW):
        return None
    invoice = invoice_of_time(entry.pk, actor)
    return BillingInvoice(invoice) if invoice else None
