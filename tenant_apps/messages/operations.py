"""A message's way: queued, claimed, sent or failed; what people of the team are told in the product."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue, expect_work, settle_next_due
from tenant_apps.activity.operations import record
from tenant_apps.messages.events import MessageEvent
from tenant_apps.messages.models import MessageAttachment, MessageState, Notification, OutgoingMessage
from tenant_apps.messages.queries import notifications_of
from tenants.context import current_organization
from tenants.operations import Restoration

MAX_ATTEMPTS = 6
CLAIM_HOLDS_FOR = timedelta(minutes=5)
KEPT_FOR = timedelta(days=60)
NOTIFICATION_SWEEP = "sweep_notifications"


SETTLED = {
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.OPENED,
    MessageState.BOUNCED,
    MessageState.COMPLAINED,
    MessageState.FAILED,
}
# What a service tells may come before we have written down that it took the message, and of one that we
# could not tell to have been taken: then it knows better.
ON_ITS_WAY = {MessageState.QUEUED, MessageState.SENDING, MessageState.SENT, MessageState.FAILED}
ARRIVED = {MessageState.DELIVERED, MessageState.OPENED, MessageState.BOUNCED, MessageState.COMPLAINED}


class EmailUnusable(Refused):
    code = "email_unusable"
    message = _("This is not an e-mail address.")
    field = "to"


@operation(
    permission=None, event=None, why="a key that was seen before queues nothing; a new message records it"
)
def queue_message(
    *,
    to: str,
    subject: str,
    body_text: str,
    language: str,
    by: Actor,
    at: datetime,
    body_html: str = "",
    cc: Sequence[str] = (),
    attachment_ids: Sequence[UUID] = (),
    about_type: str = "",
    about_id: UUID | None = None,
    key: str | None = None,
) -> OutgoingMessage:
    """Write an e-mail down and have a job deliver it.

    With a `key` seen before, that message is returned instead. `about_type` is a model's label
    (`invoices.invoice`). Raises `EmailUnusable`.
    """
    for address in (to, *cc):
        require_address(address)
    message = OutgoingMessage(
        key=key,
        to=to,
        cc=list(dict.fromkeys(cc)),
        subject=subject[:250],
        body_text=body_text,
        body_html=body_html,
        language=language,
        about_type=about_type,
        about_id=about_id,
        created_at=at,
        updated_at=at,
    )
    if not _insert(message):
        return OutgoingMessage.objects.get(key=key)
    MessageAttachment.objects.bulk_create(
        MessageAttachment(message=message, file_id=file_id) for file_id in dict.fromkeys(attachment_ids)
    )
    enqueue("deliver_message", by=by, key=f"deliver_message:{message.pk}", message_id=str(message.pk))
    record(event=MessageEvent.QUEUED, subject=message, by=by, at=at, parent=_about(message), new={"to": to})
    return message


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="the outcome is told")
def claim_message(*, message_id: UUID, by: Actor, at: datetime) -> OutgoingMessage | None:
    """Take a message for delivery.

    None when it is sent, failed, or in another worker's hands since a short while.
    """
    message = OutgoingMessage.objects.select_for_update().get(pk=message_id)
    is_held = message.claimed_at is not None and at - message.claimed_at < CLAIM_HOLDS_FOR
    if message.state in SETTLED or (message.state == MessageState.SENDING and is_held):
        return None
    message.state, message.claimed_at, message.updated_at = MessageState.SENDING, at, at
    message.attempts += 1
    message.save(update_fields=["state", "claimed_at", "attempts", "updated_at"])
    return message


@operation(permission=Permission.PLATFORM_OPERATE)
def note_message_sent(*, message_id: UUID, by: Actor, at: datetime) -> OutgoingMessage:
    """Say that the mail server took the message."""
    message = OutgoingMessage.objects.select_for_update().get(pk=message_id)
    message.sent_at = message.updated_at = at
    if message.state not in SETTLED - {MessageState.FAILED}:  # the mail service may be quicker than we are
        message.state, message.error = MessageState.SENT, ""
    message.save(update_fields=["state", "sent_at", "updated_at", "error"])
    record(
        event=MessageEvent.SENT, subject=message, by=by, at=at, parent=_about(message), new={"to": message.to}
    )
    return message


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="a mail service tells the same more than once"
)
def note_message_delivered(
    *, message_id: UUID, by: Actor, at: datetime, recipient: str = ""
) -> OutgoingMessage:
    """The mail service says that the message reached its `recipient`; copies are of no interest."""
    message = OutgoingMessage.objects.select_for_update().get(pk=message_id)
    if message.state in ON_ITS_WAY and _is_to(message, recipient):
        message.error = ""
        _settle(message, MessageState.DELIVERED, MessageEvent.DELIVERED, by, at)
    return message


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="a mail service tells the same more than once"
)
def note_message_opened(*, message_id: UUID, by: Actor, at: datetime) -> OutgoingMessage:
    """The mail service says that somebody opened the message; only the first time counts."""
    message = OutgoingMessage.objects.select_for_update().get(pk=message_id)
    if message.state in ON_ITS_WAY | {MessageState.DELIVERED}:
        message.opened_at, message.error = at, ""
        _settle(message, MessageState.OPENED, MessageEvent.OPENED, by, at)
    return message


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="a mail service tells the same more than once"
)
def note_message_bounced(
    *, message_id: UUID, error: str, by: Actor, at: datetime, recipient: str = ""
) -> OutgoingMessage:
    """The mail service says that the message came back; `error` is the kind, never the text. A copy that came
    back is of no interest.
    """
    message = OutgoingMessage.objects.select_for_update().get(pk=message_id)
    is_told = message.state in (MessageState.BOUNCED, MessageState.COMPLAINED)
    if not is_told and _is_to(message, recipient):
        message.error = error[:100]
        _settle(message, MessageState.BOUNCED, MessageEvent.BOUNCED, by, at)
    return message


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="a mail service tells the same more than once"
)
def note_message_complained(
    *, message_id: UUID, by: Actor, at: datetime, recipient: str = ""
) -> OutgoingMessage:
    """The mail service says that its `recipient` called the message spam."""
    message = OutgoingMessage.objects.select_for_update().get(pk=message_id)
    if message.state != MessageState.COMPLAINED and _is_to(message, recipient):
        _settle(message, MessageState.COMPLAINED, MessageEvent.COMPLAINED, by, at)
    return message


def _is_to(message: OutgoingMessage, recipient: str) -> bool:
    """Whether a report is about the address that the message was written to; one that names none is."""
    return not recipient or recipient.casefold() == message.to.casefold()


def _settle(
    message: OutgoingMessage, state: MessageState, event: MessageEvent, by: Actor, at: datetime
) -> None:
    message.state, message.updated_at = state, at
    message.save(update_fields=["state", "opened_at", "error", "updated_at"])
    record(event=event, subject=message, by=by, at=at, parent=_about(message), new={"to": message.to})


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="only the last failure is told")
def note_message_failure(*, message_id: UUID, error: str, by: Actor, at: datetime) -> OutgoingMessage:
    """Put the message back into the queue.

    After the last try it has failed. `error` is the kind, never the text. Of one that arrived for all that,
    as the mail service has told already, nothing is noted.
    """
    message = OutgoingMessage.objects.select_for_update().get(pk=message_id)
    if message.state in ARRIVED:
        return message
    is_last = message.attempts >= MAX_ATTEMPTS
    message.state = MessageState.FAILED if is_last else MessageState.QUEUED
    message.error, message.updated_at = error[:100], at
    message.save(update_fields=["state", "error", "updated_at"])
    if is_last:
        record(
            event=MessageEvent.FAILED,
            subject=message,
            by=by,
            at=at,
            parent=_about(message),
            new={"to": message.to},
        )
    return message


@operation(
    permission=Permission.PLATFORM_OPERATE,
    event=None,
    why="the state says it, and nothing was on its way here",
)
def hold_restored_messages(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: what waited to be sent when the archive was made is the original's to send."""
    waiting = OutgoingMessage.objects.filter(state__in=(MessageState.QUEUED, MessageState.SENDING))
    waiting.update(state=MessageState.FAILED, error="Restored", claimed_at=None, updated_at=at)


