"""What invoices show on pages of companies, contacts and deals, and what lists of them can ask."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from shared_apps.core.errors import Refused
from shared_apps.core.formats import format_money
from shared_apps.core.listing import Extension, Field, Kind, Reading, Relation, Test
from shared_apps.core.merging import Belonging, Staying, moves_with, objects_to_merge, stays_behind
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.crm.queries import Documents
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, Payment, RecurringInvoice, ReminderPause
from tenant_apps.invoices.queries import (
    FROZEN,
    LEFT,
    Radar,
    billing,
    buyer_numbers_of_company,
    clients_of,
    invoices_of_deal,
    of_client,
    open_invoices,
    payment_manners,
    recurring_of_client,
    vat_radar,
    visible_invoices,
    with_client_pause,
)
from tenant_apps.sharing.queries import visible_to
from tenants.context import current_organization

SHOWN, MOST_OF_DEAL = 5, 100
QUIET = (InvoiceEvent.DOCUMENT_STORED, InvoiceEvent.QR_CODES_STORED)


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
    is_paused: bool
    template: str = "invoices/components/open_invoices.html"


def invoices_of_company(*, company: Company, actor: Actor, **unknown: Any) -> Asking[OpenInvoices | None]:
    """The open invoices of a company; None for one who may not see invoices."""
    return _open_invoices(actor, company)


def invoices_of_contact(*, contact: Contact, actor: Actor, **unknown: Any) -> Asking[OpenInvoices | None]:
    """The open invoices addressed to a contact; None for one who may not see invoices."""
    return _open_invoices(actor, contact)


@dataclass(frozen=True)
class RecurringOfClient:
    """The invoices that recur for a client, and where a new one is written."""

    rows: tuple[RecurringInvoice, ...]
    add_url: str
    template: str = "invoices/components/recurring_of_client.html"


def recurring_of_company(*, company: Company, actor: Actor, **unknown: Any) -> Asking[Any]:
    """What recurs for a company; None for one who may not see invoices, and where nothing does and the reader
    may not begin it.
    """
    return _recurring_of(actor, company)


def recurring_of_contact(*, contact: Contact, actor: Actor, **unknown: Any) -> Asking[Any]:
    """What recurs for a contact; as for a company."""
    return _recurring_of(actor, contact)


def _recurring_of(actor: Actor, client: Company | Contact) -> Asking[RecurringOfClient | None]:
    if not actor.may(Permission.INVOICES_VIEW):
        return None
    wanted = {f"{client.shared_as}_id": client.pk}
    (found,) = yield [recurring_of_client(actor, **wanted)[:MOST_OF_DEAL]]
    if not found and not actor.may(Permission.INVOICES_EDIT):
        return None
    return RecurringOfClient(tuple(found), f"{reverse('recurring_invoice_create')}?{urlencode(wanted)}")


@dataclass(frozen=True)
class VatRadar:
    """How near the threshold of VAT registration is."""

    radar: Radar
    template: str = "invoices/components/vat_radar_part.html"


def vat_radar_on_settings(*, actor: Actor, is_vat_registered: bool, **unknown: Any) -> VatRadar | None:
    """For an organization that is not registered for VAT; None for one who may not see the books."""
    if is_vat_registered or not actor.may(Permission.BOOKS_VIEW):
        return None
    radar = vat_radar(actor, on=clock.today(current_organization().time_zone))
    return VatRadar(radar) if radar else None


def _open_invoices(actor: Actor, client: Company | Contact) -> Asking[OpenInvoices | None]:
    if not actor.may(Permission.INVOICES_VIEW):
        return None
    wanted = {f"{client.shared_as}_id": client.pk}
    on = clock.today(current_organization().time_zone)
    rows = with_client_pause(open_invoices(actor, on=on).select_related(None), client)
    theirs = rows.filter(of_client(**wanted))
    by_currency = theirs.order_by("currency").values("currency").annotate(owed=Sum(LEFT), count=Count("pk"))
    first, owed = yield [theirs[:SHOWN], by_currency]
    return OpenInvoices(
        balances=tuple(Balance(one["currency"], one["owed"]) for one in owed),
        invoices=tuple(first),
        invoice_count=sum(one["count"] for one in owed),
        company_id=wanted.get("company_id"),
        contact_id=wanted.get("contact_id"),
        is_paused=any(invoice.is_client_paused for invoice in first[:1]),
    )


class DifferentBuyers(Refused):
    code = "different_buyers"
    message = _("Issued documents of the two carry different tax numbers: in the books they are two clients.")
    conflict = True


def name_belongings() -> None:
    """Drafts go over when clients are merged; issued documents and payments are frozen and stay."""
    moves_with("company", Belonging(Invoice, "company_id", _("Draft invoices"), where=~FROZEN))
    moves_with("contact", Belonging(Invoice, "contact_id", _("Draft invoices"), where=~FROZEN))
    paused = _("Paused payment reminders")
    for client in ("company", "contact"):
        pauses = Belonging(ReminderPause, f"{client}_id", paused, once_for=("scope",), gives_way=True)
        moves_with(client, pauses)
        moves_with(client, Belonging(RecurringInvoice, f"{client}_id", _("Recurring invoices")))
    stays_behind(
        "company",
        Staying(Invoice, "company_id", _("Issued invoices"), where=FROZEN),
        Staying(Payment, "company_id", _("Payments")),
    )
    stays_behind(
        "contact",
        Staying(Invoice, "contact_id", _("Issued invoices"), where=FROZEN),
        Staying(Payment, "contact_id", _("Payments")),
    )
    objects_to_merge("company", refuse_different_buyers)


def refuse_different_buyers(*, kept: Company, absorbed: Company) -> None:
    """Raise `DifferentBuyers` when both were invoiced and no tax number is on documents of both."""
    if rules.are_different_buyers(buyer_numbers_of_company(kept.pk), buyer_numbers_of_company(absorbed.pk)):
        raise DifferentBuyers()


def questions_about_companies(reading: Reading) -> Extension:
    """Companies by their invoices: unpaid, overdue, ever issued."""
    return _questions("company_id")


def questions_about_contacts(reading: Reading) -> Extension:
    """Contacts by the invoices addressed to them."""
    return _questions("contact_id")


def questions_about_deals(reading: Reading) -> Extension:
    """Deals by the documents that bill them."""
    return Extension(
        relations=(
            Relation("invoice", _("An invoice"), "invoice", lambda rows: Q(pk__in=rows.values("deal_id"))),
        )
    )


def _questions(client: str) -> Extension:
    def unpaid(test: Test) -> Q:
        return test.truth(_clients(client, test, Q()))

    def overdue(test: Test) -> Q:
        return test.truth(_clients(client, test, Q(due_date__lt=test.reading.today)))

    def invoiced(test: Test) -> Q:
        rows = visible_invoices(test.reading.actor, on=test.reading.today)
        day = test.on("issue_date") if test.operator not in ("empty", "filled") else Q()
        rows = rows.filter(day, issue_date__isnull=False, **{f"{client}__isnull": False})
        found = Q(pk__in=clients_of(rows, client))
        return ~found if test.operator == "empty" else found

    see = Permission.INVOICES_VIEW
    return Extension(
        fields=(
            Field("unpaid_invoice", _("Has an unpaid invoice"), Kind.YES_NO, where=unpaid, permission=see),
            Field("overdue_invoice", _("Has an overdue invoice"), Kind.YES_NO, where=overdue, permission=see),
            Field("invoiced_on", _("Was invoiced on"), Kind.DATE, where=invoiced, permission=see),
        ),
        relations=(
            Relation("invoice", _("An invoice"), "invoice", lambda rows: Q(pk__in=clients_of(rows, client))),
        ),
    )


def _clients(client: str, test: Test, narrower: Q) -> Q:
    """The clients of open invoices that the reader sees."""
    rows = open_invoices(test.reading.actor, on=test.reading.today).filter(narrower)
    return Q(pk__in=clients_of(rows.filter(**{f"{client}__isnull": False}), client))


@dataclass(frozen=True)
class CardNote:
    """A line on the card of a deal. `tone`: good, warning, bad, or none."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class InvoicesOfDeal:
    """The invoices that bill a deal, newest first, and where a new one is written; no address for one who
    may not.
    """

    invoices: tuple[Invoice, ...]
    add_url: str
    template: str = "invoices/components/invoices_of_deal.html"


