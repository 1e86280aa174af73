"""Who comes first: everything that waits for a person, in one queue and one statement.

Who has a task to do in the next fortnight is in hand, and does not wait.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils.translation import get_language

from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Company, Contact, DealStatus, Task
from tenant_apps.crm.queries import open_deals, open_tasks, visible_companies, visible_contacts, visible_deals
from tenant_apps.dashboard import rules
from tenant_apps.dashboard.queries.quiet import quiet_customers
from tenant_apps.invoices.models import Invoice, OfferStatus
from tenant_apps.invoices.queries import LEFT, OPEN, visible_offers
from tenant_apps.sharing.queries import visible_to

IN_HAND = timedelta(days=14)
TASK_PATIENCE, INVOICE_PATIENCE, OFFER_PATIENCE = 3, 14, 4  # days
DAY = Decimal(86_400)
NUMBER = DecimalField(max_digits=20, decimal_places=6)
Part = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Asking:
    """Who asks, when, on which day of the organization, and whether only for what is theirs or nobody's."""

    actor: Actor
    at: datetime
    on: date
    mine: bool

    def whose(self, rows: QuerySet[Any], *names: str) -> QuerySet[Any]:
        """The rows that are asked for; `names`: the columns that say whose they are, the first one filled
        decides.
        """
        if not self.mine:
            return rows
        person = Coalesce(*names) if names[1:] else F(names[0])
        return rows.annotate(whose=person).filter(Q(whose=self.actor.id) | Q(whose=None))


@dataclass(frozen=True)
class Waiting:
    """One in the queue. `record_type` and `record_id` are what it is about; `about` names the client beside
    the title. Money may be absent; `typical` is what is usual in its currency. `late` and `patience` are in
    days; `count` records stand behind it. `detail`: the oldest invoice (`<due date> <id> <number>`), the
    offer (`<last day> <id>`), the stage, the kind of task, the habit in days.
    """

    kind: str
    record_type: str
    record_id: UUID
    title: str
    about: str
    amount: Decimal | None
    currency: str
    late: Decimal
    patience: Decimal
    count: int
    detail: str
    typical: Decimal | None

    @property
    def priority(self) -> Decimal:
        return rules.priority(
            amount=self.amount, typical=self.typical, late=self.late, patience=self.patience
        )

    @property
    def days(self) -> int:
        """For how many whole days it has been waiting too long."""
        return int(self.late)


@dataclass(frozen=True)
class Queue:
    """The first of those who wait, and how many there are."""

    waiting: list[Waiting]
    total: int


@dataclass(frozen=True)
class Source:
    """One reason to wait: the permission that it takes to see it, and its rows."""

    permission: Permission
    part: Callable[[Asking], Part]


def who_first(
    actor: Actor, *, at: datetime, on: date, mine: bool = False, kind: str = "", limit: int = 50
) -> Queue:
    """The queue, highest priority first: of everything that the actor sees, or what is theirs or nobody's."""
    asking = Asking(actor, at, on, mine)
    parts = [
        source.part(asking)
        for name, source in SOURCES.items()
        if actor.may(source.permission) and kind in ("", name)
    ]
    if not parts:
        return Queue([], 0)
    sql = _RANKED.format(queue=" UNION ALL ".join(f"({part})" for part, _params in parts))
    params = [value for _part, values in parts for value in values]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, rules.SMALLEST, limit])
        rows = cursor.fetchall()
    return Queue([Waiting(*row[:-1]) for row in rows], rows[0][-1] if rows else 0)


# Clients are named once it is known who comes first: their part of the queue leaves the title empty.
_RANKED = """
    WITH queue (kind, record_type, record_id, title, about, amount, currency, late, patience, count, detail)
        AS ({queue}),
    measured AS (
        SELECT *, avg(amount) FILTER (WHERE amount > 0) OVER (PARTITION BY currency) AS typical FROM queue
    ),
    ranked AS (
        SELECT *, greatest(coalesce(amount / typical, 0), %s) * late / (late + patience) AS rank,
               count(*) OVER () AS total
        FROM measured ORDER BY rank DESC, record_id LIMIT %s
    )
    SELECT kind, record_type, record_id,
           CASE
               WHEN title IS NOT NULL THEN title
               WHEN record_type = 'company' THEN (SELECT name FROM crm_company WHERE id = record_id)
               ELSE (SELECT concat(first_name, ' ', last_name) FROM crm_contact WHERE id = record_id)
           END,
           about, amount, currency, late, patience, count, detail, typical, total
    FROM ranked ORDER BY rank DESC, record_id
"""
_NAMED_LATER: Cast = Cast(Value(None), TextField())


