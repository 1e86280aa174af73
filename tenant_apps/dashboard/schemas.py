from datetime import date
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shared_apps.core.api import DEFAULT_LIMIT, MAX_LIMIT, decimal_text
from tenant_apps.dashboard.queries import Counted, Money, Waiting
from tenant_apps.dashboard.queries.reports import Asked, Row, Table
from tenant_apps.dashboard.reasons import why


class WhoFirstQuery(Schema):
    """What of the queue is asked for."""

    kind: Literal["", "task", "deal", "invoice", "offer", "customer"] = ""
    mine: bool = Field(False, description="Only what belongs to the person of the token, or to nobody.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class WaitingOut(Schema):
    """One of the queue. `priority` is from 0 up; `count` records stand behind it; `days` it is late."""

    kind: str
    record_type: str
    record_id: UUID
    title: str
    about: str
    amount: str | None
    currency: str | None
    days: int
    count: int
    why: str
    priority: str


class WhoFirstOut(Schema):
    """The queue, who comes first on top; `total` of them wait. There is one page: `next_cursor` is null."""

    items: list[WaitingOut]
    total: int
    next_cursor: str | None


def waiting_out(item: Waiting) -> dict[str, object]:
    return {
        "kind": item.kind,
        "record_type": item.record_type,
        "record_id": item.record_id,
        "title": item.title,
        "about": item.about,
        "amount": decimal_text(item.amount),
        "currency": item.currency or None,
        "days": item.days,
        "count": item.count,
        "why": why(item),
        "priority": decimal_text(item.priority, 4),
    }


PeriodName = Literal[
    "", "last_12_months", "this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year"
]
PLACES = {"money": 2, "percent": 1, "count": 0}


class ReportQuery(Schema):
    """What a report is narrowed to; what it does not know is left out. `until` is the last day."""

    period: PeriodName = ""
    since: date | None = None
    until: date | None = None
    pipeline_id: UUID | None = None
    person_id: UUID | None = Field(None, description="The user's id.")
    currency: str = Field("", max_length=3)

    def asked(self) -> dict[str, str]:
        """The same as the address of the page says it."""
        days = {"since": self.since.isoformat() if self.since else ""}
        days["until"] = self.until.isoformat() if self.until else ""
        ids = {"pipeline": str(self.pipeline_id or ""), "person": str(self.person_id or "")}
        return {"period": self.period, "currency": self.currency, **days, **ids}


class ReportColumnOut(Schema):
    """`kind`: `count`, `money` (in the currency of the table) or `percent`."""

    name: str
    label: str
    kind: str


class ReportRowOut(Schema):
    """Figures by the name of their column: counts as numbers, money and percents as text."""

    label: str
    figures: dict[str, int | str | None]


class ReportTableOut(Schema):
    name: str
    title: str
    currency: str | None
    columns: list[ReportColumnOut]
    rows: list[ReportRowOut]
    total: ReportRowOut | None


class ReportOut(Schema):
    """The period that the figures are of, both days included, and the tables."""

    report: str
    since: date
    until: date
    tables: list[ReportTableOut]


def report_out(name: str, asked: Asked, tables: list[Table]) -> dict[str, Any]:
    return {
        "report": name,
        "since": asked.since,
        "until": asked.last_day,
        "tables": [_table_out(table) for table in tables],
    }


def _table_out(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "currency": table.currency or None,
        "columns": [{"name": one.name, "label": one.label, "kind": one.kind} for one in table.columns],
        "rows": [_row_out(table, row) for row in table.rows],
        "total": _row_out(table, table.total) if table.total else None,
    }


def _row_out(table: Table, row: Row) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for column in table.columns:
        value = row.figures.get(column.name)
        is_text = value is not None and column.kind != "count"
        figures[column.name] = f"{value:.{PLACES[column.kind]}f}" if is_text else value
    return {"label": row.label, "figures": figures}


class CountedOut(Schema):
    amount: str
    count: int


class ExpectedWeekOut(Schema):
    """What is expected in the week from `monday`, and by its end in all."""

    monday: date
    amount: str
    by_then: str


class MoneyOut(Schema):
    """The money of a currency. `by_age`: `not_due`, `days_30`, `days_60`, `days_90` and `older`, in days
    after the due date. `weeks` are this one and the eleven after it, judged by each client's own habit;
    `late_of_habit` should have come by now even so, `later` comes after those weeks. `unmatched` came from
    unknown payers, `credits` from known clients; neither is given to an invoice yet.
    """

    currency: str
    owed: CountedOut
    overdue: CountedOut
    by_age: dict[str, CountedOut]
    weeks: list[ExpectedWeekOut]
    late_of_habit: str
    later: str
    unmatched: CountedOut
    credits: CountedOut


class MoneyListOut(Schema):
    on: date
    items: list[MoneyOut]
    next_cursor: str | None


def money_out(one: Money) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "owed": _counted_out(one.owed),
        "overdue": _counted_out(one.overdue),
        "by_age": {name: _counted_out(counted) for name, counted in one.by_age.items()},
        "weeks": [
            {
                "monday": week.monday,
                "amount": decimal_text(week.amount),
                "by_then": decimal_text(week.by_then),
            }
            for week in one.weeks
        ],
        "late_of_habit": decimal_text(one.late_of_habit),
        "later": decimal_text(one.later),
        "unmatched": _counted_out(one.unmatched),
        "credits": _counted_out(one.credits),
    }


def _counted_out(counted: Counted) -> dict[str, Any]:
    return {"amount": decimal_text(counted.amount), "count": counted.count}
