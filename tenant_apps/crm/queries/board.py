"""The board: one statement for what stands in the heads of its columns, one for its cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from tenant_apps.crm.models import Deal, Stage
from tenant_apps.crm.rules import weighted

FIRST_CARDS = 20


@dataclass(frozen=True)
class Amount:
    """What the deals of a column come to in one currency."""

    currency: str
    total: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class Head:
    """What a column holds, counted over all its deals, not over the cards on screen."""

    count: int
    stalled: int
    amounts: tuple[Amount, ...]


@dataclass(frozen=True)
class Card:
    """A deal as the board shows it."""

    id: UUID
    name: str
    value: Decimal
    currency: str
    stage_id: UUID
    stage_entered_at: datetime
    expected_close_on: date | None
    company_id: UUID | None
    company_name: str | None
    owner_id: UUID | None
    next_task_at: datetime | None
    version: int
    board_order: Decimal
    paid_at: datetime | None


NO_DEALS = Head(0, 0, ())
_COLUMNS = (
    "id",
    "name",
    "value",
    "currency",
    "stage_id",
    "stage_entered_at",
    "expected_close_on",
    "company_id",
    "company__name",
    "owner_id",
    "next_task_at",
    "version",
    "board_order",
    "paid_at",
)


def heads_of(deals: QuerySet[Deal], stages: Sequence[Stage], *, at: datetime) -> dict[UUID, Head]:
    """Stage id → its head, in one statement over `deals` (open ones that the reader sees)."""
    rows = (
        deals.filter(stage__in=[stage.pk for stage in stages])
        .values("stage_id", "currency")
        .annotate(count=Count("id"), total=Sum("value"), stalled=Count("id", filter=_stalled(stages, at)))
        .order_by("stage_id", "currency")
    )
    chances = {stage.pk: stage.probability for stage in stages}
    heads = dict.fromkeys(chances, NO_DEALS)
    for row in rows:
        head, chance = heads[row["stage_id"]], chances[row["stage_id"]]
        amount = Amount(row["currency"], row["total"], weighted(row["total"], chance))
        heads[row["stage_id"]] = Head(
            head.count + row["count"], head.stalled + row["stalled"], (*head.amounts, amount)
        )
    return heads


def first_cards(
    deals: QuerySet[Deal], stages: Sequence[Stage], *, limit: int = FIRST_CARDS
) -> dict[UUID, list[Card]]:
    """Stage id → its topmost cards and one more when there are more, in one statement."""
    parts = [_ordered(deals.filter(stage=stage))[: limit + 1] for stage in stages]
    found: dict[UUID, list[Card]] = {stage.pk: [] for stage in stages}
    if parts:
        for card in _cards(parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]):
            found[card.stage_id].append(card)
    return found


def cards_after(
    deals: QuerySet[Deal], stage: Stage, place: tuple[Decimal, UUID], *, limit: int = FIRST_CARDS
) -> list[Card]:
    """The next cards of a column below a place, and one more when there are more."""
    order, deal_id = place
    below = Q(board_order__gte=order) & (Q(board_order__gt=order) | Q(board_order=order, pk__gt=deal_id))
    return _cards(_ordered(deals.filter(below, stage=stage))[: limit + 1])


def card_of(deals: QuerySet[Deal], deal_id: UUID) -> Card | None:
    """One card, if the deal is on the board."""
    return next(iter(_cards(_ordered(deals.filter(pk=deal_id)))), None)


def card_above(deals: QuerySet[Deal], card: Card) -> UUID | None:
    """The card that stands right above in its column; None for the topmost."""
    order = card.board_order
    above = Q(board_order__lt=order) | Q(board_order=order, pk__lt=card.id)
    rows = deals.filter(above, stage_id=card.stage_id).order_by("-board_order", "-id")
    return rows.values_list("pk", flat=True).first()


def _ordered(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    return deals.order_by("board_order", "id")


def _cards(rows: QuerySet[Deal]) -> list[Card]:
    found = [Card(*row) for row in rows.values_list(*_COLUMNS)]
    return sorted(found, key=lambda card: (card.board_order, card.id))


def _stalled(stages: Sequence[Stage], at: datetime) -> Q:
    """The condition that a deal has been in its stage for longer than the stage's limit."""
    stalled = Q(pk__in=[])
    for stage in stages:
        if stage.rot_days:
            entered_before = at - timedelta(days=stage.rot_days)
            stalled |= Q(stage=stage, stage_entered_at__lt=entered_before)
    return stalled
