"""What pages of the crm write: due dates, and texts of people with their links and names."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.formats import format_day, format_instant
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Conversation, Note, Task

register = template.Library()

# What a link or an e-mail address has in any case; most texts have none of it, and finding links takes long.
MAY_HOLD_LINKS = re.compile(r"\S\.\S|://")
KIND_ICONS = {"todo": "checkbox", "call": "phone", "meeting": "users", "email": "mail"}


@register.filter
def kind_icon(kind: str) -> str:
    """The icon of a kind of task or conversation."""
    return KIND_ICONS[kind]


@register.filter
def is_open_to(written: Note | Conversation, actor: Actor) -> bool:
    """Whether somebody may change what was written: its author may, and who sees all records."""
    return written.author_id == actor.id or actor.may(Permission.RECORDS_VIEW_ALL)


@register.filter
def as_hours(minutes: int) -> str:
    """How long something took: `1:30`."""
    return _("%(hours)d:%(minutes)02d h") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.simple_tag
def due(task: Task) -> SafeString | str:
    """When a task is due: `today`, `tomorrow 14:30`, a date; red once it is overdue. The tone is in words
    too.
    """
    if task.due_at is None:
        return ""
    markup = '<time class="due is-{}" datetime="{}" title="{}">{}{}</time>'
    tone = due_tone(task)
    late = (
        SafeString(f'<span class="visually-hidden">{escape(_("overdue"))}: </span>')
        if tone == "overdue"
        else ""
    )
    return format_html(
        markup, tone, task.due_at.isoformat(), format_instant(task.due_at), late, _due_words(task)
    )


def due_tone(task: Task) -> str:
    """`done`, `overdue`, `today` or `later`."""
    now = clock.now()
    if task.done_at or task.due_at is None:
        return "done" if task.done_at else "later"
    if task.due_at < now:
        return "overdue"
    return "today" if timezone.localdate(task.due_at) == timezone.localdate(now) else "later"


def _due_words(task: Task) -> str:
    local = timezone.localtime(task.due_at)
    today = timezone.localdate(clock.now())
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    day = near.get((local.date() - today).days) or format_day(local.date())
    return day if task.is_all_day else f"{day} {local:%H:%M}"


@register.filter
def prose(text: str, names: Sequence[str] = ()) -> SafeString:
    """What a person wrote, safely: links work, lines stay, the names that it mentions stand out."""
    linked: str = escape(text)
    if MAY_HOLD_LINKS.search(text):
        linked = urlize(linked, nofollow=True, autoescape=False)
    for name in sorted(names, key=len, reverse=True) if "@" in text else ():
        mark = re.compile(re.escape(f"@{escape(name)}"), re.IGNORECASE)
        linked = mark.sub(lambda found: f'<strong class="named">{found[0]}</strong>', linked)
    return mark_safe(linked.replace("\r\n", "\n").replace("\n", "<br>"))  # noqa: S308 (escaped above)


@register.filter
def of_key(values: dict[Any, Any], key: Any) -> Any:
    """The value of a mapping under a key, or nothing."""
    return values.get(key, "")


@register.filter
def local_day(instant: datetime) -> Any:
    """The day of an instant in the reader's zone."""
    return timezone.localtime(instant).date()


@register.filter
def shown_size(size: int) -> str:
    """The size of a file: `12 KB`, `3.4 MB`."""
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(1, round(size / 1024))} KB"
