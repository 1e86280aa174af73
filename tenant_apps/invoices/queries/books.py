"""The books of the organization: what is owed and for how long, VAT, the sales ledger, series, turnover.

Credit notes count negative, annulled documents are listed with nothing, drafts and proformas are left out.
Amounts of VAT and ledger are in euro, converted by the rate of each document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Round

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.vat_threshold import NOT_COUNTED, Threshold, threshold_on
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Allocation, Invoice, InvoiceItem, InvoiceState, WriteOff
from tenant_apps.invoices.queries.documents import FROZEN, LEFT, OPEN
from tenant_apps.invoices.rules import books
from tenant_apps.invoices.rules.books import LedgerRow
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import NumberSeries, SeriesKind

ZERO = Decimal("0.00")
LEV_PER_EURO = Decimal("1.95583")
PACE_DAYS = 90
_MONEY: Any = DecimalField(max_digits=18, decimal_places=2)


@dataclass(frozen=True)
class Aged:
    """What one client owes in one currency, by age (`rules.books.BUCKETS`), and in all."""

    company_id: UUID | None
    contact_id: UUID | None
    name: str
    currency: str
    by_age: Mapping[str, Decimal]
    total: Decimal

    @property
    def ages(self) -> list[Decimal]:
        return [self.by_age[name] for name in books.BUCKETS]


@dataclass(frozen=True)
class VatRow:
    """Tax base and VAT of a month, rate and treatment, in euro."""

    month: date
    rate: Decimal | None
    code: str
    document_count: int
    base: Decimal
    vat: Decimal


@dataclass(frozen=True)
class MonthAudit:
    """What a series numbered in a period: each number one more than the one before it, in the order of days,
    or not. What was numbered later changes nothing here.
    """

    series: str
    first: str
    last: str
    document_count: int
    gap_count: int
    duplicate_count: int
    disorder_count: int


@dataclass(frozen=True)
class Radar:
    """How near the turnover of this calendar year is to the threshold of VAT registration, in euro.

    `reached_on` is the day on which the pace of the last 90 days gets there, None for not this year.
    """

    threshold: Threshold
    turnover: Decimal
    reached_on: date | None
    year: int

    @property
    def share(self) -> int:
        """Return how much of the threshold is used, in percent."""
        return int(self.turnover * 100 / self.threshold.amount)


def owed_as_of(actor: Actor, *, on: date, today: date) -> QuerySet[Invoice]:
    """What clients owed at the end of a day, with `still_owed`, the earliest due first. Today it is what the
    ledger says; for an earlier day money counts from the day it was received, credit notes and write-offs
    from theirs.
    """
    rows = visible_to(Invoice.objects.select_related("company", "contact"), actor)
    if on >= today:
        return rows.filter(OPEN).annotate(still_owed=LEFT).order_by("due_date", "number")
    settled = _sum_of(_money_until(on), "amount") + _sum_of(_credits_until(on), "total")
    left = F("total") - settled - _sum_of(_write_offs_until(on), "amount")
    owed = Q(state=InvoiceState.ISSUED, kind__in=rules.OWED_KINDS, issue_date__lte=on)
    return rows.filter(owed).annotate(still_owed=left).filter(still_owed__gt=0).order_by("due_date", "number")


def aged_receivables(actor: Actor, *, on: date, today: date) -> list[Aged]:
    """Per client and currency what was owed at the end of a day, by age; the largest first."""
    sums = {name: Coalesce(Sum("still_owed", filter=_aged(name, on)), Value(ZERO)) for name in books.BUCKETS}
    rows = (
        owed_as_of(actor, on=on, today=today)
        .select_related(None)
        .order_by()
        .annotate(firm=Coalesce("company__merged_into_id", "company_id"), person=_person())
        .values("firm", "person", "currency")
        .annotate(**sums, in_all=Sum("still_owed"))
        .order_by("currency", "-in_all", "firm", "person")
    )
    found: list[dict[str, Any]] = [dict(row) for row in rows]
    firms = Company.objects.in_bulk([row["firm"] for row in found if row["firm"]])
    people = Contact.objects.in_bulk([row["person"] for row in found if row["person"]])
    return [
        Aged(
            row["firm"],
            row["person"],
            str(firms.get(row["firm"]) or people.get(row["person"]) or ""),
            row["currency"],
            {name: row[name] for name in books.BUCKETS},
            row["in_all"],
        )
        for row in found
    ]


def aged_totals(actor: Actor, *, on: date, today: date) -> list[dict[str, Any]]:
    """Per currency the sum of every age, `in_all` and `document_count`."""
    sums = {name: Coalesce(Sum("still_owed", filter=_aged(name, on)), Value(ZERO)) for name in books.BUCKETS}
    rows = owed_as_of(actor, on=on, today=today).select_related(None).order_by().values("currency")
    summed = rows.annotate(**sums, in_all=Sum("still_owed"), document_count=Count("id"))
    return [dict(row) for row in summed.order_by("currency")]


def _aged(name: str, on: date) -> Q:
    least, most = books.BUCKETS[name]
    old = Q() if least is None else Q(due_date__lte=on - timedelta(days=least))
    return old & (Q() if most is None else Q(due_date__gte=on - timedelta(days=most)))


def _person() -> Case:
    kept = Coalesce("contact__merged_into_id", "contact_id")
    return Case(When(company=None, then=kept), default=Value(None))


def _money_until(on: date) -> QuerySet[Any, Any]:
    return Allocation.objects.filter(invoice=OuterRef("pk"), payment__received_on__lte=on).values("invoice")


def _write_offs_until(on: date) -> QuerySet[Any, Any]:
    return WriteOff.objects.filter(invoice=OuterRef("pk"), written_off_on__lte=on).values("invoice")


def _credits_until(on: date) -> QuerySet[Any, Any]:
    notes = Invoice.objects.filter(amends=OuterRef("pk"), kind=rules.CREDIT_NOTE, state=InvoiceState.ISSUED)
    return notes.filter(issue_date__lte=on).values("amends")


def _sum_of(rows: QuerySet[Any, Any], column: str) -> Coalesce:
    summed = rows.order_by().annotate(summed=Sum(column)).values("summed")
    return Coalesce(Subquery(summed, output_field=_MONEY), Value(ZERO))


def ledger_documents(actor: Actor, *, since: date, until: date) -> QuerySet[Invoice]:
    """The tax documents of a period by number, annulled ones too, with `sign`, `per_euro`, `net_eur` and
    `vat_eur`. `per_euro` is None where a foreign currency came without a rate: such a one has no amounts.
    """
    rows = Invoice.objects.filter(
        FROZEN, kind__in=rules.TAX_KINDS, issue_date__gte=since, issue_date__lte=until
    )
    sign = Case(
        When(state=InvoiceState.ANNULLED, then=Value(0)),
        When(kind=rules.CREDIT_NOTE, then=Value(-1)),
        default=Value(1),
    )
    per_euro = Case(
        When(currency="EUR", then=Value(Decimal(1))),
        When(exchange_rate__isnull=False, then=F("exchange_rate")),
        When(currency="BGN", then=Value(LEV_PER_EURO)),
        output_field=DecimalField(max_digits=18, decimal_places=6),
    )
    rows = rows.annotate(sign=sign, per_euro=per_euro)
    sums = {f"{one}_eur": _in_euro(f"{one}_total") for one in ("net", "vat")}
    return visible_to(rows.annotate(**sums), actor).order_by("number")


def _in_euro(column: str) -> Coalesce:
    converted = Round(F(column) / F("per_euro"), precision=2)
    kept = Case(When(currency="EUR", then=F(column)), default=F(f"{column}_eur"), output_field=_MONEY)
    return Coalesce(kept, converted, output_field=_MONEY)


# A document's groups in euro add up to the document in euro: the last one takes the cents that are
# left over, those of VAT the last one that bears any.
_PARTS = """
    WITH documents AS ({documents}),
    shares AS (
        SELECT d.id, d.issue_date, d.sign, d.net_eur, d.vat_eur, g.ordinality AS place,
               (g.value->>'rate')::numeric AS rate, g.value->>'code' AS code,
               round((g.value->>'base')::numeric / d.per_euro, 2) AS base,
               round((g.value->>'vat')::numeric / d.per_euro, 2) AS vat,
               row_number() OVER (PARTITION BY d.id ORDER BY g.ordinality DESC) = 1 AS is_last,
               row_number() OVER (
                   PARTITION BY d.id ORDER BY (g.value->>'vat')::numeric <> 0 DESC, g.ordinality DESC
               ) = 1 AS is_last_taxed
        FROM documents d CROSS JOIN LATERAL jsonb_array_elements(d.vat_groups) WITH ORDINALITY g
    ),
    parts AS (
        SELECT id, issue_date, sign, place, rate, code,
               sign * (base + CASE WHEN is_last THEN net_eur - sum(base) OVER one ELSE 0 END) AS base,
               sign * (vat + CASE WHEN is_last_taxed THEN vat_eur - sum(vat) OVER one ELSE 0 END) AS vat
        FROM shares WINDOW one AS (PARTITION BY id)
    )
