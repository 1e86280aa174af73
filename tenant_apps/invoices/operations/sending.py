"""An issued invoice on its way to the client."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations.issuing import NotIssued
from tenant_apps.invoices.queries import email_of_buyer, lock_invoice
from tenant_apps.sharing.operations import require_may_change


class BuyerWithoutEmail(Refused):
    code = "buyer_without_email"
    message = _("The client has no e-mail address. Add one to the contact or the company first.")
    field = "email"


@operation(permission=Permission.INVOICES_SEND)
def send_invoice(*, invoice_id: UUID, by: Actor, at: datetime) -> Invoice:
    """Send an issued invoice with its PDF to the contact's e-mail, else the company's.

    Again as often as asked. A job makes the PDF and queues the message. Raises `NotIssued` and
    `BuyerWithoutEmail`.
    """
    invoice = lock_invoice(invoice_id, by)
    require_may_change(invoice, by)
    if not invoice.is_issued:
        raise NotIssued()
    to = email_of_buyer(invoice)
    if not to:
        raise BuyerWithoutEmail()
    invoice.sent_at = invoice.updated_at = at
    invoice.save(update_fields=["sent_at", "updated_at"])
    sent = record(
        event=InvoiceEvent.SENT,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        new={"to": to},
    )
    key = f"email_invoice:{sent.pk}"
    enqueue("email_invoice", by=by, key=key, invoice_id=str(invoice.pk), to=to, sending_id=str(sent.pk))
    return invoice
