from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_among
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.models import Payment, PaymentMethod
from tenant_apps.invoices.queries import unmatched_payments, visible_payments, with_live_allocations
from tenant_apps.reconciliation.models import WAITING, BankLine, LineRule, Statement
from tenant_apps.reconciliation.rules.sameness import NEARBY
from tenant_apps.sharing.queries import visible_to

CANDIDATES = 5
# Of more things than these it is only told that there are more.
CAP = 1000
_JOINED = ("account", "payment", "payment__company", "payment__contact", "rule", "refund", "reverses")


@dataclass(frozen=True)
class LineTotal:
    """What of one account waits: how many lines, since when, how much of it came in and how much went out."""

    account_id: UUID
    account: str
    currency: str
    line_count: int
    came_in: Decimal
    went_out: Decimal
    oldest_on: date

    @property
    def filter_id(self) -> str:
        """The account as the addresses of lists write it."""
        return str(self.account_id)


def visible_lines(actor: Actor) -> QuerySet[BankLine]:
    """The lines that the actor sees, each with its account, payment and rule."""
    return visible_to(BankLine.objects.select_related(*_JOINED), actor)


def visible_line(line_id: UUID, actor: Actor) -> BankLine:
    return visible_lines(actor).select_related("statement", *_JOINED).get(pk=line_id)


def lock_line(line_id: UUID, actor: Actor) -> BankLine:
    """The line under a row lock. Whoever locks a payment too locks the line first."""
    locked = BankLine.objects.select_for_update(of=("self",)).select_related("payment", "account", "refund")
    return visible_to(locked, actor).get(pk=line_id)


def lines_of_statement(statement: Statement, actor: Actor) -> QuerySet[BankLine]:
    """The lines that a file brought."""
    return visible_lines(actor).filter(statement=statement)


def waiting_lines() -> QuerySet[BankLine]:
    """The lines of which nobody has said what they are, the oldest first."""
    return BankLine.objects.filter(explanation__in=WAITING).order_by("booked_on", "id")


def unexplained_lines(actor: Actor, *, account_id: UUID | None = None) -> QuerySet[BankLine]:
    """The lines that wait, and those whose payment has something left that no invoice got.

    For pages by `booked_on` (keyset); `age_on` of a page is the day of its reader.
    """
    left = is_among("payment_id", unmatched_payments().order_by().values("pk"))
    rows = visible_lines(actor).filter(Q(explanation__in=WAITING) | left)
    return rows.filter(account_id=account_id) if account_id else rows


def unexplained_totals(actor: Actor) -> list[LineTotal]:
    """What is unexplained, per account."""
    rows = (
        unexplained_lines(actor)
        .select_related(None)
        .values("account_id", "account__name", "currency")
        .annotate(
            line_count=Count("id"),
            sum_in=Sum("amount", filter=Q(amount__gt=0), default=Decimal("0.00")),
            sum_out=Sum("amount", filter=Q(amount__lt=0), default=Decimal("0.00")),
            oldest_on=Min("booked_on"),
        )
        .order_by("account__name", "account_id")
    )
    return [
        LineTotal(
            row["account_id"],
            row["account__name"],
            row["currency"],
            row["line_count"],
            row["sum_in"],
            row["sum_out"],
            row["oldest_on"],
        )
        for row in rows
    ]


def recorded_elsewhere(amounts: Collection[Decimal], *, since: date, until: date) -> QuerySet[Payment]:
    """Payments of these amounts that no line explains, received in or near the period. Cash and cards come
    to no account one by one. Money that was given back, in part or all, came in all the same: what went out
    again is another movement.
    """
    rows = Payment.objects.filter(
        amount__in=amounts,
        received_on__gte=since - NEARBY,
        received_on__lte=until + NEARBY,
        voided_at=None,
        bank_line=None,
        method__in=(PaymentMethod.BANK_TRANSFER, PaymentMethod.OTHER),
    )
    return with_live_allocations(rows.select_related("company", "contact").order_by("id"))


