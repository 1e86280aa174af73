from uuid import UUID

from django.http import HttpResponse
from ninja import Body, Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.invoices import operations, queries
from tenant_apps.invoices.api.documents import Request
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.schemas import InvoiceOut, ReasonIn, invoice_out
from tenant_apps.invoices.schemas.offers import (
    OFFER_ORDERINGS,
    AcceptIn,
    DeclineIn,
    InvoiceOfferIn,
    OfferFilters,
    OfferIn,
    OfferOut,
    OfferPatch,
    SendOfferIn,
    offer_out,
)
from tenant_apps.workspace.queries import narrowed

router = Router(tags=["offers"])


@router.get("offers/", response=ListOf[OfferOut], operation_id="list_offers")
def list_offers(request: Request, query: Query[OfferFilters]) -> HttpResponse:
    """Offers with their lines, every version, newest first."""
    request.actor.require(Permission.OFFERS_VIEW)
    rows = queries.visible_offers(request.actor).filter(**query.lookups())
    rows = narrowed(rows, "offer", query.filter, request.actor, clock.now())
    found = matching(rows, query.search).select_related(None).prefetch_related("items", "conversions")
    return list_response(
        found, query, orderings=OFFER_ORDERINGS, item=lambda offer: offer_out(offer, request), default="-id"
    )


@router.post("offers/", response={201: OfferOut}, operation_id="create_offer")
def create_offer(request: Request, data: OfferIn) -> HttpResponse:
    """Write a draft with its lines and totals."""
    offer = operations.create_offer(draft=data.draft(), by=request.actor, at=clock.now())
    return _offer(request, offer, status=201)


@router.post("deals/{uuid:deal_id}/offer/", response={201: OfferOut}, operation_id="create_offer_of_deal")
def create_offer_of_deal(request: Request, deal_id: UUID) -> HttpResponse:
    """Write a draft for a deal: to its company, else to the first person in it, with its lines."""
    offer = operations.create_offer_of_deal(deal_id=deal_id, by=request.actor, at=clock.now())
    return _offer(request, offer, status=201)


@router.get("offers/{uuid:offer_id}/", response=OfferOut, operation_id="read_offer")
def read_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """One offer with its lines and what was invoiced of it."""
    request.actor.require(Permission.OFFERS_VIEW)
    return _offer(request, queries.visible_offer(offer_id, request.actor))


@router.patch("offers/{uuid:offer_id}/", response=OfferOut, operation_id="change_offer")
def change_offer(request: Request, offer_id: UUID, data: OfferPatch) -> HttpResponse:
    """Change what is named in a draft, `items` whole; 409 once it is sent."""
    offer = operations.change_offer(offer_id=offer_id, change=data.change(), by=request.actor, at=clock.now())
    return _offer(request, offer)


@router.delete("offers/{uuid:offer_id}/", response={204: None}, operation_id="delete_draft_offer")
def delete_draft_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """Throw a draft away; 409 once it is sent."""
    operations.delete_draft_offer(offer_id=offer_id, by=request.actor, at=clock.now())
    return HttpResponse(status=204)


@router.post("offers/{uuid:offer_id}/duplicate/", response={201: OfferOut}, operation_id="duplicate_offer")
def duplicate_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """Write a new draft with the same client and lines."""
    offer = operations.duplicate_offer(offer_id=offer_id, by=request.actor, at=clock.now())
    return _offer(request, offer, status=201)


@router.post(
    "offers/{uuid:offer_id}/new-version/", response={201: OfferOut}, operation_id="create_offer_version"
)
def create_offer_version(request: Request, offer_id: UUID) -> HttpResponse:
    """Begin the next version as a draft; the one before holds until it is sent. 409 when it is answered."""
    offer = operations.create_offer_version(offer_id=offer_id, by=request.actor, at=clock.now())
    return _offer(request, offer, status=201)


@router.post("offers/{uuid:offer_id}/send/", response=OfferOut, operation_id="send_offer")
def send_offer(request: Request, offer_id: UUID, data: SendOfferIn | None = Body(None)) -> HttpResponse:  # noqa: B008
    """Give a draft its number, freeze it and send it to the client's e-mail."""
    with_email = data.with_email if data else True
    offer = operations.send_offer(offer_id=offer_id, with_email=with_email, by=request.actor, at=clock.now())
    return _offer(request, offer)


@router.post("offers/{uuid:offer_id}/send-again/", response=OfferOut, operation_id="resend_offer")
def resend_offer(request: Request, offer_id: UUID) -> HttpResponse:
    """Send an offer that waits for an answer to the client once more."""
    offer = operations.resend_offer(offer_id=offer_id, by=request.actor, at=clock.now())
    return _offer(request, offer)


@router.post("offers/{uuid:offer_id}/accept/", response=OfferOut, operation_id="accept_offer")
def accept_offer(request: Request, offer_id: UUID, data: AcceptIn) -> HttpResponse:
    """Write down who accepts a sent offer, and with which optional lines; 409 when it is answered or over."""
    offer = operations.accept_offer(
        offer_id=offer_id,
        name=data.name,
        chosen_item_ids=data.chosen_item_ids,
        by=request.actor,
        at=clock.now(),
    )
    return _offer(request, offer)


@router.post(
    "offers/{uuid:offer_id}/withdraw-acceptance/", response=OfferOut, operation_id="withdraw_acceptance"
)
def withdraw_acceptance(request: Request, offer_id: UUID, data: ReasonIn) -> HttpResponse:
    """Take back an acceptance that was a mistake; 409 when nobody accepted it, or it is invoiced."""
    offer = operations.withdraw_acceptance(
        offer_id=offer_id, reason=data.reason, by=request.actor, at=clock.now()
    )
    return _offer(request, offer)


@router.post("offers/{uuid:offer_id}/decline/", response=OfferOut, operation_id="decline_offer")
def decline_offer(request: Request, offer_id: UUID, data: DeclineIn) -> HttpResponse:
    """Write down who declines a sent offer, and why; 409 when it is answered."""
    offer = operations.decline_offer(
        offer_id=offer_id, name=data.name, reason=data.reason, by=request.actor, at=clock.now()
    )
    return _offer(request, offer)


@router.post("offers/{uuid:offer_id}/invoice/", response={201: InvoiceOut}, operation_id="invoice_offer")
def invoice_offer(request: Request, offer_id: UUID, data: InvoiceOfferIn) -> HttpResponse:
    """Draft an invoice from an accepted offer; 409 for what is invoiced already."""
    invoice = operations.invoice_offer(
        offer_id=offer_id,
        part=data.part,
        item_ids=data.item_ids,
        percent=data.percent,
        by=request.actor,
        at=clock.now(),
    )
    on = clock.today(request.organization.time_zone)
    return json_response(invoice_out(invoice, request, on, payment_url=""), status=201)


@router.get(
    "offers/{uuid:offer_id}/pdf/",
    response={200: None},
    operation_id="read_offer_pdf",
    openapi_extra={"responses": {200: {"content": {"application/pdf": {}}}}},
)
def read_offer_pdf(request: Request, offer_id: UUID) -> HttpResponse:
    """The stored PDF; made and stored by this request when nobody has yet. 409 for a draft."""
    request.actor.require(Permission.OFFERS_VIEW)
    content = operations.offer_pdf_bytes(offer_id=offer_id, by=request.actor, at=clock.now())
    return HttpResponse(content, content_type="application/pdf")


def _offer(request: Request, offer: Offer, status: int = 200) -> HttpResponse:
    return json_response(offer_out(offer, request), status=status)