@operation(permission=None, event=None, why="what it is about tells it")
def notify(
    *, user_id: UUID, kind: str, text: str, key: str, by: Actor, at: datetime, url: str = ""
) -> Notification | None:
    """Tell one person of the team something, once for a `key`; None when it was told already. `url`: a path
    on the organization's host.
    """
    told = Notification(
        user_id=user_id, kind=kind, text=text[:300], url=url[:300], key=key[:200], created_at=at
    )
    Notification.objects.bulk_create([told], ignore_conflicts=True)
    expect_work(NOTIFICATION_SWEEP, organization_id=current_organization().id, at=at + KEPT_FOR)
    return Notification.objects.filter(pk=told.pk).first()


@operation(permission=None, event=None, why="a mark of one's own")
def mark_notification_read(*, notification_id: UUID, by: Actor, at: datetime) -> Notification:
    """Note that the actor has read what they were told; again is the same."""
    told = notifications_of(by.id).select_for_update().get(pk=notification_id)
    if told.read_at is None:
        told.read_at = at
        told.save(update_fields=["read_at"])
    return told


@operation(permission=None, event=None, why="a mark of one's own")
def mark_all_notifications_read(*, by: Actor, at: datetime) -> int:
    """Note that the actor has read everything; says how much that was."""
    return notifications_of(by.id, unread=True).update(read_at=at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="old notifications leave")
def forget_old_notifications(*, by: Actor, at: datetime) -> None:
    """Delete what was told longer ago than it is kept, and settle when to look again."""
    Notification.objects.filter(created_at__lte=at - KEPT_FOR).delete()
    settle_next_due(
        NOTIFICATION_SWEEP, organization_id=current_organization().id, remaining=_next_notification_sweep_at
    )


def _next_notification_sweep_at() -> datetime | None:
    """None when there is none: also none of a transaction that has not ended yet, which is waited for."""
    if not Notification.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Notification._meta.db_table} IN SHARE MODE")
    oldest = Notification.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return oldest + KEPT_FOR if oldest else None


def require_address(address: str, *, field: str = "to") -> None:
    """Raise `EmailUnusable` for what is no e-mail address."""
    try:
        validate_email(address)
    except ValidationError as error:
        raise EmailUnusable(field=field) from error


def _insert(message: OutgoingMessage) -> bool:
    """Insert the message unless its key is taken; one who races for the same key waits here and loses."""
    if message.key is None:
        message.save(force_insert=True)
        return True
    OutgoingMessage.objects.bulk_create([message], ignore_conflicts=True)
    return OutgoingMessage.objects.filter(pk=message.pk).exists()


def _about(message: OutgoingMessage) -> Model | None:
    """The record that the message belongs to, so that its timeline tells of the message too."""
    if message.about_id is None:
        return None
    return apps.get_model(message.about_type)._default_manager.filter(pk=message.about_id).first()
