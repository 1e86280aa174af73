from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from ninja import File, Form, Query, Router, UploadedFile

from shared_apps.core import clock
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.models import Attachment, Conversation, Note
from tenant_apps.crm.schemas.notes import (
    AboutFilters,
    AboutIn,
    AttachmentOut,
    ConversationIn,
    ConversationOut,
    ConversationPatch,
    NoteIn,
    NoteOut,
    NotePatch,
    attachment_out,
    conversation_out,
    note_out,
)
from tenant_apps.files.queries import read_bytes

router = Router()
NOTES, TALKS, FILES = ["notes"], ["conversations"], ["attachments"]
ORDERINGS = {"created_at": "id"}


def _found(request: ActorRequest, model: type[Any], query: AboutFilters) -> QuerySet[Any]:
    request.actor.require(Permission.NOTES_VIEW)
    rows = queries.visible_writings(model, request.actor, archived=None if query.archived else False)
    return rows.filter(**query.lookups())


@router.get("notes/", response=ListOf[NoteOut], operation_id="list_notes", tags=NOTES)
def list_notes(request: ActorRequest, query: Query[AboutFilters]) -> HttpResponse:
    """Notes about records that the token's person sees, newest first; `search` looks for words in them."""
    rows = _found(request, Note, query)
    rows = rows.filter(text__icontains=query.search) if query.search else rows
    return list_response(rows, query, orderings=ORDERINGS, item=note_out, default="-id")


@router.post("notes/", response={201: NoteOut}, operation_id="write_note", tags=NOTES)
def write_note(request: ActorRequest, data: NoteIn) -> HttpResponse:
    """Write a note about one company, contact or deal."""
    note = operations.write_note(
        **data.record(), text=data.text, is_pinned=data.is_pinned, by=request.actor, at=clock.now()
    )
    return json_response(note_out(note), status=201)


@router.get("notes/{uuid:note_id}/", response=NoteOut, operation_id="read_note", tags=NOTES)
def read_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    """One note, archived or not."""
    request.actor.require(Permission.NOTES_VIEW)
    return json_response(note_out(queries.visible_writing(Note, note_id, request.actor)))


@router.patch("notes/{uuid:note_id}/", response=NoteOut, operation_id="change_note", tags=NOTES)
def change_note(request: ActorRequest, note_id: UUID, data: NotePatch) -> HttpResponse:
    """Write a note anew: its author, or one who sees everything."""
    note = operations.change_note(note_id=note_id, text=data.text, by=request.actor, at=clock.now())
    return json_response(note_out(note))


@router.post("notes/{uuid:note_id}/pin/", response=NoteOut, operation_id="pin_note", tags=NOTES)
def pin_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    """Keep a note on top; 409 when it is there."""
    return json_response(note_out(operations.pin_note(note_id=note_id, by=request.actor, at=clock.now())))


@router.post("notes/{uuid:note_id}/unpin/", response=NoteOut, operation_id="unpin_note", tags=NOTES)
def unpin_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    """Let a note go back to its place; 409 when it is not pinned."""
    return json_response(note_out(operations.unpin_note(note_id=note_id, by=request.actor, at=clock.now())))


@router.post("notes/{uuid:note_id}/archive/", response=NoteOut, operation_id="archive_note", tags=NOTES)
def archive_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    """Take a note away; 409 when it is away already."""
    return json_response(note_out(operations.archive_note(note_id=note_id, by=request.actor, at=clock.now())))


@router.post("notes/{uuid:note_id}/unarchive/", response=NoteOut, operation_id="unarchive_note", tags=NOTES)
def unarchive_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    """Bring a note back; 409 when it is there."""
    note = operations.unarchive_note(note_id=note_id, by=request.actor, at=clock.now())
    return json_response(note_out(note))


@router.get("conversations/", response=ListOf[ConversationOut], operation_id="list_conversations", tags=TALKS)
def list_conversations(request: ActorRequest, query: Query[AboutFilters]) -> HttpResponse:
    """Logged calls, meetings and e-mails, the last logged first; `search` looks in what they were about."""
    rows = _found(request, Conversation, query)
    rows = rows.filter(subject__icontains=query.search) if query.search else rows
    orderings = ORDERINGS | {"took_place_at": "took_place_at"}
    return list_response(rows, query, orderings=orderings, item=conversation_out, default="-id")


@router.post("conversations/", response={201: ConversationOut}, operation_id="log_conversation", tags=TALKS)
def log_conversation(request: ActorRequest, data: ConversationIn) -> HttpResponse:
    """Log a conversation; without `took_place_at` it took place just now."""
    row = operations.log_conversation(
        **data.record(), details=data.change(), by=request.actor, at=clock.now()
    )
    return json_response(conversation_out(row), status=201)


