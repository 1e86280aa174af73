"""A statement taken back: its lines go, and so do the payments that they recorded. A line that another file
has too stays, and is that file's from then on.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.invoices.models import InvoiceState, Payment
from tenant_apps.invoices.operations import ReasonMissing, deallocate_payment, void_payment
from tenant_apps.invoices.queries import live_allocations, live_refunds
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import (
    BankLine,
    Decision,
    DecisionState,
    Explanation,
    RowOutcome,
    Statement,
    StatementRow,
    StatementState,
)
from tenant_apps.reconciliation.operations.explaining import CHANGED, is_own, let_go_of_refund, reopen
from tenant_apps.reconciliation.operations.running import ask_for_work
from tenant_apps.reconciliation.operations.second_thoughts import undo_decision
from tenant_apps.reconciliation.operations.uploads import locked_statement

UNDONE_AT_ONCE = 100
NAMED = 10
OVER = (StatementState.DONE, StatementState.STOPPED)


class CannotBeTakenBack(Refused):
    """Something that followed from the statement stands in the way; the message names it."""

    code = "cannot_be_taken_back"
    conflict = True


@operation(permission=Permission.BANK_IMPORT)
def undo_statement(*, statement_id: UUID, reason: str, by: Actor, at: datetime) -> Statement:
    """Begin to take a finished import back, by a job. Raises `NotNow`, `ReasonMissing`, and
    `CannotBeTakenBack` with the names of payments whose money was given back by what stays, or of issued
    credit notes.
    """
    if not reason.strip():
        raise ReasonMissing()
    statement = locked_statement(statement_id, by, *OVER)
    _refuse_what_stays(statement)
    statement.state, statement.undo_reason = StatementState.UNDOING, reason.strip()[:500]
    statement.problem, statement.updated_at = "", at
    statement.owner_id, statement.owner_label = by.id, by.label[:250]
    statement.save()
    ask_for_work(statement, by)
    record(
        event=BankEvent.STATEMENT_UNDO_STARTED,
        subject=statement,
        by=by,
        at=at,
        new={"reason": statement.undo_reason},
    )
    return statement


@operation(permission=Permission.BANK_IMPORT, event=None, why="each payment that is voided tells itself")
def undo_statement_lines(*, statement_id: UUID, by: Actor, at: datetime) -> int:
    """Take the last lines that are still there back, those first that gave back money of another; how many
    they were.
    """
    statement = locked_statement(statement_id, by, StatementState.UNDOING)
    waiting = BankLine.objects.select_for_update(of=("self",)).select_related("payment", "refund")
    lines = list(waiting.filter(statement=statement).order_by("-id")[:UNDONE_AT_ONCE])
    others = _in_other_files(statement, lines)
    for line in sorted(lines, key=lambda line: line.refund_id is None):
        StatementRow.objects.filter(statement=statement, line=line).delete()
        if line.pk in others:
            line.statement_id, line.updated_at = others[line.pk], at
            line.save(update_fields=["statement", "updated_at"])
        else:
            _remove(line, statement.undo_reason, by, at)
    statement.updated_at = at
    statement.save(update_fields=["updated_at"])
    return len(lines)


@operation(permission=Permission.BANK_IMPORT)
def finish_statement_undo(*, statement_id: UUID, by: Actor, at: datetime) -> Statement:
    """Everything has gone back; the file may come again."""
    statement = locked_statement(statement_id, by, StatementState.UNDOING)
    statement.rows.all().delete()
    statement.state, statement.updated_at = StatementState.UNDONE, at
    statement.save()
    record(event=BankEvent.STATEMENT_UNDONE, subject=statement, by=by, at=at)
    return statement


@operation(permission=Permission.BANK_IMPORT)
def stop_statement_undo(*, statement_id: UUID, problem: str, by: Actor, at: datetime) -> Statement:
    """What is left cannot go back: it stays, and why is told. It can be tried again."""
    statement = locked_statement(statement_id, by, StatementState.UNDOING)
    statement.state, statement.problem, statement.updated_at = StatementState.STOPPED, problem[:500], at
    statement.save()
    record(
        event=BankEvent.STATEMENT_STOPPED, subject=statement, by=by, at=at, new={"problem": statement.problem}
    )
    return statement


def _refuse_what_stays(statement: Statement) -> None:
    """Refuse while money was given back by another way than a line that goes with it, or a credit note was
    issued beside it.
    """
    own = _own_payments(statement)
    goes_too = Q(bank_line__reverses__isnull=False) | Q(bank_line__in=_refunding_lines(statement))
    refunds = live_refunds().filter(payment__in=own).exclude(goes_too).select_related("payment")
    if given_back := [refund.payment for refund in refunds.order_by("id")[: NAMED + 1]]:
        told = ngettext(
            "Money of this payment was given back, so the statement stays: %(names)s.",
            "Money of these payments was given back, so the statement stays: %(names)s.",
            len(given_back),
        )
        raise _refusal(told, [f"{payment} ({payment.payer})" for payment in given_back])
    decisions = Decision.objects.filter(payment__in=own, state=DecisionState.DONE)
    issued = decisions.filter(note__state=InvoiceState.ISSUED).select_related("note").order_by("id")
    if notes := [str(one.note.number) for one in issued[: NAMED + 1] if one.note]:
        told = ngettext(
            "A credit note was issued for the rest of a payment. Annul it first: %(names)s.",
            "Credit notes were issued for the rest of payments. Annul them first: %(names)s.",
            len(notes),
        )
        raise _refusal(told, notes)


def _own_payments(statement: Statement) -> set[UUID]:
    """The payments that go with the statement."""
    lines = BankLine.objects.filter(statement=statement).exclude(payment=None)
    attested = _in_other_files(statement, lines)
    return {
        line.payment.pk
        for line in lines.select_related("payment")
        if line.pk not in attested and line.payment and is_own(line, line.payment)
    }


def _refunding_lines(statement: Statement) -> set[UUID]:
    """The lines that go with the statement and gave money of a payment back."""
    lines = BankLine.objects.filter(statement=statement).exclude(refund=None)
    return {line.pk for line in lines} - _in_other_files(statement, lines).keys()


def _refusal(told: str, names: Sequence[str]) -> CannotBeTakenBack:
    more = " …" if len(names) > NAMED else ""
    return CannotBeTakenBack(message=told % {"names": ", ".join(names[:NAMED]) + more})


def _in_other_files(statement: Statement, lines: Iterable[BankLine]) -> dict[UUID, UUID]:
    """Line → the earliest other statement that has it too."""
    rows = StatementRow.objects.filter(
        line__in=[line.pk for line in lines],
        is_rehearsal=False,
        outcome__in=(RowOutcome.ADDED, RowOutcome.SEEN),
    ).exclude(statement=statement)
    gone = (StatementState.UNDOING, StatementState.UNDONE)
    found = rows.exclude(statement__state__in=gone).order_by("-statement_id")
    return {line_id: other for line_id, other in found.values_list("line_id", "statement_id") if line_id}


def _remove(line: BankLine, reason: str, by: Actor, at: datetime) -> None:
    """Delete the line, after what it did has been taken back."""
    why = gettext("Statement taken back: %(reason)s") % {"reason": reason}
    _let_original_be(line, at)
    let_go_of_refund(line, why, by, at)
    reversal = BankLine.objects.select_related("refund").filter(reverses=line).first()
    if reversal is not None:
        let_go_of_refund(reversal, why, by, at)
        reversal.reverses = None
        reopen(reversal, at)
        reversal.save(update_fields=CHANGED)
    payment = line.payment
    is_to_void = payment is not None and not payment.voided_at and is_own(line, payment)
    line.delete()
    if payment is not None and is_to_void:
        _take_back_refunds(payment, line.statement_id, why, by, at)
        _void(payment, why, by, at)


def _take_back_refunds(payment: Payment, statement_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Lines of the same file that gave money of the payment back, and are still there, did not."""
    refunding = BankLine.objects.select_for_update(of=("self",)).select_related("refund")
    for line in refunding.filter(statement=statement_id, refund__payment=payment).order_by("id"):
        let_go_of_refund(line, reason, by, at)
        reopen(line, at)
        line.save(update_fields=CHANGED)


def _let_original_be(line: BankLine, at: datetime) -> None:
    """The bank's reversal is gone, so what it took back is open again; a payment is as it was before."""
    original = BankLine.objects.select_for_update().filter(reversed_by=line).first()
    if original and original.explanation == Explanation.REVERSED:
        reopen(original, at)
        original.save(update_fields=CHANGED)


def _void(payment: Payment, reason: str, by: Actor, at: datetime) -> None:
    """Nobody has the money any more. What was forgiven or credited beside it is owed again."""
    beside = Q(write_off__isnull=False) | Q(note__isnull=False)
    decisions = Decision.objects.filter(beside, payment=payment, state=DecisionState.DONE)
    for decision_id in decisions.order_by("-id").values_list("id", flat=True):
        undo_decision(decision_id=decision_id, by=by, at=at)
    invoices = live_allocations().filter(payment=payment).values_list("invoice_id", flat=True)
    for invoice_id in sorted(set(invoices)):
        deallocate_payment(payment_id=payment.pk, invoice_id=invoice_id, reason=reason, by=by, at=at)
    void_payment(payment_id=payment.pk, reason=reason, by=by, at=at)
