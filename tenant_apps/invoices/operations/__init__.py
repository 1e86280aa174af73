"""Every write of invoices, by noun."""

from tenant_apps.invoices.operations.allocations import (
    AllocationInput,
    AlreadyPaid,
    allocate_payment,
    allocate_payments,
    deallocate_payment,
    leave_payments_unmatched,
)
from tenant_apps.invoices.operations.deals import create_invoice_of_deal, draft_of_deal
from tenant_apps.invoices.operations.documents import (
    invoice_pdf_bytes,
    make_invoice_qr_codes,
    resume_documents,
    store_invoice_document,
    store_invoice_qr_codes,
)
from tenant_apps.invoices.operations.draft_inputs import InvoiceChange, InvoiceInput, ItemInput
from tenant_apps.invoices.operations.drafts import (
    NotADraft,
    autosave_invoice,
    change_invoice,
    create_invoice,
    delete_draft_invoice,
    duplicate_invoice,
)
from tenant_apps.invoices.operations.issuing import (
    AmendedByNotes,
    CannotBeAmended,
    DocumentInvalid,
    MoneyAllocated,
    MoreThanRemains,
    NotIssued,
    ReasonMissing,
    annul_invoice,
    issue_invoice,
)
from tenant_apps.invoices.operations.notes import (
    NotAProforma,
    NothingLeftToCredit,
    NothingLeftToDeduct,
    create_note,
    deduct_advances,
    follow_proforma,
)
from tenant_apps.invoices.operations.payments import (
    PaymentInput,
    mark_invoice_paid,
    record_payment,
    void_payment,
)
from tenant_apps.invoices.operations.sending import BuyerWithoutEmail, send_invoice

__all__ = [
    "AllocationInput",
    "AlreadyPaid",
    "AmendedByNotes",
    "BuyerWithoutEmail",
    "CannotBeAmended",
    "DocumentInvalid",
    "InvoiceChange",
    "InvoiceInput",
    "ItemInput",
    "MoneyAllocated",
    "MoreThanRemains",
    "NotADraft",
    "NotAProforma",
    "NotIssued",
    "NothingLeftToCredit",
    "NothingLeftToDeduct",
    "PaymentInput",
    "ReasonMissing",
    "allocate_payment",
    "allocate_payments",
    "annul_invoice",
    "autosave_invoice",
    "change_invoice",
    "create_invoice",
    "create_invoice_of_deal",
    "create_note",
    "deallocate_payment",
    "deduct_advances",
    "delete_draft_invoice",
    "draft_of_deal",
    "duplicate_invoice",
    "follow_proforma",
    "invoice_pdf_bytes",
    "issue_invoice",
    "leave_payments_unmatched",
    "make_invoice_qr_codes",
    "mark_invoice_paid",
    "record_payment",
    "resume_documents",
    "send_invoice",
    "store_invoice_document",
    "store_invoice_qr_codes",
    "void_payment",
]