@router.get(
    "conversations/{uuid:conversation_id}/",
    response=ConversationOut,
    operation_id="read_conversation",
    tags=TALKS,
)
def read_conversation(request: ActorRequest, conversation_id: UUID) -> HttpResponse:
    """One conversation, archived or not."""
    request.actor.require(Permission.NOTES_VIEW)
    return json_response(
        conversation_out(queries.visible_writing(Conversation, conversation_id, request.actor))
    )


@router.patch(
    "conversations/{uuid:conversation_id}/",
    response=ConversationOut,
    operation_id="change_conversation",
    tags=TALKS,
)
def change_conversation(
    request: ActorRequest, conversation_id: UUID, data: ConversationPatch
) -> HttpResponse:
    """Correct what was logged: its author, or one who sees everything."""
    row = operations.change_conversation(
        conversation_id=conversation_id, change=data.change(), by=request.actor, at=clock.now()
    )
    return json_response(conversation_out(row))


@router.post(
    "conversations/{uuid:conversation_id}/archive/",
    response=ConversationOut,
    operation_id="archive_conversation",
    tags=TALKS,
)
def archive_conversation(request: ActorRequest, conversation_id: UUID) -> HttpResponse:
    """Take it away; 409 when it is away already."""
    row = operations.archive_conversation(conversation_id=conversation_id, by=request.actor, at=clock.now())
    return json_response(conversation_out(row))


@router.post(
    "conversations/{uuid:conversation_id}/unarchive/",
    response=ConversationOut,
    operation_id="unarchive_conversation",
    tags=TALKS,
)
def unarchive_conversation(request: ActorRequest, conversation_id: UUID) -> HttpResponse:
    """Bring it back; 409 when it is there."""
    row = operations.unarchive_conversation(conversation_id=conversation_id, by=request.actor, at=clock.now())
    return json_response(conversation_out(row))


@router.get("attachments/", response=ListOf[AttachmentOut], operation_id="list_attachments", tags=FILES)
def list_attachments(request: ActorRequest, query: Query[AboutFilters]) -> HttpResponse:
    """Files of records that the token's person sees, newest first; `search` looks in their names."""
    rows = _found(request, Attachment, query).select_related("file")
    rows = rows.filter(file__name__icontains=query.search) if query.search else rows
    return list_response(rows, query, orderings=ORDERINGS, item=attachment_out, default="-id")


@router.post("attachments/", response={201: AttachmentOut}, operation_id="attach_file", tags=FILES)
def attach_file(request: ActorRequest, data: Form[AboutIn], file: File[UploadedFile]) -> HttpResponse:
    """Attach a file of at most 10 MB, sent as `multipart/form-data`, to one company, contact or deal."""
    if (file.size or 0) > operations.LARGEST_FILE:
        raise operations.FileTooLarge()
    row = operations.attach_file(
        **data.record(),
        name=file.name or "",
        content_type=file.content_type or "",
        content=file.read(),
        by=request.actor,
        at=clock.now(),
    )
    return json_response(attachment_out(row), status=201)


@router.get("attachments/{uuid:attachment_id}/content/", operation_id="read_attachment", tags=FILES)
def read_attachment(request: ActorRequest, attachment_id: UUID) -> HttpResponse:
    """The bytes of a file, as a download."""
    request.actor.require(Permission.NOTES_VIEW)
    row = queries.visible_writing(Attachment, attachment_id, request.actor)
    response = HttpResponse(read_bytes(row.file), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, row.file.name) or "attachment"
    return response


@router.post(
    "attachments/{uuid:attachment_id}/archive/",
    response=AttachmentOut,
    operation_id="archive_attachment",
    tags=FILES,
)
def archive_attachment(request: ActorRequest, attachment_id: UUID) -> HttpResponse:
    """Take a file away; 409 when it is away already."""
    row = operations.archive_attachment(attachment_id=attachment_id, by=request.actor, at=clock.now())
    return json_response(attachment_out(row))


@router.post(
    "attachments/{uuid:attachment_id}/unarchive/",
    response=AttachmentOut,
    operation_id="unarchive_attachment",
    tags=FILES,
)
def unarchive_attachment(request: ActorRequest, attachment_id: UUID) -> HttpResponse:
    """Bring a file back; 409 when it is there."""
    row = operations.unarchive_attachment(attachment_id=attachment_id, by=request.actor, at=clock.now())
    return json_response(attachment_out(row))
