"""An offer as its client sees it: they choose, and accept or decline."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import add_refusal, status_of
from shared_apps.core.ids import ids_in
from tenant_apps.client_portal import queries, rules
from tenant_apps.client_portal.forms import AnswerForm
from tenant_apps.client_portal.views.door import Request, Visit, acted, frame, opened
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.operations import accept_offer, decline_offer, totals_of_lines
from tenants.context import current_organization


def offer_page(request: Request) -> HttpResponse:
    """The page of an offer; `chosen` in the address are the optional lines that the totals count."""
    return _page(request, chosen=ids_in(request.GET.getlist("chosen")))


@acted(rules.OFFER)
def accept_public_offer(request: Request) -> HttpResponse:
    """The client accepts, with the lines that they have chosen."""
    return _answered(request, _accept)


@acted(rules.OFFER)
def decline_public_offer(request: Request) -> HttpResponse:
    """The client declines, and says why if they like."""
    return _answered(request, _decline, is_declined=True)


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


def _accept(visit: Visit, name: str, reason: str, chosen: list[UUID]) -> None:
    accept_offer(
        offer_id=visit.opened.record.pk,
        name=name,
        chosen_item_ids=chosen,
        from_address=visit.address,
        by=visit.opened.client,
        at=clock.now(),
    )


def _decline(visit: Visit, name: str, reason: str, chosen: list[UUID]) -> None:
    decline_offer(
        offer_id=visit.opened.record.pk,
        name=name,
        reason=reason,
        from_address=visit.address,
        by=visit.opened.client,
        at=clock.now(),
    )


def _answered(request: Request, answer: Callable[..., None], *, is_declined: bool = False) -> HttpResponse:
    """To the offer as it is after the answer; or the page again, with what is wrong and what was typed."""
    form, status = AnswerForm(request.POST, offered=request.visit.opened.record), 422
    if form.is_valid():
        try:
            answer(request.visit, **form.cleaned_data)
            return redirect(request.visit.url("public_page"))
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = status_of(refusal)
    chosen = ids_in(request.POST.getlist("chosen"))
    return _page(request, chosen=chosen, form=form, is_declined=is_declined, status=status)


def _page(
    request: Request,
    *,
    chosen: Collection[UUID] = (),
    form: AnswerForm | None = None,
    is_declined: bool = False,
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
        "form": form or AnswerForm(offered=offer),
        "is_declined": is_declined,
    }
    return render(request, "client_portal/offer.html", context, status=status)


def _counted(offer: Offer, chosen: Collection[UUID]) -> list[Any]:
    """The lines that the totals count: what is not optional, and what was chosen, now or in the answer."""
    return [item for item in offer.items.all() if item.counts or item.pk in chosen]
