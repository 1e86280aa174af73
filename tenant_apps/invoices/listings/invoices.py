from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.keyset import held_in
from shared_apps.core.listing import Act, Column, Field, Kind, Listing, Reading, Relation, Sum, Test, View
from shared_apps.core.permissions import Permission
from shared_apps.core.statuses import look_of
from tenant_apps.invoices import operations, queries, rules
from tenant_apps.invoices.listings.clients import company_field, contact_field, deal_field, series_choices
from tenant_apps.invoices.models import (
    SIGNED_TOTAL,
    STILL_OWED,
    DocumentKind,
    Invoice,
    InvoiceState,
    PaymentMethod,
)
from tenant_apps.messages.models import MessageState
from tenants.context import current_organization

ISSUED_ON, DUE_ON = _("Issued"), _("Due")


def today() -> date:
    """The day in the organization's zone, as of which lists tell statuses."""
    return clock.today(current_organization().time_zone)


def invoices_seen(actor: Actor, archived: bool | None) -> QuerySet[Invoice]:
    """Documents have no archive: all that the actor sees."""
    return queries.listed_invoices(actor, on=today())


def send(*, record_id: UUID, by: Actor, at: datetime) -> Invoice:
    return operations.send_invoice(invoice_id=record_id, by=by, at=at)


def issue(*, record_id: UUID, by: Actor, at: datetime) -> Invoice:
    return operations.issue_invoice(invoice_id=record_id, by=by, at=at)


def delete_draft(*, record_id: UUID, by: Actor, at: datetime) -> None:
    operations.delete_draft_invoice(invoice_id=record_id, by=by, at=at)


def statuses(reading: Reading) -> list[tuple[str, Any]]:
    return [(status, look_of(status)[1]) for status in rules.STATUSES]


def kinds(reading: Reading) -> list[tuple[str, Any]]:
    return list(DocumentKind.choices)


def methods(reading: Reading) -> list[tuple[str, Any]]:
    return list(PaymentMethod.choices)


def of_status(test: Test) -> Q:
    """The status as of today; a document always has one."""
    if test.operator in ("empty", "filled"):
        return Q(pk__isnull=test.operator == "empty")
    found = queries.of_statuses(test.values, on=test.reading.today)
    return ~found if test.operator == "not" else found


def letter_choices(reading: Reading) -> list[tuple[str, Any]]:
    return list(MessageState.choices)


def letters_of(rows: Sequence[Invoice], reading: Reading) -> Mapping[UUID, str]:
    """How the last letter with each fared."""
    states = queries.letter_states([one.pk for one in rows])
    return {invoice_id: MessageState(state).look for invoice_id, state in states.items()}


def of_letter(test: Test) -> Q:
    """How the last letter with it fared; one that was never sent by e-mail has none."""
    if test.operator in ("empty", "filled"):
        has_one = queries.with_any_letter()
        return ~has_one if test.operator == "empty" else has_one
    found = queries.with_letter_in(test.values)
    return ~found if test.operator == "not" else found


def kind_word(invoice: Invoice) -> str:
    """What a document is; an advance invoice is told apart."""
    return str(_("Advance invoice")) if invoice.is_advance else str(DocumentKind(invoice.kind).label)


