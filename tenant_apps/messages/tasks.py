from typing import Any
from uuid import UUID

from shared_apps.core import clock
from shared_apps.jobs.actors import current_actor, job
from tenant_apps.files.queries import read_bytes
from tenant_apps.messages.adapters import AddressRefused, Attachment, send_email
from tenant_apps.messages.models import MessageState, OutgoingMessage
from tenant_apps.messages.operations import (
    claim_message,
    forget_old_notifications,
    note_message_bounced,
    note_message_failure,
    note_message_sent,
)
from tenant_apps.messages.queries import attachments_of, message
from tenant_apps.workspace.queries import profile
from tenants.context import current_organization


class StillBeingSent(RuntimeError):
    """Another worker has claimed the message; the broker tries this delivery again later."""


@job()
def deliver_message(*, message_id: str, **unknown: Any) -> None:
    """Send one message.

    Done already, it does nothing; a failure is noted and tried again until the message has failed.
    """
    by = current_actor()
    claimed = claim_message(message_id=UUID(message_id), by=by, at=clock.now())
    if claimed is None:
        if message(UUID(message_id)).state == MessageState.SENDING:
            raise StillBeingSent(message_id)
        return
    try:
        _send(claimed)
    except AddressRefused:
        note_message_bounced(message_id=claimed.pk, error="refused", by=by, at=clock.now())
        return
    except Exception as error:
        noted = note_message_failure(message_id=claimed.pk, error=type(error).__name__, by=by, at=clock.now())
        if noted.state == MessageState.FAILED:
            return
        raise
    note_message_sent(message_id=claimed.pk, by=by, at=clock.now())


@job()
def sweep_notifications(**unknown: Any) -> None:
    """Daily, where there are any: what people were told two months ago leaves."""
    forget_old_notifications(by=current_actor(), at=clock.now())


def _send(claimed: OutgoingMessage) -> None:
    organization = profile()
    send_email(
        message_id=claimed.pk,
        organization_id=current_organization().id,
        sender_name=organization.legal_name,
        reply_to=organization.email,
        to=claimed.to,
        cc=claimed.cc,
        subject=claimed.subject,
        body_text=claimed.body_text,
        body_html=claimed.body_html,
        attachments=_attachments(claimed),
    )


def _attachments(claimed: OutgoingMessage) -> list[Attachment]:
    return [(file.name, read_bytes(file), file.content_type) for file in attachments_of(claimed.pk)]
