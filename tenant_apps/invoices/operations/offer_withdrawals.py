"""An acceptance that was written down by mistake is taken back."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.crm.operations import RuleCode, take_back_move
from tenant_apps.invoices.events import OfferEvent
from tenant_apps.invoices.models import Offer, OfferItem, OfferStatus
from tenant_apps.invoices.operations.drafts import delete_draft_invoice
from tenant_apps.invoices.operations.issuing import ReasonMissing
from tenant_apps.invoices.operations.offer_answers import expect_expiry
from tenant_apps.invoices.operations.offer_invoices import OfferNotAccepted
from tenant_apps.invoices.queries import drafts_of_offer, is_offer_invoiced, lock_offer
from tenant_apps.sharing.operations import require_may_change
from tenants.context import current_organization


class OfferInvoiced(Refused):
    code = "offer_invoiced"
    message = _("An invoice from this offer was issued. Annul it first.")
    conflict = True


class DraftWasChanged(Refused):
    code = "draft_was_changed"
    message = _("Somebody has worked on the draft invoice from this offer. Delete it first.")
    conflict = True


@operation(permission=Permission.OFFERS_ANSWER)
def withdraw_acceptance(*, offer_id: UUID, reason: str, by: Actor, at: datetime) -> Offer:
    """Take back that an offer was accepted: it waits for an answer again, or expires when its time is over.

    A draft invoice that was written from it and that nobody changed goes. A deal that was won by it is open
    again, unless somebody did something to it since. Raises `ReasonMissing`, `OfferNotAccepted`,
    `OfferInvoiced`, `DraftWasChanged`.
    """
    if not reason.strip():
        raise ReasonMissing()
    offer = lock_offer(offer_id, by)
    require_may_change(offer, by)
    if not offer.is_accepted:
        raise OfferNotAccepted()
    if is_offer_invoiced(offer):
        raise OfferInvoiced()
    _delete_drafts(offer, at)
    told = {"name": offer.answered_by, "total": offer.accepted_total}
    _forget_answer(offer, at)
    deal = None
    if offer.deal_id:
        deal = take_back_move(
            rule=RuleCode.OFFER_ACCEPTED,
            deal_id=offer.deal_id,
            document_id=offer.pk,
            by=_product(),
            at=at,
        )
    record(
        event=OfferEvent.ACCEPTANCE_WITHDRAWN,
        subject=offer,
        by=by,
        at=at,
        parent=offer.company or offer.contact,
        old=told,
        new={"reason": reason.strip()[:500], "deal_id": deal.pk if deal else None},
    )
    expect_expiry(offer)
    return offer


def _delete_drafts(offer: Offer, at: datetime) -> None:
    drafts = list(drafts_of_offer(offer))
    if any(draft.updated_at != draft.created_at for draft in drafts):
        raise DraftWasChanged()
    for draft in drafts:
        delete_draft_invoice(invoice_id=draft.pk, by=_product(), at=at)


def _forget_answer(offer: Offer, at: datetime) -> None:
    offer.status, offer.updated_at = OfferStatus.SENT, at
    offer.answered_at, offer.recorded_by_id = None, None
    offer.answered_by = offer.answered_from = ""
    offer.accepted_net_total = offer.accepted_vat_total = offer.accepted_total = None
    offer.accepted_groups = []
    offer.save()
    OfferItem.objects.filter(offer=offer, is_chosen=True).update(is_chosen=False)


def _product() -> Actor:
    """What follows from a withdrawal is done for nobody, as what followed from the acceptance was."""
    return system_actor(current_organization().id)
