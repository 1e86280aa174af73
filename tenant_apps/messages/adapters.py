"""The way out, and what mail services say on the way back. Only this module knows them.

Mail leaves through whichever backend the settings name. One of anymail's sends over the service of its name,
and what that service tells comes in by anymail's own views, which check it and turn it into one shape.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr, parseaddr
from importlib import import_module
from typing import Any
from uuid import UUID

from anymail.signals import EventType, tracking
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse

Attachment = tuple[str, bytes, str]
# Service → the view of anymail that takes what it tells of mail that left.
TRACKING: Mapping[str, str] = {
    "amazon_ses": "AmazonSESTrackingWebhookView",
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "mailtrap": "MailtrapTrackingWebhookView",
    "mandrill": "MandrillCombinedWebhookView",
    "postal": "PostalTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "resend": "ResendTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
    "unisender_go": "UnisenderGoTrackingWebhookView",
}
# What services call in many ways, as our messages take it; a click in a letter was a look at it.
TOLD: Mapping[str, str] = {
    EventType.DELIVERED: "delivered",
    EventType.OPENED: "opened",
    EventType.CLICKED: "opened",
    EventType.BOUNCED: "bounced",
    EventType.REJECTED: "bounced",
    EventType.FAILED: "bounced",
    EventType.COMPLAINED: "complained",
}


class AddressRefused(Exception):
    """The mail service will not write to this address at all."""


@dataclass(frozen=True)
class MailReport:
    """What a service tells of a message: `event` is delivered, opened, bounced or complained. `told_at` None:
    it does not say when.
    """

    event: str
    organization_id: UUID
    message_id: UUID
    recipient: str = ""
    error: str = ""
    told_at: datetime | None = None


def send_email(
    *,
    message_id: UUID,
    organization_id: UUID,
    sender_name: str,
    reply_to: str,
    to: str,
    cc: Sequence[str],
    subject: str,
    body_text: str,
    body_html: str,
    attachments: Iterable[Attachment],
) -> None:
    """Send one e-mail under the organization's name from the product's own address; answers go to `reply_to`.

    The Message-ID follows from `message_id`, so that one that leaves twice is recognised as one. Raises
    `AddressRefused` when no further try would help.
    """
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    email = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=body_text,
        from_email=formataddr((" ".join(sender_name.split()), address)),
        to=[to],
        cc=list(cc),
        reply_to=[reply_to] if reply_to else [],
        headers={"Message-ID": f"<{message_id}@{settings.BASE_DOMAIN}>"},
    )
    if body_html:
        email.attach_alternative(body_html, "text/html")
    for attachment in attachments:
        email.attach(*attachment)
    # A mail service behind anymail keeps these and names them when it tells what became of the message.
    email.metadata = {"organization_id": str(organization_id), "message_id": str(message_id)}  # type: ignore[attr-defined]
    try:
        email.send()
    except _refusals() as refusal:
        raise AddressRefused(to) from refusal
    if _is_refused(email, to):
        raise AddressRefused(to)


def take_service_report(request: HttpRequest, service: str) -> HttpResponse | None:
    """What the view of a service answers to what it tells; None for a service that there is not, or that is
    not set up here, and while no secret is: then nobody may tell anything.
    """
    if not settings.ANYMAIL.get("WEBHOOK_SECRET") or service not in TRACKING:
        return None
    from anymail.exceptions import AnymailConfigurationError

    try:
        view: Any = getattr(import_module(f"anymail.webhooks.{service}"), TRACKING[service])
        answer: HttpResponse = view.as_view()(request)
    except (AnymailConfigurationError, ImportError):
        return None
    return answer


def hear_reports(take: Callable[[MailReport], None]) -> None:
    """Give `take` every report that a service's view has checked and that is about one of our messages."""

    def heard(event: Any, **unknown: Any) -> None:
        if report := _report_of(event):
            take(report)

    tracking.connect(heard, weak=False, dispatch_uid="tefter")


def _is_refused(email: EmailMultiAlternatives, to: str) -> bool:
    """Whether the service took the letter for those in copy, and not for whom it was written to."""
    status = getattr(email, "anymail_status", None)
    of_recipient = status.recipients.get(to) if status else None
    return of_recipient is not None and of_recipient.status in {"rejected", "invalid"}


def _refusals() -> tuple[type[Exception], ...]:
    """What says that an address is refused. Whoever needs no mail service needs none of what it loads."""
    if not settings.EMAIL_BACKEND.startswith("anymail."):
        return ()
    from anymail.exceptions import AnymailRecipientsRefused

    return (AnymailRecipientsRefused,)


def _report_of(event: Any) -> MailReport | None:
    metadata = event.metadata or {}
    try:
        ids = UUID(str(metadata["organization_id"])), UUID(str(metadata["message_id"]))
    except (KeyError, TypeError, ValueError):
        return None  # the mail of an account, or of another product on the same service
    if event.event_type not in TOLD:
        return None
    error = str(event.reject_reason or event.event_type)
    return MailReport(TOLD[event.event_type], *ids, event.recipient or "", error, event.timestamp)
