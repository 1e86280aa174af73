"""What passed between us and a client: documents, money, and what was owed before and after."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from shared_apps.core.actors import Actor, ActorKind
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.queries import visible_company, visible_contact
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Allocation, Invoice, InvoiceState, Payment, Refund, WriteOff
from tenant_apps.invoices.queries.documents import OPEN, of_client, with_status
from tenant_apps.invoices.queries.ledger import live_allocations
from tenant_apps.sharing.queries import visible_to

ZERO = Decimal("0.00")
PAYMENT, REFUND, WRITE_OFF = "payment", "refund", "write_off"
M = TypeVar("M", Invoice, Payment)


@dataclass(frozen=True)
class Client:
    """Whose books are asked for: a company, or a person for themselves."""

    company_id: UUID | None = None
    contact_id: UUID | None = None

    @property
    def id(self) -> UUID | None:
        return self.company_id or self.contact_id

    @property
    def documents(self) -> Q:
        """Their documents, and those of whoever was merged into them."""
        if self.company_id:
            return of_client(company_id=self.company_id)
        return of_client(contact_id=self.contact_id) & Q(company=None)

    @property
    def payments(self) -> Q:
        """The money under their name, and under that of whoever was merged into them."""
        return self.documents


@dataclass(frozen=True)
class Movement:
    """One line: what they came to owe more (`amount` above zero) or less, and what they owed after it.

    `what` is a kind of document, PAYMENT, REFUND or WRITE_OFF, `label` the number or the payer's reference.
    """

    day: date
    what: str
    label: str
    amount: Decimal
    record_id: UUID
    balance: Decimal

    @property
    def charged(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def settled(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None


@dataclass(frozen=True)
class Statement:
    """A period in one currency: `opening` + `charged` − `settled` = `closing`. `is_whole`: whether all its
    movements are here, or none of them, being more than were asked for.
    """

    currency: str
    opening: Decimal
    charged: Decimal
    settled: Decimal
    closing: Decimal
    movements: tuple[Movement, ...]
    is_whole: bool = True


def statements_of(
    client: Client, actor: Actor, *, since: date, until: date, most: int | None = None
) -> list[Statement]:
    """The client's statement for a period, both days included, per currency that ever moved. Load the client
    by its own query first. Two statements of SQL; every sum is theirs. A period of more movements than `most`
    is told by its sums alone.
    """
    moves, params = _moves(client, actor)
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS.format(moves=moves), [*params, since, since, since, until])
        totals = cursor.fetchall()
        cursor.execute(
            _LINES.format(moves=moves), [*params, until, since, None if most is None else most + 1]
        )
        lines = cursor.fetchall()
    is_whole = most is None or len(lines) <= most
    moves_in: dict[str, list[Movement]] = defaultdict(list)
    for currency, *line in lines if is_whole else ():
        moves_in[currency].append(Movement(*line))
    return [
        Statement(currency, opening, charged, settled, closing, tuple(moves_in[currency]), is_whole)
        for currency, opening, charged, settled, closing in totals
    ]


_TOTALS = """
    WITH moves (day, currency, what, label, amount, record_id) AS ({moves})
    SELECT currency, coalesce(sum(amount) FILTER (WHERE day < %s), 0),
           coalesce(sum(amount) FILTER (WHERE day >= %s AND amount > 0), 0),
           coalesce(-sum(amount) FILTER (WHERE day >= %s AND amount < 0), 0),
           sum(amount)
    FROM moves WHERE day <= %s GROUP BY currency ORDER BY currency
"""
_LINES = """
    WITH moves (day, currency, what, label, amount, record_id) AS ({moves}),
    sorted AS (SELECT *, what IN ('payment', 'refund', 'write_off') AS is_money FROM moves),
    running AS (
        SELECT *, sum(amount) OVER (
            PARTITION BY currency ORDER BY day, is_money, record_id, what ROWS UNBOUNDED PRECEDING
        ) AS balance
        FROM sorted WHERE day <= %s
    )
    SELECT currency, day, what, label, amount, record_id, balance
    FROM running WHERE day >= %s ORDER BY currency, day, is_money, record_id, what
    LIMIT %s
"""


def _moves(client: Client, actor: Actor) -> tuple[str, list[Any]]:
    """All that ever moved, as one SELECT: documents, the client's own money, money of others for them."""
    parts = [
        _documents(client, actor),
        _own_money(client, actor),
        _money_of_others(client, actor),
        _refunds(client, actor),
        _write_offs(client, actor),
    ]
    compiled = [part.query.sql_with_params() for part in parts]
    sql = " UNION ALL ".join(f"({part})" for part, _values in compiled)
    return sql, [value for _part, values in compiled for value in values]


