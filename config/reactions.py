"""Event type → the jobs that follow it. They enter the outbox in the event's own transaction."""

REACTIONS: dict[str, tuple[str, ...]] = {
    "accounts.team_member_added": ("mirror_team_member",),
    "accounts.team_member_changed": ("mirror_team_member",),
    "invoices.invoice_issued": (
        "generate_invoice_qr_codes",
        "render_invoice_document",
        "match_payments_with_issued_invoice",
    ),
    "invoices.invoice_annulled": ("render_invoice_document",),
    "invoices.offer_sent": ("render_offer_document",),
    "sharing.public_link_renewed": ("redraw_invoice_document",),
    "sharing.public_link_revoked": ("redraw_invoice_document",),
    "invoices.payment_deallocated": ("learn_payer_again",),
    "invoices.payment_recorded": ("match_payments_with_invoices",),
}
