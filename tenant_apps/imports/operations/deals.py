"""What a row says about a deal, as steps of the pipeline: made in a stage, moved, won, lost, reopened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.money import round_half_up
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Deal, DealStatus, Pipeline, Stage
from tenant_apps.crm.operations import (
    DealChange,
    DealItemInput,
    Participant,
    create_deal,
    lose_deal,
    move_deal,
    reopen_deal,
    win_deal,
)
from tenant_apps.imports.operations.cells import CellProblem
from tenant_apps.imports.reasons import CELL
from tenants.context import current_organization

_WORDS = {
    DealStatus.WON: "won|closed won|closedwon|specelen|specelena|spechelen|spechelena|win"
    "|paid_in_full|paid in full|iztsyalo platena",
    DealStatus.LOST: "lost|closed lost|closedlost|zaguben|zagubena|izguben|izgubena|propadnala",
    DealStatus.OPEN: "open|otvoren|otvorena|active|aktivna|in progress",
}
_STATUS = {word: status for status, words in _WORDS.items() for word in words.split("|")}
_NOON = time(12)


@dataclass(frozen=True)
class Course:
    """Where the row wants the deal. `stage_id` and `status` None: wherever it is."""

    stage_id: UUID | None
    status: DealStatus | None
    reason: str
    opened_at: datetime
    closed_at: datetime


class Desk:
    """Pipelines, stages and products by what people call them, read once for as long as it lives."""

    def __init__(self) -> None:
        self.stages = list(
            Stage.objects.filter(archived_at=None, pipeline__archived_at=None)
            .select_related("pipeline")
            .order_by("pipeline__position", "position", "id")
        )
        self.names = {one.pk: _names(one) for one in self.stages}
        self.products: dict[str, Product] | None = None
        self.zone = ZoneInfo(current_organization().time_zone)

    def stage(self, stage_id: UUID | None) -> Stage | None:
        """A stage in use; for None the one that deals come into, if there is any."""
        return next((one for one in self.stages if stage_id in {None, one.pk}), None)

    def prepared(self, values: dict[str, Any], at: datetime) -> tuple[dict[str, Any], Course]:
        """The values that `DealChange` takes, and the course of the deal. Raises `CellProblem`."""
        values = dict(values)
        course = self._course(values, at)
        for name in ("pipeline", "stage", "status", "lost_reason", "opened_on"):
            values.pop(name, None)
        closed_on = values.pop("closed_on", None)
        if closed_on and course.status not in {DealStatus.WON, DealStatus.LOST}:
            values.setdefault("expected_close_on", closed_on)
        self._price(values)
        return values, course

    def _price(self, values: dict[str, Any]) -> None:
        amount, currency = values.pop("value", (None, ""))
        if currency:
            values.setdefault("currency", currency)
        if amount is not None:
            if amount < 0:
                raise CellProblem("deal.value", CELL["negative"] % {"value": amount})
            values["value"] = round_half_up(amount)
        if name := values.pop("product", ""):
            product = self._product(name)
            item = DealItemInput(
                description=product.name,
                quantity=Decimal("1.000"),
                unit=product.unit,
                unit_price=values.get("value", Decimal("0.00")),
                product_id=product.pk,
            )
            values["items"] = (item,)

    def _product(self, name: str) -> Product:
        """By its name as one hears it: `GTXPro` is `GTX Pro`."""
        if self.products is None:
            products = Product.objects.filter(archived_at=None).order_by("-id")
            self.products = {_heard(key): one for one in products for key in (one.code, one.name) if key}
        if _heard(name) not in self.products:
            raise CellProblem("deal.product", CELL["product"] % {"value": name[:60]})
        return self.products[_heard(name)]

    def _course(self, values: dict[str, Any], at: datetime) -> Course:
        stage_text, status_text = values.get("stage", ""), values.get("status", "")
        status = _STATUS.get(fold(status_text))
        if status_text and status is None:
            raise CellProblem("deal.status", CELL["status"] % {"value": status_text[:60]})
        stages = self._stages(values.get("pipeline", ""))
        wanted = fold(stage_text)
        stage = next((one for one in stages if wanted in self.names[one.pk]), None) if stage_text else None
        if stage_text and stage is None:
            told = _STATUS.get(fold(stage_text))
            if told is None:
                raise CellProblem("deal.stage", CELL["stage"] % {"value": stage_text[:60]})
            status = status or told
        if stage is None and status is DealStatus.WON and stages:
            stage = stages[-1]
        opened, closed = (self._instant(values.get(name), at) for name in ("opened_on", "closed_on"))
        closed_at = closed or at
        opened_at = min(opened or (closed if closed and status in {"won", "lost"} else at), closed_at, at)
        reason = values.get("lost_reason") or _("Not given in the imported file")
        if stage is None and values.get("pipeline") and stages:
            stage = stages[0]
        return Course(stage.pk if stage else None, status, reason, opened_at, closed_at)

    def _stages(self, pipeline: str) -> list[Stage]:
        """The stages of the named pipeline, else of the first."""
        if not self.stages:
            return []
        if not pipeline:
            return [one for one in self.stages if one.pipeline_id == self.stages[0].pipeline_id]
        found = [one for one in self.stages if fold(pipeline) in _names(one.pipeline)]
        if not found:
            raise CellProblem("deal.pipeline", CELL["pipeline"] % {"value": pipeline[:60]})
        return [one for one in found if one.pipeline_id == found[0].pipeline_id]

    def _instant(self, day: date | None, at: datetime) -> datetime | None:
        """Noon of that day where the organization is; never later than now."""
        return min(datetime.combine(day, _NOON, self.zone), at) if day else None


def add_deal(
    values: dict[str, Any], course: Course, contact_id: UUID | None, by: Actor, at: datetime
) -> Deal:
    """Make the deal as it was opened, and close it as it was closed."""
    people: dict[str, Any] = {"contacts": (Participant(contact_id),)} if contact_id else {}
    deal: Deal = create_deal(
        details=DealChange(**values, **people), stage_id=course.stage_id, by=by, at=course.opened_at
    )
    return _settle(deal, course, by, at)


def steps_for(deal: Deal, course: Course) -> bool:
    """Whether the deal is elsewhere than the row wants it."""
    is_open = deal.status == DealStatus.OPEN
    is_moved = bool(course.stage_id and is_open and course.stage_id != deal.stage_id)
    return (is_moved and course.status in {None, DealStatus.OPEN}) or bool(
        course.status and course.status != deal.status
    )


def follow(deal: Deal, course: Course, by: Actor, at: datetime) -> Deal:
    """Bring a deal that exists to where the row wants it."""
    if course.status and course.status != deal.status and deal.status != DealStatus.OPEN:
        deal = reopen_deal(deal_id=deal.pk, by=by, at=at)
    if deal.status == DealStatus.OPEN and course.stage_id and course.stage_id != deal.stage_id:
        deal = move_deal(deal_id=deal.pk, stage_id=course.stage_id, by=by, at=at)
    return _settle(deal, course, by, at)


def state_of(deal: Deal) -> dict[str, Any]:
    """Where a deal is, as a change set keeps it."""
    return {"stage_id": str(deal.stage_id), "status": str(deal.status), "lost_reason": deal.lost_reason}


def restore(deal: Deal, was: dict[str, Any], by: Actor, at: datetime) -> None:
    """Bring a deal back to where it was."""
    status = DealStatus(was["status"])
    follow(deal, Course(UUID(was["stage_id"]), status, was["lost_reason"], at, at), by, at)


def _settle(deal: Deal, course: Course, by: Actor, at: datetime) -> Deal:
    closing: dict[DealStatus | None, Callable[[datetime], Deal]] = {
        DealStatus.WON: lambda when: win_deal(deal_id=deal.pk, by=by, at=when),
        DealStatus.LOST: lambda when: lose_deal(deal_id=deal.pk, reason=course.reason, by=by, at=when),
    }
    if deal.status != DealStatus.OPEN or course.status not in closing:
        return deal
    return closing[course.status](max(course.closed_at, deal.stage_entered_at))


def _heard(text: str) -> str:
    return fold(text).replace(" ", "")


def _names(named: Stage | Pipeline) -> set[str]:
    return {fold(name) for name in (named.name_bg, named.name_en) if name}  # type: ignore[union-attr]
