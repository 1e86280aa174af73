"""The workbench over the API: what waits, and what is decided about it."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, UnknownOrdering
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.reconciliation import operations, queries
from tenant_apps.reconciliation.models import Decision
from tenant_apps.reconciliation.schemas.workbench import (
    ORDERINGS,
    CandidateIn,
    CaseOut,
    CertainIn,
    CertainOut,
    ClientOfMoneyIn,
    DecisionOut,
    MarkWaitingIn,
    PaymentOfMoneyIn,
    RuleFromLineIn,
    SplitIn,
    WaitingFilters,
    WaitingOut,
    case_out,
    certain_out,
    decision_out,
    waiting_out,
)
from tenants.context import OrganizationRef

router = Router(tags=["workbench"])
VIEW = Permission.BANK_VIEW
ITEM = "workbench/{uuid:item_id}/"
DECISION = "workbench/decisions/{uuid:decision_id}/"


class Request(ActorRequest):
    """A request of the API, after the token was read."""

    organization: OrganizationRef


@router.get("workbench/", response=ListOf[WaitingOut], operation_id="list_waiting")
def list_waiting(request: Request, query: Query[WaitingFilters]) -> HttpResponse:
    """Bank lines that nothing explains and payments of which something is left, the oldest first."""
    request.actor.require(VIEW)
    name = query.ordering.removeprefix("-")
    if name and name not in ORDERINGS:
        raise UnknownOrdering()
    sign = "-" if query.ordering.startswith("-") else ""
    page = queries.waiting_page(
        request.actor,
        query.asked(clock.today(request.organization.time_zone)),
        ordering=f"{sign}{ORDERINGS[name or 'day']}",
        cursor=query.cursor,
        limit=query.limit,
    )
    items = [waiting_out(item) for item in page.items]
    return json_response({"items": items, "next_cursor": page.next_cursor})


@router.get("workbench/certain/", response=CertainOut, operation_id="rehearse_certain")
def rehearse_certain(request: Request) -> HttpResponse:
    """A rehearsal of accepting all that is certain: which links, and how much is left. Writes nothing."""
    request.actor.require(VIEW)
    return json_response(certain_out(queries.rehearse_certain(request.actor)))


@router.post("workbench/certain/", response=DecisionOut, operation_id="accept_certain")
def accept_certain(request: Request, data: CertainIn) -> HttpResponse:
    """Make the links of a rehearsal, as far as each is still certain. Of more than 50 a job does it: `state`
    is `working` then.
    """
    decision = operations.accept_certain(pairs=data.pairs(), by=request.actor, at=clock.now())
    return _told(request, decision)


@router.post("workbench/undo/", response=DecisionOut, operation_id="undo_last_decision")
def undo_last_decision(request: Request) -> HttpResponse:
    """Take back one's own last decision since yesterday; 409 when there is none."""
    return _told(request, operations.undo_last_decision(by=request.actor, at=clock.now()))


@router.get(DECISION, response=DecisionOut, operation_id="read_decision")
def read_decision(request: Request, decision_id: UUID) -> HttpResponse:
    """One decision, with the links that it made and that stand."""
    request.actor.require(VIEW)
    return json_response(decision_out(queries.visible_decision(decision_id, request.actor)))


@router.post(f"{DECISION}undo/", response=DecisionOut, operation_id="undo_decision")
def undo_decision(request: Request, decision_id: UUID) -> HttpResponse:
    """Take back just what the decision did; 409 when that was done before."""
    decision = operations.undo_decision(decision_id=decision_id, by=request.actor, at=clock.now())
    return _told(request, decision)


@router.get(ITEM, response=CaseOut, operation_id="read_waiting")
def read_waiting(request: Request, item_id: UUID) -> HttpResponse:
    """One payment or line with what it may be, whether it waits or not."""
    request.actor.require(VIEW)
    item = queries.visible_item(item_id, request.actor)
    on = clock.today(request.organization.time_zone)
    return json_response(case_out(queries.case_of(item, request.actor, on=on)))