def invoices_on_deal_page(*, deal: Deal, actor: Actor, **unknown: Any) -> Asking[InvoicesOfDeal | None]:
    """The invoices of a deal; None for one who may not see invoices."""
    if not actor.may(Permission.INVOICES_VIEW):
        return None
    on = clock.today(current_organization().time_zone)
    (found,) = yield [invoices_of_deal(deal.pk, actor, on=on)[:MOST_OF_DEAL]]
    return InvoicesOfDeal(tuple(found), _draft_url(deal) if actor.may(Permission.INVOICES_EDIT) else "")


def documents_of_deal(*, record: Deal, actor: Actor, **unknown: Any) -> Asking[Documents | None]:
    """The invoices whose events the timeline of a deal tells; None for one who may not see invoices."""
    if not actor.may(Permission.INVOICES_VIEW):
        return None
    rows = visible_to(Invoice.objects.filter(deal=record), actor).order_by("-id")
    (found,) = yield [rows.values_list("pk", flat=True)[:MOST_OF_DEAL]]
    return Documents(found, QUIET)


@dataclass(frozen=True)
class InvoiceForDeal:
    """The next step of a won deal: its invoice."""

    url: str
    template: str = "invoices/components/invoice_for_deal.html"


def payment_temper(
    *, company_ids: Collection[UUID], actor: Actor, on: date, **unknown: Any
) -> dict[UUID, tuple[CardNote, ...]] | None:
    """Company id → how it pays, for the cards of deals; None for one who may not see invoices."""
    if not actor.may(Permission.INVOICES_VIEW):
        return None
    manners: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in payment_manners(company_ids, actor, on=on):
        manners[row["company_id"]].append(row)
    return {company_id: (*_late(rows), *_usual_wait(rows)) for company_id, rows in manners.items()}


