"""Rehearsal and import of a statement: batch after batch, going on where a killed worker stopped."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, ngettext

from shared_apps.accounts.queries import actor_of, membership_of
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.messages.operations import notify
from tenant_apps.reconciliation.adapters import StatementFile
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import Door, RowOutcome, Statement, StatementRow, StatementState
from tenant_apps.reconciliation.operations.planning import Plan, Planned, plan_of
from tenant_apps.reconciliation.operations.reversals import settle_reversals
from tenant_apps.reconciliation.operations.taking import Hand, Taken
from tenant_apps.reconciliation.operations.uploads import NotNow, is_ready, locked_statement, upload_statement
from tenant_apps.reconciliation.queries import own_accounts, statement_parts
from tenant_apps.workspace.queries import active_members
from tenants.context import current_organization

STATEMENT_WAITS = "statement_waits"
AT_WORK = (StatementState.REHEARSING, StatementState.RUNNING)
JOBS = {
    StatementState.REHEARSING: "work_on_statement",
    StatementState.RUNNING: "work_on_statement",
    StatementState.UNDOING: "work_on_statement_undo",
}


@operation(permission=Permission.BANK_IMPORT)
def bring_in_statement(
    *,
    name: str,
    content: bytes,
    by: Actor,
    at: datetime,
    door: str = Door.PAGE,
    account_id: UUID | None = None,
    goes_on: bool = False,
) -> Statement:
    """Take a file in and, when nothing has to be chosen, begin its rehearsal.

    Raises what `upload_statement` raises.
    """
    statement = upload_statement(
        name=name, content=content, door=door, account_id=account_id, goes_on=goes_on, by=by, at=at
    )
    if is_ready(statement):
        return rehearse_statement(statement_id=statement.pk, by=by, at=at)
    return statement


@operation(permission=Permission.BANK_IMPORT)
def rehearse_statement(*, statement_id: UUID, by: Actor, at: datetime) -> Statement:
    """Begin the rehearsal: everything is done and taken back, by a job. Raises `NotNow`, also while an
    account or a column has still to be chosen.
    """
    statement = locked_statement(statement_id, by, StatementState.MAPPING, StatementState.REHEARSED)
    if not is_ready(statement):
        raise NotNow()
    statement.state, statement.problem, statement.updated_at = StatementState.REHEARSING, "", at
    statement.save()
    ask_for_work(statement, by)
    record(event=BankEvent.STATEMENT_STARTED, subject=statement, by=by, at=at, new={"rehearsal": True})
    return statement


@operation(permission=Permission.BANK_IMPORT)
def import_statement(*, statement_id: UUID, by: Actor, at: datetime) -> Statement:
    """Begin the import itself, by a job. Raises `NotNow` unless it was rehearsed."""
    statement = locked_statement(statement_id, by, StatementState.REHEARSED)
    statement.rows.filter(is_rehearsal=True).delete()
    statement.state, statement.position, statement.counts = StatementState.RUNNING, 0, {}
    statement.owner_id, statement.owner_label = by.id, by.label[:250]
    statement.problem, statement.updated_at = "", at
    statement.save()
    ask_for_work(statement, by)
    record(
        event=BankEvent.STATEMENT_STARTED,
        subject=statement,
        by=by,
        at=at,
        new={"entries": statement.entry_count},
    )
    return statement


@operation(permission=Permission.BANK_IMPORT)
def discard_statement(*, statement_id: UUID, by: Actor, at: datetime) -> Statement:
    """Let a file go that was not imported; it may come again. Raises `NotNow`."""
    states = (StatementState.MAPPING, StatementState.REHEARSED)
    statement = locked_statement(statement_id, by, *states)
    statement.rows.all().delete()
    statement.state, statement.updated_at = StatementState.DISCARDED, at
    statement.save()
    record(event=BankEvent.STATEMENT_DISCARDED, subject=statement, by=by, at=at)
    return statement


@operation(permission=Permission.BANK_IMPORT, event=None, why="a killed worker's statement only goes on")
def resume_statement(*, statement_id: UUID, by: Actor, at: datetime) -> Statement:
    """Ask again for the work on a statement whose job was lost. Raises `NotNow` when there is none to do."""
    statement = locked_statement(statement_id, by, *AT_WORK, StatementState.UNDOING)
    statement.updated_at = at
    statement.save(update_fields=["updated_at"])
    ask_for_work(statement, by, again=at.isoformat())
    return statement


@operation(permission=Permission.BANK_IMPORT, event=None, why="nothing is rehearsed yet")
def begin_rehearsal(*, statement_id: UUID, entry_count: int, by: Actor, at: datetime) -> Statement:
    """A rehearsal always begins with the first entry."""
    statement = locked_statement(statement_id, by, StatementState.REHEARSING)
    statement.rows.all().delete()
    statement.position, statement.rehearsal, statement.entry_count = 0, {}, entry_count
    statement.updated_at = at
    statement.save()
    return statement


@operation(permission=Permission.BANK_IMPORT, event=None, why="each payment tells itself")
def take_entries(
    *, statement_id: UUID, entries: Sequence[Planned], hand: Hand, by: Actor, at: datetime
) -> Taken:
    """Take a batch of entries in, and with it note how far the file has come. Raises `NotNow` when another
    worker was here first.
    """
    statement = locked_statement(statement_id, by, *AT_WORK)
    if entries[0].number <= statement.position:
        raise NotNow()
    taken = _rehearse(entries, hand, at) if hand.is_rehearsal else hand.take(entries, at)
    _count(statement, taken.counts)
    statement.position, statement.updated_at = entries[-1].number, at
    statement.save(update_fields=["counts", "rehearsal", "position", "updated_at"])
    return taken


@operation(permission=Permission.BANK_IMPORT, event=None, why="a long import only gives way to others")
def continue_statement_later(*, statement_id: UUID, by: Actor, at: datetime) -> Statement:
    """Let another job go on from here, so that one file does not hold a worker for long."""
    statement = locked_statement(statement_id, by, StatementState.RUNNING, StatementState.UNDOING)
    ask_for_work(statement, by, again=at.isoformat())
    return statement


@operation(permission=Permission.BANK_IMPORT)
def finish_statement(*, statement_id: UUID, plan: Plan, by: Actor, at: datetime) -> Statement:
    """The last entry is taken in: the rehearsal, or the import itself, is over.

    After an import the bank's reversals take back what they are about. A rehearsal that nobody waits for is
    followed by the import, unless it leaves doubts: then whoever brought the file in, or of one from the
    folder the owners, are told that it waits for them.
    """
    statement = locked_statement(statement_id, by, *AT_WORK)
    _keep_differences(statement, plan)
    statement.entry_count, statement.updated_at = len(plan.entries), at
    if statement.state == StatementState.REHEARSING:
        statement.state = StatementState.REHEARSED
        event, told = BankEvent.STATEMENT_REHEARSED, statement.rehearsal
    else:
        accounts = {one.account.pk for one in plan.entries if one.account}
        settle_reversals(account_ids=accounts, by=by, at=at)
        statement.state, statement.finished_at = StatementState.DONE, at
        event, told = BankEvent.STATEMENT_IMPORTED, statement.counts
    statement.save()
    record(event=event, subject=statement, by=by, at=at, new=told)
    if statement.goes_on and statement.state == StatementState.REHEARSED:
        if not (doubts := _doubts(statement)):
            return import_statement(statement_id=statement_id, by=by, at=at)
        _tell_that_it_waits(statement, doubts, by, at)
    return statement


@operation(permission=Permission.BANK_IMPORT)
def stop_statement(*, statement_id: UUID, problem: str, by: Actor, at: datetime) -> Statement:
    """End an import that cannot go on, and say why. What it wrote can be taken back."""
    statement = locked_statement(statement_id, by, *AT_WORK)
    if statement.state == StatementState.RUNNING:
        statement.state, statement.finished_at = StatementState.STOPPED, at
    else:
        statement.state = StatementState.MAPPING
    statement.problem, statement.updated_at = problem[:500], at
    statement.save()
    record(
        event=BankEvent.STATEMENT_STOPPED, subject=statement, by=by, at=at, new={"problem": statement.problem}
    )
    return statement


def plan_for(statement: Statement, source: StatementFile) -> Plan:
    """The entries of the file with the accounts that its parts were found, or told, to be of."""
    accounts = [part.account for part in statement_parts(statement)]
    return plan_of(source, accounts, list(own_accounts()))


def importer_of(statement: Statement) -> Actor | None:
    """Who imports, with what they may do today; None for one who no longer works here."""
    if statement.owner_id is None:
        return None
    place = membership_of(statement.owner_id, current_organization().id)
    actor = actor_of(place) if place else None
    return actor if actor and actor.may(Permission.BANK_IMPORT) else None


def ask_for_work(statement: Statement, by: Actor, again: str = "") -> None:
    """Put the job of the statement's present step into the outbox, once for each time it is asked."""
    job, when = JOBS[StatementState(statement.state)], again or statement.updated_at.isoformat()
    key = f"{job}:{statement.pk}:{statement.state}:{statement.position}:{when}"
    enqueue(job, by=by, key=key, statement_id=str(statement.pk))


