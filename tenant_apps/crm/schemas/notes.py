"""Notes, conversations and files as the API reads and writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from shared_apps.core.api import Input, ListQuery
from shared_apps.core.errors import Refused
from tenant_apps.crm.models import Attachment, Conversation, Note
from tenant_apps.crm.operations import ConversationChange

SUBJECTS = ("company_id", "contact_id", "deal_id")


class AboutOne(Refused):
    code = "about_one"
    message = _("Name one of company_id, contact_id and deal_id.")
    field = "company_id"


class AboutIn(Input):
    """What it is about: exactly one of these."""

    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None

    def record(self) -> dict[str, Any]:
        """As the operations want it. Raises `AboutOne`."""
        named = [(name, getattr(self, name)) for name in SUBJECTS if getattr(self, name)]
        if len(named) != 1:
            raise AboutOne()
        return {"record_type": named[0][0].removesuffix("_id"), "record_id": named[0][1]}


class AboutOut(Schema):
    id: UUID
    company_id: UUID | None
    contact_id: UUID | None
    deal_id: UUID | None
    author_id: UUID | None
    author_label: str
    created_at: datetime
    archived_at: datetime | None


class NoteIn(AboutIn):
    """A note; members named in it with @ who see the record are told."""

    text: str
    is_pinned: bool = False


class NotePatch(Input):
    text: str = ""


class NoteOut(AboutOut):
    text: str
    mentions: list[UUID]
    is_pinned: bool
    edited_at: datetime | None


class ConversationPatch(Input):
    """Only what is named changes. `kind`: call, meeting, email; `minutes` null when unknown."""

    kind: str | None = None
    subject: str | None = None
    text: str | None = None
    took_place_at: datetime | None = None
    minutes: int | None = Field(None, ge=1, le=1440)

    def change(self) -> ConversationChange:
        named = self.model_dump(exclude_unset=True, exclude=set(SUBJECTS))
        return ConversationChange(**{name: _emptied(name, value) for name, value in named.items()})


class ConversationIn(AboutIn, ConversationPatch):
    kind: str
    subject: str


class ConversationOut(AboutOut):
    kind: str
    subject: str
    text: str
    took_place_at: datetime
    minutes: int | None


class AttachmentOut(AboutOut):
    name: str
    content_type: str
    size: int
    sha256: str


class AboutFilters(ListQuery):
    archived: bool = False
    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None

    def lookups(self) -> dict[str, UUID]:
        return {name: getattr(self, name) for name in SUBJECTS if getattr(self, name)}


def note_out(note: Note) -> dict[str, Any]:
    return _row(note, NoteOut)


def conversation_out(row: Conversation) -> dict[str, Any]:
    return _row(row, ConversationOut)


def attachment_out(row: Attachment) -> dict[str, Any]:
    file = {name: getattr(row.file, name) for name in ("name", "content_type", "size", "sha256")}
    return _row(row, AboutOut) | file


def _emptied(name: str, value: Any) -> Any:
    return "" if value is None and name in {"subject", "text"} else value


def _row(row: Any, shape: type[Schema]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shape.model_fields}
