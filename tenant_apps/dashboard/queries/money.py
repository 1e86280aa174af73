"""The money page: what is owed and for how long, when it will come, and what came and waits.

When an invoice will be paid is judged by its client's own habit: how many days after the due date, or before
it, their invoices of two years were paid, on average. Of one who never paid nothing is known, so the due date
it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from shared_apps.core.actors import Actor
from tenant_apps.dashboard import rules
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.queries import HAS_CLIENT, LEFT, NOT_ALLOCATED, OPEN, OWED, WAITING
from tenant_apps.sharing.queries import visible_to

ZERO = Decimal("0.00")
HABIT_OF_DAYS = 730
NOT_DUE = "not_due"


@dataclass(frozen=True)
class Counted:
    """An amount, and how many records it is the sum of."""

    amount: Decimal = ZERO
    count: int = 0


@dataclass(frozen=True)
class Week:
    """What is expected in the week that begins on `monday`, and by its end in all."""

    monday: date
    amount: Decimal
    by_then: Decimal

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


@dataclass(frozen=True)
class Money:
    """The money of one currency.

    `owed` in all, `by_age`: `not_due` and `rules.AGES`. `weeks` are this one and the next ones,
    `late_of_habit` is owed by clients who would have paid by now even as they usually do, `later` is expected
    after those weeks. `unmatched` came from nobody knows whom, `credits` from known clients; neither is given
    to an invoice yet.
    """

    currency: str
    owed: Counted
    by_age: Mapping[str, Counted]
    weeks: tuple[Week, ...]
    late_of_habit: Decimal
    later: Decimal
    unmatched: Counted
    credits: Counted

    @property
    def overdue(self) -> Counted:
        late = [one for name, one in self.by_age.items() if name != NOT_DUE]
        return Counted(sum((one.amount for one in late), ZERO), sum(one.count for one in late))


def money(actor: Actor, *, on: date, zone: str) -> list[Money]:
    """The money of each currency that is owed or waits, as of a day, in three statements."""
    owed, waiting = _owed(actor, on), _waiting(actor)
    expected = _expected(actor, on, zone)
    return [
        _money(currency, owed.get(currency, {}), expected.get(currency, {}), waiting.get(currency, {}), on)
        for currency in sorted({*owed, *waiting})
    ]


def _money(
    currency: str,
    owed: Mapping[str, Any],
    expected: Mapping[int, Decimal],
    waiting: Mapping[str, Any],
    on: date,
) -> Money:
    return Money(
        currency=currency,
        owed=_counted(owed, "owed"),
        by_age={name: _counted(owed, name) for name in (NOT_DUE, *rules.AGES)},
        weeks=_weeks(expected, on),
        late_of_habit=expected.get(rules.BEFORE_NOW, ZERO),
        later=expected.get(rules.WEEKS, ZERO),
        unmatched=_counted(waiting, "unmatched"),
        credits=_counted(waiting, "credits"),
    )


def _counted(row: Mapping[str, Any], name: str) -> Counted:
    return Counted(row.get(name) or ZERO, row.get(f"{name}_count") or 0)


def _weeks(expected: Mapping[int, Decimal], on: date) -> tuple[Week, ...]:
    monday, by_then, weeks = rules.monday_of(on), ZERO, []
    for number in range(rules.WEEKS):
        amount = expected.get(number, ZERO)
        by_then += amount
        weeks.append(Week(monday + timedelta(weeks=number), amount, by_then))
    return tuple(weeks)


def _owed(actor: Actor, on: date) -> dict[str, dict[str, Any]]:
    """Currency → what is owed, in all and by age."""
    ages = {NOT_DUE: Q(due_date=None) | Q(due_date__gte=on)}
    ages |= {name: _of_age(name, on) for name in rules.AGES}
    sums: dict[str, Any] = {"owed": Sum(LEFT), "owed_count": Count("id")}
    for name, condition in ages.items():
        sums |= {name: Sum(LEFT, filter=condition), f"{name}_count": Count("id", filter=condition)}
    rows = visible_to(Invoice.objects.filter(OPEN), actor).order_by().values("currency").annotate(**sums)
    return {row["currency"]: dict(row) for row in rows}


def _of_age(name: str, on: date) -> Q:
    newest, oldest = rules.days_of_age(name, on)
    old = Q(due_date__lte=newest)
    return old & Q(due_date__gte=oldest) if oldest else old


def _waiting(actor: Actor) -> dict[str, dict[str, Any]]:
    """Currency → money that came and is not given to an invoice, of unknown and of known clients."""
    rows = visible_to(Payment.objects.filter(WAITING), actor).order_by().values("currency")
    sums = {
        "unmatched": Sum(NOT_ALLOCATED, filter=~HAS_CLIENT),
        "unmatched_count": Count("id", filter=~HAS_CLIENT),
        "credits": Sum(NOT_ALLOCATED, filter=HAS_CLIENT),
        "credits_count": Count("id", filter=HAS_CLIENT),
    }
    return {row["currency"]: dict(row) for row in rows.annotate(**sums)}


_EXPECTED = """
    WITH owed (client_id, currency, due, amount) AS ({owed}),
    habits (client_id, delay) AS ({habits}),
    expected AS (
        SELECT owed.currency, owed.amount,
               owed.due + coalesce(round(extract(epoch FROM habits.delay) / 86400), 0)::integer AS day
        FROM owed LEFT JOIN habits ON habits.client_id = owed.client_id
    )
    SELECT currency, CASE WHEN day < %s THEN %s ELSE least((day - %s::date) / 7, %s) END AS week, sum(amount)
    FROM expected GROUP BY 1, 2
"""


def _expected(actor: Actor, on: date, zone: str) -> dict[str, dict[int, Decimal]]:
    """Currency → number of the week (`rules.week_of`) → what is expected in it."""
    owed, owed_values = _of_clients(
        visible_to(Invoice.objects.filter(OPEN), actor),
        "currency",
        due=Coalesce("due_date", "issue_date"),
        left=LEFT,
    ).query.sql_with_params()
    habits, habit_values = _habits(actor, on, zone).query.sql_with_params()
    weeks: list[Any] = [on, rules.BEFORE_NOW, rules.monday_of(on), rules.WEEKS]
    found: dict[str, dict[int, Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_EXPECTED.format(owed=owed, habits=habits), [*owed_values, *habit_values, *weeks])
        for currency, week, amount in cursor.fetchall():
            found.setdefault(currency, {})[week] = amount
    return found


def _habits(actor: Actor, on: date, zone: str) -> QuerySet[Any, Any]:
    """Client → how long after the due date they pay, on average."""
    paid = Invoice.objects.filter(
        OWED, paid_at__isnull=False, due_date__isnull=False, issue_date__gt=on - timedelta(days=HABIT_OF_DAYS)
    )
    delay = TruncDate("paid_at", tzinfo=ZoneInfo(zone)) - F("due_date")
    wrapped: Any = ExpressionWrapper(delay, output_field=DurationField())
    return _of_clients(visible_to(paid, actor)).annotate(delay=Avg(wrapped))


def _of_clients(rows: QuerySet[Invoice], *columns: str, **more: Any) -> QuerySet[Any, Any]:
    """The rows by whom they belong to now: the company, or the person for themselves; merged ones are one."""
    client = Coalesce("company__merged_into_id", "company_id", "contact__merged_into_id", "contact_id")
    return rows.order_by().annotate(client_of=client, **more).values("client_of", *columns, *more)
