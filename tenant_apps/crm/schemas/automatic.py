"""Rules by which deals move, and what they did, as the API reads and writes them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from shared_apps.core.api import Input, ListQuery
from tenant_apps.crm.models import AutomaticMove
from tenant_apps.crm.queries.automatic import RuleState


class MovingRuleIn(Input):
    is_on: bool


class MovingRuleOut(Schema):
    code: str
    name: str
    does: str
    act: Literal["win", "celebrate", "forward", "ask"]
    is_on: bool
    is_on_by_default: bool


class AutomationOut(Schema):
    rules: list[MovingRuleOut]


class AutomaticMoveOut(Schema):
    id: UUID
    rule: str
    deal_id: UUID
    document_id: UUID
    moved_at: datetime
    undone_at: datetime | None


class AutomaticMoveFilters(ListQuery):
    deal_id: UUID | None = None
    document_id: UUID | None = None

    def lookups(self) -> dict[str, Any]:
        names = ("deal_id", "document_id")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def rule_out(rule: RuleState) -> dict[str, Any]:
    """A rule in the language of the token's person."""
    return {**vars(rule), "name": str(rule.name), "does": str(rule.does)}


def move_out(move: AutomaticMove) -> dict[str, Any]:
    return {name: getattr(move, name) for name in AutomaticMoveOut.model_fields}
