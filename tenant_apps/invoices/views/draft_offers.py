"""Offers while they are written."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import act, done, form_page, page
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import operations
from tenant_apps.invoices.forms import offers as forms
from tenant_apps.invoices.forms.drafts import add_draft_refusal, initial_draft
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.queries import visible_offer
from tenant_apps.invoices.views import Request, today
from tenant_apps.invoices.views.drafts import deal_in_address
from tenant_apps.workspace.queries import profile


@page(Permission.OFFERS_EDIT)
def offer_create(request: Request) -> HttpResponse:
    organization = profile()
    written = None
    chosen = {name: request.GET[name] for name in ("company_id", "contact_id") if request.GET.get(name)}
    if deal := deal_in_address(request):
        draft = operations.offer_of_deal(deal)
        chosen, written = forms.initial_of_offer(draft), forms.initial_offer_lines(draft.items)
    form = forms.OfferForm(by=request.actor, initial=initial_draft(organization, **chosen))
    lines = _lines(request, initial=written)
    return _form_page(request, "invoices/offer_create.html", form, lines)


@offer_create.act
def create_offer(request: Request) -> HttpResponse:
    form, lines = _typed(request)
    try:
        if form.is_valid() & lines.is_valid():
            draft = forms.as_offer(form, lines)
            offer = operations.create_offer(draft=draft, by=request.actor, at=clock.now())
            return done(request, to=offer, message=_("The draft was saved."), event="invoices.offer_created")
    except DomainError as refusal:
        add_draft_refusal(form, lines, refusal)
    return _form_page(request, "invoices/offer_create.html", form, lines)


@page(Permission.OFFERS_EDIT)
def offer_edit(request: Request, offer_id: UUID) -> HttpResponse:
    offer = visible_offer(offer_id, request.actor)
    if not offer.is_draft:
        return redirect(offer)
    form = forms.OfferForm(by=request.actor, initial=forms.initial_of_offer(offer), deal_id=offer.deal_id)
    lines = _lines(request, initial=forms.initial_offer_lines(offer.items.all()))
    return _form_page(request, "invoices/offer_edit.html", form, lines, offer)


@offer_edit.act
def change_offer(request: Request, offer_id: UUID) -> HttpResponse:
    offer = visible_offer(offer_id, request.actor)
    form, lines = _typed(request, offer)
    try:
        if form.is_valid() & lines.is_valid():
            change = forms.as_offer_change(form, lines)
            operations.change_offer(offer_id=offer_id, change=change, by=request.actor, at=clock.now())
            return done(request, to=offer, message=_("The draft was saved."), event="invoices.offer_changed")
    except DomainError as refusal:
        add_draft_refusal(form, lines, refusal)
    return _form_page(request, "invoices/offer_edit.html", form, lines, offer)


@act(Permission.OFFERS_EDIT)
def delete_draft_offer(request: Request, offer_id: UUID) -> HttpResponse:
    operations.delete_draft_offer(offer_id=offer_id, by=request.actor, at=clock.now())
    return done(request, to="offer_list", message=_("The draft was deleted."), event="invoices.offer_deleted")


@act(Permission.OFFERS_EDIT)
def duplicate_offer(request: Request, offer_id: UUID) -> HttpResponse:
    draft = operations.duplicate_offer(offer_id=offer_id, by=request.actor, at=clock.now())
    message = _("This is a new draft with the same client and lines.")
    return done(request, to=draft, message=message, event="invoices.offer_created")


@act(Permission.OFFERS_EDIT)
def create_offer_version(request: Request, offer_id: UUID) -> HttpResponse:
    draft = operations.create_offer_version(offer_id=offer_id, by=request.actor, at=clock.now())
    message = _("This is the next version. The one before holds until you send this one.")
    return done(request, to=draft, message=message, event="invoices.offer_version_created")


def _typed(request: Request, offer: Offer | None = None) -> tuple[forms.OfferForm, forms.OfferLines]:
    """What came back from the form's page."""
    deal_id = offer.deal_id if offer else None
    return forms.OfferForm(request.POST, by=request.actor, deal_id=deal_id), _lines(request, request.POST)


def _lines(request: Request, data: Any = None, **options: Any) -> forms.OfferLines:
    registered = profile().is_vat_registered
    return forms.OfferLines(data, registered=registered, on=today(request), **options)


def _form_page(
    request: Request,
    template: str,
    form: forms.OfferForm,
    lines: forms.OfferLines,
    offer: Offer | None = None,
) -> HttpResponse:
    """The form with its lines and what they come to: 422 when either came back with errors."""
    context: dict[str, Any] = {"lines": lines, "totals": lines.totals(form.pricing), "offer": offer}
    answer = form_page(request, template, form, context)
    if lines.is_bound and not lines.is_valid():
        answer.status_code = 422
    return answer