def payments_of_lines(payment_ids: Collection[UUID]) -> set[UUID]:
    """Those of these payments by which lines are explained."""
    return set(BankLine.objects.filter(payment__in=payment_ids).values_list("payment_id", flat=True))


def ids_of_voided_lines(payment_id: UUID) -> list[UUID]:
    """The ids of the lines, one or none, that a payment explains although it is void."""
    rows = BankLine.objects.filter(payment=payment_id).exclude(payment__voided_at=None)
    return list(rows.values_list("id", flat=True))


def line_candidates(line: BankLine, actor: Actor) -> list[Payment]:
    """The payments that a line may be, as they stand now."""
    found = visible_payments(actor).filter(pk__in=line.candidates, voided_at=None, bank_line=None)
    return list(found.order_by("received_on", "id"))


def look_alikes(line: BankLine, actor: Actor) -> list[BankLine]:
    """The lines of another file that may be the same movement."""
    return list(visible_lines(actor).filter(pk__in=line.look_alikes).order_by("id"))


def refundable_payments(line: BankLine, actor: Actor) -> list[Payment]:
    """Payments that money going out may have given back, the payer's own first."""
    if line.amount >= 0:
        return []
    rows = visible_payments(actor).filter(
        currency=line.currency,
        voided_at=None,
        received_on__lte=line.booked_on,
        amount__gte=F("refunded_total") + line.size,
    )
    by_payer = rows.filter(payer_iban=line.payer_iban) if line.payer_iban else rows.none()
    found = list(by_payer.order_by("-received_on", "-id")[:CANDIDATES])
    if len(found) < CANDIDATES:
        equal = rows.filter(amount=line.size).exclude(pk__in=[one.pk for one in found])
        found += equal.order_by("-received_on", "-id")[: CANDIDATES - len(found)]
    return found


def live_rules(actor: Actor) -> Sequence[LineRule]:
    """The rules in use, in the order in which they are asked, but for those about a client out of sight."""
    firms, people = visible_to(Company.objects.all(), actor), visible_to(Contact.objects.all(), actor)
    is_seen = (Q(company=None) | Q(company__in=firms)) & (Q(contact=None) | Q(contact__in=people))
    return list(LineRule.objects.filter(is_seen, archived_at=None).order_by("created_at", "id"))


def rules_with_counts() -> QuerySet[LineRule]:
    """Every rule with `line_count`, how many lines it explains, of which no more than CAP are counted; by
    `in_order`: those in use first, in the order in which they are asked.
    """
    rows = LineRule.objects.select_related("account", "company", "contact")
    return rows.annotate(line_count=counted_lines("rule"), in_order=archived_last("created_at"))


def rule_with_count(rule_id: UUID) -> LineRule:
    """A rule with `line_count`, how many lines it explains."""
    return LineRule.objects.annotate(line_count=Count("lines")).get(pk=rule_id)


def counted_lines(path: str) -> Subquery:
    """How many lines a record has by this key, of which no more than CAP are counted, and one to say that
    there are more.
    """
    some = BankLine.objects.filter(**{path: OuterRef("pk")}).order_by().values("pk")[: CAP + 1]
    counted = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    return Subquery(some, output_field=IntegerField(), template=counted)


def archived_last(*names: str) -> Concat:
    """A text by which those in use come before those that are archived, and then by these columns."""
    is_archived = Case(When(archived_at=None, then=Value("0")), default=Value("1"))
    return Concat(is_archived, *(Cast(name, TextField()) for name in names), output_field=TextField())


def ids_of_unexplained_lines() -> list[UUID]:
    """The ids of all lines that wait, or whose payment has something left."""
    left = is_among("payment_id", unmatched_payments().order_by().values("pk"))
    rows = BankLine.objects.filter(Q(explanation__in=WAITING) | left)
    return list(rows.order_by("id").values_list("id", flat=True))


def ids_explained_by_rule(rule_id: UUID) -> list[UUID]:
    """The ids of the lines that a rule explains, or gave to its client."""
    return list(BankLine.objects.filter(rule_id=rule_id).order_by("id").values_list("id", flat=True))
