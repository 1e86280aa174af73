"""What invoices show on the pages of companies and contacts."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import open_invoices
from tenants.context import current_organization

SHOWN = 5


@dataclass(frozen=True)
class Balance:
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class OpenInvoices:
    """What a client owes: the balance in each currency, and the invoices that were due first."""

    balances: tuple[Balance, ...]
    invoices: tuple[Invoice, ...]
    invoice_count: int
    company_id: UUID | None
    contact_id: UUID | None
    template: str = "invoices/components/open_invoices.html"


def invoices_of_company(*, company: Company, actor: Actor, **unknown: Any) -> OpenInvoices | None:
    """The open invoices of a company, in one statement; None for one who may not see invoices."""
    return _open_invoices(actor, company_id=company.pk)


def invoices_of_contact(*, contact: Contact, actor: Actor, **unknown: Any) -> OpenInvoices | None:
    """The open invoices addressed to a contact, in one statement; None for one who may not see invoices."""
    return _open_invoices(actor, contact_id=contact.pk)


def _open_invoices(
    actor: Actor, company_id: UUID | None = None, contact_id: UUID | None = None
) -> OpenInvoices | None:
    if not actor.may(Permission.INVOICES_VIEW):
        return None
    wanted = {"company_id": company_id} if company_id else {"contact_id": contact_id}
    on = clock.today(current_organization().time_zone)
    found = tuple(open_invoices(actor, on=on).select_related(None).filter(**wanted))
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in found:
        owed[invoice.currency] += invoice.outstanding
    balances = tuple(Balance(currency, owed[currency]) for currency in sorted(owed))
    return OpenInvoices(balances, found[:SHOWN], len(found), company_id, contact_id)