INVOICES = Listing(
    entity="invoice",
    model=Invoice,
    label=_("Invoices"),
    rows=invoices_seen,
    view=Permission.INVOICES_VIEW,
    edit=Permission.INVOICES_EDIT,
    list_url="invoice_list",
    lock=queries.lock_invoice,
    columns=(
        Column("number", _("Number"), Kind.TITLE, value=str, order=held_in("number")),
        Column("kind", _("Kind"), value=kind_word),
        Column(
            "client",
            _("Client"),
            value="client_name",
            order=held_in("company__name_folded"),
            join=("company", "contact"),
        ),
        Column("status", _("Status"), Kind.STATUS, choices=statuses),
        Column("issue_date", ISSUED_ON, Kind.DATE, order=held_in("issue_date")),
        Column("due_date", DUE_ON, Kind.DATE, order=held_in("due_date")),
        Column(
            "total",
            _("Total"),
            Kind.MONEY,
            value="signed_total",
            order=SIGNED_TOTAL,
            struck=lambda invoice: invoice.state == InvoiceState.ANNULLED,
        ),
        Column(
            "outstanding",
            _("Outstanding"),
            Kind.MONEY,
            value=lambda invoice: invoice.outstanding or None,
            order=STILL_OWED,
        ),
        Column("company", _("Company"), Kind.RECORD, join=("company",), is_shown=False),
        Column("contact", _("Contact"), Kind.RECORD, join=("contact",), is_shown=False),
        Column(
            "deal",
            _("Deal"),
            Kind.RECORD,
            join=("deal",),
            is_shown=False,
            permission=Permission.DEALS_VIEW,
        ),
        Column("series", _("Number series"), Kind.CHOICE, choices=series_choices, is_shown=False),
        Column("tax_event_date", _("Day of the tax event"), Kind.DATE, is_shown=False),
        Column("net_total", _("Tax base"), Kind.MONEY, is_shown=False),
        Column("vat_total", _("VAT"), Kind.MONEY, is_shown=False),
        Column("paid_total", _("Paid so far"), Kind.MONEY, is_shown=False),
        Column("credited_total", _("Credited so far"), Kind.MONEY, is_shown=False),
        Column("payment_method", _("Way of paying"), Kind.CHOICE, choices=methods, is_shown=False),
        Column("sent_at", _("Sent on"), Kind.INSTANT, is_shown=False),
        Column("letter", _("Letter"), Kind.STATUS, many=letters_of, is_shown=False),
        Column("paid_at", _("Paid in full"), Kind.INSTANT, is_shown=False),
        Column("owner", pgettext_lazy("of a record", "Owner"), Kind.PERSON, value="owner_id", is_shown=False),
        Column("created_at", _("Added"), Kind.INSTANT, order="id", is_shown=False),
    ),
    fields=(
        Field("number", _("Number"), Kind.TEXT, path="number"),
        Field("kind", _("Kind"), Kind.CHOICE, path="kind", choices=kinds, group_path="kind"),
        Field("status", _("Status"), Kind.CHOICE, choices=statuses, where=of_status, group_path="status"),
        Field("open", _("Awaits payment"), Kind.YES_NO, where=lambda test: test.truth(queries.OPEN)),
        company_field(_("Client company")),
        contact_field(),
        deal_field(),
        Field("issue_date", ISSUED_ON, Kind.DATE, path="issue_date"),
        Field("due_date", DUE_ON, Kind.DATE, path="due_date"),
        Field("tax_event_date", _("Day of the tax event"), Kind.DATE, path="tax_event_date"),
        Field("total", _("Total"), Kind.MONEY, where=lambda test: queries.of_amount(test, SIGNED_TOTAL)),
        Field(
            "outstanding",
            _("Outstanding"),
            Kind.MONEY,
            where=lambda test: queries.of_amount(test, STILL_OWED),
        ),
        Field("currency", _("Currency"), Kind.TEXT, path="currency", group_path="currency"),
        Field("is_sent", _("Is sent"), Kind.YES_NO, where=lambda test: test.truth(Q(sent_at__isnull=False))),
        Field("sent_at", _("Sent on"), Kind.INSTANT, path="sent_at"),
        Field("letter", _("Letter"), Kind.CHOICE, choices=letter_choices, where=of_letter),
        Field("paid_at", _("Paid in full"), Kind.INSTANT, path="paid_at"),
        Field("is_advance", _("Advance invoice"), Kind.YES_NO, path="is_advance"),
        Field(
            "series",
            _("Number series"),
            Kind.CHOICE,
            path="series",
            choices=series_choices,
            group_path="series",
        ),
        Field(
            "payment_method",
            _("Way of paying"),
            Kind.CHOICE,
            path="payment_method",
            choices=methods,
            group_path="payment_method",
        ),
        Field(
            "owner",
            pgettext_lazy("of a record", "Owner"),
            Kind.PERSON,
            path="owner_id",
            group_path="owner_id",
        ),
        Field("created_at", _("Added"), Kind.INSTANT, path="created_at"),
    ),
    relations=(
        Relation("company", _("Company"), "company", lambda rows: Q(company_id__in=rows.values("pk"))),
        Relation("contact", _("Contact"), "contact", lambda rows: Q(contact_id__in=rows.values("pk"))),
        Relation("deal", _("Deal"), "deal", lambda rows: Q(deal_id__in=rows.values("pk"))),
        Relation(
            "payment",
            _("A payment"),
            "payment",
            lambda rows: Q(
                pk__in=queries.live_allocations().filter(payment__in=rows.values("pk")).values("invoice_id")
            ),
        ),
    ),
    groups=("status", "kind", "company", "currency", "series", "payment_method", "owner"),
    sums=(Sum(_("Total"), queries.ADDED, "currency"), Sum(_("Outstanding"), queries.OWED_ADDED, "currency")),
    sums_note=_("Credit notes are subtracted; annulled documents and proformas are not added."),
    views=(
        View(pgettext_lazy("invoices", "Unpaid"), "open:is:yes"),
        View(pgettext_lazy("invoices", "Overdue"), "status:is:overdue"),
        View(_("Drafts"), "status:is:draft"),
        View(_("Credit notes"), "kind:is:credit_note"),
        View(_("Proformas"), "kind:is:proforma"),
    ),
    acts=(
        Act(
            "send",
            _("Send"),
            "send",
            Permission.INVOICES_SEND,
            _("Each is sent to its client by e-mail; a draft is left out."),
            send,
        ),
        Act(
            "issue",
            pgettext_lazy("invoices", "Issue"),
            "check",
            Permission.INVOICES_ISSUE,
            _("Each draft gets the next number and can no longer be changed."),
            issue,
        ),
        Act(
            "delete_draft",
            _("Delete drafts"),
            "trash",
            Permission.INVOICES_EDIT,
            _("Each draft goes for good; what is issued is left out."),
            delete_draft,
        ),
    ),
    order="-created_at",
    has_tags=False,
)
