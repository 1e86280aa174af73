"""Deals as people read them: one, a list, the months they are expected in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Max, QuerySet, Sum
from django.db.models.functions import TruncMonth

from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from shared_apps.core.money import round_half_up
from tenant_apps.crm.models import Deal, DealContact, DealItem, DealStatus, StageStay
from tenant_apps.sharing.queries import visible_to

REASONS_OFFERED = 30
HUNDRED = Decimal(100)
NOTHING = (0, Decimal(0), Decimal(0))
NONE_WON = (0, Decimal(0))
Key = tuple[date | None, str]


@dataclass(frozen=True)
class Stay:
    """A stage that a deal was in, and for how long so far."""

    stage: str
    entered_at: datetime
    left_at: datetime | None
    lasted: timedelta


@dataclass(frozen=True)
class MonthForecast:
    """The deals expected in a month, in one currency; `month` is its first day, None for no date."""

    month: date | None
    currency: str
    count: int
    total: Decimal
    weighted: Decimal
    won_count: int
    won: Decimal


def visible_deals(actor: Actor, *, archived: bool | None = False) -> QuerySet[Deal]:
    """The deals that the actor sees: those in use, those in the archive, or (None) both."""
    rows = Deal.objects.all()
    if archived is not None:
        rows = rows.filter(archived_at__isnull=not archived)
    return visible_to(rows, actor)


def visible_deal(deal_id: UUID, actor: Actor) -> Deal:
    """One deal with its company, stage and pipeline; `DoesNotExist` when the actor may not see it."""
    rows = Deal.objects.select_related("company", "stage", "pipeline")
    return visible_to(rows, actor).get(pk=deal_id)


def open_deals(actor: Actor) -> QuerySet[Deal]:
    """The deals under way that the actor sees."""
    return visible_deals(actor).filter(status=DealStatus.OPEN)


def with_people_and_items(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """With who takes part and with the lines, by one statement each."""
    return deals.prefetch_related("participations", "items")


def items_of_deal(deal_id: UUID) -> QuerySet[DealItem]:
    """The lines of a deal in their order. Load the deal by its own query first."""
    return DealItem.objects.filter(deal_id=deal_id).order_by("position")


def people_of_deal(deal_id: UUID) -> QuerySet[DealContact]:
    """Who takes part in a deal, as they were added. Load the deal by its own query first."""
    return DealContact.objects.filter(deal_id=deal_id).select_related("contact").order_by("id")


def stays_of_deal(deal_id: UUID, *, at: datetime) -> Asking[list[Stay]]:
    """Where a deal has been, in order, and for how long until `at`. Load the deal by its own query first."""
    stays = StageStay.objects.filter(deal_id=deal_id).select_related("stage").order_by("entered_at", "id")
    (rows,) = yield [stays]
    return [
        Stay(str(row.stage), row.entered_at, row.left_at, (row.left_at or at) - row.entered_at)
        for row in rows
    ]


def deals_to_bill(actor: Actor, company_id: UUID | None = None) -> QuerySet[Deal]:
    """The open and won deals that the actor sees, of one company when it is given."""
    deals = visible_deals(actor).filter(status__in=(DealStatus.OPEN, DealStatus.WON))
    return deals.filter(company_id=company_id) if company_id else deals


def deals_of_company(company_id: UUID, actor: Actor) -> QuerySet[Deal]:
    """The deals of a company that the actor sees, open ones first, then the newest."""
    return _open_first(visible_deals(actor).filter(company_id=company_id))


def deals_of_contact(contact_id: UUID, actor: Actor) -> QuerySet[Deal]:
    """The deals in which a contact takes part and which the actor sees, open ones first, then the newest."""
    taking_part = DealContact.objects.filter(contact_id=contact_id).values("deal_id")
    return _open_first(visible_deals(actor).filter(pk__in=taking_part))


def lost_reasons(actor: Actor) -> list[str]:
    """The reasons given so far for what was lost, the latest first."""
    rows = visible_deals(actor, archived=None).filter(status=DealStatus.LOST).values("lost_reason")
    recent = rows.annotate(last=Max("closed_at")).order_by("-last").values_list("lost_reason", flat=True)
    return list(recent[:REASONS_OFFERED])


def forecast(deals: QuerySet[Deal], *, won_from: datetime) -> list[MonthForecast]:
    """Open deals per expected month and currency, earlier ones in their own month, undated ones last;
    with what was won in each month since `won_from`.
    """
    expected = _expected(deals)
    won = _won(deals.filter(closed_at__gte=won_from))
    keys = sorted({*expected, *won}, key=lambda key: (key[0] or date.max, key[1]))
    return [
        MonthForecast(
            month,
            currency,
            *expected.get((month, currency), NOTHING),
            *won.get((month, currency), (0, Decimal(0))),
        )
        for month, currency in keys
    ]


def _expected(deals: QuerySet[Deal]) -> dict[Key, tuple[int, Decimal, Decimal]]:
    rows = (
        deals.filter(status=DealStatus.OPEN)
        .annotate(month=TruncMonth("expected_close_on"))
        .values("month", "currency")
        .annotate(count=Count("id"), total=Sum("value"), weighted=Sum(F("value") * F("stage__probability")))
        .order_by("month", "currency")
    )
    return {
        (row["month"], row["currency"]): (
            row["count"],
            row["total"],
            round_half_up(row["weighted"] / HUNDRED),
        )
        for row in rows
    }


def _won(deals: QuerySet[Deal]) -> dict[Key, tuple[int, Decimal]]:
    rows = (
        deals.filter(status=DealStatus.WON)
        .annotate(month=TruncMonth("closed_at"))
        .values("month", "currency")
        .annotate(count=Count("id"), total=Sum("value"))
        .order_by("month", "currency")
    )
    return {(row["month"].date(), row["currency"]): (row["count"], row["total"]) for row in rows}


def _open_first(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    return deals.select_related("stage").order_by(F("closed_at").desc(nulls_first=True), "-id")
