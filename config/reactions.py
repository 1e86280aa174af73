"""Event type → the jobs that follow it. They enter the outbox in the event's own transaction."""

from shared_apps.core.reactions import Among

# A page to pay on asks for what the invoice owed when it was made. Few invoices have one: it is asked which.
OUTDATES_PAGE = Among(
    "retire_checkouts_of_invoice", "tenant_apps.online_payments.queries.invoices_with_checkout"
)
OUTDATES_PAGES = Among(
    "retire_checkouts_of_payment", "tenant_apps.online_payments.queries.payments_with_checkout"
)
# Whoever takes a bank statement in matches its payments at once, all together.
MATCHED_BY_JOB = Among("match_payments_with_invoices", "tenant_apps.invoices.queries.payments_to_match")

# Few payments are voided that a bank's line still names.
LEAVES_A_LINE = Among("ask_about_voided_payment", "tenant_apps.reconciliation.queries.payments_of_lines")

REACTIONS: dict[str, tuple[str | Among, ...]] = {
    "accounts.team_member_added": ("mirror_team_member",),
    "accounts.team_member_changed": ("mirror_team_member",),
    "invoices.invoice_issued": (
        "generate_invoice_qr_codes",
        "render_invoice_document",
        "match_payments_with_issued_invoice",
    ),
    "invoices.invoice_annulled": ("render_invoice_document", OUTDATES_PAGE),
    "invoices.invoice_credited": (OUTDATES_PAGE,),
    "invoices.invoice_written_off": (OUTDATES_PAGE,),
    "invoices.write_off_undone": (OUTDATES_PAGE,),
    "invoices.offer_sent": ("render_offer_document",),
    "sharing.public_link_renewed": ("redraw_invoice_document",),
    "sharing.public_link_revoked": ("redraw_invoice_document",),
    "invoices.payment_recorded": (MATCHED_BY_JOB,),
    "invoices.payment_allocated": (OUTDATES_PAGES,),
    "invoices.payment_deallocated": (OUTDATES_PAGES, "learn_payer_again"),
    "invoices.payment_freed": (OUTDATES_PAGES,),
    "invoices.payment_returned": (OUTDATES_PAGES,),
    "invoices.payment_voided": (LEAVES_A_LINE,),
}
