"""What is made once of an issued invoice and kept: its PDF and its QR codes."""

from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.files.operations import store_file
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations.issuing import NotIssued
from tenant_apps.invoices.queries import lock_invoice

FIRST_WINS = "of two that made it at once the first is kept, and only that one is told"


@operation(permission=Permission.INVOICES_VIEW, event=None, why=FIRST_WINS)
def store_invoice_document(*, invoice_id: UUID, content: bytes, by: Actor, at: datetime) -> Invoice:
    """Keep the PDF of an issued or annulled invoice; when one is kept already, that one stays. Raises `NotIssued`."""
    invoice = lock_invoice(invoice_id, by)
    if invoice.is_draft:
        raise NotIssued()
    if invoice.pdf_id:
        return invoice
    name = f"{invoice.number}.pdf"
    invoice.pdf = store_file(name=name, content_type="application/pdf", content=content, by=by, at=at)
    invoice.save(update_fields=["pdf"])
    record(
        event=InvoiceEvent.DOCUMENT_STORED, subject=invoice, by=by, at=at, new={"sha256": invoice.pdf.sha256}
    )  # fmt: skip
    return invoice


@operation(permission=Permission.INVOICES_ISSUE, event=None, why=FIRST_WINS)
def store_invoice_qr_codes(
    *, invoice_id: UUID, epc_png: bytes | None, payment_png: bytes | None, by: Actor, at: datetime
) -> Invoice:
    """Keep the QR codes of an issued invoice as PNG; one that is kept already stays. Raises `NotIssued`."""
    invoice = lock_invoice(invoice_id, by)
    if not invoice.is_issued:
        raise NotIssued()
    stored = []
    for field, content in (("epc_qr", epc_png), ("payment_qr", payment_png)):
        if content and not getattr(invoice, f"{field}_id"):
            name = f"{invoice.number}-{field}.png"
            file = store_file(name=name, content_type="image/png", content=content, by=by, at=at)
            setattr(invoice, field, file)
            stored.append(field)
    if stored:
        invoice.save(update_fields=stored)
        record(event=InvoiceEvent.QR_CODES_STORED, subject=invoice, by=by, at=at, new={"codes": stored})
    return invoice
