"""What is made once of an issued invoice and kept: its PDF and its QR codes."""

from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.files.operations import store_file
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices.adapters import epc_code_of, link_code_of, render_invoice_pdf
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, InvoiceState
from tenant_apps.invoices.operations.issuing import NotIssued
from tenant_apps.invoices.queries import lock_invoice, paper_of, visible_invoice
from tenants.operations import Restoration

FIRST_WINS = "of two that made it at once the first is kept, and only that one is told"


@operation(permission=Permission.INVOICES_VIEW, event=None, why=FIRST_WINS)
def store_invoice_document(
    *, invoice_id: UUID, content: bytes, state: str, by: Actor, at: datetime
) -> Invoice:
    """Keep the PDF that shows an invoice in `state`, issued or annulled. Raises `NotIssued` for a draft.

    One that is kept already stays, and one made before the invoice was annulled is not kept.
    """
    invoice = lock_invoice(invoice_id, by)
    if invoice.is_draft:
        raise NotIssued()
    if invoice.pdf_id or invoice.state != state:
        return invoice
    name = f"{invoice.number}.pdf"
    invoice.pdf = store_file(name=name, content_type="application/pdf", content=content, by=by, at=at)
    invoice.save(update_fields=["pdf"])
    record(
        event=InvoiceEvent.DOCUMENT_STORED, subject=invoice, by=by, at=at, new={"sha256": invoice.pdf.sha256}
    )
    return invoice


def invoice_pdf_bytes(*, invoice_id: UUID, by: Actor, at: datetime) -> bytes:
    """The stored PDF of an issued or annulled invoice.

    Made and stored now when nobody has yet. Raises `NotIssued`. It renders without holding a lock; of two who
    render at once, both get the bytes that were stored first.
    """
    invoice = visible_invoice(invoice_id, by)
    if invoice.is_draft:
        raise NotIssued()
    if not invoice.pdf_id:
        content = render_invoice_pdf(paper_of(invoice), invoice.language)
        invoice = store_invoice_document(
            invoice_id=invoice.pk, content=content, state=invoice.state, by=by, at=at
        )
    return read_bytes(invoice.pdf) if invoice.pdf else invoice_pdf_bytes(invoice_id=invoice_id, by=by, at=at)


def make_invoice_qr_codes(*, invoice_id: UUID, by: Actor, at: datetime) -> Invoice:
    """Make and keep the codes that an issued invoice can carry: SEPA transfer, payment link.

    Raises `NotIssued`.
    """
    paper = paper_of(visible_invoice(invoice_id, by))
    return store_invoice_qr_codes(
        invoice_id=invoice_id, epc_png=epc_code_of(paper), payment_png=link_code_of(paper), by=by, at=at
    )


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


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="each document that is made is told")
def resume_documents(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: codes and PDFs that were still to be made when the archive was, are made here."""
    waiting = Invoice.objects.filter(state=InvoiceState.ISSUED, pdf=None).order_by("id")
    for invoice_id in waiting.values_list("pk", flat=True):
        for name in ("generate_invoice_qr_codes", "render_invoice_document"):
            enqueue(name, organization_id=restoration.organization_id, by=by, subject_id=str(invoice_id))
