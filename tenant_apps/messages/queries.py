from uuid import UUID

from django.db.models import QuerySet

from tenant_apps.files.models import StoredFile
from tenant_apps.messages.models import MessageAttachment, OutgoingMessage


def message(message_id: UUID) -> OutgoingMessage:
    return OutgoingMessage.objects.get(pk=message_id)


def messages_about(record_id: UUID) -> QuerySet[OutgoingMessage]:
    """What was sent about a record, newest first. Load the record by its own query first."""
    return OutgoingMessage.objects.filter(about_id=record_id).order_by("-id")


def attachments_of(message_id: UUID) -> QuerySet[StoredFile]:
    """The files that go with a message, in the order in which they were made."""
    attached = MessageAttachment.objects.filter(message_id=message_id)
    return StoredFile.objects.filter(pk__in=attached.values("file_id")).order_by("id")
