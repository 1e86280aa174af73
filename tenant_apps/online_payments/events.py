from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class ConnectionEvent(StrEnum):
    GIVEN = "online_payments.keys_given"
    ACCEPTED = "online_payments.keys_accepted"
    REFUSED = "online_payments.keys_refused"
    DISCONNECTED = "online_payments.stripe_disconnected"
    FORGOTTEN = "online_payments.keys_forgotten"


class CardSettingsEvent(StrEnum):
    TURNED_ON = "online_payments.card_payments_turned_on"
    TURNED_OFF = "online_payments.card_payments_turned_off"


class CheckoutEvent(StrEnum):
    REQUESTED = "online_payments.checkout_requested"
    OPENED = "online_payments.checkout_opened"
    COMPLETED = "online_payments.checkout_completed"
    PROCESSING = "online_payments.checkout_processing"
    EXPIRED = "online_payments.checkout_expired"
    RETIRED = "online_payments.checkout_retired"
    FAILED = "online_payments.checkout_failed"


class CardPaymentEvent(StrEnum):
    BOOKED = "online_payments.card_payment_booked"
    REFUND_REQUESTED = "online_payments.card_refund_requested"
    REFUNDED = "online_payments.card_payment_refunded"
    REFUND_FAILED = "online_payments.card_refund_failed"
    DISPUTED = "online_payments.dispute_opened"
    DISPUTE_WON = "online_payments.dispute_won"
    DISPUTE_LOST = "online_payments.dispute_lost"


class PayoutEvent(StrEnum):
    SEEN = "online_payments.payout_seen"
    EXPLAINED = "online_payments.payout_explained"
    ARRIVED = "online_payments.payout_arrived"
    ARRIVAL_UNDONE = "online_payments.payout_arrival_undone"


SENTENCES: dict[str, Text] = {
    ConnectionEvent.GIVEN: _("%(actor)s entered keys of Stripe (%(subject)s)"),
    ConnectionEvent.ACCEPTED: _("Stripe accepted the keys %(subject)s"),
    ConnectionEvent.REFUSED: _("Stripe refused the keys %(subject)s"),
    ConnectionEvent.DISCONNECTED: _("%(actor)s disconnected Stripe (%(subject)s)"),
    ConnectionEvent.FORGOTTEN: _("The keys of Stripe %(subject)s were deleted"),
    CardSettingsEvent.TURNED_ON: _(
        "%(actor)s turned card payments on and confirmed the notice on fiscal receipts"
    ),
    CardSettingsEvent.TURNED_OFF: _("%(actor)s turned card payments off"),
    CheckoutEvent.REQUESTED: _("%(actor)s asked for a page to pay %(subject)s by card"),
    CheckoutEvent.OPENED: _("The page to pay %(subject)s by card is open"),
    CheckoutEvent.COMPLETED: _("%(subject)s was paid by card"),
    CheckoutEvent.PROCESSING: _("The card payment of %(subject)s is on its way"),
    CheckoutEvent.EXPIRED: _("The page to pay %(subject)s by card expired"),
    CheckoutEvent.RETIRED: _("The page to pay %(subject)s by card was closed, since another amount is owed"),
    CheckoutEvent.FAILED: _("The card payment of %(subject)s failed"),
    CardPaymentEvent.BOOKED: _("Stripe received %(subject)s"),
    CardPaymentEvent.REFUND_REQUESTED: _("%(actor)s asked Stripe to give back money of %(subject)s"),
    CardPaymentEvent.REFUNDED: _("Stripe gave back money of %(subject)s"),
    CardPaymentEvent.REFUND_FAILED: _("Stripe could not give back money of %(subject)s"),
    CardPaymentEvent.DISPUTED: _("The client's bank disputes %(subject)s"),
    CardPaymentEvent.DISPUTE_WON: _("The dispute of %(subject)s was won"),
    CardPaymentEvent.DISPUTE_LOST: _("The dispute of %(subject)s was lost"),
    PayoutEvent.SEEN: _("Stripe pays out %(subject)s"),
    PayoutEvent.EXPLAINED: _("It is known what the payout of %(subject)s consists of"),
    PayoutEvent.ARRIVED: _("The payout of %(subject)s arrived in the bank"),
    PayoutEvent.ARRIVAL_UNDONE: _("%(actor)s took back that the payout of %(subject)s arrived"),
}
