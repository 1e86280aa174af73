"""What waits for somebody: bank lines that nothing explains, and payments of which something is left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import Abs

from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking, answered, rows_of, side_by_side
from shared_apps.core.keyset import KeysetPage, merged_page, next_of
from shared_apps.core.numbers import plain_number
from shared_apps.core.search import matching
from tenant_apps.invoices.models import Allocation, Invoice, Payment
from tenant_apps.invoices.queries import (
    LEFT,
    WAITING,
    live_allocations,
    open_invoices,
    unmatched_payments,
    visible_payments,
)
from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.models import WAITING as LINES_WAITING
from tenant_apps.reconciliation.models import BankAccount, BankLine, Decision, DecisionState, Sign
from tenant_apps.reconciliation.queries.lines import CAP, visible_lines
from tenant_apps.reconciliation.queries.statements import own_accounts
from tenant_apps.sharing.queries import visible_to

FOUND = 8
SHOWN = 100
OLDEST, LARGEST = "oldest", "largest"
ORDERINGS = {OLDEST: "day", LARGEST: "-volume"}
AGES = (7, 30, 90)
NO_ACCOUNT = "none"
# What is left of a payment and said to be its client's credit is explained.
UNEXPLAINED = WAITING & ~Q(unmatched_reason=rules.CREDIT)
_REST = F("amount") - F("allocated_total") - F("refunded_total")


@dataclass(frozen=True)
class Asked:
    """What of the workbench somebody looks at. `account` is the id of a bank account, or NO_ACCOUNT for money
    that came through none; `until` keeps what is of that day or older.
    """

    account: UUID | str | None = None
    sign: str = ""
    until: date | None = None
    order: str = OLDEST
    search: str = ""

    @property
    def ordering(self) -> str:
        return ORDERINGS[self.order]


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: a payment of which something is left, with the line that it came by if there is
    one; or a line that nothing explains.
    """

    payment: Payment | None
    line: BankLine | None
    allocations: Sequence[Allocation] = ()

    @property
    def id(self) -> UUID:
        return self.payment.pk if self.payment else self.bank_line.pk

    @property
    def bank_line(self) -> BankLine:
        """The line of what is no payment yet."""
        assert self.line  # noqa: S101 - one of the two is there
        return self.line

    @property
    def day(self) -> date:
        return self.payment.received_on if self.payment else self.bank_line.booked_on

    @property
    def amount(self) -> Decimal:
        """The whole of it; money that went out is below 0."""
        return self.payment.amount if self.payment else self.bank_line.amount

    @property
    def left(self) -> Decimal:
        """What of it nobody has explained."""
        return self.payment.unallocated if self.payment else self.bank_line.amount

    @property
    def currency(self) -> str:
        return self.payment.currency if self.payment else self.bank_line.currency

    @property
    def payer(self) -> str:
        """Who is at the other side, as far as it is known."""
        return self.payment.payer if self.payment else self.bank_line.payer_name

    @property
    def payer_iban(self) -> str:
        return self.payment.payer_iban if self.payment else self.bank_line.payer_iban

    @property
    def text(self) -> str:
        told = self.line.text if self.line else ""
        return told or (self.payment.reference if self.payment else "")

    @property
    def is_open(self) -> bool:
        """Whether it waits still."""
        if self.payment:
            return bool(self.payment.unallocated) and self.payment.unmatched_reason != rules.CREDIT
        return self.bank_line.waits

    @property
    def came_in(self) -> bool:
        return self.payment is not None or self.bank_line.came_in

    @property
    def volume(self) -> Decimal:
        """What is left, without its sign."""
        return abs(self.left)

    @property
    def pk(self) -> UUID:
        return self.id


@dataclass(frozen=True)
class Tally:
    """How much waits, of at most CAP things of each kind; `is_more` when there are more."""

    count: int = 0
    is_more: bool = False
    oldest_on: date | None = None
    came_in: Sequence[tuple[Decimal, str]] = field(default=())
    went_out: Sequence[tuple[Decimal, str]] = field(default=())


@dataclass(frozen=True)
class Workbench:
    """A page of what waits, how much that is, and the accounts by which it can be narrowed."""

    page: KeysetPage[Any]
    items: Sequence[Waiting]
    tally: Tally
    accounts: Sequence[BankAccount]


