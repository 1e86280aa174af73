"""Every write of card payments: `connections` (keys, on and off), `checkouts`, `hearing` (events), `settling`
(money that came), `returns` (money that went back), `payouts`.
"""

from tenant_apps.online_payments.operations.checkouts import CardsNotTaken as CardsNotTaken
from tenant_apps.online_payments.operations.checkouts import CheckoutBusy as CheckoutBusy
from tenant_apps.online_payments.operations.checkouts import NotChargeable as NotChargeable
from tenant_apps.online_payments.operations.checkouts import NotConnected as NotConnected
from tenant_apps.online_payments.operations.checkouts import NothingToPay as NothingToPay
from tenant_apps.online_payments.operations.checkouts import PaymentOnItsWay as PaymentOnItsWay
from tenant_apps.online_payments.operations.checkouts import ask_again as ask_again
from tenant_apps.online_payments.operations.checkouts import begin_session as begin_session
from tenant_apps.online_payments.operations.checkouts import note_out_of_sight as note_out_of_sight
from tenant_apps.online_payments.operations.checkouts import note_session_opened as note_session_opened
from tenant_apps.online_payments.operations.checkouts import note_session_refused as note_session_refused
from tenant_apps.online_payments.operations.checkouts import request_checkout as request_checkout
from tenant_apps.online_payments.operations.checkouts import retire_checkouts as retire_checkouts
from tenant_apps.online_payments.operations.connections import CATCHING_UP as CATCHING_UP
from tenant_apps.online_payments.operations.connections import NothingToCheck as NothingToCheck
from tenant_apps.online_payments.operations.connections import NoticeNotConfirmed as NoticeNotConfirmed
from tenant_apps.online_payments.operations.connections import StripeKeys as StripeKeys
from tenant_apps.online_payments.operations.connections import abandon_stripe_keys as abandon_stripe_keys
from tenant_apps.online_payments.operations.connections import accept_stripe_keys as accept_stripe_keys
from tenant_apps.online_payments.operations.connections import check_stripe_keys as check_stripe_keys
from tenant_apps.online_payments.operations.connections import connect_stripe as connect_stripe
from tenant_apps.online_payments.operations.connections import disconnect_stripe as disconnect_stripe
from tenant_apps.online_payments.operations.connections import forget_left_keys as forget_left_keys
from tenant_apps.online_payments.operations.connections import (
    forget_restored_stripe as forget_restored_stripe,
)
from tenant_apps.online_payments.operations.connections import refuse_stripe_keys as refuse_stripe_keys
from tenant_apps.online_payments.operations.connections import settle_catching_up as settle_catching_up
from tenant_apps.online_payments.operations.connections import (
    turn_off_card_payments as turn_off_card_payments,
)
from tenant_apps.online_payments.operations.connections import turn_on_card_payments as turn_on_card_payments
from tenant_apps.online_payments.operations.hearing import fail_stripe_event as fail_stripe_event
from tenant_apps.online_payments.operations.hearing import finish_stripe_event as finish_stripe_event
from tenant_apps.online_payments.operations.hearing import (
    forget_old_stripe_events as forget_old_stripe_events,
)
from tenant_apps.online_payments.operations.hearing import note_events_read as note_events_read
from tenant_apps.online_payments.operations.hearing import receive_stripe_event as receive_stripe_event
from tenant_apps.online_payments.operations.payouts import PayoutArrived as PayoutArrived
from tenant_apps.online_payments.operations.payouts import PayoutNotArrived as PayoutNotArrived
from tenant_apps.online_payments.operations.payouts import explain_payout as explain_payout
from tenant_apps.online_payments.operations.payouts import note_payout as note_payout
from tenant_apps.online_payments.operations.payouts import note_payout_arrived as note_payout_arrived
from tenant_apps.online_payments.operations.payouts import undo_payout_arrived as undo_payout_arrived
from tenant_apps.online_payments.operations.returns import KeysGone as KeysGone
from tenant_apps.online_payments.operations.returns import MoreThanRefundable as MoreThanRefundable
from tenant_apps.online_payments.operations.returns import NotOfStripe as NotOfStripe
from tenant_apps.online_payments.operations.returns import book_what_went_back as book_what_went_back
from tenant_apps.online_payments.operations.returns import note_refund_refused as note_refund_refused
from tenant_apps.online_payments.operations.returns import note_refund_sent as note_refund_sent
from tenant_apps.online_payments.operations.returns import refund_card_payment as refund_card_payment
from tenant_apps.online_payments.operations.settling import EVIDENCE as EVIDENCE
from tenant_apps.online_payments.operations.settling import book_card_payment as book_card_payment
from tenant_apps.online_payments.operations.settling import settle_checkout as settle_checkout
