"""Rehearsal and run: row after row, a batch a transaction, going on where a killed worker stopped."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared_apps.accounts.queries import actor_of, membership_of
from shared_apps.core.actors import Actor
from shared_apps.core.errors import LimitReached
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from shared_apps.plans import limits
from shared_apps.plans.limits import Limit
from tenant_apps.activity.operations import record
from tenant_apps.crm.queries import count_contacts
from tenant_apps.imports.adapters import SourceRow
from tenant_apps.imports.events import ImportEvent
from tenant_apps.imports.models import Import, ImportRow, ImportState, Outcome
from tenant_apps.imports.operations.uploads import NotNow, locked_import
from tenant_apps.imports.operations.writing import Hand
from tenant_apps.workspace.models import ChangedRecord, ChangeSet
from tenants.context import current_organization

AT_WORK = (ImportState.REHEARSING, ImportState.RUNNING)
JOBS = {
    ImportState.REHEARSING: "work_on_import",
    ImportState.RUNNING: "work_on_import",
    ImportState.UNDOING: "work_on_undo",
}


@operation(permission=Permission.IMPORTS_RUN)
def rehearse_import(*, import_id: UUID, by: Actor, at: datetime) -> Import:
    """Begin the rehearsal: everything is done and taken back, row by row, by a job. Raises `NotNow`."""
    run = locked_import(import_id, by, ImportState.MAPPING, ImportState.REHEARSED)
    run.rows.all().delete()
    run.state, run.position, run.counts = ImportState.REHEARSING, 0, {}
    run.problem, run.updated_at = "", at
    run.save()
    ask_for_work(run, by)
    record(event=ImportEvent.STARTED, subject=run, by=by, at=at, new={"rehearsal": True})
    return run


@operation(permission=Permission.IMPORTS_RUN)
def run_import(*, import_id: UUID, by: Actor, at: datetime) -> Import:
    """Begin the import itself, by a job. Raises `NotNow` unless it was rehearsed."""
    run = locked_import(import_id, by, ImportState.REHEARSED)
    run.change_set = ChangeSet.objects.create(
        kind="import",
        entity=next((name.partition(".")[0] for name in run.mapping if name), ""),
        label=run.name[:250],
        total=run.row_count,
        by_id=by.id,
        by_label=by.label[:250],
        at=at,
    )
    run.state, run.position, run.counts, run.problem = ImportState.RUNNING, 0, {}, ""
    run.owner_id, run.owner_label, run.updated_at = by.id, by.label[:250], at
    run.save()
    ask_for_work(run, by)
    record(event=ImportEvent.STARTED, subject=run, by=by, at=at, new={"rows": run.row_count})
    return run


@operation(permission=Permission.IMPORTS_RUN, event=None, why="a killed worker's import only goes on")
def resume_import(*, import_id: UUID, by: Actor, at: datetime) -> Import:
    """Ask again for the work on an import whose job was lost. Raises `NotNow` when there is none to do."""
    run = locked_import(import_id, by, *AT_WORK, ImportState.UNDOING)
    run.updated_at = at
    run.save(update_fields=["updated_at"])
    ask_for_work(run, by, again=at.isoformat())
    return run


@operation(permission=Permission.IMPORTS_RUN, event=None, why="each record that a row makes tells itself")
def import_rows(*, import_id: UUID, rows: Sequence[SourceRow], hand: Hand, by: Actor, at: datetime) -> Import:
    """Write a batch of rows, and with it how far the import has come. Raises `NotNow` when another worker was
    here first.
    """
    run = locked_import(import_id, by, *AT_WORK)
    if rows[0].number <= run.position:
        raise NotNow()
    batch = hand.write(rows, at)
    ImportRow.objects.bulk_create(batch.rows)
    ChangedRecord.objects.bulk_create(batch.changes)
    run.counts = dict(Counter(run.counts) + batch.counts)
    run.position, run.updated_at = rows[-1].number, at
    run.save(update_fields=["counts", "position", "updated_at"])
    return run


@operation(permission=Permission.IMPORTS_RUN, event=None, why="a long import only gives way to others")
def continue_later(*, import_id: UUID, by: Actor, at: datetime) -> Import:
    """Let another job go on from here, so that one import does not hold a worker for long."""
    run = locked_import(import_id, by, *AT_WORK, ImportState.UNDOING)
    ask_for_work(run, by, again=at.isoformat())
    return run


@operation(permission=Permission.IMPORTS_RUN)
def finish_import(*, import_id: UUID, by: Actor, at: datetime) -> Import:
    """The last row is done: the rehearsal, or the import itself, is over."""
    run = locked_import(import_id, by, *AT_WORK)
    done = _rows_done(run)
    if run.state == ImportState.REHEARSING:
        run.state, run.row_count, run.problem = ImportState.REHEARSED, done, _beyond_the_plan(run)
    else:
        run.state, run.finished_at = ImportState.DONE, at
        ChangeSet.objects.filter(pk__in=[run.change_set_id]).update(
            done_count=done - run.counts.get(Outcome.FAILED, 0),
            failed_count=run.counts.get(Outcome.FAILED, 0),
            finished_at=at,
        )
    run.updated_at = at
    run.save()
    record(event=ImportEvent.FINISHED, subject=run, by=by, at=at, new=run.counts)
    return run


@operation(permission=Permission.IMPORTS_RUN)
def stop_import(*, import_id: UUID, problem: str, by: Actor, at: datetime) -> Import:
    """End an import that cannot go on, and say why. What it wrote can be undone."""
    run = locked_import(import_id, by, *AT_WORK)
    if run.state == ImportState.RUNNING:
        run.state, run.finished_at = ImportState.STOPPED, at
        ChangeSet.objects.filter(pk__in=[run.change_set_id]).update(finished_at=at)
    else:
        run.state = ImportState.MAPPING
    run.problem, run.updated_at = problem[:500], at
    run.save()
    record(event=ImportEvent.STOPPED, subject=run, by=by, at=at, new={"problem": run.problem})
    return run


def importer_of(run: Import) -> Actor | None:
    """Who imports, with what they may do today; None for one who no longer works here."""
    place = membership_of(run.owner_id, current_organization().id) if run.owner_id else None
    actor = actor_of(place) if place else None
    return actor if actor and actor.may(Permission.IMPORTS_RUN) else None


def _rows_done(run: Import) -> int:
    return sum(run.counts.get(outcome, 0) for outcome in Outcome.values)


def _beyond_the_plan(run: Import) -> str:
    """What the plan says to as many new contacts; "" when it reaches so far."""
    adding = run.counts.get("contact.created", 0)
    try:
        if adding:
            limits.require(Limit.CONTACTS, used=count_contacts, adding=adding)
    except LimitReached as reached:
        return str(reached)
    return ""


def ask_for_work(run: Import, by: Actor, again: str = "") -> None:
    """Put the job of the import's present step into the outbox, once for each time it is asked."""
    job, when = JOBS[ImportState(run.state)], again or run.updated_at.isoformat()
    key = f"{job}:{run.pk}:{run.state}:{run.position}:{when}"
    enqueue(job, by=by, key=key, import_id=str(run.pk))