def _rehearse(entries: Sequence[Planned], hand: Hand, at: datetime) -> Taken:
    """What the batch would bring, links included. Only the rows that cannot be read stay written."""
    with transaction.atomic():
        taken = hand.take(entries, at)
        transaction.set_rollback(True)
    StatementRow.objects.bulk_create(taken.rows)
    return taken


def _doubts(statement: Statement) -> list[str]:
    """What somebody should look at before the import, in words."""
    doubts = []
    if failed_count := statement.rehearsal.get(RowOutcome.FAILED, 0):
        told = ngettext("%(count)d entry cannot be read", "%(count)d entries cannot be read", failed_count)
        doubts.append(told % {"count": failed_count})
    if statement.parts.exclude(difference=None).exclude(difference=0).exists():
        doubts.append(gettext("the balances do not agree"))
    return doubts


def _tell_that_it_waits(statement: Statement, doubts: Sequence[str], by: Actor, at: datetime) -> None:
    text = gettext("The statement %(name)s waits for you: %(why)s.")
    for user_id in [statement.owner_id] if statement.owner_id else _owners():
        notify(
            user_id=user_id,
            kind=STATEMENT_WAITS,
            text=text % {"name": statement.name, "why": "; ".join(doubts)},
            url=statement.get_absolute_url(),
            key=f"{STATEMENT_WAITS}:{statement.pk}:{user_id}:{statement.updated_at.isoformat()}",
            by=by,
            at=at,
        )


def _owners() -> list[UUID]:
    owners = active_members().filter(role=Role.OWNER).order_by("user_id")
    return list(owners.values_list("user_id", flat=True))


def _count(statement: Statement, counts: Counter[str]) -> None:
    if statement.state == StatementState.REHEARSING:
        statement.rehearsal = dict(Counter(statement.rehearsal) + counts)
    else:
        statement.counts = dict(Counter(statement.counts) + counts)


def _keep_differences(statement: Statement, plan: Plan) -> None:
    for part in statement.parts.order_by("position"):
        part.difference = plan.differences[part.position]
        part.is_repeated = part.position in plan.repeated
        part.save(update_fields=["difference", "is_repeated"])
