"""The PDF of a sent offer: made once and kept."""

from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.files.operations import store_file
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices.adapters import render_offer_pdf
from tenant_apps.invoices.events import OfferEvent
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.operations.documents import FIRST_WINS
from tenant_apps.invoices.operations.offer_answers import OfferNotOpen
from tenant_apps.invoices.queries import lock_offer, paper_of_offer, visible_offer


@operation(permission=Permission.OFFERS_VIEW, event=None, why=FIRST_WINS)
def store_offer_document(*, offer_id: UUID, content: bytes, by: Actor, at: datetime) -> Offer:
    """Keep the PDF of a sent offer; one that is kept already stays. Raises `OfferNotOpen` for a draft."""
    offer = lock_offer(offer_id, by)
    if offer.is_draft:
        raise OfferNotOpen()
    if offer.pdf_id:
        return offer
    name = f"{offer.number}-v{offer.version}.pdf"
    offer.pdf = store_file(name=name, content_type="application/pdf", content=content, by=by, at=at)
    offer.save(update_fields=["pdf"])
    record(event=OfferEvent.DOCUMENT_STORED, subject=offer, by=by, at=at, new={"sha256": offer.pdf.sha256})
    return offer


def offer_pdf_bytes(*, offer_id: UUID, by: Actor, at: datetime) -> bytes:
    """The stored PDF of an offer that was sent, made and stored now when nobody has yet. Raises
    `OfferNotOpen` for a draft.
    """
    offer = visible_offer(offer_id, by)
    if offer.is_draft:
        raise OfferNotOpen()
    if not offer.pdf_id:
        content = render_offer_pdf(paper_of_offer(offer), offer.language)
        offer = store_offer_document(offer_id=offer.pk, content=content, by=by, at=at)
    assert offer.pdf  # noqa: S101 - kept just now, or before
    return read_bytes(offer.pdf)
