from django.urls import path

from tenant_apps.invoices.views import audit, draft_offers, drafts, invoices, issuing, notes, offers, payments

INVOICE = "invoices/<uuid:invoice_id>"
OFFER = "offers/<uuid:offer_id>"
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
    path("offers/", offers.offer_list, name="offer_list"),
    path("offers/new/", draft_offers.offer_create, name="offer_create"),
    path(f"{OFFER}/", offers.offer_detail, name="offer_detail"),
    path(f"{OFFER}/edit/", draft_offers.offer_edit, name="offer_edit"),
    path(f"{OFFER}/delete/", draft_offers.delete_draft_offer, name="delete_draft_offer"),
    path(f"{OFFER}/duplicate/", draft_offers.duplicate_offer, name="duplicate_offer"),
    path(f"{OFFER}/new-version/", draft_offers.create_offer_version, name="create_offer_version"),
    path(f"{OFFER}/send/", offers.send_offer, name="send_offer"),
    path(f"{OFFER}/send-again/", offers.resend_offer, name="resend_offer"),
    path(f"{OFFER}/accept/", offers.accept_offer, name="accept_offer"),
    path(f"{OFFER}/decline/", offers.decline_offer, name="decline_offer"),
    path(f"{OFFER}/invoice/", offers.invoice_offer, name="invoice_offer"),
    path(f"{OFFER}/pdf/", offers.offer_pdf, name="offer_pdf"),
    path("payments/", payments.payment_list, name="payment_list"),
    path("payments/new/", payments.payment_create, name="payment_create"),
    path(f"{PAYMENT}/", payments.payment_detail, name="payment_detail"),
    path(f"{PAYMENT}/allocate/", payments.allocate_payment, name="allocate_payment"),
    path(f"{PAYMENT}/deallocate/<uuid:invoice_id>/", payments.deallocate_payment, name="deallocate_payment"),
    path(f"{PAYMENT}/void/", payments.void_payment, name="void_payment"),
]
