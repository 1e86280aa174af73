from typing import Any
from uuid import UUID

from shared_apps.accounts.operations import letter_of, note_mail_sent
from shared_apps.accounts.queries import unsent_mail
from shared_apps.core import clock
from shared_apps.jobs.actors import Scope, current_actor, job


@job(scope=Scope.PLATFORM)
def deliver_account_mail(*, mail_id: str, **unknown: Any) -> None:
    """Send one letter about an account. One that has left already is left alone."""
    mail = unsent_mail(UUID(mail_id))
    if mail is None:
        return
    letter_of(mail).send()
    note_mail_sent(mail_id=mail.pk, by=current_actor(), at=clock.now())
