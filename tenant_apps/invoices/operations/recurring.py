"""Invoices that recur: made so, changed, paused, resumed, ended."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.changes import given
from shared_apps.core.clock import day_in
from shared_apps.core.errors import Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from shared_apps.jobs.operations import enqueue, set_next_due
from tenant_apps.activity.models import Event
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import RecurringEvent
from tenant_apps.invoices.models import (
    Invoice,
    Occurrence,
    Outcome,
    RecurringInvoice,
    RecurringState,
    RecurringTerms,
)
from tenant_apps.invoices.operations.drafts import copy_of
from tenant_apps.invoices.operations.recurring_inputs import (
    RecurringChange,
    RecurringInput,
    first_day_errors,
    recurring_errors,
)
from tenant_apps.invoices.operations.recurring_lines import (
    items_of_terms,
    price,
    price_all,
    replace_items,
    show_terms,
    write_items,
)
from tenant_apps.invoices.queries import (
    days_left,
    lock_recurring,
    missed_days,
    taken_days,
    terms_on,
)
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import SeriesKind
from tenant_apps.workspace.queries import TAX_SERIES, profile, series_of_kind
from tenants.context import current_organization
from tenants.operations import Restoration

GENERATION = "generate_recurring_invoices"
PLAIN_FIELDS = (
    "name",
    "way",
    "currency",
    "notes",
    "prices_include_vat",
    "discount_percent",
    "discount_amount",
    "supply",
    "payment_method",
    "payment_term_days",
    "billed_period",
    "ends_on",
    "occurrence_limit",
)
PRICING = frozenset({"prices_include_vat", "discount_percent", "discount_amount"})
RHYTHM = ("unit", "every", "on_day")
HEAD_COPIED = (
    "currency",
    "items",
    "company_id",
    "contact_id",
    "language",
    "notes",
    "prices_include_vat",
    "discount_percent",
    "discount_amount",
    "supply",
    "payment_method",
)
ISSUING = (rules.ISSUE, rules.ISSUE_AND_SEND)


class NotActive(Refused):
    code = "not_active"
    message = _("This is possible only while the invoice recurs.")
    conflict = True


class NotResting(Refused):
    code = "not_resting"
    message = _("This recurring invoice is active already.")
    conflict = True


class RecurringEnded(Refused):
    code = "recurring_ended"
    message = _("This recurring invoice has ended.")
    conflict = True


class NothingToCome(Refused):
    code = "nothing_to_come"
    message = _("Nothing is left to be made: give it a later end first.")
    conflict = True


class CannotRecur(Refused):
    code = "cannot_recur"
    message = _("Only an invoice can recur, not a note or a proforma.")
    conflict = True


@operation(permission=Permission.INVOICES_EDIT)
def create_recurring_invoice(*, details: RecurringInput, by: Actor, at: datetime) -> RecurringInvoice:
    """Let an invoice be made again and again, from `starts_on` on; a first day that is today is made at once.

    To issue or send by itself takes the right to do so. Refuses wrong values under paths such as
    `items.0.quantity`. A client or product that is missing or not visible to `by` raises its `DoesNotExist`.
    """
    wanted = vars(details)
    refuse_all(
        recurring_errors(wanted) + first_day_errors(details.starts_on, today=_today(at), last_made=None)
    )
    recurring = RecurringInvoice(owner_id=by.id, created_at=at, updated_at=at)
    name = details.name.strip() or details.items[0].description.strip()[:200]
    _put(recurring, wanted | {"name": name}, by)
    require_may_set(recurring, by)
    recurring.unit, recurring.every, recurring.starts_on = details.unit, details.every, details.starts_on
    recurring.on_day = None if details.unit == rules.WEEK else details.on_day or details.starts_on.day
    recurring.next_on = next(days_left(recurring, (), since=details.starts_on), None)
    if recurring.next_on is None:
        raise Refused("nothing_to_come", _("It would end before its first day."), field="ends_on")
    items = items_of_terms(details.items)
    terms = RecurringTerms(recurring=recurring, created_at=at)
    price(terms, items)
    show_terms(recurring, terms)
    recurring.save(force_insert=True)
    terms.save(force_insert=True)
    write_items(terms, items)
    tell(RecurringEvent.CREATED, recurring, by, at, {"total": recurring.total, "next_on": recurring.next_on})
    expect(recurring, by, at)
    return recurring


def recurring_of_invoice_draft(invoice: Invoice, *, starts_on: date) -> RecurringInput:
    """What an invoice would be if it recurred: every month, from that day on, as a draft."""
    if invoice.kind != rules.INVOICE:
        raise CannotRecur()
    draft = copy_of(invoice)
    same = {name: getattr(draft, name) for name in HEAD_COPIED}
    return RecurringInput(**same, starts_on=starts_on)


@operation(permission=Permission.INVOICES_EDIT)
def make_invoice_recurring(
    *,
    invoice_id: UUID,
    starts_on: date,
    by: Actor,
    at: datetime,
    unit: str = rules.MONTH,
    every: int = 1,
    on_day: int | None = None,
    way: str = rules.AS_DRAFT,
) -> RecurringInvoice:
    """Let an invoice be made again with the same client, lines and prices. Raises `CannotRecur`."""
    invoice = visible_to(Invoice.objects.all(), by).get(pk=invoice_id)
    details = recurring_of_invoice_draft(invoice, starts_on=starts_on)
    details = replace(details, unit=unit, every=every, on_day=on_day, way=way)
    return create_recurring_invoice(details=details, by=by, at=at)


@operation(permission=Permission.INVOICES_EDIT)
def change_recurring_invoice(
    *, recurring_id: UUID, change: RecurringChange, by: Actor, at: datetime
) -> RecurringInvoice:
    """Change what is made from now on; what was made stays. Another rhythm counts from its `starts_on`, else
    from the next day. One that has nothing left to make by that ends. Raises `RecurringEnded`.
    """
    recurring = lock_to_change(recurring_id, by)
    if recurring.has_ended:
        raise RecurringEnded()
    wanted = given(change)
    addressee = {"company_id": recurring.company_id, "contact_id": recurring.contact_id}
    refuse_all(recurring_errors(addressee | wanted))
    names = [name for name in wanted if name != "items"]
    before = {name: getattr(recurring, name) for name in (*names, "total", "next_on")}
    _put(recurring, wanted, by)
    require_may_set(recurring, by)
    if "name" in wanted and not recurring.name:
        raise Refused("required", _("Give it a name."), field="name")
    _set_rhythm(recurring, wanted, at)
    if "items" in wanted and recurring.next_on:
        replace_items(terms_on(recurring, recurring.next_on), wanted["items"])
    if PRICING & wanted.keys():
        price_all(recurring)
    goes_on = go_on(recurring, at, since=recurring.next_on or recurring.starts_on)
    old, new = changes_between(before, {name: getattr(recurring, name) for name in before})
    record(
        event=RecurringEvent.CHANGED,
        subject=recurring,
        by=by,
        at=at,
        parent=client_of(recurring),
        old=old,
        new=new,
    )
    if not goes_on:
        tell(RecurringEvent.ENDED, recurring, by, at, {})
    expect(recurring, by, at)
    return recurring


@operation(permission=Permission.INVOICES_EDIT)
def pause_recurring_invoice(*, recurring_id: UUID, by: Actor, at: datetime) -> RecurringInvoice:
    """Make nothing until it is resumed. Raises `NotActive`."""
    recurring = lock_to_change(recurring_id, by)
    if not rules.recurring_may_become(recurring.state, rules.PAUSED):
        raise NotActive()
    _set_state(recurring, RecurringState.PAUSED, at)
    tell(RecurringEvent.PAUSED, recurring, by, at, {})
    return recurring


@operation(permission=Permission.INVOICES_EDIT)
def resume_recurring_invoice(
    *, recurring_id: UUID, catch_up: bool, by: Actor, at: datetime
) -> RecurringInvoice:
    """Go on. The days that were missed meanwhile are made now with `catch_up`, else they are skipped. One
    that was ended goes on from today. Raises `NotResting`, `NothingToCome`.
    """
    recurring = lock_to_change(recurring_id, by)
    require_may_set(recurring, by)
    if recurring.is_active:
        raise NotResting()
    today = _today(at)
    if recurring.has_ended:
        since = max(today, recurring.starts_on)
    else:
        since = recurring.next_on or today
        if not catch_up:
            _skip_days(recurring, missed_days(recurring, today=today), at)
    recurring.state = RecurringState.ACTIVE
    if not go_on(recurring, at, since=since):
        raise NothingToCome()
    tell(RecurringEvent.RESUMED, recurring, by, at, {"next_on": recurring.next_on, "catch_up": catch_up})
    expect(recurring, by, at)
    return recurring


@operation(permission=Permission.INVOICES_EDIT)
def end_recurring_invoice(*, recurring_id: UUID, by: Actor, at: datetime) -> RecurringInvoice:
    """Make nothing any more; what was made stays. Raises `RecurringEnded`."""
    recurring = lock_to_change(recurring_id, by)
    if recurring.has_ended:
        raise RecurringEnded()
    recurring.next_on = None
    _set_state(recurring, RecurringState.ENDED, at)
    tell(RecurringEvent.ENDED, recurring, by, at, {})
    return recurring


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="the state says it")
def hold_restored_recurring(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: the original goes on invoicing; a copy does so only when somebody resumes it."""
    active = RecurringInvoice.objects.filter(state=RecurringState.ACTIVE)
    active.update(state=RecurringState.PAUSED, updated_at=at)


