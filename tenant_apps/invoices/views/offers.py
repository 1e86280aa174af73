"""Offers: the list, one of them, and what can be done with it once it is written."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import act, add_refusal, done, is_htmx, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Deal
from tenant_apps.crm.queries import visible_deals, win_by_document
from tenant_apps.invoices import operations, queries
from tenant_apps.invoices.adapters import written_offer
from tenant_apps.invoices.forms.offers import AcceptForm, DeclineForm, InvoiceOfferForm
from tenant_apps.invoices.forms.payments import ReasonForm
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.views import Request, today
from tenant_apps.sharing.queries import link_card
from tenant_apps.workspace.queries import listed


@page(Permission.OFFERS_VIEW)
def offer_list(request: Request) -> HttpResponse:
    shown = listed("offer", request.GET, request.actor, clock.now())
    return partial(request, "invoices/offer_list.html", "list", {"list": shown})


@page(Permission.OFFERS_VIEW)
def offer_detail(request: Request, offer_id: UUID) -> HttpResponse:
    """The whole page; for the side panel the facts."""
    offer = queries.visible_offer(offer_id, request.actor)
    context = _facts(request, offer)
    if is_htmx(request):
        return partial(request, "invoices/offer_detail.html", "panel", context)
    sheet = written_offer(queries.paper_of_offer(offer), offer.language)
    return render(request, "invoices/offer_detail.html", context | {"sheet": sheet})


@page(Permission.OFFERS_VIEW)
def offer_pdf(request: Request, offer_id: UUID) -> HttpResponse:
    """The stored PDF; where no job has made it yet, it is made and stored now."""
    content = operations.offer_pdf_bytes(offer_id=offer_id, by=request.actor, at=clock.now())
    offer = queries.visible_offer(offer_id, request.actor)
    disposition = "attachment" if request.GET.get("download") else "inline"
    headers = {"Content-Disposition": f'{disposition}; filename="{offer.number}-v{offer.version}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@act(Permission.OFFERS_SEND)
def send_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """Sends it; with `with_email=0` it only counts as sent."""
    with_email = request.POST.get("with_email") != "0"
    offer = operations.send_offer(offer_id=offer_id, with_email=with_email, by=request.actor, at=clock.now())
    message = (
        _("Offer %(number)s is on its way to the client.") if with_email else _("Offer %(number)s is sent.")
    )
    return done(request, to=offer, message=message % {"number": offer}, event="invoices.offer_sent")


@act(Permission.OFFERS_SEND)
def resend_offer(request: Request, offer_id: UUID) -> HttpResponse:
    offer = operations.resend_offer(offer_id=offer_id, by=request.actor, at=clock.now())
    message = _("Offer %(number)s is on its way to the client.") % {"number": offer}
    return done(request, to=offer, message=message, event="invoices.offer_sent_again")


@page(Permission.OFFERS_ANSWER)
def accept_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """Asks who accepts and what: in the side panel, or on a page of its own."""
    offer = queries.visible_offer(offer_id, request.actor)
    return _ask(request, "invoices/accept_offer.html", offer, AcceptForm(offered=offer))


@accept_offer.act
def accept_offer_now(request: Request, offer_id: UUID) -> HttpResponse:
    offer = queries.visible_offer(offer_id, request.actor)
    form = AcceptForm(request.POST, offered=offer)
    try:
        if form.is_valid():
            offer = operations.accept_offer(
                offer_id=offer_id,
                name=form.cleaned_data["name"],
                chosen_item_ids=form.cleaned_data.get("chosen", ()),
                by=request.actor,
                at=clock.now(),
            )
            return _accepted(request, offer)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _ask(request, "invoices/accept_offer.html", offer, form)


def _accepted(request: Request, offer: Offer) -> HttpResponse:
    """Says, too, that the deal is won by it, and offers to undo that."""
    message, undo = _("Offer %(number)s is accepted."), ""
    may_undo = request.actor.may(Permission.DEALS_VIEW)
    won = win_by_document(offer.pk, request.actor) if may_undo else None
    if won:
        message = _("Offer %(number)s is accepted, and with it the deal “%(deal)s” is won.")
        undo = reverse("undo_automatic_move", args=[won.pk])
    told = message % {"number": offer, "deal": won.deal if won else ""}
    return done(request, to=offer, message=told, event="invoices.offer_accepted", undo=undo)


@page(Permission.OFFERS_ANSWER)
def withdraw_acceptance(request: Request, offer_id: UUID) -> HttpResponse:
    """Asks why, and says what goes with it: in the side panel, or on a page of its own."""
    offer = queries.visible_offer(offer_id, request.actor)
    return _ask_to_withdraw(request, offer, ReasonForm())


@withdraw_acceptance.act
def withdraw_acceptance_now(request: Request, offer_id: UUID) -> HttpResponse:
    offer, form = queries.visible_offer(offer_id, request.actor), ReasonForm(request.POST)
    try:
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            operations.withdraw_acceptance(offer_id=offer_id, reason=reason, by=request.actor, at=clock.now())
            message = _("Offer %(number)s waits for an answer again.") % {"number": offer}
            return done(request, to=offer, message=message, event="invoices.offer_acceptance_withdrawn")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _ask_to_withdraw(request, offer, form)


def _ask_to_withdraw(request: Request, offer: Offer, form: ReasonForm) -> HttpResponse:
    context = {"form": form, "offer": offer, "drafts": len(queries.drafts_of_offer(offer))}
    status = 422 if form.errors else 200
    return partial(request, "invoices/withdraw_acceptance.html", "panel", context, status=status)


@page(Permission.OFFERS_ANSWER)
def decline_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """Asks who declines and why: in the side panel, or on a page of its own."""
    offer = queries.visible_offer(offer_id, request.actor)
    return _ask(request, "invoices/decline_offer.html", offer, DeclineForm(offered=offer))


@decline_offer.act
def decline_offer_now(request: Request, offer_id: UUID) -> HttpResponse:
    offer = queries.visible_offer(offer_id, request.actor)
    form = DeclineForm(request.POST, offered=offer)
    try:
        if form.is_valid():
            operations.decline_offer(offer_id=offer_id, **form.cleaned_data, by=request.actor, at=clock.now())
            message = _("Offer %(number)s is declined.") % {"number": offer}
            return done(request, to=offer, message=message, event="invoices.offer_declined")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _ask(request, "invoices/decline_offer.html", offer, form)


@page(Permission.INVOICES_EDIT)
def invoice_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """Asks what to invoice: in the side panel, or on a page of its own."""
    offer = queries.visible_offer(offer_id, request.actor)
    form = InvoiceOfferForm(offered=offer, left=queries.left_of_offer(offer))
    return _ask(request, "invoices/invoice_offer.html", offer, form)


@invoice_offer.act
def invoice_offer_now(request: Request, offer_id: UUID) -> HttpResponse:
    offer = queries.visible_offer(offer_id, request.actor)
    form = InvoiceOfferForm(request.POST, offered=offer, left=queries.left_of_offer(offer))
    try:
        if form.is_valid():
            invoice = operations.invoice_offer(
                offer_id=offer_id, **form.wanted(), by=request.actor, at=clock.now()
            )
            message = _("The draft invoice was written.")
            return done(request, to=invoice, message=message, event="invoices.offer_invoiced")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _ask(request, "invoices/invoice_offer.html", offer, form)


def _ask(request: Request, template: str, offer: Offer, form: Any) -> HttpResponse:
    context = {"form": form, "offer": offer, "left": queries.left_of_offer(offer)}
    return partial(request, template, "panel", context, status=422 if form.errors else 200)


def _facts(request: Request, offer: Offer) -> dict[str, Any]:
    """What stands beside the paper."""
    return {
        "offer": offer,
        "deal": _deal_of(offer, request),
        "today": today(request),
        "versions": [one for one in queries.versions_of(offer, request.actor) if one.pk != offer.pk],
        "conversions": queries.conversions_of(offer, request.actor) if offer.is_accepted else [],
        "left": queries.left_of_offer(offer) if offer.is_accepted else None,
        "link": link_card(offer, request.actor),
        "may_withdraw": offer.is_accepted and not queries.is_offer_invoiced(offer),
        "timeline": timeline_of(offer.pk, by=request.actor),
    }


def _deal_of(offer: Offer, request: Request) -> Deal | None:
    """The deal that it is for, for one who may see it."""
    if offer.deal_id is None or not request.actor.may(Permission.DEALS_VIEW):
        return None
    return visible_deals(request.actor, archived=None).filter(pk=offer.deal_id).first()
