"""All that is certain, accepted at one press: what the person was shown, as far as it is still so."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.queries import actor_of, membership_of
from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import AllocationInput, allocate_payments
from tenant_apps.invoices.queries import lock_invoices, lock_payments
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import Decision, DecisionKind, DecisionLink, DecisionState
from tenant_apps.reconciliation.operations.payers import learn_payers
from tenant_apps.reconciliation.queries import certain_among, waiting_just_as_much
from tenant_apps.sharing.queries import visible_to
from tenants.context import current_organization

AT_ONCE = 50
MOST = 1000


class NothingCertain(Refused):
    code = "nothing_certain"
    message = _("Nothing is certain any more. Look again at what waits.")
    conflict = True


class NotAtWork(Refused):
    code = "decision_not_at_work"
    message = _("Nothing of this decision is at work any more.")
    conflict = True


class TooMany(Refused):
    code = "too_many"
    message = _("At most 1,000 links can be accepted at a time.")
    field = "links"


@operation(permission=Permission.PAYMENTS_MATCH)
def accept_certain(*, pairs: Sequence[tuple[UUID, UUID]], by: Actor, at: datetime) -> Decision:
    """Link these payments to these invoices (payment, invoice), as far as each is still certain; of more than
    AT_ONCE a job does it. Raises `NothingCertain`, `TooMany`.
    """
    if not pairs:
        raise NothingCertain()
    if len(pairs) > MOST:
        raise TooMany()
    decision = Decision.objects.create(
        kind=DecisionKind.CERTAIN,
        state=DecisionState.WORKING,
        wanted=[[str(payment_id), str(invoice_id)] for payment_id, invoice_id in dict(pairs).items()],
        owner_id=by.id,
        owner_label=by.label[:250],
        created_at=at,
        updated_at=at,
    )
    record(event=BankEvent.CERTAIN_ACCEPTED, subject=decision, by=by, at=at, new={"links": len(pairs)})
    if len(decision.wanted) > AT_ONCE:
        key = f"link_certain_payments:{decision.pk}"
        enqueue("link_certain_payments", by=by, key=key, decision_id=str(decision.pk))
        return decision
    link_certain(decision_id=decision.pk, by=by, at=at)
    decision.refresh_from_db()
    if not decision.linked_count:
        raise NothingCertain()
    return decision


@operation(permission=Permission.PAYMENTS_MATCH, event=None, why="each link is told by invoices")
def link_certain(*, decision_id: UUID, by: Actor, at: datetime) -> bool:
    """Link the next pairs of a decision; whether there are more. A pair that is no longer certain is passed
    over.
    """
    decision = visible_to(Decision.objects.select_for_update(), by).get(pk=decision_id)
    if decision.state != DecisionState.WORKING:
        return False
    next_ones = decision.wanted[decision.position : decision.position + AT_ONCE]
    pairs = {UUID(payment): UUID(invoice) for payment, invoice in next_ones}
    payments = lock_payments(_visible(pairs, by), by)
    rows = _still_certain(pairs, payments, by)
    made = allocate_payments(wanted=rows, by=by, at=at) if rows else []
    DecisionLink.objects.bulk_create([DecisionLink(decision=decision, allocation_id=pk) for pk in made])
    learn_payers(ibans={payments[row.payment_id].payer_iban for row in rows} - {""}, by=by, at=at)
    decision.position += len(next_ones)
    decision.linked_count += len(made)
    decision.updated_at = at
    is_over = decision.position >= len(decision.wanted)
    if is_over:
        decision.state = DecisionState.DONE
    decision.save(update_fields=["position", "linked_count", "state", "updated_at"])
    return not is_over


@operation(permission=Permission.PAYMENTS_MATCH)
def stop_decision(*, decision_id: UUID, by: Actor, at: datetime) -> Decision:
    """End the linking of a decision, or its taking back, that may not go on: what is linked stays, and can be
    taken back by others. Raises `NotAtWork`.
    """
    decision = visible_to(Decision.objects.select_for_update(), by).get(pk=decision_id)
    if not decision.is_at_work:
        raise NotAtWork()
    decision.state, decision.updated_at = DecisionState.DONE, at
    decision.linked_count = decision.links.count()
    decision.save(update_fields=["state", "linked_count", "updated_at"])
    record(
        event=BankEvent.DECISION_STOPPED,
        subject=decision,
        by=by,
        at=at,
        new={"links": decision.linked_count},
    )
    return decision


def decider_of(user_id: UUID) -> Actor | None:
    """A person with what they may do today; None for one who no longer works here, or may decide no more."""
    place = membership_of(user_id, current_organization().id)
    actor = actor_of(place) if place else None
    return actor if actor and actor.may(Permission.PAYMENTS_MATCH) else None


def _still_certain(
    pairs: dict[UUID, UUID], payments: Mapping[UUID, Payment], by: Actor
) -> list[AllocationInput]:
    """What may be linked of these pairs, with all of them locked. As in the rehearsal, nothing is certain for
    which other money waits, too.
    """
    others = waiting_just_as_much(payments.values(), by) if payments else []
    found = {one.payment.pk: one for one in certain_among([*payments, *others], by).certain}
    agreed = {key: one for key, one in found.items() if key in payments and one.invoice.pk == pairs[key]}
    invoices = lock_invoices({one.invoice.pk for one in agreed.values()}, by)
    owed = {key: invoice.outstanding for key, invoice in invoices.items()}
    rows = []
    for payment_id, one in sorted(agreed.items()):
        left = payments[payment_id].unallocated
        if Decimal(0) < left == owed[one.invoice.pk]:
            owed[one.invoice.pk] -= left
            rows.append(AllocationInput(payment_id, one.invoice.pk, left, one.evidence))
    return rows


def _visible(pairs: dict[UUID, UUID], by: Actor) -> list[UUID]:
    return list(visible_to(Payment.objects.filter(pk__in=pairs), by).values_list("pk", flat=True))
