"""The list of offers: what it shows, and what it can be asked."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.listing import Column, Field, Kind, Listing, Reading, Relation, Sum
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.models import Offer, OfferInvoice, OfferStatus
from tenant_apps.invoices.queries import TAKES, lock_offer, visible_offers
from tenant_apps.sharing.operations import require_may_change


def offer_rows(actor: Actor, archived: bool | None) -> QuerySet[Offer]:
    """The offers that the actor sees; none is ever archived."""
    return visible_offers(actor).none() if archived else visible_offers(actor)


def lock_listed_offer(record_id: UUID, by: Actor) -> Offer:
    """One offer that the actor may change, locked."""
    offer = lock_offer(record_id, by)
    require_may_change(offer, by)
    return offer


def offer_statuses(reading: Reading) -> list[tuple[str, Any]]:
    return list(OfferStatus.choices)


def client_of(offer: Offer) -> Any:
    """The company, or else the person."""
    return offer.company or offer.contact


def shown_status(offer: Offer) -> str:
    """The status as `core.statuses` tells it: what expires there is a key, not an offer."""
    return "lapsed" if offer.status == OfferStatus.EXPIRED else offer.status


OFFERS = Listing(
    entity="offer",
    model=Offer,
    label=_("Offers"),
    rows=offer_rows,
    view=Permission.OFFERS_VIEW,
    edit=Permission.OFFERS_EDIT,
    list_url="offer_list",
    lock=lock_listed_offer,
    columns=(
        Column("number", _("Number"), Kind.TITLE, value=str, order=Coalesce(F("number"), Value(""))),
        Column("client", _("Client"), Kind.RECORD, value=client_of, join=("company", "contact")),
        Column("status", _("Status"), Kind.STATUS, value=shown_status, order="status"),
        Column("total", _("Total"), Kind.MONEY, order="total"),
        Column(
            "valid_until",
            _("Valid until"),
            Kind.DATE,
            order=Coalesce(F("valid_until"), Value(date.max)),
        ),
        Column(
            "deal", _("Deal"), Kind.RECORD, join=("deal",), is_shown=False, permission=Permission.DEALS_VIEW
        ),
        Column("accepted_total", _("Accepted sum"), Kind.MONEY, is_shown=False),
        Column("sent_at", _("Sent"), Kind.INSTANT),
        Column("answered_at", _("Answered"), Kind.INSTANT, is_shown=False),
        Column("owner", pgettext_lazy("of a record", "Owner"), Kind.PERSON, value="owner_id", is_minor=True),
        Column("created_at", _("Added"), Kind.INSTANT, order="id", is_shown=False),
        Column("updated_at", _("Changed"), Kind.INSTANT, order="updated_at", is_shown=False),
    ),
    fields=(
        Field("status", _("Status"), Kind.CHOICE, path="status", choices=offer_statuses, group_path="status"),
        Field("number", _("Number"), Kind.TEXT, path="number"),
        Field("total", _("Total"), Kind.MONEY, path="total"),
        Field("accepted_total", _("Accepted sum"), Kind.MONEY, path="accepted_total"),
        Field("currency", _("Currency"), Kind.TEXT, path="currency", group_path="currency"),
        Field("valid_until", _("Valid until"), Kind.DATE, path="valid_until"),
        Field("sent_at", _("Sent"), Kind.INSTANT, path="sent_at"),
        Field("answered_at", _("Answered"), Kind.INSTANT, path="answered_at"),
        Field(
            "owner",
            pgettext_lazy("of a record", "Owner"),
            Kind.PERSON,
            path="owner_id",
            group_path="owner_id",
        ),
        Field("created_at", _("Added"), Kind.INSTANT, path="created_at"),
        Field(
            "is_invoiced",
            _("Has an invoice"),
            Kind.YES_NO,
            where=lambda test: test.truth(Exists(OfferInvoice.objects.filter(TAKES, offer=OuterRef("pk")))),
        ),
    ),
    relations=(
        Relation("company", _("Company"), "company", lambda rows: Q(company_id__in=rows.values("pk"))),
        Relation("contact", _("A contact"), "contact", lambda rows: Q(contact_id__in=rows.values("pk"))),
        Relation("deal", _("Deal"), "deal", lambda rows: Q(deal_id__in=rows.values("pk"))),
    ),
    groups=("status", "owner", "currency"),
    sums=(Sum(_("Total"), "total", "currency"),),
    order="-created_at",
)
