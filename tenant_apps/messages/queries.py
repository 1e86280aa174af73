from uuid import UUID

from django.db.models import QuerySet

from tenant_apps.files.models import StoredFile
from tenant_apps.messages.models import MessageAttachment, Notification, OutgoingMessage

MOST_COUNTED = 100


def message(message_id: UUID) -> OutgoingMessage:
    return OutgoingMessage.objects.get(pk=message_id)


def messages_about(record_id: UUID) -> QuerySet[OutgoingMessage]:
    """What was sent about a record, newest first. Load the record by its own query first."""
    return OutgoingMessage.objects.filter(about_id=record_id).order_by("-id")


def attachments_of(message_id: UUID) -> QuerySet[StoredFile]:
    """The files that go with a message, in the order in which they were made."""
    attached = MessageAttachment.objects.filter(message_id=message_id)
    return StoredFile.objects.filter(pk__in=attached.values("file_id")).order_by("id")


def notifications_of(user_id: UUID | None, *, unread: bool = False) -> QuerySet[Notification]:
    """What one person was told."""
    told = Notification.objects.filter(user_id__in=[user_id] if user_id else [])
    return told.filter(read_at=None) if unread else told


def unread_count(user_id: UUID | None) -> int:
    """How much of it they have not read; nobody counts further than a hundred."""
    if user_id is None:
        return 0
    return notifications_of(user_id, unread=True).order_by()[:MOST_COUNTED].count()
