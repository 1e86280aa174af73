"""What invoices show on the pages of companies and contacts, and what lists of those can ask about them."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.listing import Extension, Field, Kind, Reading, Test
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import open_invoices, visible_invoices
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


def questions_about_companies(reading: Reading) -> Extension:
    """Companies by their invoices: unpaid, overdue, ever issued."""
    return _questions("company_id")


def questions_about_contacts(reading: Reading) -> Extension:
    """Contacts by the invoices addressed to them."""
    return _questions("contact_id")


def _questions(client: str) -> Extension:
    def unpaid(test: Test) -> Q:
        return test.truth(_clients(client, test, Q()))

    def overdue(test: Test) -> Q:
        return test.truth(_clients(client, test, Q(due_date__lt=test.reading.today)))

    def invoiced(test: Test) -> Q:
        rows = visible_invoices(test.reading.actor, on=test.reading.today)
        day = test.on("issue_date") if test.operator not in ("empty", "filled") else Q()
        rows = rows.filter(day, issue_date__isnull=False, **{f"{client}__isnull": False})
        found = Q(pk__in=rows.order_by().values(client))
        return ~found if test.operator == "empty" else found

    see = Permission.INVOICES_VIEW
    return Extension(
        fields=(
            Field("unpaid_invoice", _("Has an unpaid invoice"), Kind.YES_NO, where=unpaid, permission=see),
            Field("overdue_invoice", _("Has an overdue invoice"), Kind.YES_NO, where=overdue, permission=see),
            Field("invoiced_on", _("Was invoiced on"), Kind.DATE, where=invoiced, permission=see),
        )
    )


def _clients(client: str, test: Test, narrower: Q) -> Q:
    """The clients of open invoices that the reader sees."""
    rows = open_invoices(test.reading.actor, on=test.reading.today).filter(narrower)
    return Q(pk__in=rows.filter(**{f"{client}__isnull": False}).order_by().values(client))
