from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError
from shared_apps.core.tables import Unusable
from shared_apps.jobs.actors import Queue, Scope, current_actor, job
from shared_apps.jobs.operations import enqueue_for_each
from tenant_apps.invoices.queries import (
    ids_of_unmatched_payments,
    payments_that_may_name,
    visible_invoice,
    visible_payment,
)
from tenant_apps.reconciliation import operations
from tenant_apps.reconciliation.adapters import inbox
from tenant_apps.reconciliation.models import Decision, Statement, StatementState
from tenant_apps.reconciliation.operations import (
    learn_payers,
    match_payments,
    settle_matching,
    share_out_matching,
)
from tenant_apps.reconciliation.queries import (
    ids_explained_by_rule,
    ids_of_unexplained_lines,
    ids_of_voided_lines,
    visible_decision,
    visible_statement,
)
from tenant_apps.reconciliation.reasons import NO_LONGER_MEMBER
from tenants.context import current_organization
from tenants.queries import open_organizations

BATCH = 1000
AT_ONCE = 100
AT_MOST_SECONDS = 240
SETTLED_FOR = timedelta(seconds=20)
FILES_AT_ONCE = 50
T = TypeVar("T")


@job()
def match_payments_with_invoices(
    *,
    payment_ids: list[str] | None = None,
    subject_id: str | None = None,
    first_id: str | None = None,
    last_id: str | None = None,
    **unknown: Any,
) -> None:
    """Match the given payments: some, the one that an event is about, or those of a span of ids.

    Nightly all of the organization that are not matched: a batch at once, and the others as jobs of their
    own, so that nobody's single payment waits for them and two workers share them.
    """
    if first_id and last_id:
        _match(ids_of_unmatched_payments().filter(pk__gte=UUID(first_id), pk__lte=UUID(last_id)))
    elif payment_ids is not None or subject_id:
        _match(UUID(one) for one in payment_ids or [subject_id or ""])
    else:
        batches = list(_batches(ids_of_unmatched_payments().iterator(), BATCH))
        _match(batches[0] if batches else [])
        spans = [(one[0], one[-1]) for one in batches[1:]]
        share_out_matching(spans=spans, by=current_actor(), at=clock.now())
        settle_matching(by=current_actor(), at=clock.now())


@job()
def match_payments_with_issued_invoice(*, subject_id: str, **unknown: Any) -> None:
    """After issue: match the payments that came before their invoice."""
    invoice = visible_invoice(UUID(subject_id), current_actor())
    _match(payments_that_may_name(invoice.number or ""))


@job()
def learn_payer_again(*, subject_id: str, **unknown: Any) -> None:
    """After a link was taken back: what the ledger says now of the account that the payment came from."""
    payment = visible_payment(UUID(subject_id), current_actor())
    if payment.payer_iban:
        learn_payers(ibans={payment.payer_iban}, by=current_actor(), at=clock.now())


@job()
def ask_about_voided_payment(*, subject_id: str, **unknown: Any) -> None:
    """After a payment was voided: the line that it was waits again, unless it is something else by now."""
    for line_id in ids_of_voided_lines(UUID(subject_id)):
        operations.ask_about_voided_payment(line_id=line_id, by=current_actor(), at=clock.now())


def _match(payment_ids: Iterable[UUID]) -> None:
    """In batches of a transaction each, so that one killed midway loses only its own batch."""
    for batch in _batches(payment_ids, BATCH):
        match_payments(payment_ids=batch, by=current_actor(), at=clock.now())


@job(queue=Queue.PATIENT)
def work_on_statement(*, statement_id: str, **unknown: Any) -> None:
    """Rehearse or import the entries that are left; an import lets another job go on after some minutes."""
    statement = visible_statement(UUID(statement_id), current_actor())
    if statement.state not in operations.AT_WORK:
        return
    by = _hand_of(statement)
    if by is None:
        _stop(statement, str(NO_LONGER_MEMBER), current_actor())
        return
    try:
        take_in(statement, by)
    except Unusable as problem:
        _stop(statement, str(problem), by)
    except operations.NotNow:
        return


@job(queue=Queue.PATIENT)
def work_on_statement_undo(*, statement_id: str, **unknown: Any) -> None:
    """Take a statement's lines back, the last first; after some minutes another job goes on."""
    statement = visible_statement(UUID(statement_id), current_actor())
    by, begun = _hand_of(statement) or current_actor(), monotonic()
    if statement.state != StatementState.UNDOING:
        return
    try:
        while operations.undo_statement_lines(statement_id=statement.pk, by=by, at=clock.now()):
            if monotonic() - begun > AT_MOST_SECONDS:
                operations.continue_statement_later(statement_id=statement.pk, by=by, at=clock.now())
                return
    except DomainError as refusal:
        operations.stop_statement_undo(statement_id=statement.pk, problem=str(refusal), by=by, at=clock.now())
        return
    operations.finish_statement_undo(statement_id=statement.pk, by=by, at=clock.now())