def workbench(actor: Actor, asked: Asked, *, cursor: str | None = None) -> Workbench:
    """One page, in one statement."""
    return answered(showing_workbench(actor, asked, cursor=cursor))


def showing_workbench(actor: Actor, asked: Asked, *, cursor: str | None = None) -> Asking[Workbench]:
    """`workbench` as a part of a page that asks together with others. Raises `InvalidCursor`."""
    sources = _sources(actor, asked)
    page, tally, accounts = yield from side_by_side(
        merged_page(sources, ordering=asked.ordering, cursor=cursor),
        _tallying(sources),
        rows_of(own_accounts()),
    )
    return Workbench(page, [_waiting(row) for row in page.items], tally, accounts)


def waiting_page(
    actor: Actor, asked: Asked, *, ordering: str, cursor: str | None = None, limit: int = 50
) -> KeysetPage[Any]:
    """One page of what waits, for the API: `Waiting` each."""
    page = answered(merged_page(_sources(actor, asked), ordering=ordering, cursor=cursor, limit=limit))
    return KeysetPage([_waiting(row) for row in page.items], page.next_cursor, page.previous_cursor)


def waiting_after(item: Waiting, actor: Actor, asked: Asked) -> UUID | None:
    """The id of what follows `item` in the list, or else of the first; None where nothing else waits."""
    row = answered(next_of(_sources(actor, asked), item, ordering=asked.ordering))
    return row.pk if row else None


def showing_item(item_id: UUID, actor: Actor) -> Asking[Waiting]:
    """One payment or line by its id, whether it waits or not, as a part that asks together with others.
    `DoesNotExist` when the actor does not see it.
    """
    payments = _with_line(visible_payments(actor)).filter(Q(pk=item_id) | Q(bank_line=item_id))
    lines = visible_lines(actor).filter(pk=item_id, payment=None)
    of_payment = live_allocations().filter(Q(payment=item_id) | Q(payment__bank_line=item_id))
    found, open_lines, allocations = yield [
        payments,
        lines,
        of_payment.select_related("invoice").order_by("id"),
    ]
    if found:
        return Waiting(found[0], line_of(found[0]), allocations)
    if open_lines:
        return Waiting(None, open_lines[0])
    raise Payment.DoesNotExist()


def visible_item(item_id: UUID, actor: Actor) -> Waiting:
    """One payment or line by its id; `DoesNotExist` when the actor does not see it."""
    return answered(showing_item(item_id, actor))


def found_invoices(item: Waiting, search: str, actor: Actor, *, on: date) -> list[Invoice]:
    """Open invoices in the currency of the item, by number, client or amount; those that owe just what is
    left first.
    """
    if not search.strip():
        return []
    rows = open_invoices(actor, on=on, currency=item.currency)
    amount = plain_number(search)
    named = Q(pk__in=matching(rows.order_by(), search).values("pk"))
    if amount is not None and len(amount) <= 15:
        wanted = Decimal(amount)
        named |= Q(total=wanted) | Q(pk__in=of_amount(rows, wanted))
    return list(rows.filter(named)[:FOUND])


def of_amount(invoices: QuerySet[Invoice], amount: Decimal) -> QuerySet[Any]:
    """The ids of the invoices that owe just this amount."""
    return invoices.order_by().alias(owed=LEFT).filter(owed=amount).values("pk")


def last_decision_about(item: Waiting, actor: Actor) -> Decision | None:
    """What was decided last about the item and stands."""
    about = Q(pk__in=())
    if item.payment:
        about |= Q(payment=item.payment)
    if item.line:
        about |= Q(line=item.line)
    return visible_decisions(actor).filter(about, state=DecisionState.DONE).order_by("-id").first()


def visible_decisions(actor: Actor) -> QuerySet[Decision]:
    return visible_to(Decision.objects.select_related("payment", "line", "rule", "note", "write_off"), actor)


def visible_decision(decision_id: UUID, actor: Actor) -> Decision:
    return visible_decisions(actor).get(pk=decision_id)


def links_of(decision: Decision) -> QuerySet[Allocation]:
    """The allocations that a decision made and that stand, each with its payment and invoice. Load the
    decision by its own query first.
    """
    rows = live_allocations().filter(pk__in=decision.links.values("allocation"))
    return rows.select_related("payment", "payment__company", "payment__contact", "invoice").order_by("id")


