"""A client pays by card: asked for, waited for, led to Stripe, and told what became of it."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation

from shared_apps.accounts.entrance import client_ip
from shared_apps.core import clock
from shared_apps.core.actors import ActorKind
from shared_apps.core.http import is_htmx, partial
from shared_apps.core.rates import seconds_to_wait
from tenant_apps.client_portal import rules
from tenant_apps.client_portal.rules import Stage
from tenant_apps.client_portal.views.door import (
    LANGUAGE,
    Request,
    Visit,
    acted,
    frame,
    leads_nowhere,
    opened,
    private,
    too_often,
)
from tenant_apps.online_payments.models import Checkout
from tenant_apps.online_payments.operations import ask_again, request_checkout
from tenant_apps.online_payments.queries import checkout_on_way_back, visible_checkout
from tenant_apps.sharing.queries import addresses_of

FROM_STRIPE, TOLD = "from_stripe", "told"


@acted(rules.INVOICE)
def pay_public_invoice(request: Request) -> HttpResponse:
    """Asks for a page at Stripe, and waits for it on one of ours."""
    visit = request.visit
    reader = replace(visit.opened.client, language=visit.language)
    checkout = request_checkout(invoice_id=visit.opened.record.pk, by=reader, at=clock.now())
    return redirect(visit.url("public_checkout", checkout.pk))


@opened(rules.INVOICE)
def public_checkout(request: Request, checkout_id: UUID) -> HttpResponse:
    """Waits for the page at Stripe and leads on; to one who comes back says what became of the payment. It
    asks again by itself, with a script or without; the script is told what is new and nothing else, so that
    nothing that one reads or holds is taken away.
    """
    visit = request.visit
    checkout = visible_checkout(checkout_id, visit.opened.client)
    came, asked_count = request.GET.get(FROM_STRIPE, ""), _count(request.GET.get("asked", ""))
    stage = rules.stage_of(checkout.state, checkout.payment_status, came, asked_count)
    if stage is Stage.READY and is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": _page_url(visit, checkout)})
    if stage in (Stage.ASKING, Stage.UNHEARD):
        ask_again(checkout_id=checkout.pk, by=visit.opened.client, at=clock.now())
    query = {"asked": str(asked_count + 1), TOLD: stage} | ({FROM_STRIPE: came} if came else {})
    context: dict[str, Any] = {
        **frame(request),
        "checkout": checkout,
        "stage": stage,
        "is_waiting": stage in (Stage.PREPARING, Stage.ASKING),
        "is_news": request.GET.get(TOLD, "") != stage,
        "invoice": visit.opened.record,
        "invoice_url": visit.url("public_page"),
        "pay_url": visit.url("pay_public_invoice"),
        "page_url": _page_url(visit, checkout),
        "again_url": visit.url("public_checkout", checkout.pk, **query),
        "fresh_url": visit.url("public_checkout", checkout.pk, **{FROM_STRIPE: came}),
    }
    return partial(request, "client_portal/checkout.html", "answer", context)


@opened(rules.INVOICE)
def public_card_page(request: Request, checkout_id: UUID) -> HttpResponse:
    """Leads to the page at Stripe; to ours where there is none (any more)."""
    visit = request.visit
    checkout = visible_checkout(checkout_id, visit.opened.client)
    if not checkout.url:
        return redirect(visit.url("public_checkout", checkout.pk))
    return HttpResponseRedirect(checkout.url)


def public_return(request: HttpRequest, token: str) -> HttpResponse:
    """From Stripe's page back to the invoice. `token` names the checkout, for this one way."""
    if wait := seconds_to_wait(f"portal:{client_ip(request)}", per_minute=settings.LINK_RATE_PER_MINUTE):
        return private(too_often(request, wait))
    try:
        checkout = checkout_on_way_back(token, at=clock.now())
    except ObjectDoesNotExist:
        return private(leads_nowhere(request))
    return private(_led_back(request, checkout))


def _led_back(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    """To what the invoice's client link opens, whoever asked for the page at Stripe. Where there is no link,
    a member gets the invoice, and a client is told what they have done.
    """
    came = "left" if request.GET.get(FROM_STRIPE) == "left" else "back"
    address = addresses_of([checkout.invoice_id]).get(checkout.invoice_id)
    if address:
        query = {FROM_STRIPE: came}
        if checkout.by_kind == ActorKind.CLIENT:
            query[LANGUAGE] = checkout.language
        return redirect(f"{address}pay/{checkout.pk}/?{urlencode(query)}")
    if getattr(request, "member", None) is not None:
        return redirect(checkout.invoice)
    with translation.override(checkout.language):
        context = {"has_left": came == "left", "page_url": checkout.url}
        return render(request, "client_portal/returned.html", context)


def _page_url(visit: Visit, checkout: Checkout) -> str:
    """Where one is led to the page at Stripe."""
    return urlsplit(visit.url("public_card_page", checkout.pk)).path


def _count(text: str) -> int:
    return min(int(text), 1000) if text.isascii() and text.isdigit() else 0
