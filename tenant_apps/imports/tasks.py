from collections.abc import Iterable, Iterator
from itertools import islice
from time import monotonic
from typing import Any
from uuid import UUID

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.jobs.actors import Queue, current_actor, job
from tenant_apps.files.queries import read_bytes
from tenant_apps.imports import operations
from tenant_apps.imports.adapters import SourceRow, Unusable, rows_in
from tenant_apps.imports.models import Import, ImportState
from tenant_apps.imports.queries import problem_rows, visible_import
from tenant_apps.imports.reasons import NO_LONGER_MEMBER

AT_ONCE = 250
AT_MOST_SECONDS = 240


@job(queue=Queue.PATIENT)
def work_on_import(*, import_id: str, **unknown: Any) -> None:
    """Rehearse or import the rows that are left; after some minutes another job goes on."""
    run = visible_import(UUID(import_id), current_actor())
    if run.state not in {ImportState.REHEARSING, ImportState.RUNNING}:
        return
    by = operations.importer_of(run)
    if by is None:
        _stop(run, str(NO_LONGER_MEMBER), current_actor())
        return
    try:
        _work(run, by)
    except Unusable as problem:
        _stop(run, str(problem), by)
    except operations.NotNow:
        return


@job(queue=Queue.PATIENT)
def work_on_undo(*, import_id: str, **unknown: Any) -> None:
    """Take an import's records back, the last first; after some minutes another job goes on."""
    run = visible_import(UUID(import_id), current_actor())
    by, begun = operations.importer_of(run) or current_actor(), monotonic()
    if run.state != ImportState.UNDOING:
        return
    while operations.undo_records(import_id=run.pk, by=by, at=clock.now()):
        if monotonic() - begun > AT_MOST_SECONDS:
            operations.continue_later(import_id=run.pk, by=by, at=clock.now())
            return
    operations.finish_undo(import_id=run.pk, by=by, at=clock.now())


def _work(run: Import, by: Actor) -> None:
    is_rehearsal, begun = run.state == ImportState.REHEARSING, monotonic()
    hand = operations.Hand(run, by, is_rehearsal=is_rehearsal)
    reading = operations.reading_of(run)
    rows = (row for row in rows_in(read_bytes(run.file), reading) if row.number > reading.header_row)
    failed = set(problem_rows(run, is_rehearsal=True).values_list("number", flat=True))
    for batch in _batches(rows):
        left = [row for row in batch if row.number > run.position]
        if is_rehearsal and len(left) < len(batch):
            hand.recall([row for row in batch if row.number <= run.position], failed)
        if not left:
            continue
        if monotonic() - begun > AT_MOST_SECONDS:
            operations.continue_later(import_id=run.pk, by=by, at=clock.now())
            return
        operations.import_rows(import_id=run.pk, rows=left, hand=hand, by=by, at=clock.now())
    operations.finish_import(import_id=run.pk, by=by, at=clock.now())


def _batches(rows: Iterable[SourceRow]) -> Iterator[list[SourceRow]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, AT_ONCE)):
        yield batch


def _stop(run: Import, problem: str, by: Actor) -> None:
    operations.stop_import(import_id=run.pk, problem=problem, by=by, at=clock.now())
