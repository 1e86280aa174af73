"""Time: logged, changed, deleted; billed by the app that writes invoices, and free again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.clock import day_in
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, NotAllowed, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import Fact, changes_between, record, record_all
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import LONGEST_DAY, Company, Deal, TimeEntry
from tenant_apps.crm.queries.time import lock_time_entries, lock_time_entry, may_change_time
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import active_members, profile
from tenants.context import current_organization

PLAIN = ("description", "worked_on", "minutes", "hourly_rate", "currency", "is_billable", "owner_id")
TEXTS: tuple[str, ...] = ("description", "currency")
HIGHEST_RATE = Decimal("999999.99")


class TimeBilled(Refused):
    code = "time_billed"
    message = _("This time is on an invoice. It is free again once that draft is deleted or annulled.")
    conflict = True


class TimeNotBillable(Refused):
    code = "time_not_billable"
    message = _("This time is not billable.")
    conflict = True


@dataclass(frozen=True)
class TimeChange:
    """What a person may set; what is not given stays. Without an `owner_id` it is the time of whoever logs
    it; an empty `currency` is the organization's.
    """

    description: str | None = None
    worked_on: date | None = None
    minutes: int | None = None
    hourly_rate: Decimal | None = None
    currency: str | None = None
    is_billable: bool | None = None
    owner_id: UUID | None = None
    company_id: UUID | Keep | None = KEEP
    deal_id: UUID | Keep | None = KEEP


@operation(permission=Permission.TIME_EDIT)
def log_time(*, details: TimeChange, by: Actor, at: datetime) -> TimeEntry:
    """Write down time that was worked for a company or on a deal; a deal brings its company."""
    person = by.id if by.kind in {ActorKind.MEMBER, ActorKind.API_KEY} else None
    entry = TimeEntry(
        owner_id=person,
        worked_on=day_in(current_organization().time_zone, at),
        hourly_rate=Decimal("0.00"),
        currency=profile().default_currency,
        created_at=at,
    )
    new = _write(entry, details, by, at)
    record(event=CrmEvent.TIME_LOGGED, subject=entry, parent=subject_of_time(entry), by=by, at=at, new=new)
    return entry


@operation(permission=Permission.TIME_EDIT)
def change_time_entry(*, time_entry_id: UUID, change: TimeChange, by: Actor, at: datetime) -> TimeEntry:
    """Change what is given. Raises `TimeBilled` while it is on an invoice."""
    entry = _lock_unbilled(time_entry_id, by)
    old, new = changes_between(time_facts(entry), _write(entry, change, by, at))
    parent = subject_of_time(entry)
    record(event=CrmEvent.TIME_CHANGED, subject=entry, parent=parent, by=by, at=at, old=old, new=new)
    return entry


@operation(permission=Permission.TIME_EDIT)
def delete_time_entry(*, time_entry_id: UUID, by: Actor, at: datetime) -> None:
    """Take an entry away. Raises `TimeBilled` while it is on an invoice."""
    entry = _lock_unbilled(time_entry_id, by)
    parent, old = subject_of_time(entry), time_facts(entry)
    record(event=CrmEvent.TIME_DELETED, subject=entry, parent=parent, by=by, at=at, old=old)
    entry.delete()


@operation(permission=Permission.INVOICES_EDIT)
def bill_time(*, entry_ids: Collection[UUID], invoice_id: UUID, by: Actor, at: datetime) -> list[TimeEntry]:
    """Say that these entries are on an invoice. Raises `TimeBilled`, `TimeNotBillable`."""
    entries = lock_time_entries(entry_ids, by)
    for entry in entries:
        if entry.billed_at:
            raise TimeBilled()
        if not entry.is_billable:
            raise TimeNotBillable()
    TimeEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(billed_at=at, updated_at=at)
    _tell_all(CrmEvent.TIME_BILLED, entries, {"invoice_id": invoice_id}, by, at)
    return entries


@operation(permission=Permission.INVOICES_EDIT, event=None, why="an invoice without time frees none")
def free_time(*, entry_ids: Collection[UUID], invoice_id: UUID, by: Actor, at: datetime) -> None:
    """Say that these entries are on no invoice any more."""
    rows = TimeEntry.objects.select_for_update().filter(pk__in=set(entry_ids)).order_by("id")
    entries = list(rows)
    TimeEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(billed_at=None, updated_at=at)
    _tell_all(CrmEvent.TIME_FREED, entries, {"invoice_id": invoice_id}, by, at)


def time_facts(entry: TimeEntry) -> dict[str, Any]:
    """What people see of an entry, as events tell it and the API answers it."""
    names = (*PLAIN, "company_id", "deal_id")
    return {name: getattr(entry, name) for name in names}


def subject_of_time(entry: TimeEntry) -> Deal | Company | None:
    """The record that the entry belongs to most closely."""
    return entry.deal or entry.company


def _lock_unbilled(time_entry_id: UUID, by: Actor) -> TimeEntry:
    entry = lock_time_entry(time_entry_id, by)
    if not may_change_time(entry, by):
        raise NotAllowed()
    if entry.billed_at:
        raise TimeBilled()
    return entry


def _write(entry: TimeEntry, change: TimeChange, by: Actor, at: datetime) -> dict[str, Any]:
    """Put the given values into the row and save it; return what people see of it."""
    wanted = given(change)
    if not wanted.get("currency", entry.currency):
        wanted["currency"] = profile().default_currency
    refuse_all(_errors(entry, wanted, at))
    for name in PLAIN:
        if name in wanted:
            setattr(entry, name, wanted[name])
    if "deal_id" in wanted:
        entry.deal = _visible(Deal, wanted["deal_id"], by)
    if "company_id" in wanted:
        entry.company = _visible(Company, wanted["company_id"], by)
    if entry.deal:
        entry.company = entry.deal.company
    if entry.deal is None and entry.company is None:
        raise Refused("required", _("Choose the company or the deal."), field="company_id")
    names = (entry.description, str(entry.company or ""), str(entry.deal or ""))
    entry.search_text, entry.updated_at = searchable(*names), at
    entry.save()
    return time_facts(entry)


def _errors(entry: TimeEntry, wanted: dict[str, Any], at: datetime) -> list[FieldError]:
    errors = text_errors(TimeEntry, {name: wanted[name] for name in TEXTS if name in wanted})
    if not wanted.get("description", entry.description):
        errors.append(FieldError("description", "required", _("Say what was done.")))
    minutes = wanted.get("minutes", entry.minutes)
    if minutes is None or not 1 <= minutes <= LONGEST_DAY:
        errors.append(FieldError("minutes", "out_of_range", _("From a minute to 24 hours.")))
    rate = wanted.get("hourly_rate", entry.hourly_rate)
    if not 0 <= rate <= HIGHEST_RATE or rate != round(rate, 2):
        errors.append(FieldError("hourly_rate", "out_of_range", _("From 0, with at most two decimals.")))
    if "currency" in wanted and not is_currency(wanted["currency"]):
        errors.append(FieldError("currency", "currency_unknown", _("This is not a currency code.")))
    tomorrow = day_in(current_organization().time_zone, at) + timedelta(days=1)
    if wanted.get("worked_on", entry.worked_on) > tomorrow:
        errors.append(FieldError("worked_on", "in_future", _("This day is still to come.")))
    person = wanted.get("owner_id")
    if person and person != entry.owner_id and not active_members().filter(user_id=person).exists():
        errors.append(FieldError("owner_id", "unknown", _("Choose somebody of the team.")))
    return errors


def _visible(model: Any, record_id: UUID | None, by: Actor) -> Any:
    return visible_to(model.objects.all(), by).get(pk=record_id) if record_id else None


def _tell_all(
    event: CrmEvent, entries: Collection[TimeEntry], new: dict[str, Any], by: Actor, at: datetime
) -> None:
    """On their own timelines: that of the client is told by the invoice."""
    record_all([Fact(event, entry, at, new=new) for entry in entries], by=by)
