"""Invoices that recur: which ones an actor sees, what is due, what comes next, what was made."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Prefetch, Q, QuerySet

from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import (
    Invoice,
    Occurrence,
    Outcome,
    RecurringInvoice,
    RecurringItem,
    RecurringState,
    RecurringTerms,
)
from tenant_apps.sharing.queries import visible_to

ACTIVE = Q(state=RecurringState.ACTIVE)
MOST_MISSED, MOST_RAISED = 600, 500


@dataclass(frozen=True)
class Planned:
    """A day to come: the period that its invoice bills, what it comes to, and whether it is to be skipped."""

    day: date
    period: tuple[date, date]
    terms: RecurringTerms
    is_skipped: bool


@dataclass(frozen=True)
class Raised:
    """What a change of prices would do to one of them: per invoice and in a year, before and after.

    `later` are the days of other terms that are planned after it; they stay as they are.
    """

    recurring: RecurringInvoice
    before: rules.Totals
    after: rules.Totals
    later: tuple[date, ...]

    @property
    def year_before(self) -> Decimal:
        return rules.value_of_year(self.before.net_total, self.recurring.unit, self.recurring.every)

    @property
    def year_after(self) -> Decimal:
        return rules.value_of_year(self.after.net_total, self.recurring.unit, self.recurring.every)

    @property
    def year_more(self) -> Decimal:
        return self.year_after - self.year_before


def visible_recurring(actor: Actor) -> QuerySet[RecurringInvoice]:
    """Those that the actor sees, with company and contact."""
    return visible_to(RecurringInvoice.objects.select_related("company", "contact"), actor)


def visible_recurring_invoice(recurring_id: UUID, actor: Actor) -> RecurringInvoice:
    """One with its terms and their lines; `DoesNotExist` when the actor may not see it."""
    return with_terms(visible_recurring(actor)).get(pk=recurring_id)


def lock_recurring(recurring_id: UUID, actor: Actor) -> RecurringInvoice:
    """One that the actor sees, under a row lock."""
    return visible_to(RecurringInvoice.objects.select_for_update(), actor).get(pk=recurring_id)


def with_terms(rows: QuerySet[RecurringInvoice]) -> QuerySet[RecurringInvoice]:
    """The rows with their terms, earliest first, and the lines of those."""
    items = Prefetch("items", RecurringItem.objects.order_by("position"))
    terms = RecurringTerms.objects.prefetch_related(items)
    return rows.prefetch_related(Prefetch("terms", terms))


def recurring_of_client(actor: Actor, **client: UUID) -> QuerySet[RecurringInvoice]:
    """Those of a company or person (`company_id=` or `contact_id=`) that the actor sees, the next first."""
    return visible_to(RecurringInvoice.objects.filter(**client), actor).order_by("next_on", "id")


def recurring_of_invoice(invoice_id: UUID, actor: Actor) -> QuerySet[RecurringInvoice]:
    """What made an invoice, for one who sees that; at most one."""
    return visible_to(RecurringInvoice.objects.filter(occurrences__invoice_id=invoice_id), actor)


def occurrences_of(recurring: RecurringInvoice, actor: Actor) -> QuerySet[Occurrence]:
    """Its days so far and those to be skipped, with their invoices; `is_seen`: whether the actor sees that.
    Load it by its own query first.
    """
    seen = visible_to(Invoice.objects.filter(pk=OuterRef("invoice_id")), actor)
    return (
        Occurrence.objects.filter(recurring=recurring)
        .select_related("invoice")
        .annotate(is_seen=Exists(seen))
    )


def occurrence_for_change(occurrence_id: UUID, actor: Actor) -> Occurrence:
    """One day of what the actor sees; lock its recurring invoice to act on it."""
    seen = visible_to(RecurringInvoice.objects.all(), actor)
    return Occurrence.objects.get(pk=occurrence_id, recurring__in=seen)


def due_recurring(today: date) -> list[tuple[UUID, date]]:
    """What is due on the day or was before: id and its next day, the earliest first."""
    due = RecurringInvoice.objects.filter(ACTIVE, next_on__lte=today).order_by("next_on", "id")
    return [(one, day) for one, day in due.values_list("pk", "next_on") if day]


def first_next_day() -> date | None:
    """The next day of all that are active."""
    found: date | None = RecurringInvoice.objects.filter(ACTIVE).aggregate(first=Min("next_on"))["first"]
    return found


def recurring_to_raise(actor: Actor) -> tuple[list[RecurringInvoice], bool]:
    """Those whose prices the actor may raise, with their terms, by client; and whether there are more."""
    rows = visible_recurring(actor).exclude(state=RecurringState.ENDED)
    if not actor.may(Permission.RECORDS_VIEW_ALL):
        rows = rows.filter(owner_id=actor.id)
    if not actor.may(Permission.INVOICES_ISSUE):
        rows = rows.filter(way=rules.AS_DRAFT)
    found = list(with_terms(rows.order_by("company__name_folded", "id"))[: MOST_RAISED + 1])
    return found[:MOST_RAISED], len(found) > MOST_RAISED


def terms_on(recurring: RecurringInvoice, day: date) -> RecurringTerms:
    """The terms that hold on a day: the latest that began by then."""
    return [one for one in recurring.terms.all() if one.from_on is None or one.from_on <= day][-1]


def terms_before(recurring: RecurringInvoice, day: date) -> RecurringTerms:
    """The terms that hold until the day before a day."""
    return [one for one in recurring.terms.all() if one.from_on is None or one.from_on < day][-1]


def days_left(recurring: RecurringInvoice, taken: Collection[date], *, since: date) -> Iterator[date]:
    """Its days from `since` on, until it ends; `taken` are all its days that are made or skipped."""
    left = None if recurring.occurrence_limit is None else recurring.occurrence_limit - len(taken)
    for day in recurring.rhythm.days_from(since):
        if recurring.ends_on and day > recurring.ends_on:
            return
        if day in taken:
            continue
        if left is not None:
            if left <= 0:
                return
            left -= 1
        yield day


def taken_days(recurring: RecurringInvoice) -> set[date]:
    """Its days that were made or skipped, or are to be skipped."""
    return set(Occurrence.objects.filter(recurring=recurring).values_list("occurs_on", flat=True))


def upcoming(recurring: RecurringInvoice, *, today: date, count: int = 12) -> list[Planned]:
    """Its next days, those after today that are to be skipped among them; missed ones first. Nothing of one
    that has ended.
    """
    if recurring.next_on is None:
        return []
    outcomes = dict(Occurrence.objects.filter(recurring=recurring).values_list("occurs_on", "outcome"))
    to_come = islice(days_left(recurring, set(outcomes), since=recurring.next_on), count)
    skipped = {day for day, outcome in outcomes.items() if outcome == Outcome.SKIPPED and day > today}
    days = sorted({*to_come, *skipped})[:count]
    return [planned_on(recurring, day, is_skipped=day in skipped) for day in days]


def planned_on(recurring: RecurringInvoice, day: date, *, is_skipped: bool = False) -> Planned:
    """What is planned for one of its days."""
    period = recurring.rhythm.period_of(day, recurring.billed_period)
    return Planned(day, period, terms_on(recurring, day), is_skipped)


def missed_days(recurring: RecurringInvoice, *, today: date) -> list[date]:
    """The days before today on which nothing was made: it was paused, or nobody worked."""
    if recurring.next_on is None:
        return []
    found: list[date] = []
    for day in days_left(recurring, taken_days(recurring), since=recurring.next_on):
        if day >= today or len(found) == MOST_MISSED:
            break
        found.append(day)
    return found


def totals_of_terms(recurring: RecurringInvoice, items: Iterable[RecurringItem]) -> rules.Totals:
    """What these lines come to as it prices them."""
    return rules.compute_totals(
        [
            rules.LineInput(
                item.quantity, item.unit_price, item.discount_percent, item.vat_rate, item.vat_code
            )
            for item in items
        ],
        prices_include_vat=recurring.prices_include_vat,
        discount=rules.Discount(recurring.discount_percent, recurring.discount_amount),
    )


def raised_items(terms: RecurringTerms, percent: Decimal) -> list[RecurringItem]:
    """The lines of some terms with other prices, not saved."""
    items = []
    for item in terms.items.all():
        same = {field.attname: getattr(item, field.attname) for field in RecurringItem._meta.concrete_fields}
        price = rules.raised(item.unit_price, percent)
        items.append(RecurringItem(**same | {"id": None, "terms_id": None, "unit_price": price}))
    return items


def raise_preview(rows: Iterable[RecurringInvoice], *, percent: Decimal, from_on: date) -> list[Raised]:
    """What raising the prices of these (loaded `with_terms`) by a percent from a day on would do."""
    return [_raised(one, percent, from_on) for one in rows]


def _raised(recurring: RecurringInvoice, percent: Decimal, from_on: date) -> Raised:
    terms = terms_before(recurring, from_on)
    later = tuple(one.from_on for one in recurring.terms.all() if one.from_on and one.from_on > from_on)
    return Raised(
        recurring,
        before=totals_of_terms(recurring, terms.items.all()),
        after=totals_of_terms(recurring, raised_items(terms, percent)),
        later=later,
    )