def _in_language(column: str) -> Coalesce:
    """A translated column as the reader's language has it, or else as it has any words."""
    own = f"{column}_{(get_language() or 'bg')[:2]}"
    return Coalesce(NullIf(own, Value("")), NullIf(f"{column}_bg", Value("")), f"{column}_en", Value(""))


def _text(value: Any) -> Cast:
    return Cast(value if hasattr(value, "resolve_expression") else Value(value), TextField())


def _looked_up(records: QuerySet[Any], column: str, wanted: Any) -> Subquery:
    """A value of that of the records which a column names, looked up for each row: a join would read all of
    them. None where the column names none of these.
    """
    return Subquery(records.order_by().filter(pk=OuterRef(column)).values_list(wanted)[:1])


_FULL_NAME = Concat("first_name", Value(" "), "last_name", output_field=TextField())
# Of an invoice or an offer: the company, or the person where there is none, or what they were merged into.
_CLIENT_TYPE = Case(
    When(company=None, then=Value("contact")), default=Value("company"), output_field=TextField()
)
_CLIENT = Case(
    When(
        company=None,
        then=Coalesce(_looked_up(Contact.objects.all(), "contact_id", "merged_into_id"), "contact_id"),
    ),
    default=Coalesce(_looked_up(Company.objects.all(), "company_id", "merged_into_id"), "company_id"),
    output_field=UUIDField(),
)


def _days(number: Any) -> Cast:
    return Cast(number if hasattr(number, "resolve_expression") else Value(number), NUMBER)


def _days_since(column: str, at: datetime) -> Any:
    """How many days ago an instant was, with their fraction."""
    seconds = Func(
        Value(at),
        F(column),
        template="extract(epoch FROM (%(expressions)s))",
        arg_joiner=" - ",
        output_field=NUMBER,
    )
    return seconds / Value(DAY, NUMBER)


def _compiled(rows: QuerySet[Any]) -> Part:
    sql, params = rows.order_by().query.sql_with_params()
    return sql, tuple(params)


def _overdue_tasks(asking: Asking) -> Part:
    rows = asking.whose(open_tasks(asking.actor).filter(due_at__lt=asking.at), "assignee_id", "owner_id")
    actor = asking.actor
    companies = visible_companies(actor, archived=None)
    contacts = visible_contacts(actor, archived=None)
    deals = visible_deals(actor, archived=None)
    sold = deals.filter(status=DealStatus.OPEN)
    about = Coalesce(
        _looked_up(companies, "company_id", "name"),
        _looked_up(contacts, "contact_id", _FULL_NAME),
        _looked_up(deals, "deal_id", "name"),
        Value(""),
        output_field=TextField(),
    )
    columns = (
        _text("task"),
        _text("task"),
        "id",
        _text(F("title")),
        about,
        _looked_up(sold, "deal_id", "value"),
        Coalesce(_looked_up(sold, "deal_id", "currency"), Value("")),
        _days_since("due_at", asking.at),
        _days(TASK_PATIENCE),
        Value(1, IntegerField()),
        _text(F("kind")),
    )
    return _compiled(rows.values_list(*columns))


