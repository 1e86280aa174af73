"""Many at once, with real commits: schedulers that race, twins with one key, a message that came twice."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction
from dramatiq.errors import Retry

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.actors import job, perform
from shared_apps.jobs.alone import StillRunning, alone
from shared_apps.jobs.models import DueWork, Job, JobState, ScheduleSlot
from shared_apps.jobs.operations import dispatch_jobs, fire_slot, set_next_due, settle_next_due
from shared_apps.jobs.schedule import Every
from tenants.context import OrganizationRef, in_organization
from tests.jobs.conftest import PLACES, ask, seen

NAME = "remember_where"


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Run `work(0)`, `work(1)`, … in threads that start together; what one raises rises here."""
    start, failures = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_three_racing_schedulers_fire_each_slot_once(committed_db: None) -> None:
    """Seventeen slots, with three schedulers whose clocks differ by up to two seconds."""
    begin, fired = datetime(2026, 7, 1, tzinfo=UTC), []
    schedule = Every(minutes=1)

    def scheduler(number: int) -> None:
        for beat in range(17 * 6):
            at = begin + timedelta(seconds=10 * beat + number)
            slot_at = schedule.latest_slot(at)
            if fire_slot(name="sweep_jobs", slot_at=slot_at, by=system_actor()):
                fired.append(slot_at)

    at_once(3, scheduler)
    assert sorted(fired) == [begin + timedelta(minutes=minute) for minute in range(17)]
    assert ScheduleSlot.objects.count() == Job.objects.filter(name="sweep_jobs").count() == 17


def test_a_slot_whose_job_was_not_written_is_not_taken(
    committed_db: None, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    with pytest.raises(LookupError):
        fire_slot(name="no_such_job", slot_at=at, by=system_actor())
    assert not ScheduleSlot.objects.exists()


def test_one_key_in_two_transactions_is_one_job(in_committed_alpha: OrganizationRef) -> None:
    for _time in range(2):
        with transaction.atomic():
            ask(in_committed_alpha, key="k")
    assert Job.objects.count() == 1


def test_twins_who_ask_at_once_with_one_key_get_one_job(in_committed_alpha: OrganizationRef) -> None:
    def twin(number: int) -> None:
        with in_organization(in_committed_alpha), transaction.atomic():
            ask(in_committed_alpha, key="k")

    at_once(8, twin)
    assert Job.objects.count() == 1


def test_the_loser_of_a_key_whose_winner_rolled_back_gets_the_job(
    in_committed_alpha: OrganizationRef,
) -> None:
    holds, waits = threading.Event(), threading.Event()

    def racer(number: int) -> None:
        with in_organization(in_committed_alpha):
            if number == 0:
                with pytest.raises(RuntimeError), transaction.atomic():
                    ask(in_committed_alpha, key="k", word="lost")
                    holds.set()
                    waits.wait(0.2)
                    raise RuntimeError
            else:
                holds.wait()
                with transaction.atomic():
                    ask(in_committed_alpha, key="k", word="kept")

    at_once(2, racer)
    assert Job.objects.get().arguments["word"] == "kept"


def test_racing_dispatchers_keep_to_the_places(
    in_committed_alpha: OrganizationRef, sent: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        for _one in range(5 * PLACES):
            ask(in_committed_alpha)
    later = clock.now() + timedelta(minutes=1)
    at_once(4, lambda number: dispatch_jobs(by=system_actor(), at=later) and None)
    assert len(sent) == Job.objects.filter(state=JobState.SENT).count() == PLACES


def test_workers_that_end_together_keep_all_places_filled(
    in_committed_alpha: OrganizationRef, sent: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        for _one in range(3 * PLACES):
            ask(in_committed_alpha)
    dispatch_jobs(by=system_actor(), at=clock.now())
    first = list(Job.objects.filter(state=JobState.SENT))

    def worker(number: int) -> None:
        row = first[number]
        perform(job_id=row.pk, organization_id=row.organization_id, sending=1)

    at_once(PLACES, worker)
    assert Job.objects.filter(state=JobState.SENT).count() == PLACES
    assert len({message["job_id"] for message in sent}) == len(sent) == 2 * PLACES


def test_a_message_that_came_twice_does_not_run_twice_at_once(in_committed_alpha: OrganizationRef) -> None:
    running, may_end = threading.Event(), threading.Event()

    @job()
    def take_long(**unknown: Any) -> None:
        seen.append(("begins", ""))
        running.set()
        assert may_end.wait(10)

    with transaction.atomic():
        row = ask(in_committed_alpha, "take_long")
        Job.objects.update(state=JobState.SENT, sent_count=1)
    message = {"job_id": row.pk, "organization_id": row.organization_id, "sending": 1}

    def worker(number: int) -> None:
        if number == 0:
            perform(**message)
            return
        assert running.wait(10)
        with pytest.raises(StillRunning) as told:
            perform(**message)
        assert isinstance(told.value, Retry) and told.value.delay
        may_end.set()

    at_once(2, worker)
    assert perform(**message) is None
    assert (seen, Job.objects.get().state) == ([("begins", "")], JobState.DONE)


def _is_free(row_id: UUID) -> bool:
    try:
        with alone(row_id):
            return True
    except StillRunning:
        return False


def test_a_connection_that_ends_lets_the_job_go(in_committed_alpha: OrganizationRef) -> None:
    row_id = Job(name=NAME).pk

    def die(number: int) -> None:
        with alone(row_id):
            connections["default"].close()

    at_once(1, die)
    # The server lets go when it notices that the client has gone, not in the same moment.
    deadline = time.monotonic() + 10
    while not _is_free(row_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    with alone(row_id):
        pass


def test_what_is_left_while_one_settles_is_due(in_committed_alpha: OrganizationRef) -> None:
    """One looks and finds nothing, the other leaves something in the same moment: it stays due."""
    organization_id = in_committed_alpha.id
    left: list[str] = []
    looking = threading.Event()
    with transaction.atomic():
        set_next_due(NAME, organization_id=organization_id, at=clock.now())

    def remaining() -> datetime | None:
        found = clock.now() if left else None
        looking.set()
        return found

    def work(number: int) -> None:
        with transaction.atomic():
            if number == 0:
                settle_next_due(NAME, organization_id=organization_id, remaining=remaining)
            else:
                assert looking.wait(10)
                left.append("a payment")
                set_next_due(NAME, organization_id=organization_id, at=clock.now())

    at_once(2, work)
    assert DueWork.objects.count() == 1
