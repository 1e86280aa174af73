"""Logged time: who sees which, what is not billed yet."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Round

from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Company, Deal, TimeEntry
from tenant_apps.sharing.queries import visible_to

UNBILLED = Q(is_billable=True, billed_at=None)
_MONEY = DecimalField(max_digits=14, decimal_places=2)
# `TimeEntry.amount`, in SQL: numeric is rounded half away from zero there.
HOURS = Round(Cast("minutes", DecimalField(max_digits=14, decimal_places=6)) / Decimal(60), 2)
AMOUNT = Round(ExpressionWrapper(HOURS * F("hourly_rate"), DecimalField(max_digits=18, decimal_places=4)), 2)


def visible_time(actor: Actor) -> QuerySet[TimeEntry]:
    """What the actor sees: their own, and that of the companies and deals that they see."""
    rows = TimeEntry.objects.select_related("company", "deal")
    if actor.may(Permission.RECORDS_VIEW_ALL):
        return rows
    if actor.id is None:
        return rows.none()
    companies = visible_to(Company.objects.all(), actor).values("pk")
    deals = visible_to(Deal.objects.all(), actor).values("pk")
    return rows.filter(Q(owner_id=actor.id) | Q(company__in=companies) | Q(deal__in=deals))


def visible_time_entry(time_entry_id: UUID, actor: Actor) -> TimeEntry:
    """One entry; `DoesNotExist` when the actor may not see it."""
    return visible_time(actor).get(pk=time_entry_id)


def may_change_time(entry: TimeEntry, actor: Actor) -> bool:
    """Whose time it is may change it, and those who see everything."""
    return actor.may(Permission.RECORDS_VIEW_ALL) or (actor.id is not None and entry.owner_id == actor.id)


def lock_time_entry(time_entry_id: UUID, actor: Actor) -> TimeEntry:
    """One entry that the actor sees, under a row lock."""
    visible_time_entry(time_entry_id, actor)
    TimeEntry.objects.select_for_update().get(pk=time_entry_id)
    return visible_time_entry(time_entry_id, actor)


def lock_time_entries(entry_ids: Collection[UUID], actor: Actor) -> list[TimeEntry]:
    """The entries that the actor sees of these, under row locks by ascending id; in the order of their days.
    Raises `DoesNotExist` when one is missing.
    """
    wanted = set(entry_ids)
    list(TimeEntry.objects.select_for_update().filter(pk__in=wanted).order_by("id"))
    found = list(visible_time(actor).filter(pk__in=wanted).order_by("worked_on", "id"))
    if len(found) < len(wanted):
        raise TimeEntry.DoesNotExist()
    return found


def time_about(record: Company | Deal, actor: Actor) -> QuerySet[TimeEntry]:
    """The time of a company (its deals' too) or deal that was loaded by its own query, newest first."""
    about = Q(company=record) if isinstance(record, Company) else Q(deal=record)
    return visible_time(actor).select_related(None).filter(about).order_by("-worked_on", "-id")


def unbilled_time(actor: Actor, **about: UUID) -> QuerySet[TimeEntry]:
    """What is to be billed of a company or deal (`company_id=` or `deal_id=`), the oldest first."""
    return visible_time(actor).filter(UNBILLED, **about).order_by("worked_on", "id")


def unbilled_among(entry_ids: Collection[UUID], actor: Actor) -> list[UUID]:
    """Which of these the actor sees and nothing bills."""
    return list(visible_time(actor).filter(UNBILLED, pk__in=entry_ids).values_list("pk", flat=True))


def unbilled_sums(actor: Actor, **about: UUID) -> QuerySet[Any]:
    """What that comes to, for each currency: `minutes`, `amount`."""
    rows = visible_time(actor).select_related(None).filter(UNBILLED, **about)
    sums = rows.order_by().values("currency").annotate(total_minutes=Sum("minutes"), total=Sum(AMOUNT))
    return sums.order_by("currency")


def usual_rates(user_id: UUID | None) -> QuerySet[Any]:
    """What an hour of somebody cost, and in what currency: the last time that they logged it first."""
    rows = TimeEntry.objects.filter(owner_id=user_id, is_billable=True).order_by("-id")
    return rows.values_list("hourly_rate", "currency")


def usual_rate_of(user_id: UUID | None) -> tuple[Decimal, str] | None:
    """The last of these; None for one who has logged nothing."""
    return usual_rates(user_id).first()
