from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, UUIDField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from shared_apps.core.formats import format_day, format_instant, format_number
from shared_apps.core.slots import fill, is_told_by_cause, sentence_for
from tenant_apps.activity.models import Event

register = template.Library()

# The last word of an event's type → the icon beside it.
ICONS = {
    "created": "plus",
    "recorded": "cash",
    "changed": "pencil",
    "archived": "archive",
    "unarchived": "archive-off",
    "issued": "file-invoice",
    "sent": "send",
    "paid": "check",
    "won": "trophy",
    "lost": "thumb-down",
    "undone": "arrow-back-up",
    "annulled": "ban",
    "shared": "users",
    "unshared": "lock",
    "allocated": "link",
    "deallocated": "link-off",
    "stored": "paperclip",
    "deleted": "trash",
}


@dataclass(frozen=True)
class Change:
    """One changed field, in words. `may_restore`: the old value can be written back."""

    name: str
    label: str
    old: str
    new: str
    may_restore: bool


@register.filter
def told(event: Event) -> SafeString:
    """The event as one sentence, with the names set in bold."""
    subject = format_html("<strong>{}</strong>", event.subject_label)
    actor = format_html("<strong>{}</strong>", event.actor_label)
    sentence = str(sentence_for(event.type, event.cause))
    return format_html("{}", SafeString(sentence % {"subject": subject, "actor": actor}))


@register.filter
def cause_of(event: Event) -> str:
    """The cause, unless the sentence says it already."""
    return "" if is_told_by_cause(event.type, event.cause) else event.cause


@register.filter
def undo_of(event: Event) -> str:
    """Where what the event tells can be undone; nothing where it cannot."""
    return str(getattr(event, "undo_url", ""))


@register.filter
def day_of(event: Event) -> date:
    """The day on which it happened, in the reader's time zone."""
    return timezone.localtime(event.at).date()


@register.filter
def icon_of(event: Event) -> str:
    """The icon for the kind of event."""
    return ICONS.get(event.type.rsplit("_", 1)[-1], "history")


@register.filter
def changes(event: Event) -> list[Change]:
    """The fields that changed, with their labels; none for an event that tells no old values."""
    may_restore: frozenset[str] = frozenset().union(*fill("event.restorable", event=event))
    words = getattr(event, "words", {})
    told = ((name, words.get(name) or _told(event, name)) for name in event.old)
    return [Change(name, found[0], found[1], found[2], name in may_restore) for name, found in told if found]


def _told(event: Event, name: str) -> tuple[str, str, str] | None:
    """Label, old and new of a plain column."""
    column = _column(event.subject_type, name)
    if column is None:
        return None
    old, new = event.old[name], event.new.get(name)
    return str(capfirst(column.verbose_name)), _text(column, old), _text(column, new)


@register.filter
def remark(event: Event) -> str:
    """The document that was concerned beside the event's own, whose act it was that caused what happened by
    itself, and the reason that a person gave.
    """
    facts = {**event.old, **event.new}
    number = facts.get("invoice") or facts.get("offer")
    reason = "" if "reason" in event.old else event.new.get("reason")
    return " · ".join(filter(None, (number and f"№ {number}", event.new.get("caused_by"), reason)))


def _column(subject_type: str, name: str) -> "Field[Any, Any] | None":
    """A column that people read; None for ids and for what is no column."""
    try:
        column = apps.get_model(subject_type)._meta.get_field(name)
    except (LookupError, FieldDoesNotExist):
        return None
    if not isinstance(column, Field) or isinstance(column, (ForeignKey, UUIDField)):
        return None
    return column


def _text(column: "Field[Any, Any]", kept: Any) -> str:
    """A kept value as its reader writes it."""
    if kept in (None, "") or isinstance(kept, (dict, list)):
        return ""
    value = column.to_python(kept)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return format_day(value)
    return str(dict(settings.LANGUAGES).get(value, value)) if column.name.endswith("language") else str(value)
