"""An issued invoice on its way to the client."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.files.models import StoredFile
from tenant_apps.files.operations import store_file
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations.issuing import NotIssued
from tenant_apps.invoices.queries import e_invoice_of, email_of_buyer, lock_invoice, visible_invoice
from tenant_apps.invoices.ubl import CONTENT_TYPE, write_ubl
from tenant_apps.messages.operations import require_address
from tenant_apps.sharing.operations import require_may_change

MOST_COPIES = 10


class BuyerWithoutEmail(Refused):
    code = "buyer_without_email"
    message = _("The client has no e-mail address. Add one to the contact or the company first.")
    field = "email"


class TooManyCopies(Refused):
    code = "too_many"
    message = _("At most ten copies.")
    field = "cc"


@dataclass(frozen=True)
class LetterInput:
    """The letter as somebody wrote it; what is empty is as usual. `with_ubl`: the e-invoice goes along."""

    to: str = ""
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    with_ubl: bool = False


@operation(permission=Permission.INVOICES_SEND)
def send_invoice(*, invoice_id: UUID, by: Actor, at: datetime, letter: LetterInput | None = None) -> Invoice:
    """Send an issued invoice with its PDF; by default to the contact's e-mail, else the company's.

    Again as often as asked. A job makes the PDF and queues the message. Raises `NotIssued`,
    `BuyerWithoutEmail`, `EmailUnusable`, `TooManyCopies`; `NotExpressible` where there can be no e-invoice.
    """
    invoice = lock_invoice(invoice_id, by)
    require_may_change(invoice, by)
    if not invoice.is_issued:
        raise NotIssued()
    letter = letter or LetterInput()
    to = letter.to or email_of_buyer(invoice)
    _check_letter(letter, to)
    if letter.with_ubl:
        e_invoice_of(invoice)
    invoice.sent_at = invoice.updated_at = at
    invoice.save(update_fields=["sent_at", "updated_at"])
    sent = record(
        event=InvoiceEvent.SENT,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        new={"to": ", ".join((to, *letter.cc))},
    )
    enqueue(
        "email_invoice",
        by=by,
        key=f"email_invoice:{sent.pk}",
        invoice_id=str(invoice.pk),
        sending_id=str(sent.pk),
        **vars(letter) | {"to": to, "cc": list(letter.cc)},
    )
    return invoice


def _check_letter(letter: LetterInput, to: str) -> None:
    if not to:
        raise BuyerWithoutEmail()
    if len(letter.cc) > MOST_COPIES:
        raise TooManyCopies()
    require_address(to)
    for address in letter.cc:
        require_address(address, field="cc")


def e_invoice_bytes(*, invoice_id: UUID, by: Actor) -> bytes:
    """The e-invoice of an issued document. Raises `NotExpressible`."""
    return write_ubl(e_invoice_of(visible_invoice(invoice_id, by)))


@operation(permission=Permission.INVOICES_SEND, event=None, why="the message that carries it tells it")
def store_e_invoice(*, invoice_id: UUID, by: Actor, at: datetime) -> StoredFile:
    """Keep the e-invoice of an issued document as it is now, to go along with a message."""
    invoice = visible_invoice(invoice_id, by)
    content = write_ubl(e_invoice_of(invoice))
    return store_file(name=f"{invoice.number}.xml", content_type=CONTENT_TYPE, content=content, by=by, at=at)