def own_last_decision(actor: Actor, *, since: Any) -> Decision | None:
    """The actor's last decision that stands, not older than an instant."""
    own = Decision.objects.filter(owner_id=actor.id, state=DecisionState.DONE, created_at__gte=since)
    return own.order_by("-id").first() if actor.id else None


def waiting_payment_ids(actor: Actor, limit: int) -> list[UUID]:
    """The payments that wait the longest."""
    rows = visible_to(unmatched_payments().filter(UNEXPLAINED), actor).order_by("received_on", "id")
    return list(rows.values_list("pk", flat=True)[:limit])


def waiting_just_as_much(payments: Collection[Payment], actor: Actor) -> list[UUID]:
    """Other payments that wait with as much left as one of these: those that may be for the same invoice."""
    rows = visible_to(unmatched_payments().filter(UNEXPLAINED), actor).alias(rest=_REST)
    rows = rows.filter(
        rest__in={one.unallocated for one in payments}, currency__in={one.currency for one in payments}
    ).exclude(pk__in=[one.pk for one in payments])
    return list(rows.order_by("received_on", "id").values_list("pk", flat=True)[:CAP])


def until(on: date, age: int) -> date | None:
    """The last day of what is older than so many days; None for every age."""
    return on - timedelta(days=age) if age else None


def line_of(payment: Payment) -> BankLine | None:
    """The line that a payment came by."""
    line: BankLine | None = getattr(payment, "bank_line", None)
    return line


def _waiting(row: Payment | BankLine) -> Waiting:
    return Waiting(row, line_of(row)) if isinstance(row, Payment) else Waiting(None, row)


def _with_line(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    return payments.select_related("company", "contact", "bank_line", "bank_line__account")


def _sources(actor: Actor, asked: Asked) -> list[QuerySet[Any]]:
    """The payments and the lines that wait and are asked for, each with `day` and `volume`."""
    payments = _with_line(visible_payments(actor)).filter(UNEXPLAINED)
    lines = visible_lines(actor).filter(explanation__in=LINES_WAITING)
    if asked.account == NO_ACCOUNT:
        payments, lines = payments.filter(bank_line=None), lines.none()
    elif asked.account:
        payments = payments.filter(bank_line__account__pk=asked.account)
        lines = lines.filter(account__pk=asked.account)
    if asked.sign:
        payments = payments if asked.sign == Sign.IN else payments.none()
        lines = lines.filter(amount__gt=0) if asked.sign == Sign.IN else lines.filter(amount__lt=0)
    if asked.until:
        payments = payments.filter(received_on__lte=asked.until)
        lines = lines.filter(booked_on__lte=asked.until)
    payments, lines = matching(payments, asked.search), matching(lines, asked.search)
    return [
        payments.annotate(day=F("received_on"), volume=_REST),
        lines.annotate(day=F("booked_on"), volume=Abs("amount")),
    ]


def _tallying(sources: Sequence[QuerySet[Any]]) -> Asking[Tally]:
    """How much of them waits. No more than CAP of a kind are counted and added."""
    payments, lines = (
        rows.model._default_manager.filter(pk__in=rows.order_by("day", "id").values("pk")[: CAP + 1])
        for rows in sources
    )
    came, went = Q(amount__gt=0), Q(amount__lt=0)
    found = yield [
        payments.order_by("currency")
        .values("currency")
        .annotate(rows=Count("pk"), came=Sum(_REST), went=Sum("amount", filter=went), day=Min("received_on")),
        lines.order_by("currency")
        .values("currency")
        .annotate(
            rows=Count("pk"),
            came=Sum("amount", filter=came),
            went=Sum("amount", filter=went),
            day=Min("booked_on"),
        ),
    ]
    told = [row for rows in found for row in rows]
    counts = [sum(row["rows"] for row in rows) for rows in found]
    return Tally(
        count=sum(min(count, CAP) for count in counts),
        is_more=max(counts) > CAP,
        oldest_on=min((row["day"] for row in told), default=None),
        came_in=_added(told, "came"),
        went_out=_added(told, "went"),
    )


def _added(told: Sequence[dict[str, Any]], name: str) -> list[tuple[Decimal, str]]:
    """The amounts of this name per currency, without those that come to nothing."""
    totals: dict[str, Decimal] = {}
    for row in told:
        totals[row["currency"]] = totals.get(row["currency"], Decimal("0.00")) + (row[name] or 0)
    return [(total, currency) for currency, total in sorted(totals.items()) if total]
