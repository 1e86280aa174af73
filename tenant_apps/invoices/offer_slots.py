"""What offers show on the pages of deals, and what becomes of them when clients are merged."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from shared_apps.core.merging import Belonging, Staying, moves_with, stays_behind
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Deal
from tenant_apps.crm.queries import Documents
from tenant_apps.invoices.events import OfferEvent
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.queries import OFFER_FROZEN, offers_of_deal

MOST_OF_DEAL = 100
QUIET = (OfferEvent.DOCUMENT_STORED,)


@dataclass(frozen=True)
class OffersOfDeal:
    """The offers for a deal, newest first, and where a new one is written; no address for one who may not."""

    offers: tuple[Offer, ...]
    add_url: str
    template: str = "invoices/components/offers_of_deal.html"


def offers_on_deal_page(*, deal: Deal, actor: Actor, **unknown: Any) -> Asking[OffersOfDeal | None]:
    """The offers for a deal; None for one who may not see offers."""
    if not actor.may(Permission.OFFERS_VIEW):
        return None
    (found,) = yield [offers_of_deal(deal.pk, actor)[:MOST_OF_DEAL]]
    url = f"{reverse('offer_create')}?{urlencode({'deal': deal.pk})}"
    return OffersOfDeal(tuple(found), url if actor.may(Permission.OFFERS_EDIT) else "")


def documents_of_offers(*, record: Deal, actor: Actor, **unknown: Any) -> Asking[Documents | None]:
    """The offers whose events the timeline of a deal tells; None for one who may not see offers."""
    if not actor.may(Permission.OFFERS_VIEW):
        return None
    (found,) = yield [offers_of_deal(record.pk, actor).values_list("pk", flat=True)[:MOST_OF_DEAL]]
    return Documents(found, QUIET)


def name_offer_belongings() -> None:
    """Draft offers go over when clients are merged; sent ones are frozen and stay."""
    for entity in ("company", "contact"):
        column = f"{entity}_id"
        moves_with(entity, Belonging(Offer, column, _("Draft offers"), where=~OFFER_FROZEN))
        stays_behind(entity, Staying(Offer, column, _("Sent offers"), where=OFFER_FROZEN))
