"""How the stories of offers begin: lines, a draft, a sent offer, an accepted one."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.operations import (
    OfferInput,
    OfferItemInput,
    accept_offer,
    create_offer,
    send_offer,
)
from tests.invoices.stories import AT, client


def offered(
    quantity: str = "1", unit_price: str = "100", vat_rate: str | None = "20", **more: Any
) -> OfferItemInput:
    rate = None if vat_rate is None else Decimal(vat_rate)
    facts = {"description": "Сайт", "unit": "бр."} | more
    return OfferItemInput(**facts, quantity=Decimal(quantity), unit_price=Decimal(unit_price), vat_rate=rate)


def option(unit_price: str = "50", **more: Any) -> OfferItemInput:
    return offered(unit_price=unit_price, is_optional=True, **{"description": "Поддръжка"} | more)


def draft_offer(by: Actor, company: Company | None = None, **more: Any) -> Offer:
    """A draft of 120.00 EUR, and 60.00 more for the optional line."""
    company = company or client(by, email="office@klient.example")
    wanted = {"currency": "EUR", "items": (offered(), option()), "company_id": company.pk} | more
    return create_offer(draft=OfferInput(**wanted), by=by, at=AT)


def sent_offer(by: Actor, company: Company | None = None, at: datetime = AT, **more: Any) -> Offer:
    return send_offer(offer_id=draft_offer(by, company, **more).pk, by=by, at=at)


def accepted_offer(by: Actor, company: Company | None = None, chosen: bool = False, **more: Any) -> Offer:
    """An offer that the client accepted; with `chosen` all of its optional lines, too."""
    offer = sent_offer(by, company, **more)
    ids = [item.pk for item in offer.items.all() if chosen and item.is_optional]
    return accept_offer(offer_id=offer.pk, name="Мария Колева", chosen_item_ids=ids, by=by, at=AT)
