"""The audit of numbers: чл. 78 ППЗДДС wants every series without gaps and duplicates, its days in order.

The database proves it: one statement looks at every number of every series, a second one, where something is
wrong, says what.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.workspace.models import NumberSeries
from tenant_apps.workspace.queries import every_series

MOST_SHOWN = 100
# Each number as it stands in its series, beside the one before; before the first, where the series starts.
_ORDERED = """
WITH wanted AS (
    SELECT * FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS series (code, prefix_length, first_number)
), documents AS (
    SELECT id, series, number, state, issue_date, issued_at FROM invoices_invoice WHERE number IS NOT NULL
    UNION ALL
    SELECT id, 'offer', number, status, NULL, sent_at FROM invoices_offer
    WHERE number IS NOT NULL AND version = 1
), numbered AS (
    SELECT id, code, number, state, issue_date, issued_at, first_number,
           substr(number, prefix_length + 1)::bigint AS place,
           number = lag(number) OVER (ORDER BY number) AS is_twin
    FROM documents JOIN wanted ON code = series
), ordered AS (
    SELECT *,
           lag(place, 1, first_number - 1) OVER in_series AS place_before,
           lag(issue_date) OVER in_series AS day_before
    FROM numbered
    WINDOW in_series AS (PARTITION BY code ORDER BY place)
)
"""
_SUMMARY = """
SELECT code, count(*), min(place), max(place), min(issue_date), max(issue_date), max(issued_at),
       count(*) FILTER (WHERE state = 'annulled'),
       coalesce(sum(place - place_before - 1) FILTER (WHERE place > place_before + 1), 0)::bigint,
       count(*) FILTER (WHERE is_twin OR place = place_before),
       count(*) FILTER (WHERE issue_date < day_before)
FROM ordered GROUP BY code
"""
_FAULTS = """
SELECT code, id, number, issue_date, place, place_before, day_before, is_twin OR place = place_before
FROM ordered
WHERE place > place_before + 1 OR is_twin OR place = place_before OR issue_date < day_before
ORDER BY code, place LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a `gap` of the numbers `since` to `until`, a `duplicate`, or a day that is
    before that of the number before (`disorder`; offers have no day of issue). `document_id` is the document
    after it, or in question; none where the last numbers taken are on no document.
    """

    kind: str
    since: str
    until: str
    document_id: UUID | None = None
    number: str = ""
    day: date | None = None
    day_before: date | None = None


@dataclass(frozen=True, slots=True)
class SeriesAudit:
    """What the numbers of one series come to. `missing_count` numbers were taken and are on no document."""

    series: NumberSeries
    document_count: int = 0
    first_number: str = ""
    last_number: str = ""
    first_day: date | None = None
    last_day: date | None = None
    last_issued_at: datetime | None = None
    annulled_count: int = 0
    missing_count: int = 0
    duplicate_count: int = 0
    disorder_count: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def is_right(self) -> bool:
        return not (self.missing_count or self.duplicate_count or self.disorder_count)


def audit_series(actor: Actor) -> list[SeriesAudit]:
    """Every series of documents with its audit: tax series first, then the others. It counts all documents,
    so it wants `records.view_all`; at most `MOST_SHOWN` faults are told one by one.
    """
    actor.require(Permission.RECORDS_VIEW_ALL)
    series = list(every_series())
    wanted = [
        [one.code for one in series],
        [len(one.prefix) for one in series],
        [one.first_number for one in series],
    ]
    found = {row[0]: row[1:] for row in _rows(_ORDERED + _SUMMARY, wanted)}
    audits = [_audit(one, found.get(one.code)) for one in series]
    if all(one.is_right for one in audits):
        return audits
    faults = list(_rows(_ORDERED + _FAULTS, [*wanted, MOST_SHOWN]))
    return [_with_faults(one, [row[1:] for row in faults if row[0] == one.series.code]) for one in audits]


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _audit(series: NumberSeries, found: tuple[Any, ...] | None) -> SeriesAudit:
    if found is None:
        return SeriesAudit(series, missing_count=series.next_number - series.first_number)
    count, first, last, first_day, last_day, issued_at, annulled, missing, duplicates, disorder = found
    return SeriesAudit(
        series=series,
        document_count=count,
        first_number=series.written(first),
        last_number=series.written(last),
        first_day=first_day,
        last_day=last_day,
        last_issued_at=issued_at,
        annulled_count=annulled,
        missing_count=missing + max(series.next_number - 1 - last, 0),
        duplicate_count=duplicates,
        disorder_count=disorder,
    )


def _with_faults(audit: SeriesAudit, rows: Iterable[tuple[Any, ...]]) -> SeriesAudit:
    faults = [fault for row in rows for fault in _faults_of(audit.series, *row)]
    return replace(audit, faults=(*faults, *_missing_at_the_end(audit)))


def _faults_of(  # the columns of _FAULTS
    series: NumberSeries,
    document_id: UUID,
    number: str,
    day: date,
    place: int,
    place_before: int,
    day_before: date | None,
    is_twin: bool,
) -> Iterable[Fault]:
    about = partial(Fault, document_id=document_id, number=number, day=day, day_before=day_before)
    if place > place_before + 1:
        yield about("gap", series.written(place_before + 1), series.written(place - 1))
    if is_twin:
        yield about("duplicate", number, number)
    if day_before and day < day_before:
        yield about("disorder", series.written(place_before), number)


def _missing_at_the_end(audit: SeriesAudit) -> Iterable[Fault]:
    """Numbers that were taken after the last document."""
    series = audit.series
    first = _place(audit) + 1 if audit.document_count else series.first_number
    if first < series.next_number:
        yield Fault("gap", series.written(first), series.written(series.next_number - 1))


def _place(audit: SeriesAudit) -> int:
    return int(audit.last_number.removeprefix(audit.series.prefix))
