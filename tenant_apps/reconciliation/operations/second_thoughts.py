"""Decisions taken back: each undoes just what it did, by opposite rows where money moved."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.invoices.models import InvoiceState, Payment, WriteOff
from tenant_apps.invoices.operations import (
    delete_draft_invoice,
    leave_payments_unmatched,
    set_payment_client,
    undo_allocations,
    undo_write_off,
)
from tenant_apps.invoices.queries import live_allocations, live_write_offs, lock_invoice, lock_payment
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import BankLine, Decision, DecisionKind, DecisionState, Explanation
from tenant_apps.reconciliation.operations.explaining import (
    CHANGED,
    explain,
    let_go_of_payment,
    reopen_bank_line,
)
from tenant_apps.reconciliation.operations.line_rules import take_back_line_rule
from tenant_apps.reconciliation.queries import lock_line, own_last_decision
from tenant_apps.sharing.queries import visible_to

AT_ONCE = 50
LAST_WITHIN = timedelta(days=1)


class AlreadyTakenBack(Refused):
    code = "already_taken_back"
    message = _("This has been taken back already, or is still at work.")
    conflict = True


class NothingToUndo(Refused):
    code = "nothing_to_undo"
    message = _("There is nothing of yours to take back since yesterday.")
    conflict = True


class NoteIssued(Refused):
    code = "note_issued"
    message = _("The credit note has been issued. Annul it first.")
    conflict = True


class GivenElsewhere(Refused):
    code = "given_elsewhere"
    message = _("This money was given to another client since. Take that back first.")
    conflict = True


class LineGone(Refused):
    code = "line_gone"
    message = _("The statement of this line was taken back.")
    conflict = True


@operation(permission=Permission.PAYMENTS_MATCH)
def undo_decision(*, decision_id: UUID, by: Actor, at: datetime) -> Decision:
    """Take back what a decision did, and nothing else. Of many links, a job takes them back.

    What somebody took back of it elsewhere stays taken back. Raises `AlreadyTakenBack`, `NoteIssued`,
    `GivenElsewhere`, `LineGone`, and what the acts raise that lead back.
    """
    decision = _locked(decision_id, by)
    if decision.state != DecisionState.DONE:
        raise AlreadyTakenBack()
    if decision.linked_count > AT_ONCE:
        decision.state, decision.updated_at = DecisionState.UNDOING, at
        decision.save(update_fields=["state", "updated_at"])
        enqueue(
            "take_back_links",
            by=by,
            key=f"take_back_links:{decision.pk}:{at.isoformat()}",
            decision_id=str(decision.pk),
            by_id=str(by.id or ""),
        )
        record(event=BankEvent.DECISION_UNDO_STARTED, subject=decision, by=by, at=at)
        return decision
    _WAYS_BACK[DecisionKind(decision.kind)](decision, by, at)
    return _finish(decision, by, at)


@operation(permission=Permission.PAYMENTS_MATCH)
def undo_last_decision(*, by: Actor, at: datetime) -> Decision:
    """Take back the actor's own last decision since yesterday. Raises `NothingToUndo`, and what
    `undo_decision` raises.
    """
    last = own_last_decision(by, since=at - LAST_WITHIN)
    if last is None:
        raise NothingToUndo()
    return undo_decision(decision_id=last.pk, by=by, at=at)


@operation(permission=Permission.PAYMENTS_MATCH, event=None, why="each link that is taken back tells itself")
def undo_decision_links(*, decision_id: UUID, by: Actor, at: datetime) -> bool:
    """Take the next links of a decision back; whether there are more."""
    decision = _locked(decision_id, by)
    if decision.state != DecisionState.UNDOING:
        return False
    links = list(decision.links.order_by("-id")[:AT_ONCE])
    _unlink([link.allocation_id for link in links], by, at)
    decision.links.filter(pk__in=[link.pk for link in links]).delete()
    decision.updated_at = at
    if len(links) == AT_ONCE and decision.links.exists():
        decision.save(update_fields=["updated_at"])
        return True
    _finish(decision, by, at)
    return False


def _take_back_links(decision: Decision, by: Actor, at: datetime) -> None:
    """What still stands of the decision: its links, its fee, the draft of its discount, its credit."""
    payment = lock_payment(decision.payment.pk, by) if decision.payment else None
    is_as_left = payment is not None and _is_as_left(payment, decision)
    if decision.note is not None and decision.note.state != InvoiceState.ANNULLED:
        if not decision.note.is_draft:
            raise NoteIssued()
        note_id, decision.note = decision.note.pk, None
        delete_draft_invoice(invoice_id=note_id, by=by, at=at)
    _unlink(list(decision.links.values_list("allocation_id", flat=True)), by, at)
    if decision.write_off is not None:
        _take_back_write_off(decision.write_off, by, at)
    if payment is not None and is_as_left:
        _give_back_to_client(payment, decision, by, at)


def _take_back_write_off(written_off: WriteOff, by: Actor, at: datetime) -> None:
    lock_invoice(written_off.invoice_id, by)
    if live_write_offs().filter(pk=written_off.pk).exists():
        undo_write_off(
            invoice_id=written_off.invoice_id, write_off_id=written_off.pk, reason=_reason(), by=by, at=at
        )


def _give_back(decision: Decision, by: Actor, at: datetime) -> None:
    """The money belongs to whom it belonged before."""
    if decision.payment is None:
        return
    payment = lock_payment(decision.payment.pk, by)
    if not _is_as_left(payment, decision):
        raise GivenElsewhere()
    _give_back_to_client(payment, decision, by, at)


def _open_again(decision: Decision, by: Actor, at: datetime) -> None:
    """The line is what it was: money of its client, or waiting."""
    former = decision.before.get("payment_id")
    payment_id = UUID(former) if former else None
    line = reopen_bank_line(line_id=_line_of(decision).pk, payment_id=payment_id, by=by, at=at)
    if line.payment is not None and line.payment.pk != payment_id:
        _give_back_to_client(line.payment, decision, by, at)
    _wait_again(line, decision)


def _ask_again(decision: Decision, by: Actor, at: datetime) -> None:
    """The payment that the line recorded is void, and the line waits."""
    line = lock_line(_line_of(decision).pk, by)
    let_go_of_payment(line, _reason(), by, at)
    explain(line, Explanation.ASK, by, at)
    line.save(update_fields=CHANGED)
    _wait_again(line, decision)


def _take_back_rule(decision: Decision, by: Actor, at: datetime) -> None:
    if decision.rule is not None:
        take_back_line_rule(rule_id=decision.rule.pk, by=by, at=at)


_WAYS_BACK: dict[DecisionKind, Callable[[Decision, Actor, datetime], None]] = {
    DecisionKind.ACCEPT: _take_back_links,
    DecisionKind.SPLIT: _take_back_links,
    DecisionKind.CERTAIN: _take_back_links,
    DecisionKind.CLIENT: _give_back,
    DecisionKind.MARK: _open_again,
    DecisionKind.SAME: _open_again,
    DecisionKind.REFUND: _open_again,
    DecisionKind.RECORD: _ask_again,
    DecisionKind.RULE: _take_back_rule,
}


def _locked(decision_id: UUID, by: Actor) -> Decision:
    rows = Decision.objects.select_for_update(of=("self",))
    rows = rows.select_related("payment", "line", "rule", "write_off", "note")
    return visible_to(rows, by).get(pk=decision_id)


def _line_of(decision: Decision) -> BankLine:
    if decision.line is None:
        raise LineGone()
    return decision.line


def _unlink(allocation_ids: list[UUID], by: Actor, at: datetime) -> None:
    """Take those of the links back that nobody took back before."""
    standing = list(live_allocations().filter(pk__in=allocation_ids).values_list("pk", flat=True))
    if standing:
        undo_allocations(allocation_ids=standing, reason=_reason(), by=by, at=at)


def _is_as_left(payment: Payment, decision: Decision) -> bool:
    """Whether the money belongs to whom it belonged after the decision."""
    after = decision.before["after"]
    is_of = [str(key) if key else None for key in (payment.company_id, payment.contact_id)]
    return is_of == [after["company_id"], after["contact_id"]]


def _give_back_to_client(payment: Payment, decision: Decision, by: Actor, at: datetime) -> None:
    """The money is whose it was before, and waits for the reason for which it waited."""
    before = decision.before
    if "company_id" not in before:
        return
    if payment.voided_at:
        return
    company_id, contact_id = (before[name] and UUID(before[name]) for name in ("company_id", "contact_id"))
    if (payment.company_id, payment.contact_id) != (company_id, contact_id):
        set_payment_client(payment_id=payment.pk, company_id=company_id, contact_id=contact_id, by=by, at=at)
    leave_payments_unmatched(reasons={payment.pk: before["unmatched_reason"]}, by=by, at=at)


def _wait_again(line: BankLine, decision: Decision) -> None:
    """What the line may be is known as it was before the decision."""
    if not line.waits:
        return
    before = decision.before
    line.look_alikes, line.note = before["look_alikes"], before["note"]
    line.candidates = line.candidates or before["candidates"]
    if before["explanation"] in (Explanation.OPEN, Explanation.ASK):
        line.explanation = before["explanation"]
    line.explained_by, line.explained_at = "", None
    line.save(update_fields=CHANGED)


def _finish(decision: Decision, by: Actor, at: datetime) -> Decision:
    decision.state, decision.undone_by, decision.undone_at = DecisionState.UNDONE, by.label[:250], at
    decision.updated_at = at
    decision.save(update_fields=["state", "undone_by", "undone_at", "updated_at", "note"])
    record(event=BankEvent.DECISION_UNDONE, subject=decision, by=by, at=at)
    return decision


def _reason() -> str:
    return gettext("Taken back at the workbench")