def _rotting_deals(asking: Asking) -> Part:
    """Deals that lie in their stage for longer than its limit; those with a late task are there as that."""
    rows = asking.whose(open_deals(asking.actor), "owner_id")
    rows = rows.filter(Q(next_task_at=None) | Q(next_task_at__gte=asking.at + IN_HAND))
    limit = F("stage__rot_days") * Value(timedelta(days=1))
    rows = rows.filter(stage__rot_days__gt=0).filter(stage_entered_at__lt=Value(asking.at) - limit)
    columns = (
        _text("deal"),
        _text("deal"),
        "id",
        _text(F("name")),
        _text(Coalesce(_looked_up(Company.objects.all(), "company_id", "name"), Value(""))),
        "value",
        "currency",
        _days_since("stage_entered_at", asking.at) - _days(F("stage__rot_days")),
        _days(F("stage__rot_days")),
        Value(1, IntegerField()),
        _text(_in_language("stage__name")),
    )
    return _compiled(rows.values_list(*columns))


def _overdue_invoices(asking: Asking) -> Part:
    """What each client owes too late, in each currency."""
    rows = visible_to(Invoice.objects.filter(OPEN, due_date__lt=asking.on), asking.actor)
    rows = asking.whose(rows, "owner_id").exclude(_task_ahead("company_id", "company", asking))
    rows = rows.exclude(_task_ahead("contact_id", "contact", asking) & Q(company=None))
    oldest = Concat(
        Cast("due_date", TextField()),
        Value(" "),
        Cast("id", TextField()),
        Value(" "),
        "number",
        output_field=TextField(),
    )
    grouped = rows.values(client=_CLIENT, client_type=_CLIENT_TYPE, owed_in=F("currency")).annotate(
        owed=Sum(LEFT),
        since=Min("due_date"),
        invoices=Count("id"),
        oldest=Min(oldest),
    )
    late = Func(
        Value(asking.on),
        F("since"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    columns = (
        _text("invoice"),
        "client_type",
        "client",
        _NAMED_LATER,
        _text(""),
        "owed",
        "owed_in",
        _days(late),
        _days(INVOICE_PATIENCE),
        "invoices",
        "oldest",
    )
    return _compiled(grouped.values_list(*columns))


def _expiring_offers(asking: Asking) -> Part:
    """Clients who have not answered an offer whose last days have come."""
    ends = asking.on + timedelta(days=OFFER_PATIENCE)
    rows = visible_offers(asking.actor).filter(status=OfferStatus.SENT, valid_until__lt=ends)
    rows = asking.whose(rows, "owner_id").exclude(_task_ahead("deal_id", "deal", asking))
    rows = rows.exclude(_task_ahead("company_id", "company", asking))
    rows = rows.exclude(_task_ahead("contact_id", "contact", asking) & Q(company=None))
    waited = Func(
        Value(ends),
        F("valid_until"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    detail = Concat(
        Cast("valid_until", TextField()), Value(" "), Cast("id", TextField()), output_field=TextField()
    )
    columns = (
        _text("offer"),
        _CLIENT_TYPE,
        _CLIENT,
        _NAMED_LATER,
        _text(F("number")),
        "total",
        "currency",
        _days(waited),
        _days(OFFER_PATIENCE),
        Value(1, IntegerField()),
        detail,
    )
    return _compiled(rows.select_related(None).values_list(*columns))


def _task_ahead(column: str, field: str, asking: Asking) -> Q:
    """The condition that somebody is to do something for the client soon."""
    ahead = Task.objects.filter(
        done_at=None, archived_at=None, due_at__gte=asking.at, due_at__lt=asking.at + IN_HAND
    )
    return Q(Exists(ahead.filter(**{field: OuterRef(column)})))


def _quiet_customers(asking: Asking) -> Part:
    companies = asking.whose(visible_companies(asking.actor), "owner_id")
    companies = companies.exclude(_task_ahead("pk", "company", asking))
    invoices = visible_to(Invoice.objects.all(), asking.actor)
    deals = visible_deals(asking.actor)
    return quiet_customers(companies, invoices, deals, on=asking.on, are_few=asking.mine)


SOURCES: Mapping[str, Source] = {
    "task": Source(Permission.TASKS_VIEW, _overdue_tasks),
    "deal": Source(Permission.DEALS_VIEW, _rotting_deals),
    "invoice": Source(Permission.INVOICES_VIEW, _overdue_invoices),
    "offer": Source(Permission.OFFERS_VIEW, _expiring_offers),
    "customer": Source(Permission.COMPANIES_VIEW, _quiet_customers),
}
KINDS = tuple(SOURCES)