@job(scope=Scope.PLATFORM)
def look_into_statement_inboxes(**unknown: Any) -> None:
    """Ask the organizations that have files in the folder of statements to take them in."""
    at = clock.now()
    waiting = inbox.organizations_with_files()
    for batch in _batches(waiting, BATCH):
        enqueue_for_each(
            name="take_statements_from_inbox",
            organizations=open_organizations(among=batch, limit=BATCH),
            slot_at=at,
            by=current_actor(),
        )


@job(queue=Queue.PATIENT)
def take_statements_from_inbox(**unknown: Any) -> None:
    """Bring in what lies in the organization's folder."""
    at = clock.now()
    files = inbox.waiting_files(current_organization().id, settled_before=at - SETTLED_FOR)
    for path in files[:FILES_AT_ONCE]:
        operations.take_from_inbox(path, by=current_actor(), at=clock.now())


@job(queue=Queue.PATIENT)
def apply_line_rules_to_waiting(**unknown: Any) -> None:
    """Ask the rules about every line that waits, and every payment of a line that no invoice has."""
    for batch in _batches(ids_of_unexplained_lines(), AT_ONCE):
        operations.apply_rules_to(line_ids=batch, by=current_actor(), at=clock.now())


@job(queue=Queue.PATIENT)
def take_back_rule_s_lines(*, rule_id: str, **unknown: Any) -> None:
    """Open the lines again that a rule explained."""
    for batch in _batches(ids_explained_by_rule(UUID(rule_id)), AT_ONCE):
        operations.reopen_lines_of_rule(
            rule_id=UUID(rule_id), line_ids=batch, by=current_actor(), at=clock.now()
        )


def take_in(statement: Statement, by: Actor) -> None:
    """Do the present step of a statement, entry by entry, as the job does."""
    is_rehearsal, begun = statement.state == StatementState.REHEARSING, monotonic()
    plan = operations.plan_for(statement, operations.source_of(statement))
    if is_rehearsal:
        statement = operations.begin_rehearsal(
            statement_id=statement.pk, entry_count=len(plan.entries), by=by, at=clock.now()
        )
    hand = operations.Hand(statement, by, is_rehearsal=is_rehearsal)
    left = (entry for entry in plan.entries if entry.number > statement.position)
    for batch in _batches(left, AT_ONCE):
        if not is_rehearsal and monotonic() - begun > AT_MOST_SECONDS:
            operations.continue_statement_later(statement_id=statement.pk, by=by, at=clock.now())
            return
        operations.take_entries(statement_id=statement.pk, entries=batch, hand=hand, by=by, at=clock.now())
    operations.finish_statement(statement_id=statement.pk, plan=plan, by=by, at=clock.now())


def _hand_of(statement: Statement) -> Actor | None:
    """Who imports: the person, with what they may do today, or the product for a file from the folder."""
    return operations.importer_of(statement) if statement.owner_id else current_actor()


def _stop(statement: Statement, problem: str, by: Actor) -> None:
    operations.stop_statement(statement_id=statement.pk, problem=problem, by=by, at=clock.now())


def _batches(found: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    waiting = iter(found)
    while batch := list(islice(waiting, size)):
        yield batch


@job(queue=Queue.PATIENT)
def link_certain_payments(*, decision_id: str, **unknown: Any) -> None:
    """Accept what is certain, batch after batch, in the name of the person who pressed."""
    decision = visible_decision(UUID(decision_id), current_actor())
    by = _decider(decision.owner_id)
    if by is None:
        _stop_deciding(decision)
        return
    while operations.link_certain(decision_id=decision.pk, by=by, at=clock.now()):
        pass


@job(queue=Queue.PATIENT)
def take_back_links(*, decision_id: str, by_id: str = "", **unknown: Any) -> None:
    """Take the links of a decision back, batch after batch, the last first, in the name of `by_id`."""
    decision = visible_decision(UUID(decision_id), current_actor())
    by = _decider(UUID(by_id) if by_id else None)
    if by is None:
        _stop_deciding(decision)
        return
    while operations.undo_decision_links(decision_id=decision.pk, by=by, at=clock.now()):
        pass


def _decider(user_id: UUID | None) -> Actor | None:
    """The person, with what they may do today, or the product where nobody pressed."""
    return operations.decider_of(user_id) if user_id else current_actor()


def _stop_deciding(decision: Decision) -> None:
    if decision.is_at_work:
        operations.stop_decision(decision_id=decision.pk, by=current_actor(), at=clock.now())
