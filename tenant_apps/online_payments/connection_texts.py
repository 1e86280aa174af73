"""Codes of Stripe, and of ours, in words for humans."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text

ERROR_TEXTS: Mapping[str, Text] = {
    "key_invalid": _("Stripe does not know this key. It may have been rolled or deleted there."),
    "key_lacks_permission": _(
        "This restricted key may not do everything that is needed: write for Checkout Sessions and Refunds,"
        " read for PaymentIntents, Charges, Disputes, Payouts, Balance, Events and the account."
    ),
    "keys_unreadable": _(
        "These keys cannot be read any more: what they were sealed with on this server is gone. Enter them"
        " again."
    ),
    "other_account": _(
        "These keys are of another Stripe account, which has a webhook of its own. Enter them again with the"
        " secret of that webhook."
    ),
    "unreachable": _("Stripe does not answer at the moment. It is tried again by itself."),
    "keys_gone": _("The keys that it was opened with were deleted."),
    "restored": _("It belongs to the organization whose archive this was restored from."),
    "too_late": _("It could not be opened in time."),
    "amount_too_small": _("The amount is below what Stripe charges."),
    "amount_too_large": _("The amount is above what Stripe charges at once."),
    "charge_already_refunded": _("All of it has been given back already."),
    "charge_disputed": _("It is disputed, so Stripe gives nothing back."),
    "balance_insufficient": _("There is not enough money in the Stripe account."),
    "insufficient_funds": _("There is not enough money in the Stripe account."),
    "expired_or_canceled_card": _("The card was closed, so the bank sent the money back."),
    "lost_or_stolen_card": _("The card was lost or stolen, so the bank sent the money back."),
    "currency": _("Stripe does not charge in this currency here."),
    "email_invalid": _("The client's e-mail address is not one that Stripe takes."),
}
OTHER = _("Stripe refused it (%(code)s).")

EVENT_TEXTS: Mapping[str, Text] = {
    "checkout.session.completed": _("A client finished a payment page"),
    "checkout.session.async_payment_succeeded": _("A slow payment arrived"),
    "checkout.session.async_payment_failed": _("A slow payment failed"),
    "checkout.session.expired": _("A payment page expired"),
    "charge.refunded": _("Money was given back"),
    "charge.refund.updated": _("A refund changed"),
    "refund.created": _("A refund began"),
    "refund.updated": _("A refund changed"),
    "refund.failed": _("A refund failed"),
    "charge.dispute.created": _("A payment is disputed"),
    "charge.dispute.updated": _("A dispute changed"),
    "charge.dispute.closed": _("A dispute ended"),
    "charge.dispute.funds_withdrawn": _("Disputed money was withdrawn"),
    "charge.dispute.funds_reinstated": _("Disputed money came back"),
    "payout.created": _("A payout was made"),
    "payout.updated": _("A payout changed"),
    "payout.paid": _("A payout left for the bank"),
    "payout.failed": _("A payout failed"),
    "payout.canceled": _("A payout was canceled"),
}

TRANSACTION_TEXTS: Mapping[str, Text] = {
    "charge": _("Payment"),
    "payment": _("Payment"),
    "refund": _("Refund"),
    "payment_refund": _("Refund"),
    "adjustment": _("Adjustment"),
    "stripe_fee": _("Fee of Stripe"),
    "refund_failure": _("Failed refund"),
    "payment_failure_refund": _("Failed payment"),
}


def error_words(code: str) -> str:
    """Why something failed."""
    return str(ERROR_TEXTS[code]) if code in ERROR_TEXTS else str(OTHER) % {"code": code}


def event_words(event_type: str) -> str:
    """What an event of Stripe tells; of one that we do not listen to, its own name."""
    return str(EVENT_TEXTS.get(event_type, event_type))


def transaction_words(kind: str) -> str:
    return str(TRANSACTION_TEXTS.get(kind, kind))
