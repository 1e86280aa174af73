from django.urls import path

from tenant_apps.client_portal.views import cards, documents, looks, offers, public_page

urlpatterns = [
    path("p/<str:token>/", public_page, name="public_page"),
    path("p/<str:token>/pdf/", documents.public_pdf, name="public_pdf"),
    path("p/<str:token>/ubl/", documents.public_ubl, name="public_ubl"),
    path("p/<str:token>/transfer-code/", documents.public_transfer_code, name="public_transfer_code"),
    path("p/<str:token>/pay/", cards.pay_public_invoice, name="pay_public_invoice"),
    path("p/<str:token>/pay/<uuid:checkout_id>/", cards.public_checkout, name="public_checkout"),
    path("p/<str:token>/pay/<uuid:checkout_id>/page/", cards.public_card_page, name="public_card_page"),
    path("pay/return/<str:token>/", cards.public_return, name="public_return"),
    path("p/<str:token>/accept/", offers.accept_public_offer, name="accept_public_offer"),
    path("p/<str:token>/decline/", offers.decline_public_offer, name="decline_public_offer"),
    path("p/<str:token>/versions/<uuid:version_id>/", offers.public_version, name="public_version"),
    path("p/<str:token>/logo/", looks.public_logo, name="public_logo"),
    path("p/<str:token>/colors.css", looks.public_colors, name="public_colors"),
]
