"""How the audit page is narrowed: by kind of event, by person, by day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict

from shared_apps.core.ids import id_in

DAY_FORMATS = ("%d.%m.%Y", "%Y-%m-%d")


@dataclass(frozen=True)
class AuditFilter:
    """What the address asks for; a part that makes no sense asks for nothing."""

    event_type: str
    person_id: UUID | None
    day: date | None

    @property
    def is_set(self) -> bool:
        return bool(self.event_type or self.person_id or self.day)

    def hours(self, zone: str) -> tuple[datetime, datetime] | None:
        """The half-open period of the chosen day in the time zone `zone`."""
        if self.day is None:
            return None
        start = datetime.combine(self.day, time(), ZoneInfo(zone))
        return start, datetime.combine(self.day + timedelta(days=1), time(), ZoneInfo(zone))


def audit_filter(query: QueryDict) -> AuditFilter:
    """Read the filter from an address."""
    return AuditFilter(query.get("type", "")[:80], id_in(query.get("person", "")), _day(query.get("day", "")))


def _day(text: str) -> date | None:
    for form in DAY_FORMATS:
        try:
            found = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 — a day has no zone
        except ValueError:
            continue
        return found if 1900 < found.year < 2200 else None
    return None
