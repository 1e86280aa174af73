"""What people write down on a record page: notes, conversations, files."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.forms.records import AttachmentForm, ConversationForm, NoteForm
from tenant_apps.crm.models import Attachment, Conversation, Note
from tenant_apps.files.queries import read_bytes

# What a browser may be told that a file is; everything else is bytes. All are downloads.
KNOWN_TYPES = {"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain", "text/csv"}


@act(Permission.NOTES_EDIT)
def write_note(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    record = queries.visible_subject(record_type, record_id, request.actor)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _form(request, form, record, _("Note"))
    try:
        note = operations.write_note(
            record_type=record_type,
            record_id=record_id,
            text=form.cleaned_data["text"],
            by=request.actor,
            at=clock.now(),
        )
    except DomainError as refusal:
        add_refusal(form, refusal)
        return _form(request, form, record, _("Note"))
    return done(request, to=record, message=_said(note, record), event="crm.note_written")


@page(Permission.NOTES_EDIT)
def note_edit(request: ActorRequest, note_id: UUID) -> HttpResponse:
    note = queries.visible_writing(Note, note_id, request.actor)
    return _form(request, NoteForm(initial={"text": note.text}), queries.subject_of_writing(note), _("Note"))


@note_edit.act
def change_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    record = queries.subject_of_writing(queries.visible_writing(Note, note_id, request.actor))
    form = NoteForm(request.POST)
    try:
        if form.is_valid():
            text = form.cleaned_data["text"]
            note = operations.change_note(note_id=note_id, text=text, by=request.actor, at=clock.now())
            return done(request, to=record, message=_said(note, record), event="crm.note_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form(request, form, record, _("Note"))


@act(Permission.NOTES_EDIT)
def pin_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    note = operations.pin_note(note_id=note_id, by=request.actor, at=clock.now())
    return _done(request, note, _("The note is pinned."), undo=reverse("unpin_note", args=[note_id]))


@act(Permission.NOTES_EDIT)
def unpin_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    note = operations.unpin_note(note_id=note_id, by=request.actor, at=clock.now())
    return _done(request, note, _("The note is back in its place."))


@act(Permission.NOTES_EDIT)
def archive_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    note = operations.archive_note(note_id=note_id, by=request.actor, at=clock.now())
    return _done(request, note, _("The note was archived."), undo=reverse("unarchive_note", args=[note_id]))


@act(Permission.NOTES_EDIT)
def unarchive_note(request: ActorRequest, note_id: UUID) -> HttpResponse:
    note = operations.unarchive_note(note_id=note_id, by=request.actor, at=clock.now())
    return _done(request, note, _("The note is back."))


@act(Permission.NOTES_EDIT)
def log_conversation(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    record = queries.visible_subject(record_type, record_id, request.actor)
    form = ConversationForm(request.POST, auto_id="talk_%s")
    try:
        if form.is_valid():
            operations.log_conversation(
                record_type=record_type,
                record_id=record_id,
                details=form.change(),
                by=request.actor,
                at=clock.now(),
            )
            message = _("The conversation was logged.")
            return done(request, to=record, message=message, event="crm.conversation_logged")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form(request, form, record, _("Conversation"))


@page(Permission.NOTES_EDIT)
def conversation_edit(request: ActorRequest, conversation_id: UUID) -> HttpResponse:
    row = queries.visible_writing(Conversation, conversation_id, request.actor)
    return _form(request, ConversationForm.of(row), queries.subject_of_writing(row), _("Conversation"))


@conversation_edit.act
def change_conversation(request: ActorRequest, conversation_id: UUID) -> HttpResponse:
    row = queries.visible_writing(Conversation, conversation_id, request.actor)
    record, form = queries.subject_of_writing(row), ConversationForm(request.POST)
    try:
        if form.is_valid():
            operations.change_conversation(
                conversation_id=conversation_id, change=form.change(), by=request.actor, at=clock.now()
            )
            message = _("The conversation was saved.")
            return done(request, to=record, message=message, event="crm.conversation_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form(request, form, record, _("Conversation"))


@act(Permission.NOTES_EDIT)
def archive_conversation(request: ActorRequest, conversation_id: UUID) -> HttpResponse:
    row = operations.archive_conversation(conversation_id=conversation_id, by=request.actor, at=clock.now())
    undo = reverse("unarchive_conversation", args=[conversation_id])
    return _done(request, row, _("The conversation was archived."), undo=undo)


@act(Permission.NOTES_EDIT)
def unarchive_conversation(request: ActorRequest, conversation_id: UUID) -> HttpResponse:
    row = operations.unarchive_conversation(conversation_id=conversation_id, by=request.actor, at=clock.now())
    return _done(request, row, _("The conversation is back."))


@act(Permission.NOTES_EDIT)
def attach_file(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    record = queries.visible_subject(record_type, record_id, request.actor)
    form = AttachmentForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            _attach(request, form.cleaned_data["file"], record_type, record_id)
            return done(request, to=record, message=_("The file was attached."), event="crm.file_attached")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form(request, form, record, _("File"))


@page(Permission.NOTES_VIEW)
def attachment_content(request: ActorRequest, attachment_id: UUID) -> HttpResponse:
    """The file as a download, whatever it claims to be."""
    row = queries.visible_writing(Attachment, attachment_id, request.actor)
    return download(row)


@act(Permission.NOTES_EDIT)
def archive_attachment(request: ActorRequest, attachment_id: UUID) -> HttpResponse:
    row = operations.archive_attachment(attachment_id=attachment_id, by=request.actor, at=clock.now())
    undo = reverse("unarchive_attachment", args=[attachment_id])
    return _done(request, row, _("The file was archived."), undo=undo)


@act(Permission.NOTES_EDIT)
def unarchive_attachment(request: ActorRequest, attachment_id: UUID) -> HttpResponse:
    row = operations.unarchive_attachment(attachment_id=attachment_id, by=request.actor, at=clock.now())
    return _done(request, row, _("The file is back."))


def download(row: Attachment) -> HttpResponse:
    """A file that no browser opens in the product's own name."""
    kind = row.file.content_type if row.file.content_type in KNOWN_TYPES else "application/octet-stream"
    response = HttpResponse(read_bytes(row.file), content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, row.file.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _attach(request: ActorRequest, file: Any, record_type: str, record_id: UUID) -> None:
    if file.size > operations.LARGEST_FILE:
        raise operations.FileTooLarge()
    operations.attach_file(
        record_type=record_type,
        record_id=record_id,
        name=file.name,
        content_type=file.content_type or "",
        content=file.read(),
        by=request.actor,
        at=clock.now(),
    )


def _form(request: HttpRequest, form: Any, record: Any, title: str) -> HttpResponse:
    members = queries.names_of_members() if isinstance(form, NoteForm) else []
    context = {"record": record, "title": title, "members": members}
    return form_page(request, "crm/writing_form.html", form, context)


def _done(request: ActorRequest, writing: Any, message: str, undo: str = "") -> HttpResponse:
    return done(request, to=queries.subject_of_writing(writing), message=message, undo=undo)


def _said(note: Note, record: Any) -> str:
    """That it was saved, and whom it could not tell because they do not see the record."""
    blind = queries.mentioned_in_vain(note, record)
    if not blind:
        return _("The note was saved.")
    names = ", ".join(map(str, blind))
    return _("The note was saved. Not told, because the record is not shared with them: %(names)s.") % {
        "names": names
    }
