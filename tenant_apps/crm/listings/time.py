from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from shared_apps.core.keyset import held_in
from shared_apps.core.listing import Act, Column, Edit, Field, Kind, Listing, Reading, Relation, Sum, View
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries, rules
from tenant_apps.crm.models import TimeEntry
from tenant_apps.crm.operations import TimeChange

BILLABLE_AMOUNT = Case(When(Q(is_billable=True), then=queries.AMOUNT))
UNBILLED_AMOUNT = Case(When(queries.UNBILLED, then=queries.AMOUNT))
NAMES = {"owner": "owner_id"}
Words = Callable[[Sequence[str], Reading], Mapping[str, str]]


def lock_time(record_id: UUID, by: Actor) -> TimeEntry:
    """One entry that the actor may change, locked."""
    entry = queries.lock_time_entry(record_id, by)
    if not queries.may_change_time(entry, by):
        raise NotAllowed()
    return entry


def write_time(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> TimeEntry:
    """Change an entry from a list."""
    wanted = {NAMES.get(name, name): value for name, value in values.items()}
    return operations.change_time_entry(time_entry_id=record_id, change=TimeChange(**wanted), by=by, at=at)


def delete_entry(*, record_id: UUID, by: Actor, at: datetime) -> None:
    operations.delete_time_entry(time_entry_id=record_id, by=by, at=at)


def hours(entry: TimeEntry) -> Decimal:
    return rules.hours_of(entry.minutes)


def named(visible: Callable[..., QuerySet[Any]], view: Permission) -> Words:
    """The names of those records that the reader may see."""

    def words(ids: Sequence[str], reading: Reading) -> Mapping[str, str]:
        if not reading.actor.may(view):
            return {}
        return {str(row.pk): str(row) for row in visible(reading.actor, archived=None).filter(pk__in=ids)}

    return words


TIME_ENTRIES = Listing(
    entity="time_entry",
    model=TimeEntry,
    label=_("Time"),
    rows=lambda actor, archived: queries.visible_time(actor).select_related(None),
    view=Permission.TIME_VIEW,
    edit=Permission.TIME_EDIT,
    list_url="time_entry_list",
    lock=lock_time,
    change=write_time,
    shape=TimeChange,
    facts=operations.time_facts,
    columns=(
        Column("description", _("What was done"), Kind.TITLE, order="description"),
        Column("worked_on", _("Day"), Kind.DATE, order="worked_on"),
        Column("owner", _("Who"), Kind.PERSON, value="owner_id"),
        Column("hours", _("Hours"), Kind.NUMBER, value=hours, order="minutes"),
        Column("hourly_rate", _("Rate per hour"), Kind.MONEY, order="hourly_rate", is_shown=False),
        Column("amount", _("Amount"), Kind.MONEY, value="billed_amount"),
        Column(
            "company",
            _("Company"),
            Kind.RECORD,
            join=("company",),
            order=held_in("company__name_folded"),
            permission=Permission.COMPANIES_VIEW,
        ),
        Column("deal", _("Deal"), Kind.RECORD, join=("deal",), permission=Permission.DEALS_VIEW),
        Column("is_billable", _("Billable"), Kind.YES_NO, is_shown=False),
        Column("is_billed", _("Billed"), Kind.YES_NO, value=lambda entry: entry.billed_at is not None),
        Column("created_at", _("Added"), Kind.INSTANT, order="id", is_shown=False),
    ),
    fields=(
        Field("description", _("What was done"), Kind.TEXT, path="description"),
        Field("worked_on", _("Day"), Kind.DATE, path="worked_on"),
        Field("owner", _("Who"), Kind.PERSON, path="owner_id", group_path="owner_id"),
        Field("minutes", _("Minutes"), Kind.NUMBER, path="minutes"),
        Field("hourly_rate", _("Rate per hour"), Kind.MONEY, path="hourly_rate"),
        Field("currency", _("Currency"), Kind.TEXT, path="currency", group_path="currency"),
        Field("is_billable", _("Billable"), Kind.YES_NO, path="is_billable"),
        Field(
            "is_billed",
            _("Billed"),
            Kind.YES_NO,
            where=lambda test: test.truth(Q(billed_at__isnull=False)),
        ),
        Field(
            "unbilled",
            _("Waits to be billed"),
            Kind.YES_NO,
            where=lambda test: test.truth(queries.UNBILLED),
        ),
        Field(
            "company",
            _("Company"),
            Kind.RECORD,
            path="company_id",
            group_path="company_id",
            options_url="company_options",
            words=named(queries.visible_companies, Permission.COMPANIES_VIEW),
            permission=Permission.COMPANIES_VIEW,
        ),
        Field(
            "deal",
            _("Deal"),
            Kind.RECORD,
            path="deal_id",
            group_path="deal_id",
            options_url="deal_options",
            words=named(queries.visible_deals, Permission.DEALS_VIEW),
            permission=Permission.DEALS_VIEW,
        ),
        Field("created_at", _("Added"), Kind.INSTANT, path="created_at"),
    ),
    relations=(
        Relation("company", _("Company"), "company", lambda rows: Q(company_id__in=rows.values("pk"))),
        Relation("deal", _("Deal"), "deal", lambda rows: Q(deal_id__in=rows.values("pk"))),
    ),
    edits=(
        Edit("description", _("What was done"), Kind.TEXT, write=write_time, is_required=True, in_bulk=False),
        Edit("worked_on", _("Day"), Kind.DATE, write=write_time, is_required=True),
        Edit("hourly_rate", _("Rate per hour"), Kind.NUMBER, write=write_time, is_required=True),
        Edit("is_billable", _("Billable"), Kind.YES_NO, write=write_time),
        Edit("owner", _("Who"), Kind.PERSON, write=write_time, read="owner_id", is_required=True),
    ),
    groups=("company", "deal", "owner", "currency"),
    sums=(
        Sum(_("Amount"), BILLABLE_AMOUNT, "currency"),
        Sum(_("Waits to be billed"), UNBILLED_AMOUNT, "currency"),
    ),
    views=(View(_("Unbilled"), "unbilled:is:yes"),),
    acts=(
        Act(
            "delete",
            _("Delete"),
            "trash",
            Permission.TIME_EDIT,
            _("Each entry goes for good; what is billed is left out."),
            delete_entry,
        ),
    ),
    order="-worked_on",
    has_tags=False,
)
