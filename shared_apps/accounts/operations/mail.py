"""Letters about accounts: written in the request, sent by a job."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from shared_apps.accounts.models import AccountMail, User
from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.jobs.operations import enqueue

WHY = "the letter's row is itself the record"


@operation(permission=None, event=None, why=WHY)
def queue_account_mail(
    *, to: str, template: str, context: dict[str, Any], language: str, by: Actor, at: datetime
) -> AccountMail:
    """Write a letter from `<template>_subject.txt`, `_message.txt`, `_message.html` and let a job send it."""
    with translation.override(language):
        subject, text, html = (
            render_to_string(f"{template}_{part}", context)
            for part in ("subject.txt", "message.txt", "message.html")
        )
    mail = AccountMail.objects.create(
        to=to, subject=" ".join(subject.split())[:250], text=text.strip(), html=html, created_at=at
    )
    sender = replace(by, organization_id=None)
    enqueue("deliver_account_mail", by=sender, key=f"deliver_account_mail:{mail.pk}", mail_id=str(mail.pk))
    return mail


@operation(permission=None, event=None, why=WHY)
def queue_verification_mail(*, user_id: UUID, origin: str, by: Actor, at: datetime) -> AccountMail:
    """Ask a person to confirm their e-mail. `origin`: scheme and host of the page behind the link."""
    user = User.objects.get(pk=user_id)
    address, _created = EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"primary": True}
    )
    path = reverse("account_confirm_email", args=[EmailConfirmationHMAC.create(address).key])
    return queue_account_mail(
        to=user.email,
        template="accounts/mail/verification",
        context={"name": user.name, "email": user.email, "url": urljoin(origin, path)},
        language=user.language,
        by=by,
        at=at,
    )


@operation(permission=None, event=None, why=WHY)
def note_mail_sent(*, mail_id: UUID, by: Actor, at: datetime) -> None:
    """The letter has left: forget its texts, which hold a way in."""
    AccountMail.objects.filter(pk=mail_id).update(sent_at=at, text="", html="")


def letter_of(mail: AccountMail) -> EmailMultiAlternatives:
    """The letter as the mail server takes it."""
    letter = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to])
    letter.attach_alternative(mail.html, "text/html")
    return letter
