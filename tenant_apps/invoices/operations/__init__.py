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
from tenant_apps.invoices.operations.drafts import (
    InvoiceChange,
    InvoiceInput,
    ItemInput,
    NotADraft,
    change_invoice,
    create_invoice,
    delete_draft_invoice,
    duplicate_invoice,
)
from tenant_apps.invoices.operations.issuing import (
    IssueDateInFuture,
    MoneyAllocated,
    NotIssued,
    ReasonMissing,
    annul_invoice,
    issue_invoice,
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
    "BuyerWithoutEmail",
    "InvoiceChange",
    "InvoiceInput",
    "IssueDateInFuture",
    "ItemInput",
    "MoneyAllocated",
    "NotADraft",
    "NotIssued",
    "PaymentInput",
    "ReasonMissing",
    "allocate_payment",
    "allocate_payments",
    "annul_invoice",
    "change_invoice",
    "create_invoice",
    "create_invoice_of_deal",
    "deallocate_payment",
    "delete_draft_invoice",
    "draft_of_deal",
    "duplicate_invoice",
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
