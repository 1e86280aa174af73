"""Deals for stories: added, and where they stand."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Deal, Pipeline, Stage
from tenant_apps.crm.operations import DealChange, DealItemInput, create_deal
from tenant_apps.crm.queries import pipelines


def the_pipeline() -> Pipeline:
    """The one that every organization begins with."""
    found = pipelines().first()
    assert found is not None
    return found


def stages_of(pipeline: Pipeline | None = None) -> list[Stage]:
    """The stages in use, in their order."""
    rows = (pipeline or the_pipeline()).stages.filter(archived_at__isnull=True)
    return list(rows.order_by("position"))


def add_deal(name: str, *, by: Actor, at: datetime, stage: Stage | None = None, **details: Any) -> Deal:
    """A deal in a stage, without one in the first."""
    if "value" in details:
        details["value"] = Decimal(details["value"])
    return create_deal(
        details=DealChange(name=name, **details), stage_id=stage.pk if stage else None, by=by, at=at
    )


def line(description: str, quantity: str, unit_price: str, discount: str = "0") -> DealItemInput:
    return DealItemInput(
        description=description,
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        discount_percent=Decimal(discount),
    )


def column(stage: Stage) -> list[str]:
    """The names of the cards of a column, from the top."""
    rows = Deal.objects.filter(stage=stage, status="open", archived_at=None)
    return list(rows.order_by("board_order", "id").values_list("name", flat=True))