def lock_to_change(recurring_id: UUID, by: Actor) -> RecurringInvoice:
    """One that the actor may change, under a row lock."""
    recurring = lock_recurring(recurring_id, by)
    require_may_change(recurring, by)
    return recurring


def require_may_set(recurring: RecurringInvoice, by: Actor) -> None:
    """Whoever lets invoices be issued or sent by themselves may do so by hand."""
    if recurring.way in ISSUING:
        by.require(Permission.INVOICES_ISSUE)
    if recurring.way == rules.ISSUE_AND_SEND:
        by.require(Permission.INVOICES_SEND)


def go_on(recurring: RecurringInvoice, at: datetime, *, since: date) -> bool:
    """Find the next day that is not before `since`, and save; False: none is left, and it has ended."""
    recurring.next_on = next(days_left(recurring, taken_days(recurring), since=since), None)
    if recurring.next_on is None:
        recurring.state = RecurringState.ENDED
    else:
        show_terms(recurring, terms_on(recurring, recurring.next_on))
    recurring.updated_at = at
    recurring.save()
    return recurring.next_on is not None


def expect(recurring: RecurringInvoice, by: Actor, at: datetime) -> None:
    """Let the job come when the next invoice is due; one that is due already is asked for at once."""
    if not recurring.is_active or recurring.next_on is None:
        return
    organization = current_organization()
    due_at = rules.made_at(recurring.next_on, organization.time_zone)
    set_next_due(GENERATION, organization_id=organization.id, at=due_at)
    if due_at <= at:
        enqueue(GENERATION, by=by, organization_id=organization.id)


