"""A client's statement on its way to the client."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.events import BooksEvent
from tenant_apps.invoices.operations.sending import BuyerWithoutEmail
from tenant_apps.invoices.queries import Client, client_record, statements_of
from tenant_apps.invoices.statement_paper import render_statement
from tenant_apps.workspace.queries import profile


class PeriodTooLong(Refused):
    code = "period_too_long"
    message = _("Too much passed in this period to show it line by line. Choose a shorter one.")
    field = "since"


class PeriodBackwards(Refused):
    code = "period_backwards"
    message = _("The period ends before it begins.")
    field = "until"


@operation(permission=Permission.BOOKS_HAND_OVER)
def send_statement(*, client: Client, since: date, until: date, by: Actor, at: datetime) -> Company | Contact:
    """Send a client their statement for a period as a PDF, to the e-mail that is on record.

    Again as often as asked; a job makes the PDF and queues the message. Returns the client. Raises
    `PeriodBackwards` and `BuyerWithoutEmail`.
    """
    by.require(Permission.RECORDS_VIEW_ALL)
    if until < since:
        raise PeriodBackwards()
    receiver = client_record(client, by)
    if not receiver.email:
        raise BuyerWithoutEmail()
    told: dict[str, Any] = {"to": receiver.email, "since": since.isoformat(), "until": until.isoformat()}
    sent = record(event=BooksEvent.STATEMENT_SENT, subject=receiver, by=by, at=at, new=told)
    ids: dict[str, Any] = {name: str(value) for name, value in vars(client).items() if value}
    key = f"email_statement:{sent.pk}"
    enqueue("email_statement", by=by, key=key, sending_id=str(sent.pk), **told, **ids)
    return receiver


def statement_pdf_bytes(
    *, client: Client, since: date, until: date, by: Actor, most: int | None = None
) -> bytes:
    """A client's statement for a period as PDF, in the current language; `DoesNotExist` for one whom the
    actor does not see. Raises `PeriodTooLong` for one of more movements than `most`.
    """
    record = client_record(client, by)
    found = statements_of(client, by, since=since, until=until, most=most)
    if not all(one.is_whole for one in found):
        raise PeriodTooLong()
    return render_statement(str(record), found, seller=profile(), since=since, until=until)
