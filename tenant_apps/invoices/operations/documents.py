"""What is made once of an issued invoice and kept: its PDF and its QR codes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.documents.adapters import RenderFailed
from tenant_apps.files.models import StoredFile
from tenant_apps.files.operations import store_file
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices.adapters import (
    differences_in,
    epc_code_of,
    epc_qr_png,
    link_code_of,
    render_invoice_pdf,
)
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, InvoiceState
from tenant_apps.invoices.operations.issuing import NotIssued
from tenant_apps.invoices.paper import InvoicePaper
from tenant_apps.invoices.paper_words import DIFFERENCES
from tenant_apps.invoices.queries import (
    document_refusal,
    lock_invoice,
    paper_of,
    transfer_of,
    visible_invoice,
)
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


class DocumentUnreadable(Refused):
    """The PDF could not be made, or does not say what the document says; `differences` are codes of
    `adapters.reading`, none when nothing could be made at all.
    """

    code = "document_unreadable"
    message = _("The PDF could not be made, so nothing was stored or sent. We have been told.")
    conflict = True

    def __init__(self, differences: Sequence[str] = ()) -> None:
        self.differences = tuple(differences)
        names = ", ".join(str(DIFFERENCES[name]) for name in differences)
        told = _("The PDF does not say the same as the document (%(names)s), so it was not stored or sent.")
        super().__init__(message=str(told) % {"names": names} if names else None)


def invoice_pdf_bytes(*, invoice_id: UUID, by: Actor, at: datetime) -> bytes:
    """The stored PDF of an issued or annulled invoice, made now when nobody has yet. Raises as
    `require_invoice_pdf` does. Of two who render at once, both get the bytes that were stored first.
    """
    return read_bytes(require_invoice_pdf(invoice_id=invoice_id, by=by, at=at))


def require_invoice_pdf(*, invoice_id: UUID, by: Actor, at: datetime) -> StoredFile:
    """The file of the PDF of an issued or annulled invoice, without reading it.

    Made, read back and stored now when nobody has yet. Raises `NotIssued`; `DocumentUnreadable` after having
    recorded it. It renders without holding a lock.
    """
    invoice = visible_invoice(invoice_id, by)
    if invoice.is_draft:
        raise NotIssued()
    if not invoice.pdf_id:
        content = _render(invoice, by, at)
        invoice = store_invoice_document(
            invoice_id=invoice.pk, content=content, state=invoice.state, by=by, at=at
        )
    return invoice.pdf or require_invoice_pdf(invoice_id=invoice_id, by=by, at=at)


def _render(invoice: Invoice, by: Actor, at: datetime) -> bytes:
    """The PDF, when it says by others' reading what the document says."""
    try:
        return read_back_pdf(paper_of(invoice), invoice.language)
    except (RenderFailed, DocumentUnreadable) as error:
        differences = error.differences if isinstance(error, DocumentUnreadable) else ()
        refuse_invoice_document(invoice_id=invoice.pk, differences=differences, by=by, at=at)
        raise DocumentUnreadable(differences) from error


def read_back_pdf(paper: InvoicePaper, language: str) -> bytes:
    """Render a document and read it back. Raises `RenderFailed` or `DocumentUnreadable`."""
    content = render_invoice_pdf(paper, language)
    if differences := differences_in(content, paper, language):
        raise DocumentUnreadable(differences)
    return content


@operation(permission=Permission.INVOICES_VIEW, event=None, why="told once, however often it is tried")
def refuse_invoice_document(
    *, invoice_id: UUID, differences: Sequence[str], by: Actor, at: datetime
) -> Invoice:
    """Put on record that the PDF of an issued or annulled invoice was not kept, and what in it differed."""
    invoice = lock_invoice(invoice_id, by)
    if invoice.pdf_id is None and document_refusal(invoice) is None:
        told = {"differences": list(differences)}
        record(event=InvoiceEvent.DOCUMENT_REFUSED, subject=invoice, by=by, at=at, new=told)
    return invoice


def make_invoice_qr_codes(*, invoice_id: UUID, by: Actor, at: datetime) -> Invoice:
    """Make and keep the codes that an issued invoice can carry: SEPA transfer, payment link.

    Raises `NotIssued`.
    """
    invoice = visible_invoice(invoice_id, by)
    paper = paper_of(invoice)
    return store_invoice_qr_codes(
        invoice_id=invoice_id,
        epc_png=epc_code_of(paper, invoice.language),
        payment_png=link_code_of(paper),
        by=by,
        at=at,
    )


def transfer_code_bytes(*, invoice_id: UUID, by: Actor) -> bytes | None:
    """The SEPA code, as PNG, by which what is still asked of an invoice is paid; None where none fits."""
    transfer = transfer_of(visible_invoice(invoice_id, by))
    if transfer is None or not transfer.is_sepa:
        return None
    return epc_qr_png(transfer.receiver, transfer.iban, transfer.bic, transfer.amount, transfer.remark)


@operation(permission=Permission.INVOICES_ISSUE, event=None, why="the document that takes its place is told")
def let_go_of_document(*, invoice_id: UUID, by: Actor, at: datetime) -> Invoice:
    """Let the PDF and the code of the client link go, since that link has changed: the next ones bear what it
    is now. The files themselves stay.
    """
    invoice = lock_invoice(invoice_id, by)
    invoice.pdf = invoice.payment_qr = None
    invoice.updated_at = at
    invoice.save(update_fields=["pdf", "payment_qr", "updated_at"])
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


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="each document that is made is told")
def resume_documents(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: codes and PDFs that were still to be made when the archive was, are made here."""
    waiting = Invoice.objects.filter(state=InvoiceState.ISSUED, pdf=None).order_by("id")
    for invoice_id in waiting.values_list("pk", flat=True):
        for name in ("generate_invoice_qr_codes", "render_invoice_document"):
            enqueue(name, organization_id=restoration.organization_id, by=by, subject_id=str(invoice_id))
