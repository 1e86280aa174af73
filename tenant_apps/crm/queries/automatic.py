"""The rules by which deals move, and what they did."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, QuerySet

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Text
from tenant_apps.crm.models import AutomaticMove, Deal, RuleSwitch, Stage
from tenant_apps.crm.queries.deals import visible_deals
from tenant_apps.crm.rule_texts import RULE_TEXTS
from tenant_apps.crm.rules import MOVING_RULES, Act, RuleCode

# What puts a deal elsewhere: undone only while nobody moved it since.
PLACING = (Act.WIN, Act.FORWARD)


@dataclass(frozen=True)
class RuleState:
    """A rule as it stands: its words, what it does, and whether it is on now and by itself."""

    code: RuleCode
    name: Text
    does: Text
    act: Act
    is_on: bool
    is_on_by_default: bool


def moving_rules() -> list[RuleState]:
    """Every rule, in one statement."""
    switched = dict(RuleSwitch.objects.values_list("code", "is_on"))
    return [
        RuleState(
            rule.code,
            RULE_TEXTS[rule.code].name,
            RULE_TEXTS[rule.code].does,
            rule.act,
            switched.get(rule.code, rule.is_on),
            rule.is_on,
        )
        for rule in MOVING_RULES.values()
    ]


def is_rule_on(code: RuleCode) -> bool:
    """Whether a rule is on now."""
    switch = RuleSwitch.objects.filter(code=code).first()
    return switch.is_on if switch else MOVING_RULES[code].is_on


def automatic_moves(actor: Actor) -> QuerySet[AutomaticMove]:
    """What rules did to the deals that the actor sees, with the deals."""
    deals = visible_deals(actor, archived=None)
    return AutomaticMove.objects.filter(deal__in=deals).select_related("deal")


def moves_to_undo(actor: Actor) -> QuerySet[AutomaticMove]:
    """Those of them that may still be undone: nobody touched the deal since."""
    moves = automatic_moves(actor).filter(undone_at=None)
    placing = [rule.code for rule in MOVING_RULES.values() if rule.act in PLACING]
    untouched = moves.filter(rule__in=placing, deal__version=F("version"))
    return untouched | moves.exclude(rule__in=placing).filter(deal__paid_at=F("moved_at"))


def win_by_document(document_id: UUID, actor: Actor) -> AutomaticMove | None:
    """How a document won its deal, while that may still be undone; None for one who does not see the deal."""
    wins = [rule.code for rule in MOVING_RULES.values() if rule.act == Act.WIN]
    return moves_to_undo(actor).filter(document_id=document_id, rule__in=wins).first()


def moves_told_by(event_ids: Iterable[UUID], actor: Actor) -> dict[UUID, UUID]:
    """Event id → id of the move that it tells and that may still be undone."""
    found = moves_to_undo(actor).filter(event_id__in=list(event_ids))
    return dict(found.values_list("event_id", "pk"))


def stage_for_offers(pipeline_id: UUID) -> QuerySet[Stage]:
    """The stage of a pipeline to which deals go when their offer is sent, if it has one."""
    return Stage.objects.filter(pipeline_id=pipeline_id, takes_offers=True, archived_at=None)


def lock_deals(deal_ids: Collection[UUID]) -> list[Deal]:
    """The deals under row locks, taken by ascending id, whoever may see them. Locks that leave the key alone:
    documents that name a deal hold its key already, and would wait for each other.
    """
    return list(Deal.objects.select_for_update(no_key=True).filter(pk__in=deal_ids).order_by("id"))
