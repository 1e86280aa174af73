"""The way out: Django's mail, whichever backend the settings name."""

from collections.abc import Iterable, Sequence
from email.utils import formataddr, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

Attachment = tuple[str, bytes, str]


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

    The Message-ID follows from `message_id`, so that one that leaves twice is recognised as one.
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
    email.send()