def invoice_for_deal(*, deal: Deal, actor: Actor, **unknown: Any) -> Asking[InvoiceForDeal | None]:
    """The link to a draft with the company and the lines of the deal; None for one who may not write it, and
    for a deal that is billed already.
    """
    if not actor.may(Permission.INVOICES_EDIT):
        return None
    (billed,) = yield [billing(deal.pk)[:1]]
    if billed:
        return None
    return InvoiceForDeal(_draft_url(deal))


def _draft_url(deal: Deal) -> str:
    return f"{reverse('invoice_create')}?{urlencode({'deal': deal.pk})}"


def _late(rows: list[dict[str, Any]]) -> list[CardNote]:
    late = [row for row in rows if row["late_count"]]
    if not late:
        return []
    count = sum(row["late_count"] for row in late)
    owed = " + ".join(format_money(row["late_total"], row["currency"]) for row in late)
    text = ngettext("%(count)d invoice late, %(owed)s", "%(count)d invoices late, %(owed)s", count)
    return [CardNote(text % {"count": count, "owed": owed}, "bad")]


def _usual_wait(rows: list[dict[str, Any]]) -> list[CardNote]:
    """How long the company's invoices waited for their money, on average."""
    count = sum(row["paid_count"] for row in rows)
    if not count:
        return []
    waited = sum((row["waited"] for row in rows if row["waited"]), timedelta())
    days = round(waited / count / timedelta(days=1))
    if days < 1:
        return [CardNote(str(_("pays at once")), "good")]
    return [CardNote(ngettext("pays in %(days)d day", "pays in %(days)d days", days) % {"days": days})]
