"""A worker that dies in the middle loses no row and writes none twice."""

from collections.abc import Callable
from typing import Any

import pytest

from shared_apps.core.actors import Actor
from shared_apps.jobs.models import Job, JobState
from tenant_apps.crm.models import Company
from tenant_apps.imports import tasks
from tenant_apps.imports.adapters import SourceRow
from tenant_apps.imports.models import ImportRow
from tenant_apps.imports.operations import Hand, NotNow, import_rows
from tenants.context import OrganizationRef
from tests.imports.conftest import Desk

ROWS = 25
FILE = "Фирма;Град\n" + "".join(f"Фирма {number};София\n" for number in range(ROWS)) + "Фирма 3;Русе\n"


class Killed(RuntimeError):
    """What a test raises where a worker would die."""


def dying_after(batches: int) -> Callable[..., Any]:
    """`import_rows`, until so many batches are written."""
    left = [batches]

    def write(**arguments: Any) -> Any:
        if not left[0]:
            raise Killed()
        left[0] -= 1
        return import_rows(**arguments)

    return write


@pytest.mark.parametrize("step", ["rehearsal", "import"])
def test_it_goes_on_where_it_stopped(
    step: str, desk: Desk, in_alpha: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 10)
    run = desk.arrived(FILE)
    with monkeypatch.context() as dying:
        if step == "rehearsal":
            dying.setattr(tasks.operations, "import_rows", dying_after(1))
        desk.choose(run)
        go_on(desk, expect_death=step == "rehearsal")
        if step == "import":
            dying.setattr(tasks.operations, "import_rows", dying_after(2))
            desk.browser.post(f"/imports/{run.pk}/run/")
            go_on(desk, expect_death=True)
            assert Company.objects.count() == 20
    go_on(desk)
    if step == "rehearsal":
        told = desk.now(run.pk).counts
        assert (told["created"], told["updated"]) == (ROWS, 1)
        assert not Company.objects.exists()
        desk.browser.post(f"/imports/{run.pk}/run/")
        go_on(desk)

    done = desk.now(run.pk)
    assert done.state == "imported"
    assert (done.counts["created"], done.counts["updated"]) == (ROWS, 1)
    assert Company.objects.count() == ROWS
    assert Company.objects.get(name="Фирма 3").city == "Русе"
    assert ImportRow.objects.filter(source=done, is_rehearsal=False).count() == ROWS + 1


def test_a_long_import_gives_way_and_goes_on(
    desk: Desk, in_alpha: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 100_000, 200))
    monkeypatch.setattr(tasks, "AT_ONCE", 10)
    monkeypatch.setattr(tasks, "monotonic", lambda: next(ticks))

    run = desk.imported(FILE)

    assert run.state == "imported"
    assert Company.objects.count() == ROWS


def test_a_second_worker_steps_back(desk: Desk, in_alpha: OrganizationRef, owner: Actor, at: Any) -> None:
    run = desk.rehearsed(FILE)
    desk.browser.post(f"/imports/{run.pk}/run/")
    run = desk.now(run.pk)
    rows = [SourceRow(2, ["Първа", ""])]
    import_rows(import_id=run.pk, rows=rows, hand=Hand(run, owner, is_rehearsal=False), by=owner, at=at)

    with pytest.raises(NotNow):
        import_rows(import_id=run.pk, rows=rows, hand=Hand(run, owner, is_rehearsal=False), by=owner, at=at)

    assert Company.objects.count() == 1


def test_who_left_the_team_imports_no_more(
    desk: Desk, in_alpha: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.rehearsed(FILE)
    desk.browser.post(f"/imports/{run.pk}/run/")
    monkeypatch.setattr(tasks.operations, "importer_of", lambda run: None)

    desk.run_jobs()

    stopped = desk.now(run.pk)
    assert (stopped.state, stopped.problem) == (
        "stopped",
        "The person who started the import no longer works here.",
    )
    assert not Company.objects.exists()


def go_on(desk: Desk, *, expect_death: bool = False) -> None:
    """Run the jobs; those that failed wait in the outbox for their next round, which is now."""
    Job.objects.filter(state=JobState.QUEUED).update(due_at="2020-01-01T00:00:00Z")
    if expect_death:
        with pytest.raises(Killed):
            desk.run_jobs()
    else:
        desk.run_jobs()
