from django.urls import path

from tenant_apps.online_payments.views import checkouts, connections, payouts
from tenant_apps.online_payments.webhooks import receive_stripe_event

SETTINGS = "settings/card-payments"

urlpatterns = [
    path("stripe/webhook/", receive_stripe_event, name="receive_stripe_event"),
    path(f"{SETTINGS}/", connections.card_settings, name="card_settings"),
    path(f"{SETTINGS}/check/", connections.check_stripe_keys, name="check_stripe_keys"),
    path(f"{SETTINGS}/disconnect/", connections.disconnect_stripe, name="disconnect_stripe"),
    path(f"{SETTINGS}/turn-on/", connections.turn_on_card_payments, name="turn_on_card_payments"),
    path(f"{SETTINGS}/turn-off/", connections.turn_off_card_payments, name="turn_off_card_payments"),
    path(f"{SETTINGS}/events/", connections.stripe_event_list, name="stripe_event_list"),
    path("payouts/", payouts.payout_list, name="payout_list"),
    path("payouts/<uuid:payout_id>/", payouts.payout_detail, name="payout_detail"),
    path("invoices/<uuid:invoice_id>/checkout/", checkouts.request_checkout, name="request_checkout"),
    path("checkouts/<uuid:checkout_id>/ask-again/", checkouts.ask_again, name="ask_again"),
    path(
        "payments/<uuid:payment_id>/refund-card/", checkouts.refund_card_payment, name="refund_card_payment"
    ),
]
