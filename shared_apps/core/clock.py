"""The clock. Only the outermost layer (views, API, tasks, commands) reads it; everything below is told
the time.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def day_in(zone: str, at: datetime) -> date:
    """The calendar day of the instant `at` in the IANA time zone `zone`."""
    return at.astimezone(ZoneInfo(zone)).date()


def today(zone: str) -> date:
    """Today's date in the IANA time zone `zone`."""
    return day_in(zone, now())
