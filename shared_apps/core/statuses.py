"""How a status looks and reads, wherever it stands: one colour and one word per code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

GREY, BLUE, AMBER, GREEN, RED, STRUCK = "grey", "blue", "amber", "green", "red", "struck"

LOOKS: dict[str, tuple[str, str | Promise]] = {
    "draft": (GREY, pgettext_lazy("document status", "Draft")),
    "issued": (BLUE, pgettext_lazy("document status", "Issued")),
    "sent": (BLUE, pgettext_lazy("document status", "Sent")),
    "partly_paid": (AMBER, pgettext_lazy("document status", "Partly paid")),
    "paid": (GREEN, pgettext_lazy("document status", "Paid")),
    "credited": (GREY, pgettext_lazy("document status", "Credited")),
    "overdue": (RED, pgettext_lazy("document status", "Overdue")),
    "annulled": (STRUCK, pgettext_lazy("document status", "Annulled")),
    "accepted": (GREEN, pgettext_lazy("offer status", "Accepted")),
    "declined": (RED, pgettext_lazy("offer status", "Declined")),
    "lapsed": (GREY, pgettext_lazy("offer status", "Expired")),
    "superseded": (STRUCK, pgettext_lazy("offer status", "Superseded")),
    "unmatched": (BLUE, pgettext_lazy("payment status", "Unmatched")),
    "partly_matched": (AMBER, pgettext_lazy("payment status", "Partly matched")),
    "matched": (GREEN, pgettext_lazy("payment status", "Matched")),
    "refunded": (GREY, pgettext_lazy("payment status", "Refunded")),
    "voided": (STRUCK, pgettext_lazy("payment status", "Voided")),
    "open": (BLUE, pgettext_lazy("deal status", "Open")),
    "won": (GREEN, pgettext_lazy("deal status", "Won")),
    "lost": (RED, pgettext_lazy("deal status", "Lost")),
    "paid_in_full": (GREEN, _("Paid in full")),
    "active": (GREEN, _("Active")),
    "inactive": (GREY, _("Inactive")),
    "archived": (GREY, _("Archived")),
    "pending": (AMBER, _("Pending")),
    "queued": (BLUE, _("Queued")),
    "sending": (BLUE, pgettext_lazy("message status", "Sending")),
    "opened": (GREEN, pgettext_lazy("message status", "Opened")),
    "bounced": (RED, pgettext_lazy("message status", "Bounced")),
    "delivered": (GREEN, _("Delivered")),
    "failed": (RED, _("Failed")),
    "expired": (GREY, _("Expired")),
    "revoked": (GREY, _("Revoked")),
    "mapping": (GREY, _("Columns to be chosen")),
    "rehearsing": (BLUE, _("Rehearsing")),
    "rehearsed": (AMBER, _("Rehearsed")),
    "importing": (BLUE, _("Importing")),
    "imported": (GREEN, _("Imported")),
    "stopped": (RED, _("Stopped")),
    "undoing": (BLUE, _("Undoing")),
    "undone": (GREY, _("Undone")),
    "discarded": (GREY, _("Discarded")),
    "line_open": (AMBER, pgettext_lazy("bank line", "Unexplained")),
    "line_ask": (RED, pgettext_lazy("bank line", "Needs a look")),
    "line_payment": (GREEN, pgettext_lazy("bank line", "Payment")),
    "line_unmatched": (AMBER, pgettext_lazy("bank line", "Payment without invoice")),
    "line_fee": (GREY, pgettext_lazy("bank line", "Bank fee")),
    "line_transfer": (GREY, pgettext_lazy("bank line", "Own transfer")),
    "line_refund": (BLUE, pgettext_lazy("bank line", "Refund")),
    "line_not_ours": (GREY, pgettext_lazy("bank line", "Not ours")),
    "line_reversal": (BLUE, pgettext_lazy("bank line", "Reversal")),
    "line_reversed": (STRUCK, pgettext_lazy("bank line", "Reversed")),
}


def look_of(status: str) -> tuple[str, str | Promise]:
    """Return the colour and the word of a status. Raises KeyError for a status that nobody gave a look."""
    return LOOKS[status]