def tell(
    event: RecurringEvent, recurring: RecurringInvoice, by: Actor, at: datetime, new: dict[str, Any]
) -> Event:
    return record(event=event, subject=recurring, by=by, at=at, parent=client_of(recurring), new=new)


def client_of(recurring: RecurringInvoice) -> Company | Contact | None:
    return recurring.company or recurring.contact


def _put(recurring: RecurringInvoice, wanted: Mapping[str, Any], by: Actor) -> None:
    if wanted.get("ends_on") and wanted.get("occurrence_limit"):
        message = _("A last day or a number of times, not both.")
        raise Refused("one_end", message, field="occurrence_limit")
    for name in PLAIN_FIELDS:
        if name in wanted:
            setattr(recurring, name, wanted[name])
    if wanted.get("ends_on"):
        recurring.occurrence_limit = None
    elif wanted.get("occurrence_limit"):
        recurring.ends_on = None
    if "series" in wanted:
        recurring.series = _series(wanted["series"])
    if "language" in wanted:
        recurring.language = wanted["language"] or profile().default_language
    if "company_id" in wanted:
        recurring.company = _visible(Company, wanted["company_id"], by)
    if "contact_id" in wanted:
        recurring.contact = _visible(Contact, wanted["contact_id"], by)
    names = (recurring.name, str(recurring.company or ""), str(recurring.contact or ""))
    recurring.search_text = searchable(*names)


def _set_rhythm(recurring: RecurringInvoice, wanted: Mapping[str, Any], at: datetime) -> None:
    """Let another rhythm count from its first day; a first day that is the next one anyway is no change."""
    known = (recurring.starts_on, recurring.next_on)
    asked = wanted.get("starts_on")
    first = None if asked in known else asked
    turned = {name: wanted.get(name, getattr(recurring, name)) for name in RHYTHM}
    if turned["unit"] == rules.WEEK:
        turned["on_day"] = None
    elif turned["on_day"] is None:
        turned["on_day"] = (first or recurring.next_on or recurring.starts_on).day
    if not first and all(getattr(recurring, name) == value for name, value in turned.items()):
        return
    last = _last_made(recurring)
    if first:
        refuse_all(first_day_errors(first, today=_today(at), last_made=last))
    else:
        first = _first_of_new_rhythm(recurring, turned["on_day"], last, _today(at))
    for name, value in turned.items():
        setattr(recurring, name, value)
    recurring.starts_on = recurring.next_on = first


def _first_of_new_rhythm(
    recurring: RecurringInvoice, on_day: int | None, last: date | None, today: date
) -> date:
    """From when another rhythm counts where nobody said it: the next day, or the month of it for another day
    of the month.
    """
    following = recurring.next_on or today
    if on_day is None or on_day == recurring.on_day:
        return following
    bounds = [following.replace(day=1), *([last + timedelta(days=1)] if last else [])]
    return max([*bounds, today] if recurring.is_active else bounds)


def _last_made(recurring: RecurringInvoice) -> date | None:
    made = Occurrence.objects.filter(recurring=recurring).exclude(outcome=Outcome.SKIPPED)
    return made.order_by("-occurs_on").values_list("occurs_on", flat=True).first()


def _skip_days(recurring: RecurringInvoice, days: Iterable[date], at: datetime) -> None:
    Occurrence.objects.bulk_create(
        Occurrence(recurring=recurring, occurs_on=day, outcome=Outcome.SKIPPED, created_at=at) for day in days
    )


def _set_state(recurring: RecurringInvoice, state: RecurringState, at: datetime) -> None:
    recurring.state, recurring.updated_at = state, at
    recurring.save(update_fields=["state", "next_on", "updated_at"])


def _series(code: str) -> str:
    code = code or TAX_SERIES
    if not series_of_kind(SeriesKind.TAX).filter(code=code).exists():
        raise Refused("series_unknown", _("Choose a number series from the list."), field="series")
    return code


def _visible(model: Any, record_id: UUID | None, by: Actor) -> Any:
    return visible_to(model.objects.all(), by).get(pk=record_id) if record_id else None


def _today(at: datetime) -> date:
    return day_in(current_organization().time_zone, at)
