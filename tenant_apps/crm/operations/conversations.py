"""Calls, meetings and e-mails that took place, logged by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.errors import FieldError, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Conversation
from tenant_apps.crm.operations.notes import (
    LONGEST,
    bring_back,
    put_away,
    subject_for_writing,
    writing_for_change,
)

MOST_MINUTES = 24 * 60
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class ConversationChange:
    """What was said, how and when; what is not given stays. `kind`: `call`, `meeting` or `email`."""

    kind: str | None = None
    subject: str | None = None
    text: str | None = None
    took_place_at: datetime | None = None
    minutes: int | Keep | None = KEEP


@operation(permission=Permission.NOTES_EDIT)
def log_conversation(
    *, record_type: str, record_id: UUID, details: ConversationChange, by: Actor, at: datetime
) -> Conversation:
    """Log a conversation with a company, contact or about a deal; without a time it took place just now."""
    subject = subject_for_writing(record_type, record_id, by)
    row = Conversation(
        took_place_at=at, author_id=by.id, author_label=by.label, created_at=at, **{record_type: subject}
    )
    _write(row, details, at)
    record(event=CrmEvent.CONVERSATION_LOGGED, subject=row, parent=subject, by=by, at=at)
    return row


@operation(permission=Permission.NOTES_EDIT)
def change_conversation(
    *, conversation_id: UUID, change: ConversationChange, by: Actor, at: datetime
) -> Conversation:
    """Correct what was logged: its author, or one who sees everything."""
    row, subject = writing_for_change(Conversation, conversation_id, by)
    before = _facts(row)
    _write(row, change, at)
    old, new = changes_between(before, _facts(row))
    record(event=CrmEvent.CONVERSATION_CHANGED, subject=row, parent=subject, by=by, at=at, old=old, new=new)
    return row


@operation(permission=Permission.NOTES_EDIT)
def archive_conversation(*, conversation_id: UUID, by: Actor, at: datetime) -> Conversation:
    """Take it away: its author, or one who sees everything. Raises `AlreadyArchived`."""
    row, subject = writing_for_change(Conversation, conversation_id, by)
    put_away(row, at)
    record(event=CrmEvent.CONVERSATION_ARCHIVED, subject=row, parent=subject, by=by, at=at)
    return row


@operation(permission=Permission.NOTES_EDIT)
def unarchive_conversation(*, conversation_id: UUID, by: Actor, at: datetime) -> Conversation:
    """Bring it back. Raises `NotArchived`."""
    row, subject = writing_for_change(Conversation, conversation_id, by)
    bring_back(row)
    record(event=CrmEvent.CONVERSATION_UNARCHIVED, subject=row, parent=subject, by=by, at=at)
    return row


def _facts(row: Conversation) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ConversationChange.__dataclass_fields__}


def _write(row: Conversation, change: ConversationChange, at: datetime) -> None:
    wanted = given(change)
    refuse_all(_errors(row, wanted, at))
    for name, value in wanted.items():
        setattr(row, name, value)
    row.save()


def _errors(row: Conversation, wanted: dict[str, Any], at: datetime) -> list[FieldError]:
    texts: dict[str, Any] = {name: wanted[name] for name in ("subject", "text") if name in wanted}
    errors = text_errors(Conversation, texts)
    if wanted.get("kind", row.kind) not in Conversation.Kind.values:
        errors.append(FieldError("kind", "unknown", _("Choose one from the list.")))
    if not wanted.get("subject", row.subject):
        errors.append(FieldError("subject", "required", _("Say in a few words what it was about.")))
    if len(wanted.get("text", "")) > LONGEST:
        message = _("This is too long: at most %(count)d characters fit.") % {"count": LONGEST}
        errors.append(FieldError("text", "too_long", message))
    if wanted.get("took_place_at", at) > at + AHEAD:
        errors.append(FieldError("took_place_at", "in_future", _("This has not taken place yet.")))
    minutes = wanted.get("minutes")
    if isinstance(minutes, int) and not 0 < minutes <= MOST_MINUTES:
        errors.append(FieldError("minutes", "out_of_range", _("Enter between 1 and 1440 minutes.")))
    return errors
