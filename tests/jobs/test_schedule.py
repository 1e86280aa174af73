"""When a scheduled job was last due."""

from datetime import UTC, datetime

from shared_apps.jobs.schedule import Daily, Every


def test_daily_is_counted_in_its_own_zone() -> None:
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert Daily(hour=3).latest_slot(noon) == datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
    assert Daily(hour=3).latest_slot(datetime(2026, 6, 30, 23, 59, tzinfo=UTC)) == datetime(
        2026, 6, 30, 0, 0, tzinfo=UTC
    )


def test_daily_survives_the_change_of_the_clock() -> None:
    after_change = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)
    assert Daily(hour=3).latest_slot(after_change) in {
        datetime(2026, 10, 25, 0, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
    }


def test_every_counts_from_the_epoch() -> None:
    at = datetime(2026, 7, 1, 12, 7, 31, tzinfo=UTC)
    assert Every(minutes=15).latest_slot(at) == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