def _documents(client: Client, actor: Actor) -> QuerySet[Any, Any]:
    kinds = (*rules.OWED_KINDS, rules.CREDIT_NOTE)
    found = Invoice.objects.filter(client.documents, state=InvoiceState.ISSUED, kind__in=kinds)
    amount = Case(When(kind=rules.CREDIT_NOTE, then=-F("total")), default=F("total"))
    return _columns(
        _seen(found, client, actor),
        day=F("issue_date"),
        money_in=F("currency"),
        what=F("kind"),
        label=F("number"),
        moved=amount,
        record_id=F("id"),
    )


def _own_money(client: Client, actor: Actor) -> QuerySet[Any, Any]:
    """The client's payments, less what of them was given to other clients' documents."""
    theirs = Invoice.objects.filter(client.documents)
    elsewhere = (
        Allocation.objects.filter(payment=OuterRef("pk"))
        .exclude(invoice__in=theirs)
        .order_by()
        .values("payment")
        .annotate(given=Sum("amount"))
        .values("given")
    )
    kept = F("amount") - Coalesce(Subquery(elsewhere), Value(ZERO))
    found = _seen(Payment.objects.filter(client.payments, voided_at=None), client, actor)
    return _columns(
        found,
        day=F("received_on"),
        money_in=F("currency"),
        what=Value(PAYMENT, CharField()),
        label=F("reference"),
        moved=-kept,
        record_id=F("id"),
    )


def _money_of_others(client: Client, actor: Actor) -> QuerySet[Any, Any]:
    """Money for the client's documents out of payments that are not under their name."""
    payments = _seen(Payment.objects.filter(voided_at=None), client, actor)
    theirs = Invoice.objects.filter(client.documents)
    own = Payment.objects.filter(client.payments)
    given = live_allocations().filter(invoice__in=theirs, payment__in=payments).exclude(payment__in=own)
    return _columns(
        given,
        day=F("payment__received_on"),
        money_in=F("payment__currency"),
        what=Value(PAYMENT, CharField()),
        label=F("payment__reference"),
        moved=-F("amount"),
        record_id=F("payment_id"),
    )


def _refunds(client: Client, actor: Actor) -> QuerySet[Any, Any]:
    """What of the client's money went back to them; an opposite row counts the other way."""
    payments = _seen(Payment.objects.filter(client.payments), client, actor)
    return _columns(
        Refund.objects.filter(payment__in=payments),
        day=F("refunded_on"),
        money_in=F("payment__currency"),
        what=Value(REFUND, CharField()),
        label=F("payment__reference"),
        moved=F("amount"),
        record_id=F("payment_id"),
    )


def _write_offs(client: Client, actor: Actor) -> QuerySet[Any, Any]:
    """The rests of the client's documents that are not waited for."""
    documents = _seen(Invoice.objects.filter(client.documents), client, actor)
    return _columns(
        WriteOff.objects.filter(invoice__in=documents),
        day=F("written_off_on"),
        money_in=F("invoice__currency"),
        what=Value(WRITE_OFF, CharField()),
        label=F("invoice__number"),
        moved=-F("amount"),
        record_id=F("invoice_id"),
    )


def open_documents_of(client: Client, actor: Actor, *, on: date) -> QuerySet[Invoice]:
    """What the client still has to pay, the earliest due first, with `status` on the day."""
    found = _seen(Invoice.objects.filter(client.documents, OPEN), client, actor)
    return with_status(found, on=on).order_by("due_date", "number")


def _seen(rows: QuerySet[M], client: Client, actor: Actor) -> QuerySet[M]:
    """What of a client's books the actor sees: the client themselves all that is asked for here."""
    if actor.kind is ActorKind.CLIENT and client.id in actor.records:
        return rows
    return visible_to(rows, actor)


def _columns(rows: QuerySet[Any, Any], **columns: Any) -> QuerySet[Any, Any]:
    named = {f"of_{name}": column for name, column in columns.items()}
    return rows.order_by().annotate(**named).values(*named)


def client_record(client: Client, actor: Actor) -> Company | Contact:
    """The company or person; `DoesNotExist` when the actor may not see them."""
    if client.company_id:
        return visible_company(client.company_id, actor)
    assert client.contact_id  # noqa: S101 - a client is one or the other
    return visible_contact(client.contact_id, actor)
