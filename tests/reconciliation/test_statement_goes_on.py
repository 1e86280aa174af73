"""A worker that dies in the middle loses no entry and books no money twice, and neither do two at once."""

from typing import Any

import pytest

from shared_apps.accounts.queries import actor_of
from shared_apps.core.actors import Actor
from shared_apps.jobs.models import Job, JobState
from tenant_apps.invoices.models import Payment
from tenant_apps.reconciliation import tasks
from tenant_apps.reconciliation.models import BankLine, Statement
from tenant_apps.reconciliation.operations import (
    AlreadyHere,
    NotNow,
    import_statement,
    rehearse_statement,
    resume_statement,
    take_entries,
    upload_statement,
)
from tenant_apps.reconciliation.tasks import take_in
from tenants.context import OrganizationRef, in_organization
from tests.conftest import member_of
from tests.reconciliation.conftest import Till
from tests.reconciliation.samples import Move, camt
from tests.reconciliation.test_decide_at_once import race

MOVES = [Move(f"{10 + one}.00", text=f"поръчка {one}", iban="") for one in range(25)] + [
    Move("12.00", text="поръчка 2", iban="")
]


class Killed(RuntimeError):
    """What a test raises where a worker would die."""


def dying_after(batches: int) -> Any:
    left = [batches]

    def take(**arguments: Any) -> Any:
        if not left[0]:
            raise Killed()
        left[0] -= 1
        return take_entries(**arguments)

    return take


@pytest.mark.parametrize("step", ["rehearsal", "import"])
def test_it_goes_on_where_it_stopped(step: str, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 10)
    till.account()
    statement = till.upload(camt(MOVES))
    with monkeypatch.context() as dying:
        if step == "rehearsal":
            dying.setattr(tasks.operations, "take_entries", dying_after(1))
        rehearse_statement(statement_id=statement.pk, by=till.owner, at=till.at)
        go_on(till, dies=step == "rehearsal")
        if step == "import":
            dying.setattr(tasks.operations, "take_entries", dying_after(2))
            import_statement(statement_id=statement.pk, by=till.owner, at=till.at)
            go_on(till, dies=True)
            assert BankLine.objects.count() == 20
    go_on(till)
    if step == "rehearsal":
        statement.refresh_from_db()
        assert statement.rehearsal["added"] == len(MOVES)
        assert not BankLine.objects.exists() and not Payment.objects.exists()
        import_statement(statement_id=statement.pk, by=till.owner, at=till.at)
        go_on(till)

    statement.refresh_from_db()
    assert (statement.state, statement.counts["added"]) == ("imported", len(MOVES))
    assert BankLine.objects.count() == Payment.objects.count() == statement.rows.count() == len(MOVES)
    assert sorted(BankLine.objects.filter(amount="12.00").values_list("occurrence", flat=True)) == [1, 2]


def test_a_long_import_gives_way_and_goes_on(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 100_000, 200))
    monkeypatch.setattr(tasks, "AT_ONCE", 10)
    monkeypatch.setattr(tasks, "monotonic", lambda: next(ticks))
    till.account()

    statement = till.imported(camt(MOVES))

    assert statement.counts["added"] == BankLine.objects.count() == len(MOVES)


def test_a_lost_job_is_asked_for_again(till: Till) -> None:
    till.account()
    statement = till.rehearsed(camt(MOVES))
    import_statement(statement_id=statement.pk, by=till.owner, at=till.at)
    Job.objects.all().delete()

    resume_statement(statement_id=statement.pk, by=till.owner, at=till.at)
    till.run_jobs()

    statement.refresh_from_db()
    assert statement.state == "imported"
    with pytest.raises(NotNow):
        resume_statement(statement_id=statement.pk, by=till.owner, at=till.at)


def test_who_left_the_team_imports_no_more(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.account()
    statement = till.rehearsed(camt(MOVES))
    import_statement(statement_id=statement.pk, by=till.owner, at=till.at)
    monkeypatch.setattr(tasks.operations, "importer_of", lambda statement: None)

    till.run_jobs()

    statement.refresh_from_db()
    assert statement.state == "stopped" and "no longer" in statement.problem
    assert not BankLine.objects.exists()


def test_two_workers_at_one_file_book_it_once(in_committed_alpha: OrganizationRef, at: Any) -> None:
    owner = actor_of(member_of(in_committed_alpha, "owner"))
    (statement,) = running(owner, at, camt(MOVES))

    def work() -> None:
        take_in(Statement.objects.get(pk=statement.pk), owner)

    told = race(in_committed_alpha, work, work)

    assert [type(one) for one in told if one] in ([NotNow], [])
    with in_organization(in_committed_alpha):
        assert BankLine.objects.count() == Payment.objects.count() == len(MOVES)
        statement.refresh_from_db()
        assert (statement.state, statement.counts["added"]) == ("imported", len(MOVES))


def test_two_files_that_overlap_at_once_book_each_movement_once(
    in_committed_alpha: OrganizationRef, at: Any
) -> None:
    owner = actor_of(member_of(in_committed_alpha, "owner"))
    files = running(owner, at, camt(MOVES[:20]), camt(MOVES[10:], number="S2"))

    told = race(in_committed_alpha, *(lambda one=one: take_in(one, owner) for one in files))

    assert told == [None, None]
    with in_organization(in_committed_alpha):
        lines = BankLine.objects.filter(amount__lt="100")
        assert lines.count() == Payment.objects.count()
        # The second order of 12.00 is the first one of its kind in the file that does not hold the other.
        assert lines.count() == len(MOVES) - 1


def test_one_file_from_two_people_at_once_is_one(in_committed_alpha: OrganizationRef, at: Any) -> None:
    people = [actor_of(member_of(in_committed_alpha, role)) for role in ("owner", "manager")]
    till = Till(people[0], at, list)
    till.account()
    content = camt(MOVES).encode()

    told = race(
        in_committed_alpha,
        *(lambda by=by: upload_statement(name="a.xml", content=content, by=by, at=at) for by in people),
    )

    assert [type(one) for one in told if one] == [AlreadyHere]
    assert Statement.objects.count() == 1


def running(owner: Actor, at: Any, *contents: str) -> list[Statement]:
    """Statements whose import has begun, and no worker has come yet."""
    till = Till(owner, at, list)
    till.account()
    files = []
    for content in contents:
        statement = till.upload(content)
        statement = rehearse_statement(statement_id=statement.pk, by=owner, at=at)
        take_in(statement, owner)
        files.append(import_statement(statement_id=statement.pk, by=owner, at=at))
    return files


def go_on(till: Till, *, dies: bool = False) -> None:
    """Run the jobs; those that failed wait in the outbox for their next round, which is now."""
    Job.objects.filter(state=JobState.QUEUED).update(due_at="2020-01-01T00:00:00Z")
    if dies:
        with pytest.raises(Killed):
            till.run_jobs()
    else:
        till.run_jobs()
