from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.keyset import held_in
from shared_apps.core.listing import Column, Edit, Field, Kind, Listing, Reading, Relation, Sum, Test
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.models import Deal, DealContact, DealStatus, Stage, StageStay, Task
from tenant_apps.crm.operations import DealChange
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to

NAMES = {"owner": "owner_id", "company": "company_id"}


def lock_deal(record_id: UUID, by: Actor) -> Deal:
    """One deal that the actor may change, locked."""
    deal = visible_to(Deal.objects.select_for_update(), by).get(pk=record_id)
    require_may_change(deal, by)
    return deal


def write_deal(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Deal:
    """Change a deal from a list."""
    wanted = {NAMES.get(name, name): value for name, value in values.items()}
    return operations.change_deal(deal_id=record_id, change=DealChange(**wanted), by=by, at=at)


def archive_deal(*, record_id: UUID, by: Actor, at: datetime) -> Deal:
    return operations.archive_deal(deal_id=record_id, by=by, at=at)


def unarchive_deal(*, record_id: UUID, by: Actor, at: datetime) -> Deal:
    return operations.unarchive_deal(deal_id=record_id, by=by, at=at)


def stages(reading: Reading) -> list[tuple[str, Any]]:
    """The stages that deals can stand in, with their pipelines where there are several."""
    found = list(queries.stages())
    several = len({stage.pipeline_id for stage in found}) > 1
    return [
        (str(stage.pk), f"{stage.pipeline.name} · {stage.name}" if several else stage.name) for stage in found
    ]


def pipelines(reading: Reading) -> list[tuple[str, Any]]:
    return [(str(one.pk), one.name) for one in queries.pipelines()]


def reached(test: Test) -> Q:
    """The deals that came as far as one of the stages: stood in it or in a later one, or were won."""
    if test.operator in ("empty", "filled"):
        return Q(pk__isnull=test.operator == "empty")
    found = Q(pk__in=[])
    for stage in Stage.objects.filter(pk__in=test.values):
        there = StageStay.objects.filter(
            stage__pipeline_id=stage.pipeline_id, stage__position__gte=stage.position
        )
        came = Q(pk__in=there.values("deal_id")) | Q(status=DealStatus.WON)
        found |= Q(pipeline_id=stage.pipeline_id) & came
    return ~found if test.operator == "not" else found


def statuses(reading: Reading) -> list[tuple[str, Any]]:
    return list(DealStatus.choices)


DEALS = Listing(
    entity="deal",
    model=Deal,
    label=_("Deals"),
    rows=lambda actor, archived: queries.visible_deals(actor, archived=archived),
    view=Permission.DEALS_VIEW,
    edit=Permission.DEALS_EDIT,
    list_url="deal_list",
    lock=lock_deal,
    change=write_deal,
    shape=DealChange,
    archive=archive_deal,
    unarchive=unarchive_deal,
    columns=(
        Column("name", _("Name"), Kind.TITLE, order="name_folded"),
        Column(
            "company",
            _("Company"),
            Kind.RECORD,
            order=held_in("company__name_folded"),
            join=("company",),
        ),
        Column("stage", _("Stage"), value=lambda deal: deal.stage.name, join=("stage",)),
        Column("value", _("Value"), Kind.MONEY, order="value"),
        Column(
            "expected_close_on",
            _("Expected close"),
            Kind.DATE,
            order=Coalesce(F("expected_close_on"), Value(date.max)),
        ),
        Column("status", _("Status"), Kind.STATUS, value="standing", order="status"),
        Column("owner", pgettext_lazy("of a record", "Owner"), Kind.PERSON, value="owner_id", is_minor=True),
        Column("lost_reason", _("Reason"), is_shown=False),
        Column("closed_at", _("Closed"), Kind.INSTANT, is_shown=False),
        Column("paid_at", _("Paid in full"), Kind.INSTANT, is_shown=False),
        Column("created_at", _("Added"), Kind.INSTANT, order="id", is_shown=False),
        Column("updated_at", _("Changed"), Kind.INSTANT, order="updated_at", is_shown=False),
    ),
    fields=(
        Field("name", _("Name"), Kind.TEXT, path="name"),
        Field("status", _("Status"), Kind.CHOICE, path="status", choices=statuses, group_path="status"),
        Field("stage", _("Stage"), Kind.CHOICE, path="stage_id", choices=stages, group_path="stage_id"),
        Field("reached", _("Reached stage"), Kind.CHOICE, choices=stages, where=reached),
        Field(
            "pipeline",
            _("Pipeline"),
            Kind.CHOICE,
            path="pipeline_id",
            choices=pipelines,
            group_path="pipeline_id",
        ),
        Field("value", _("Value"), Kind.MONEY, path="value"),
        Field("currency", _("Currency"), Kind.TEXT, path="currency", group_path="currency"),
        Field("expected_close_on", _("Expected close"), Kind.DATE, path="expected_close_on"),
        Field(
            "owner",
            pgettext_lazy("of a record", "Owner"),
            Kind.PERSON,
            path="owner_id",
            group_path="owner_id",
        ),
        Field("lost_reason", _("Reason"), Kind.TEXT, path="lost_reason", group_path="lost_reason"),
        Field("closed_at", _("Closed"), Kind.INSTANT, path="closed_at"),
        Field("paid_at", _("Paid in full"), Kind.INSTANT, path="paid_at"),
        Field("created_at", _("Added"), Kind.INSTANT, path="created_at"),
        Field("updated_at", _("Changed"), Kind.INSTANT, path="updated_at"),
        Field(
            "has_task",
            _("Has a task to do"),
            Kind.YES_NO,
            where=lambda test: test.truth(
                Exists(Task.objects.filter(deal=OuterRef("pk"), done_at=None, archived_at=None))
            ),
        ),
    ),
    relations=(
        Relation("company", _("Company"), "company", lambda rows: Q(company_id__in=rows.values("pk"))),
        Relation(
            "contact",
            _("A contact"),
            "contact",
            lambda rows: Q(
                pk__in=DealContact.objects.filter(contact_id__in=rows.values("pk")).values("deal_id")
            ),
        ),
        Relation("task", _("A task"), "task", lambda rows: Q(pk__in=rows.values("deal_id"))),
    ),
    edits=(
        Edit("name", _("Name"), Kind.TEXT, write=write_deal, is_required=True, in_bulk=False),
        Edit("value", _("Value"), Kind.MONEY, write=write_deal, is_required=True),
        Edit("expected_close_on", _("Expected close"), Kind.DATE, write=write_deal),
        Edit(
            "company",
            _("Company"),
            Kind.RECORD,
            write=write_deal,
            read="company_id",
            options_url="company_options",
        ),
        Edit(
            "owner",
            pgettext_lazy("of a record", "Owner"),
            Kind.PERSON,
            write=write_deal,
            read="owner_id",
        ),
    ),
    groups=("stage", "status", "owner", "pipeline", "currency", "lost_reason"),
    sums=(Sum(_("Value"), "value", "currency"),),
    order="-created_at",
)
