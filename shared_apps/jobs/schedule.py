"""When something runs. The table itself is `config.schedule`, named in `settings.SCHEDULE`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Daily:
    """Once a day at `hour`:`minute` in `zone`."""

    hour: int
    minute: int = 0
    zone: str = "Europe/Sofia"

    def latest_slot(self, at: datetime) -> datetime:
        """The last instant, not after `at`, at which this was due. An hour that the clocks repeat counts
        once.
        """
        today = at.astimezone(ZoneInfo(self.zone))
        slot = self._slot_of(today)
        return slot if slot <= at else self._slot_of(today - timedelta(days=1))

    def _slot_of(self, day: datetime) -> datetime:
        return day.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0, fold=0).astimezone(
            UTC
        )


@dataclass(frozen=True)
class Every:
    """Every `minutes` minutes, counted from the epoch."""

    minutes: int

    def latest_slot(self, at: datetime) -> datetime:
        length = self.minutes * 60
        return datetime.fromtimestamp(at.timestamp() // length * length, UTC)


class Audience(StrEnum):
    """For whom a scheduled job runs: once on the platform, in every open organization, or only in those that
    have something due for it (`jobs.operations.set_next_due`).
    """

    PLATFORM = "platform"
    EVERYBODY = "everybody"
    DUE = "due"


@dataclass(frozen=True)
class Scheduled:
    """A job, when it is due and for whom. A slot missed while nothing ran is caught up once."""

    job: str
    due: Daily | Every
    audience: Audience = Audience.PLATFORM