"""
_SUMMARY = """
    SELECT date_trunc('month', issue_date)::date, rate, code, count(DISTINCT id) FILTER (WHERE sign <> 0),
           coalesce(sum(base), 0), coalesce(sum(vat), 0)
    FROM parts GROUP BY 1, 2, 3 ORDER BY 1, 2 DESC NULLS LAST, 3
"""
_OF_DOCUMENTS = "SELECT id, rate, code, coalesce(base, 0), coalesce(vat, 0) FROM parts ORDER BY id, place"


def vat_summary(actor: Actor, *, since: date, until: date) -> list[VatRow]:
    """Tax base and VAT of the period per month, rate and treatment, in one statement."""
    return [VatRow(*row) for row in _asked(_SUMMARY, actor, since, until)]


def sales_ledger(actor: Actor, *, since: date, until: date) -> list[LedgerRow]:
    """The sales ledger of a period, one row per document by number, in euro."""
    first = InvoiceItem.objects.filter(invoice=OuterRef("pk")).order_by("position").values("description")[:1]
    documents = ledger_documents(actor, since=since, until=until).annotate(what=Subquery(first))
    rows = {document.pk: _ledger_row(document) for document in documents}
    for document_id, rate, code, base, vat in _asked(_OF_DOCUMENTS, actor, since, until):
        if not rows[document_id].is_annulled:
            rows[document_id] = rows[document_id].put(code, rate, base, vat)
    return list(rows.values())


def without_rate(actor: Actor, *, since: date, until: date) -> int:
    """How many documents of the period cannot be told in euro."""
    documents: QuerySet[Any, Any] = ledger_documents(actor, since=since, until=until)
    return documents.filter(per_euro=None).exclude(state=InvoiceState.ANNULLED).count()


def _asked(question: str, actor: Actor, since: date, until: date) -> list[Any]:
    columns = ("id", "issue_date", "vat_groups", "sign", "per_euro", "net_eur", "vat_eur")
    documents = ledger_documents(actor, since=since, until=until).order_by().values(*columns)
    sql, params = documents.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_PARTS.format(documents=sql) + question, params)
        return cursor.fetchall()


def _ledger_row(document: Any) -> LedgerRow:
    buyer = document.buyer
    return LedgerRow(
        type_code=books.DOCUMENT_TYPES[document.kind],
        number=document.number,
        issued_on=document.issue_date,
        client_number=buyer.get("vat_number") or buyer.get("eik") or books.UNKNOWN_CLIENT,
        client_name=buyer.get("name", ""),
        description=document.what or "",
        is_annulled=document.state == InvoiceState.ANNULLED,
    )


def month_audits(actor: Actor, *, since: date, until: date) -> list[MonthAudit]:
    """Each series of tax documents that numbered something in the period, proved by SQL."""
    rows = visible_to(Invoice.objects.filter(FROZEN, issue_date__lte=until), actor)
    series = NumberSeries.objects.filter(kind=SeriesKind.TAX).values("code")
    columns = rows.filter(series__in=series).order_by().values("series", "number", "issue_date")
    sql, params = columns.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT.format(documents=sql), [*params, since])
        return [MonthAudit(*row) for row in cursor.fetchall()]


_AUDIT = """
    WITH documents AS ({documents}),
    ordered AS (
        SELECT series, number, issue_date, number::bigint - lag(number::bigint) OVER in_series AS step,
               issue_date < lag(issue_date) OVER in_series AS is_late
        FROM documents WINDOW in_series AS (PARTITION BY series ORDER BY number)
    )
    SELECT series, min(number), max(number), count(*), count(*) FILTER (WHERE step > 1),
           count(*) FILTER (WHERE step = 0), count(*) FILTER (WHERE is_late)
    FROM ordered WHERE issue_date >= %s GROUP BY series ORDER BY series
"""


def vat_radar(actor: Actor, *, on: date) -> Radar | None:
    """How near this calendar year's turnover is to the threshold; None while no threshold is law."""
    threshold = threshold_on(on)
    if threshold is None:
        return None
    turnover = _turnover(actor, on.replace(month=1, day=1), on)
    recent = _turnover(actor, on - timedelta(days=PACE_DAYS - 1), on)
    reached_on = books.forecast_day(
        turnover=turnover, recent=recent, recent_days=PACE_DAYS, most=threshold.amount, on=on
    )
    return Radar(threshold, turnover, reached_on, on.year)


def _turnover(actor: Actor, since: date, until: date) -> Decimal:
    """What counts of the period: tax bases, exempt supplies and those with a place abroad left out."""
    rows = vat_summary(actor, since=since, until=until)
    return sum((row.base for row in rows if row.code not in NOT_COUNTED), ZERO)