@router.post(f"{ITEM}accept/", response=DecisionOut, operation_id="accept_candidate")
def accept_candidate(request: Request, item_id: UUID, data: CandidateIn) -> HttpResponse:
    """Link a payment to an invoice. What is left over becomes the client's credit."""
    decision = operations.accept_candidate(
        payment_id=_payment_id(request, item_id), **data.model_dump(), by=request.actor, at=clock.now()
    )
    return _told(request, decision)


@router.post(f"{ITEM}split/", response=DecisionOut, operation_id="split_payment")
def split_payment(request: Request, item_id: UUID, data: SplitIn) -> HttpResponse:
    """Give parts of a payment to several invoices, all or none."""
    decision = operations.split_payment(
        payment_id=_payment_id(request, item_id),
        parts=data.pairs(),
        left=data.left,
        by=request.actor,
        at=clock.now(),
    )
    return _told(request, decision)


@router.post(f"{ITEM}client/", response=DecisionOut, operation_id="give_to_client")
def give_to_client(request: Request, item_id: UUID, data: ClientOfMoneyIn) -> HttpResponse:
    """Say whose money it is; what no invoice has of it is their credit. A line becomes a payment."""
    decision = operations.give_to_client(
        item_id=item_id, **data.model_dump(), by=request.actor, at=clock.now()
    )
    return _told(request, decision)


@router.post(f"{ITEM}mark/", response=DecisionOut, operation_id="mark_waiting")
def mark_waiting(request: Request, item_id: UUID, data: MarkWaitingIn) -> HttpResponse:
    """Say that it is a bank fee, not ours, or a transfer between own accounts."""
    decision = operations.mark_waiting(item_id=item_id, **data.model_dump(), by=request.actor, at=clock.now())
    return _told(request, decision)


@router.post(f"{ITEM}same/", response=DecisionOut, operation_id="recognize_payment")
def recognize_payment(request: Request, item_id: UUID, data: PaymentOfMoneyIn) -> HttpResponse:
    """Say that a line is money which was recorded before."""
    decision = operations.recognize_payment(
        item_id=item_id, payment_id=data.payment_id, by=request.actor, at=clock.now()
    )
    return _told(request, decision)


@router.post(f"{ITEM}record/", response=DecisionOut, operation_id="record_waiting")
def record_waiting(request: Request, item_id: UUID) -> HttpResponse:
    """Record a waiting line's money as a payment of its own."""
    decision = operations.record_waiting(item_id=item_id, by=request.actor, at=clock.now())
    return _told(request, decision)


@router.post(f"{ITEM}refund/", response=DecisionOut, operation_id="recognize_refund")
def recognize_refund(request: Request, item_id: UUID, data: PaymentOfMoneyIn) -> HttpResponse:
    """Say that money going out gave a payment back."""
    decision = operations.recognize_refund(
        item_id=item_id, payment_id=data.payment_id, by=request.actor, at=clock.now()
    )
    return _told(request, decision)


@router.post(f"{ITEM}rule/", response=DecisionOut, operation_id="make_rule_from_line")
def make_rule_from_line(request: Request, item_id: UUID, data: RuleFromLineIn) -> HttpResponse:
    """Keep what lines like this one always are."""
    decision = operations.make_rule_from_line(
        item_id=item_id, rule=data.rule(), applies=data.applies, by=request.actor, at=clock.now()
    )
    return _told(request, decision)


def _payment_id(request: Request, item_id: UUID) -> UUID:
    """The payment of an item; a line that is none yet is not found here."""
    payment = queries.visible_item(item_id, request.actor).payment
    return payment.pk if payment else item_id


def _told(request: Request, decision: Decision) -> HttpResponse:
    return json_response(decision_out(queries.visible_decision(decision.pk, request.actor)))
