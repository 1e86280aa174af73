"""A client pays by card: asked for, waited for, led to Stripe, and told what became of it."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from shared_apps.accounts.entrance import client_ip
from shared_apps.core import clock
from shared_apps.core.http import is_htmx
from shared_apps.core.rates import seconds_to_wait
from tenant_apps.client_portal import queries, rules
from tenant_apps.client_portal.rules import Stage
from tenant_apps.client_portal.views.door import (
    LANGUAGE,
    Request,
    Visit,
    acted,
    frame,
    language_asked,
    leads_nowhere,
    opened,
    private,
    too_often,
)
from tenant_apps.online_payments.models import Checkout
from tenant_apps.online_payments.operations import ask_again, request_checkout
from tenant_apps.online_payments.queries import visible_checkout
from tenants.context import current_organization

# Stripe's page leads back through an address that holds no token of a link, and leads nowhere after a day.
WAY_BACK_HOLDS_FOR = timedelta(days=1)
SALT = "client_portal.way_back"
FROM_STRIPE = "from_stripe"


@acted(rules.INVOICE)
def pay_public_invoice(request: Request) -> HttpResponse:
    """Asks for a page at Stripe, and waits for it on one of ours."""
    visit = request.visit
    checkout = request_checkout(
        invoice_id=visit.opened.record.pk,
        return_path=way_back(visit),
        by=visit.opened.client,
        at=clock.now(),
    )
    return redirect(visit.url("public_checkout", checkout.pk))


@opened(rules.INVOICE)
def public_checkout(request: Request, checkout_id: UUID) -> HttpResponse:
    """Waits for the page at Stripe and leads on; to one who comes back says what became of the payment. It
    asks again by itself, with a script or without.
    """
    visit = request.visit
    checkout = visible_checkout(checkout_id, visit.opened.client)
    came, asked_count = request.GET.get(FROM_STRIPE, ""), _count(request.GET.get("asked", ""))
    stage = rules.stage_of(checkout.state, checkout.payment_status, came, asked_count)
    if stage is Stage.READY and is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": _page_url(visit, checkout)})
    if stage in (Stage.ASKING, Stage.UNHEARD):
        ask_again(checkout_id=checkout.pk, by=visit.opened.client, at=clock.now())
    query = {"asked": str(asked_count + 1)} | ({FROM_STRIPE: came} if came else {})
    context = {
        **frame(request),
        "checkout": checkout,
        "stage": stage,
        "invoice": visit.opened.record,
        "invoice_url": visit.url("public_page"),
        "pay_url": visit.url("pay_public_invoice"),
        "page_url": _page_url(visit, checkout),
        "again_url": visit.url("public_checkout", checkout.pk, **query),
        "fresh_url": visit.url("public_checkout", checkout.pk, **{FROM_STRIPE: came}),
    }
    return render(request, "client_portal/checkout.html", context)


@opened(rules.INVOICE)
def public_card_page(request: Request, checkout_id: UUID) -> HttpResponse:
    """Leads to the page at Stripe; to ours where there is none (any more)."""
    visit = request.visit
    checkout = visible_checkout(checkout_id, visit.opened.client)
    if not checkout.url:
        return redirect(visit.url("public_checkout", checkout.pk))
    return HttpResponseRedirect(checkout.url)


def public_return(request: HttpRequest, token: str) -> HttpResponse:
    """From Stripe's page back to what the client link opens. `token` is ours, for this one way."""
    if wait := seconds_to_wait(f"portal:{client_ip(request)}", per_minute=settings.LINK_RATE_PER_MINUTE):
        return private(too_often(request, wait))
    try:
        address = queries.address_behind(_link_in(token))
    except (BadSignature, ValueError, ObjectDoesNotExist):
        return private(leads_nowhere(request))
    return private(redirect(f"{address}{_where_to(request)}"))


def way_back(visit: Visit) -> str:
    """The path to which Stripe sends the client back."""
    organization, link = current_organization().id, visit.opened.link.pk
    token = TimestampSigner(salt=SALT).sign(f"{organization.hex}{link.hex}")
    path = reverse("public_return", args=[token])
    is_usual = visit.language == visit.opened.language
    return path if is_usual else f"{path}?{urlencode({LANGUAGE: visit.language})}"


def _link_in(token: str) -> UUID:
    """The link that the way back was signed for, by this organization."""
    signed = TimestampSigner(salt=SALT).unsign(token, max_age=WAY_BACK_HOLDS_FOR)
    if UUID(signed[:32]) != current_organization().id:
        raise BadSignature(token)
    return UUID(signed[32:])


def _where_to(request: HttpRequest) -> str:
    """Below the address of a link: the checkout that one comes back from, or the record itself."""
    language = language_asked(request)
    query = {LANGUAGE: language} if language else {}
    try:
        path = f"pay/{UUID(request.GET.get('checkout', ''))}/"
    except ValueError:
        path = ""
    else:
        query[FROM_STRIPE] = "left" if request.GET.get(FROM_STRIPE) == "left" else "back"
    return f"{path}?{urlencode(query)}" if query else path


def _page_url(visit: Visit, checkout: Checkout) -> str:
    """Where one is led to the page at Stripe."""
    return urlsplit(visit.url("public_card_page", checkout.pk)).path


def _count(text: str) -> int:
    return min(int(text), 1000) if text.isascii() and text.isdigit() else 0
