"""What the crm shows in slots: the task of a reminder, what may be undone of merges and automatic moves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from shared_apps.core.errors import Text
from shared_apps.core.numbers import written
from shared_apps.core.permissions import Permission
from tenant_apps.activity.models import Event
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Company, Contact, Deal, Task, TimeEntry
from tenant_apps.crm.operations import REMINDER_KIND, UNDO_DAYS
from tenant_apps.crm.queries import (
    EVIDENCE,
    deals_of_company,
    deals_of_contact,
    merges_into,
    moves_told_by,
    suspects_of,
    time_about,
    usual_rates,
    visible_tasks,
)
from tenant_apps.crm.rules import MOVING_RULES

DEALS_SHOWN, TIME_SHOWN = 10, 5
USUAL_CURRENCY = "EUR"
AUTOMATIC = (CrmEvent.DEAL_WON, CrmEvent.DEAL_PAID, CrmEvent.DEAL_MOVED)


@dataclass(frozen=True)
class RelatedDeals:
    """The deals of a company or contact, open ones first, and where a new one is added."""

    deals: tuple[Deal, ...]
    add_url: str
    template: str = "crm/components/related_deals.html"


def deals_of_company_page(*, company: Company, actor: Actor, **unknown: Any) -> Asking[RelatedDeals | None]:
    """The deals of a company; None for one who may not see deals."""
    if not actor.may(Permission.DEALS_VIEW):
        return None
    (found,) = yield [deals_of_company(company.pk, actor)[:DEALS_SHOWN]]
    return RelatedDeals(tuple(found), f"{reverse('deal_create')}?company={company.pk}")


def deals_of_contact_page(*, contact: Contact, actor: Actor, **unknown: Any) -> Asking[RelatedDeals | None]:
    """The deals in which a contact takes part; None for one who may not see deals."""
    if not actor.may(Permission.DEALS_VIEW):
        return None
    (found,) = yield [deals_of_contact(contact.pk, actor)[:DEALS_SHOWN]]
    return RelatedDeals(tuple(found), f"{reverse('deal_create')}?contact={contact.pk}")


@dataclass(frozen=True)
class RecordTime:
    """The latest time of a company or deal, and how more of it is logged: `rate` and `currency` as usual."""

    record: Company | Deal
    entries: tuple[TimeEntry, ...]
    rate: str
    currency: str
    all_url: str
    template: str = "crm/components/record_time.html"

    @property
    def record_field(self) -> str:
        """What the form calls the record."""
        return f"{self.record.shared_as}_id"


def time_of_company_page(*, company: Company, actor: Actor, **unknown: Any) -> Asking[RecordTime | None]:
    """The time of a company; None for one who may not see time."""
    return _time_of(company, actor)


def time_of_deal_page(*, deal: Deal, actor: Actor, **unknown: Any) -> Asking[RecordTime | None]:
    """The time of a deal; None for one who may not see time."""
    return _time_of(deal, actor)


def _time_of(record: Company | Deal, actor: Actor) -> Asking[RecordTime | None]:
    if not actor.may(Permission.TIME_VIEW):
        return None
    entries, rates = yield [time_about(record, actor)[:TIME_SHOWN], usual_rates(actor.id)[:1]]
    rate, currency = rates[0] if rates else (None, getattr(record, "currency", USUAL_CURRENCY))
    all_url = f"{reverse('time_entry_list')}?filter={record.shared_as}:is:{record.pk}"
    return RecordTime(record, tuple(entries), "" if rate is None else written(rate, 2), currency, all_url)


def words_of_reach(*, events: Iterable[Event], by: Actor) -> dict[tuple[UUID, str], tuple[str, str, str]]:
    """(Event, field) → label, old and new in words, for the further e-mails, phones, links and addresses."""
    told = {}
    for event in events:
        for name in event.old.keys() & REACH.keys():
            label, words = REACH[name]
            old, new = (", ".join(map(words, kept.get(name) or ())) for kept in (event.old, event.new))
            told[event.pk, name] = (str(label), old, new)
    return told


def _detail_words(kept: Mapping[str, str]) -> str:
    return f"{kept['value']} ({kept['label']})" if kept.get("label") else str(kept["value"])


def _place_words(kept: Mapping[str, str]) -> str:
    city = " ".join(filter(None, (kept.get("postal_code"), kept.get("city"))))
    place = ", ".join(filter(None, (kept.get("country"), city, kept.get("address"))))
    return f"{place} ({kept['label']})" if kept.get("label") else place


REACH: Mapping[str, tuple[Text, Callable[[Mapping[str, str]], str]]] = {
    "details": (_("E-mails, phones, links"), _detail_words),
    "addresses": (_("Further addresses"), _place_words),
}


@dataclass(frozen=True)
class ReminderPart:
    """The task that a notification reminds of."""

    task: Task
    template: str = "crm/components/notified_task.html"


@dataclass(frozen=True)
class MergesPart:
    """What was merged into a record and may still be undone."""

    merges: list[Any]
    template: str = "crm/components/merges.html"


@dataclass(frozen=True)
class SuspectsPart:
    """Records that may be the same as the one that is shown, each with the reasons and the way to merge."""

    suspects: list[tuple[Any, list[Text], str]]
    all_url: str
    template: str = "crm/components/record_suspects.html"


def suspects_of_company(*, company: Company, actor: Actor, **unknown: Any) -> Asking[SuspectsPart | None]:
    """Companies that may be the same; None when there are none, or for one who may not merge."""
    return _suspects_of(company, actor, "company_suspects")


def suspects_of_contact(*, contact: Contact, actor: Actor, **unknown: Any) -> Asking[SuspectsPart | None]:
    """Contacts that may be the same; None when there are none, or for one who may not merge."""
    return _suspects_of(contact, actor, "contact_suspects")


def _suspects_of(record: Company | Contact, actor: Actor, page: str) -> Asking[SuspectsPart | None]:
    if not actor.may(Permission.RECORDS_MERGE):
        return None
    merge_url = reverse(f"{record.shared_as}_merge", args=[record.pk])
    found = [
        (hint.record, [EVIDENCE[name] for name in hint.evidence], f"{merge_url}?with={hint.record.pk}")
        for hint in (yield from suspects_of(record, actor))
    ]
    return SuspectsPart(found, reverse(page)) if found else None


def merges_of_company(*, company: Any, actor: Actor, **unknown: Any) -> Asking[MergesPart | None]:
    """The merges into a company that may be undone; None when there are none."""
    return _merges_of(company)


def merges_of_contact(*, contact: Any, actor: Actor, **unknown: Any) -> Asking[MergesPart | None]:
    """The merges into a contact that may be undone; None when there are none."""
    return _merges_of(contact)


def _merges_of(record: Any) -> Asking[MergesPart | None]:
    found = yield from merges_into(record.pk, since=clock.now() - timedelta(days=UNDO_DAYS))
    return MergesPart(found) if found else None


def tasks_of_notifications(
    *, notifications: Sequence[Any], actor: Actor, **unknown: Any
) -> dict[UUID, ReminderPart] | None:
    """The tasks of reminders, in one statement; only those that the reader still sees."""
    if not actor.may(Permission.TASKS_VIEW):
        return None
    told = {_task_id(one) for one in notifications if one.kind == REMINDER_KIND}
    if not told:
        return None
    tasks = visible_tasks(actor).filter(pk__in=told)
    found = {task.pk: task for task in tasks}
    return {
        one.pk: ReminderPart(found[_task_id(one)])
        for one in notifications
        if one.kind == REMINDER_KIND and _task_id(one) in found
    }


def undo_of_events(*, events: Sequence[Any], by: Actor, **unknown: Any) -> dict[UUID, str]:
    """Event id → where the automatic move that it tells is undone, while it may be: in one statement."""
    ids = [one.pk for one in events if one.cause in MOVING_RULES and one.type in AUTOMATIC]
    if not ids or not by.may(Permission.DEALS_EDIT):
        return {}
    moves = moves_told_by(ids, by)
    return {event_id: reverse("undo_automatic_move", args=[move_id]) for event_id, move_id in moves.items()}


def _task_id(notification: Any) -> UUID:
    return UUID(notification.key.split(":")[1])
