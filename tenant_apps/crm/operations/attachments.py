"""Files that belong to a client or deal."""

import unicodedata
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Attachment
from tenant_apps.crm.operations.notes import bring_back, put_away, subject_for_writing, writing_for_change
from tenant_apps.files.operations import store_file

LARGEST_FILE = 10 * 1024 * 1024
NAME_LENGTH = 200


class FileTooLarge(Refused):
    code = "file_too_large"
    message = _("The file is too large: at most 10 MB fit.")
    field = "file"


class FileEmpty(Refused):
    code = "file_empty"
    message = _("The file is empty.")
    field = "file"


@operation(permission=Permission.NOTES_EDIT)
def attach_file(
    *,
    record_type: str,
    record_id: UUID,
    name: str,
    content_type: str,
    content: bytes,
    by: Actor,
    at: datetime,
) -> Attachment:
    """Keep a file with a company, contact or deal. Raises `FileTooLarge` and `FileEmpty`."""
    subject = subject_for_writing(record_type, record_id, by)
    if not content:
        raise FileEmpty()
    if len(content) > LARGEST_FILE:
        raise FileTooLarge()
    stored = store_file(
        name=_plain_name(name), content_type=content_type[:100], content=content, by=by, at=at
    )
    row = Attachment.objects.create(
        file=stored, author_id=by.id, author_label=by.label, created_at=at, **{record_type: subject}
    )
    record(event=CrmEvent.FILE_ATTACHED, subject=row, parent=subject, by=by, at=at)
    return row


@operation(permission=Permission.NOTES_EDIT)
def archive_attachment(*, attachment_id: UUID, by: Actor, at: datetime) -> Attachment:
    """Take a file away: who attached it, or one who sees everything. Raises `AlreadyArchived`."""
    row, subject = writing_for_change(Attachment, attachment_id, by)
    put_away(row, at)
    record(event=CrmEvent.ATTACHMENT_ARCHIVED, subject=row, parent=subject, by=by, at=at)
    return row


@operation(permission=Permission.NOTES_EDIT)
def unarchive_attachment(*, attachment_id: UUID, by: Actor, at: datetime) -> Attachment:
    """Bring a file back. Raises `NotArchived`."""
    row, subject = writing_for_change(Attachment, attachment_id, by)
    bring_back(row)
    record(event=CrmEvent.ATTACHMENT_UNARCHIVED, subject=row, parent=subject, by=by, at=at)
    return row


def _plain_name(name: str) -> str:
    """The name alone: no folders, no control characters, its ending kept when it is too long."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(one for one in bare if unicodedata.category(one)[0] != "C").strip() or "file"
    stem, dot, ending = plain.rpartition(".")
    if len(plain) <= NAME_LENGTH or not dot:
        return plain[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(ending[:20]) - 1]}.{ending[:20]}"
