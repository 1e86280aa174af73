"""The list of invoices that recur: what it shows, and what it can be asked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.listing import Act, Column, Field, Kind, Listing, Reading, Relation, Sum, View
from shared_apps.core.permissions import Permission
from shared_apps.core.statuses import look_of
from tenant_apps.invoices import operations, queries, rules
from tenant_apps.invoices.listings.clients import company_field, contact_field
from tenant_apps.invoices.models import RecurrenceUnit, RecurringInvoice, RecurringState, RecurringWay
from tenant_apps.invoices.recurring_texts import rhythm_words
from tenant_apps.sharing.operations import require_may_change

STILL = Q(state=RecurringState.ACTIVE)
YEARLY = Case(When(STILL, then=F("annual_value")))


def recurring_rows(actor: Actor, archived: bool | None) -> QuerySet[RecurringInvoice]:
    """Those that the actor sees; they end and are never archived."""
    rows = queries.visible_recurring(actor).select_related(None).defer("search_text", "notes")
    return rows.none() if archived else rows


def lock_listed_recurring(record_id: UUID, by: Actor) -> RecurringInvoice:
    """One that the actor may change, locked."""
    recurring = queries.lock_recurring(record_id, by)
    require_may_change(recurring, by)
    return recurring


def pause(*, record_id: UUID, by: Actor, at: datetime) -> RecurringInvoice:
    return operations.pause_recurring_invoice(recurring_id=record_id, by=by, at=at)


def end(*, record_id: UUID, by: Actor, at: datetime) -> RecurringInvoice:
    return operations.end_recurring_invoice(recurring_id=record_id, by=by, at=at)


def states(reading: Reading) -> list[tuple[str, Any]]:
    return [(state.value, look_of(state.look)[1]) for state in RecurringState]


def client_of(recurring: RecurringInvoice) -> Any:
    """The company, or else the person."""
    return recurring.company or recurring.contact


def words_of(recurring: RecurringInvoice) -> str:
    """Its rhythm for people."""
    return rhythm_words(recurring.unit, recurring.every, recurring.on_day)


RECURRING = Listing(
    entity="recurring_invoice",
    model=RecurringInvoice,
    label=_("Recurring invoices"),
    rows=recurring_rows,
    view=Permission.INVOICES_VIEW,
    edit=Permission.INVOICES_EDIT,
    list_url="recurring_invoice_list",
    lock=lock_listed_recurring,
    columns=(
        Column("name", _("Name"), Kind.TITLE, order="name"),
        Column("client", _("Client"), Kind.RECORD, value=client_of, join=("company", "contact")),
        Column("state", _("Status"), Kind.STATUS, "shown_state", order="state"),
        Column("rhythm", _("How often"), value=words_of),
        Column("next_on", _("Next"), Kind.DATE, order=Coalesce(F("next_on"), Value(date.max))),
        Column("total", _("Total"), Kind.MONEY, order="total"),
        Column("annual_value", _("In a year, before VAT"), Kind.MONEY, order="annual_value"),
        Column(
            "way",
            _("When its day comes"),
            Kind.CHOICE,
            choices=lambda reading: RecurringWay.choices,
            is_shown=False,
        ),
        Column("starts_on", _("First day"), Kind.DATE, is_shown=False),
        Column("ends_on", _("Last day"), Kind.DATE, is_shown=False),
        Column("owner", pgettext_lazy("of a record", "Owner"), Kind.PERSON, value="owner_id", is_shown=False),
        Column("created_at", _("Added"), Kind.INSTANT, order="id", is_shown=False),
    ),
    fields=(
        Field("name", _("Name"), Kind.TEXT, path="name"),
        Field("state", _("Status"), Kind.CHOICE, path="state", choices=states, group_path="state"),
        company_field(_("Client company")),
        contact_field(),
        Field(
            "way",
            _("When its day comes"),
            Kind.CHOICE,
            path="way",
            choices=lambda reading: RecurringWay.choices,
            group_path="way",
        ),
        Field(
            "unit",
            _("Unit"),
            Kind.CHOICE,
            path="unit",
            choices=lambda reading: RecurrenceUnit.choices,
            group_path="unit",
        ),
        Field("next_on", _("Next"), Kind.DATE, path="next_on"),
        Field("ends_on", _("Last day"), Kind.DATE, path="ends_on"),
        Field("total", _("Total"), Kind.MONEY, path="total"),
        Field("annual_value", _("In a year, before VAT"), Kind.MONEY, path="annual_value"),
        Field("currency", _("Currency"), Kind.TEXT, path="currency", group_path="currency"),
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
    ),
    groups=("state", "company", "way", "unit", "currency", "owner"),
    sums=(Sum(_("In a year, before VAT"), YEARLY, "currency"),),
    sums_note=_("Only what is active is added."),
    views=(
        View(pgettext_lazy("recurring invoices", "Active"), f"state:is:{rules.ACTIVE}"),
        View(pgettext_lazy("recurring invoices", "Paused"), f"state:is:{rules.PAUSED}"),
        View(pgettext_lazy("recurring invoices", "Ended"), f"state:is:{rules.ENDED}"),
    ),
    acts=(
        Act(
            "pause",
            _("Pause"),
            "clock",
            Permission.INVOICES_EDIT,
            _("Each makes nothing until it is resumed."),
            pause,
        ),
        Act(
            "end",
            pgettext_lazy("recurring invoices", "End"),
            "ban",
            Permission.INVOICES_EDIT,
            _("Each makes nothing any more; what was made stays."),
            end,
        ),
    ),
    order="next_on",
    has_tags=False,
)
