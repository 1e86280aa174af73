"""When a scheduled job was last due, and that it fires then, once."""

from datetime import UTC, datetime, timedelta

from config.schedule import SCHEDULE
from shared_apps.core.actors import system_actor
from shared_apps.jobs.models import Job, ScheduleSlot
from shared_apps.jobs.operations import fire_slot, forget_finished_jobs
from shared_apps.jobs.registry import JOBS, Scope
from shared_apps.jobs.schedule import Audience, Daily, Every

NIGHTLY = Daily(hour=3)


def beat(at: datetime) -> bool:
    """What one beat of a scheduler does at `at`."""
    return fire_slot(name="sweep_jobs", slot_at=NIGHTLY.latest_slot(at), by=system_actor())


def test_daily_is_counted_in_its_own_zone() -> None:
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert Daily(hour=3).latest_slot(noon) == datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
    assert Daily(hour=3).latest_slot(datetime(2026, 6, 30, 23, 59, tzinfo=UTC)) == datetime(
        2026, 6, 30, 0, 0, tzinfo=UTC
    )


def test_daily_survives_the_change_of_the_clock() -> None:
    after_change = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)
    assert Daily(hour=3).latest_slot(after_change) == datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    in_spring = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    assert Daily(hour=3).latest_slot(in_spring) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_the_hour_that_comes_twice_fires_once(db: None) -> None:
    night = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    fired = [minute for minute in range(24 * 60) if beat(night + timedelta(minutes=minute))]
    assert len(fired) == 2, "the slot of the day before, and this night's"


def test_every_counts_from_the_epoch() -> None:
    at = datetime(2026, 7, 1, 12, 7, 31, tzinfo=UTC)
    assert Every(minutes=15).latest_slot(at) == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def test_a_slot_fires_once(db: None, at: datetime) -> None:
    fired = [fire_slot(name="sweep_jobs", slot_at=at, by=system_actor()) for _scheduler in range(3)]
    assert fired == [True, False, False]
    assert Job.objects.filter(name="sweep_jobs").count() == 1


def test_slots_that_were_missed_are_caught_up_once(db: None) -> None:
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert beat(noon)
    after_a_week = [beat(noon + timedelta(days=7, seconds=second)) for second in range(0, 60, 5)]
    assert after_a_week == [True] + [False] * 11
    assert Job.objects.count() == 2


def test_a_clock_that_goes_back_fires_nothing_twice(db: None) -> None:
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert beat(noon)
    assert not beat(noon - timedelta(days=1)), "an earlier slot, which nobody fired"
    assert not beat(noon)
    assert beat(noon + timedelta(days=1))


def test_a_clock_that_goes_back_by_weeks_fires_nothing_twice(db: None) -> None:
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    for day in range(40):
        assert beat(noon + timedelta(days=day))
    forget_finished_jobs(by=system_actor(), at=noon + timedelta(days=40))
    assert not any(beat(noon + timedelta(days=day)) for day in range(40))


def test_of_old_slots_the_latest_of_each_schedule_stays(db: None, at: datetime) -> None:
    for days in (50, 40, 1):
        fire_slot(name="sweep_jobs", slot_at=at - timedelta(days=days), by=system_actor())
    for days in (60, 30):
        fire_slot(name="fan_out", slot_at=at - timedelta(days=days), audience=Audience.DUE, by=system_actor())
    forget_finished_jobs(by=system_actor(), at=at)
    kept = ScheduleSlot.objects.order_by("name").values_list("name", "slot_at")
    assert list(kept) == [("fan_out", at - timedelta(days=30)), ("sweep_jobs", at - timedelta(days=1))]


def test_the_schedule_names_jobs_that_run_where_it_says() -> None:
    for entry in SCHEDULE:
        is_of_platform = JOBS[entry.job].scope is Scope.PLATFORM
        assert is_of_platform == (entry.audience is Audience.PLATFORM), entry
