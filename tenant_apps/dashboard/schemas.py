from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shared_apps.core.api import DEFAULT_LIMIT, MAX_LIMIT, decimal_text
from tenant_apps.dashboard.queries import Waiting
from tenant_apps.dashboard.reasons import why


class WhoFirstQuery(Schema):
    """What of the queue is asked for."""

    kind: Literal["", "task", "deal", "invoice", "customer"] = ""
    mine: bool = Field(False, description="Only what belongs to the person of the token, or to nobody.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class WaitingOut(Schema):
    """One of the queue. `priority` is from 0 up; `count` records stand behind it; `days` it is late."""

    kind: str
    record_type: str
    record_id: UUID
    title: str
    about: str
    amount: str | None
    currency: str | None
    days: int
    count: int
    why: str
    priority: str


class WhoFirstOut(Schema):
    """The queue, who comes first on top; `total` of them wait. There is one page: `next_cursor` is null."""

    items: list[WaitingOut]
    total: int
    next_cursor: str | None


def waiting_out(item: Waiting) -> dict[str, object]:
    return {
        "kind": item.kind,
        "record_type": item.record_type,
        "record_id": item.record_id,
        "title": item.title,
        "about": item.about,
        "amount": decimal_text(item.amount),
        "currency": item.currency or None,
        "days": item.days,
        "count": item.count,
        "why": why(item),
        "priority": decimal_text(item.priority, 4),
    }
