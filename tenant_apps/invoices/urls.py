from django.urls import path

from tenant_apps.invoices.views import audit, drafts, invoices, issuing, notes, payments

INVOICE = "invoices/<uuid:invoice_id>"
PAYMENT = "payments/<uuid:payment_id>"

urlpatterns = [
    path("invoices/", invoices.invoice_list, name="invoice_list"),
    path("invoices/audit/", audit.series_audit, name="series_audit"),
    path("invoices/new/", drafts.invoice_create, name="invoice_create"),
    path("invoices/client/", drafts.invoice_client, name="invoice_client"),
    path("invoices/price-memory/", drafts.price_memory, name="price_memory"),
    path(f"{INVOICE}/notes/", notes.note_create, name="note_create"),
    path(f"{INVOICE}/follow/", notes.follow_proforma, name="follow_proforma"),
    path(f"{INVOICE}/deduct-advances/", notes.deduct_advances, name="deduct_advances"),
    path(f"{INVOICE}/", invoices.invoice_detail, name="invoice_detail"),
    path(f"{INVOICE}/rules/", invoices.invoice_rules, name="invoice_rules"),
    path(f"{INVOICE}/edit/", drafts.invoice_edit, name="invoice_edit"),
    path(f"{INVOICE}/delete/", drafts.delete_draft_invoice, name="delete_draft_invoice"),
    path(f"{INVOICE}/duplicate/", drafts.duplicate_invoice, name="duplicate_invoice"),
    path(f"{INVOICE}/issue/", issuing.issue_invoice, name="issue_invoice"),
    path(f"{INVOICE}/send/", issuing.send_invoice, name="send_invoice"),
    path(f"{INVOICE}/annul/", issuing.annul_invoice, name="annul_invoice"),
    path(f"{INVOICE}/mark-paid/", payments.mark_invoice_paid, name="mark_invoice_paid"),
    path(f"{INVOICE}/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path(f"{INVOICE}/ubl/", invoices.invoice_ubl, name="invoice_ubl"),
    path("payments/", payments.payment_list, name="payment_list"),
    path("payments/new/", payments.payment_create, name="payment_create"),
    path(f"{PAYMENT}/", payments.payment_detail, name="payment_detail"),
    path(f"{PAYMENT}/allocate/", payments.allocate_payment, name="allocate_payment"),
    path(f"{PAYMENT}/deallocate/<uuid:invoice_id>/", payments.deallocate_payment, name="deallocate_payment"),
    path(f"{PAYMENT}/void/", payments.void_payment, name="void_payment"),
]
