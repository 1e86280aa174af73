"""An offer as its client sees it: they choose, and accept or decline."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import add_refusal, status_of
from shared_apps.core.ids import ids_in
from tenant_apps.client_portal import queries, rules
from tenant_apps.client_portal.forms import AcceptForm, DeclineForm
from tenant_apps.client_portal.views.door import Request, acted, frame, opened
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.operations import accept_offer, decline_offer, totals_of_lines
from tenants.context import current_organization


def offer_page(request: Request) -> HttpResponse:
    """The page of an offer; `chosen` in the address are the optional lines that the totals count."""
    return _page(request, chosen=ids_in(request.GET.getlist("chosen")))


@acted(rules.OFFER)
def accept_public_offer(request: Request) -> HttpResponse:
    """The client accepts, with the lines that they have chosen."""
    visit = request.visit
    form = AcceptForm(request.POST, offered=visit.opened.record)
    status = 422
    if form.is_valid():
        try:
            accept_offer(
                offer_id=visit.opened.record.pk,
                name=form.cleaned_data["name"],
                chosen_item_ids=form.cleaned_data["chosen"],
                from_address=visit.address,
                by=visit.opened.client,
                at=clock.now(),
            )
            return redirect(visit.url("public_page"))
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = status_of(refusal)
    return _page(request, chosen=ids_in(request.POST.getlist("chosen")), accept_form=form, status=status)


@acted(rules.OFFER)
def decline_public_offer(request: Request) -> HttpResponse:
    """The client declines, and says why if they like."""
    visit = request.visit
    form = DeclineForm(request.POST, offered=visit.opened.record)
    status = 422
    if form.is_valid():
        try:
            decline_offer(
                offer_id=visit.opened.record.pk,
                **form.cleaned_data,
                from_address=visit.address,
                by=visit.opened.client,
                at=clock.now(),
            )
            return redirect(visit.url("public_page"))
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = status_of(refusal)
    return _page(request, decline_form=form, status=status)


@opened(rules.OFFER)
def public_version(request: Request, version_id: UUID) -> HttpResponse:
    """A version of before, to be looked at."""
    offer = queries.earlier_version(request.visit.opened, version_id)
    context = {
        **frame(request),
        "offer": offer,
        "back": request.visit.url("public_page"),
        "totals": totals_of_lines(offer, [item for item in offer.items.all() if item.counts]),
    }
    return render(request, "client_portal/offer_version.html", context)


def _page(
    request: Request,
    *,
    chosen: Collection[UUID] = (),
    accept_form: AcceptForm | None = None,
    decline_form: DeclineForm | None = None,
    status: int = 200,
) -> HttpResponse:
    visit, today = request.visit, clock.today(current_organization().time_zone)
    opened = queries.open_link(visit.token) if status == 409 else visit.opened  # answered in the meantime
    shown = queries.shown_offer(opened, on=today)
    offer = shown.offer
    counted = _counted(offer, chosen if shown.may_answer else ())
    context: dict[str, Any] = {
        **frame(request),
        "shown": shown,
        "offer": offer,
        "chosen": {item.pk for item in counted if item.is_optional},
        "has_options": any(item.is_optional for item in offer.items.all()),
        "totals": totals_of_lines(offer, counted),
        "pdf_url": visit.url("public_pdf"),
        "page_url": visit.url("public_page"),
        "accept_url": visit.url("accept_public_offer"),
        "decline_url": visit.url("decline_public_offer"),
        "older": [(one, visit.url("public_version", one.pk)) for one in shown.older],
        "accept_form": accept_form or AcceptForm(offered=offer),
        "decline_form": decline_form or DeclineForm(offered=offer),
    }
    return render(request, "client_portal/offer.html", context, status=status)


def _counted(offer: Offer, chosen: Collection[UUID]) -> list[Any]:
    """The lines that the totals count: what is not optional, and what was chosen, now or in the answer."""
    return [item for item in offer.items.all() if item.counts or item.pk in chosen]
