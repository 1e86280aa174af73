"""Offers: which ones an actor sees, what was made of them, and what they say on paper."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Min, Q, QuerySet

from shared_apps.core.actors import Actor
from tenant_apps.files.queries import read_bytes, stored_file
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceState, Offer, OfferInvoice, OfferItem, OfferStatus
from tenant_apps.invoices.offer_paper import OfferPaper
from tenant_apps.invoices.paper import InvoicePaper, PaperLine, Party
from tenant_apps.invoices.queries.chains import groups_in, groups_of
from tenant_apps.invoices.queries.papers import PARTY_FIELDS, buyer_of, seller_of
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import profile

# What still takes from an offer: an annulled invoice, and one that notes credited whole, took nothing.
TAKES = ~Q(invoice__state=InvoiceState.ANNULLED) & ~Q(
    invoice__total__gt=0, invoice__credited_total__gte=F("invoice__total")
)
OFFER_FROZEN = ~Q(status=OfferStatus.DRAFT)


@dataclass(frozen=True)
class OfferLeft:
    """What of an accepted offer is not invoiced yet: whole lines, and how much `room` there is in all.
    `advances` are the advance invoices that were made from it, `has_parts` whether lines were invoiced.
    """

    items: tuple[OfferItem, ...]
    room: Decimal
    advances: tuple[Invoice, ...]
    has_parts: bool


def visible_offers(actor: Actor) -> QuerySet[Offer]:
    """The offers that the actor sees, every version, with company and contact."""
    return visible_to(Offer.objects.select_related("company", "contact"), actor)


def visible_offer(offer_id: UUID, actor: Actor) -> Offer:
    """One offer with its `items`, client and PDF; `DoesNotExist` when the actor may not see it."""
    offers = Offer.objects.select_related("company", "contact", "pdf").prefetch_related("items")
    return visible_to(offers, actor).get(pk=offer_id)


def lock_offer(offer_id: UUID, actor: Actor) -> Offer:
    """One offer that the actor sees, under a row lock."""
    return visible_to(Offer.objects.select_for_update(), actor).get(pk=offer_id)


def offers_of_deal(deal_id: UUID, actor: Actor) -> QuerySet[Offer]:
    """The offers for a deal that the actor sees, newest first. Load the deal by its own query first."""
    return visible_to(Offer.objects.filter(deal_id=deal_id), actor).order_by("-id")


def versions_of(offer: Offer, actor: Actor) -> QuerySet[Offer]:
    """The versions of the offer that the actor sees, newest first; only itself while it has no number."""
    same = Q(number=offer.number) if offer.number else Q(pk=offer.pk)
    return visible_to(Offer.objects.filter(same), actor).order_by("-version")


def conversions_of(offer: Offer, actor: Actor) -> QuerySet[OfferInvoice]:
    """The invoices that were made from an offer and that the actor sees, oldest first."""
    invoices = visible_to(Invoice.objects.all(), actor)
    return (
        OfferInvoice.objects.filter(offer=offer, invoice__in=invoices)
        .select_related("invoice")
        .order_by("id")
    )


def offers_of_invoice(invoice_id: UUID, actor: Actor) -> QuerySet[Offer]:
    """The offer that an invoice was made from, for one who sees it; at most one."""
    return visible_to(Offer.objects.filter(conversions__invoice_id=invoice_id), actor)


def is_offer_invoiced(offer: Offer) -> bool:
    """Whether an invoice from an offer was issued and still stands."""
    return OfferInvoice.objects.filter(TAKES, offer=offer, invoice__state=InvoiceState.ISSUED).exists()


def drafts_of_offer(offer: Offer) -> QuerySet[Invoice]:
    """The draft invoices that were made from an offer."""
    return Invoice.objects.filter(conversion__offer=offer, state=InvoiceState.DRAFT).order_by("id")


def left_of_offer(offer: Offer) -> OfferLeft:
    """What of an accepted offer can still be invoiced. Lock the offer first to act on it."""
    conversions = list(
        OfferInvoice.objects.filter(TAKES, offer=offer).select_related("invoice").order_by("id")
    )
    taken = {item_id for one in conversions for item_id in one.item_ids}
    advances = [one.invoice for one in conversions if one.part == rules.ADVANCE]
    return OfferLeft(
        items=tuple(item for item in offer.items.all() if item.counts and item.pk not in taken),
        room=offer.agreed_total
        - sum((one.invoice.total - one.invoice.credited_total for one in conversions), rules.ZERO),
        advances=tuple(advances),
        has_parts=len(advances) < len(conversions),
    )


def advanced_groups(advances: tuple[Invoice, ...]) -> list[rules.VatGroup]:
    """What advance invoices took of an offer, per VAT group."""
    return [group for advance in advances for group in groups_of(advance)]


def offers_to_expire(on: date) -> QuerySet[Offer]:
    """Sent offers whose last day is over on the day `on`."""
    return Offer.objects.filter(status=OfferStatus.SENT, valid_until__lt=on).order_by("valid_until", "id")


def first_end_of_validity() -> date | None:
    """The last day of the sent offer that ends first."""
    sent = Offer.objects.filter(status=OfferStatus.SENT)
    found: date | None = sent.aggregate(first=Min("valid_until"))["first"]
    return found


def paper_of_offer(offer: Offer) -> OfferPaper:
    """The offer as its document says it: the snapshots, or for a draft seller and buyer as they are now."""
    seller, buyer = offer.seller or seller_of(profile()), offer.buyer or buyer_of(offer)
    items = list(offer.items.all())
    zone = ZoneInfo(profile().time_zone)
    accepted_at = offer.answered_at if offer.is_accepted else None
    page = InvoicePaper(
        state=rules.DRAFT if offer.is_draft else rules.ISSUED,
        number=offer.number,
        issue_date=None,
        currency=offer.currency,
        seller=Party(**{name: seller.get(name, "") for name in PARTY_FIELDS}),
        buyer=Party(**{name: buyer.get(name, "") for name in PARTY_FIELDS}),
        lines=tuple(_paper_line(item) for item in items if not item.is_optional),
        groups=groups_in(offer.vat_groups),
        net_total=offer.net_total,
        vat_total=offer.vat_total,
        total=offer.total,
        notes=offer.notes,
        compiled_by=seller.get("compiled_by", ""),
        logo=read_bytes(stored_file(UUID(seller["logo_id"]))) if seller.get("logo_id") else None,
    )
    return OfferPaper(
        status=offer.status,
        page=page,
        version=offer.version,
        sent_on=offer.sent_at.astimezone(zone).date() if offer.sent_at else None,
        valid_until=offer.valid_until,
        prices_include_vat=offer.prices_include_vat,
        discount_total=offer.discount_total,
        options=tuple((_paper_line(item), item.is_chosen) for item in items if item.is_optional),
        advance_percent=offer.advance_percent,
        accepted_total=offer.accepted_total,
        accepted_by=offer.answered_by if offer.is_accepted else "",
        accepted_on=accepted_at.astimezone(zone).date() if accepted_at else None,
    )


def _paper_line(item: OfferItem) -> PaperLine:
    return PaperLine(
        description=item.description,
        quantity=item.quantity,
        unit=item.unit,
        unit_price=item.unit_price,
        discount_percent=item.discount_percent,
        vat_rate=item.vat_rate,
        net=item.net_total,
    )
