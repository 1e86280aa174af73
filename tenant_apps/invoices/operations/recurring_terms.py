"""Other prices from a day on: planned for one, raised for many, dropped again."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.clock import day_in
from shared_apps.core.errors import Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.events import RecurringEvent
from tenant_apps.invoices.models import RecurringInvoice, RecurringItem, RecurringTerms
from tenant_apps.invoices.operations.draft_inputs import ItemInput, draft_errors
from tenant_apps.invoices.operations.recurring import (
    RecurringEnded,
    go_on,
    lock_to_change,
    require_may_set,
    tell,
)
from tenant_apps.invoices.operations.recurring_lines import items_of_terms, write_terms
from tenant_apps.invoices.queries import MOST_RAISED, raised_items, terms_before, with_terms
from tenant_apps.sharing.queries import visible_to
from tenants.context import current_organization

LEAST_PERCENT, MOST_PERCENT = Decimal(-90), Decimal(1_000)
YEARS_AHEAD = 10


class TermsHold(Refused):
    code = "terms_hold"
    message = _("These prices hold already, so they can only be changed.")
    conflict = True


@operation(permission=Permission.INVOICES_EDIT)
def plan_terms(
    *, recurring_id: UUID, from_on: date, items: tuple[ItemInput, ...], by: Actor, at: datetime
) -> RecurringTerms:
    """Let other lines hold for the invoices from a day on; those planned for the same day give way to them.
    Raises `RecurringEnded`.
    """
    recurring = _lock(recurring_id, by)
    _check_day(from_on, at)
    client = {"company_id": recurring.company_id, "contact_id": recurring.contact_id}
    refuse_all(draft_errors(client | {"items": items}))
    terms = RecurringTerms(recurring=recurring, from_on=from_on, created_at=at)
    _write(recurring, terms, items_of_terms(items), by, at)
    return terms


@operation(permission=Permission.INVOICES_EDIT)
def raise_prices(
    *, recurring_ids: Collection[UUID], percent: Decimal, from_on: date, by: Actor, at: datetime
) -> list[RecurringTerms]:
    """Raise the prices of many by a percent from a day on, below 0 lower them.

    It counts from the prices that hold until then, so doing it twice for one day raises once; what is
    planned for later days stays. One that is missing or not visible raises `DoesNotExist`; all or none.
    """
    if not LEAST_PERCENT <= percent <= MOST_PERCENT or percent == 0 or percent != round(percent, 2):
        raise Refused(
            "percent_out_of_range", _("From -90 to 1000, not 0, with two decimals."), field="percent"
        )
    if not 0 < len(set(recurring_ids)) <= MOST_RAISED:
        message = _("Choose between 1 and %(count)d of them.") % {"count": MOST_RAISED}
        raise Refused("none_chosen", message, field="recurring_ids")
    _check_day(from_on, at)
    found = []
    for recurring_id in sorted(set(recurring_ids)):
        recurring = _lock(recurring_id, by)
        terms = RecurringTerms(recurring=recurring, from_on=from_on, percent=percent, created_at=at)
        _write(recurring, terms, raised_items(terms_before(recurring, from_on), percent), by, at)
        found.append(terms)
    return found


@operation(permission=Permission.INVOICES_EDIT)
def drop_terms(*, terms_id: UUID, by: Actor, at: datetime) -> RecurringInvoice:
    """Let planned prices be forgotten. Raises `TermsHold` once they hold."""
    seen = visible_to(RecurringInvoice.objects.all(), by)
    terms = RecurringTerms.objects.get(pk=terms_id, recurring__in=seen)
    recurring = _lock(terms.recurring_id, by)
    if terms.from_on is None or terms.from_on <= _today(at):
        raise TermsHold()
    terms.delete()
    tell(RecurringEvent.TERMS_DROPPED, recurring, by, at, {"from_on": terms.from_on, "total": terms.total})
    _show_again(recurring, at)
    return recurring


def _lock(recurring_id: UUID, by: Actor) -> RecurringInvoice:
    lock_to_change(recurring_id, by)
    recurring = with_terms(RecurringInvoice.objects.all()).get(pk=recurring_id)
    require_may_set(recurring, by)
    if recurring.has_ended:
        raise RecurringEnded()
    return recurring


def _check_day(from_on: date, at: datetime) -> None:
    today = _today(at)
    if not today <= from_on <= today + timedelta(days=366 * YEARS_AHEAD):
        message = _("From today on, at most ten years ahead.")
        raise Refused("day_out_of_range", message, field="from_on")


def _write(
    recurring: RecurringInvoice,
    terms: RecurringTerms,
    items: list[RecurringItem],
    by: Actor,
    at: datetime,
) -> None:
    write_terms(recurring, terms, items)
    told = {"from_on": terms.from_on, "total": terms.total, "percent": terms.percent}
    tell(RecurringEvent.TERMS_PLANNED, recurring, by, at, told)
    _show_again(recurring, at)


def _show_again(recurring: RecurringInvoice, at: datetime) -> None:
    """Lists tell what holds on the next day, which may be other terms now."""
    fresh = RecurringInvoice.objects.get(pk=recurring.pk)
    assert fresh.next_on  # noqa: S101 - one that has ended was refused
    go_on(fresh, at, since=fresh.next_on)


def _today(at: datetime) -> date:
    return day_in(current_organization().time_zone, at)
