"""What the agency has offered: accepted and invoiced, declined, about to expire, still a draft."""

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from shared_apps.core.actors import Actor
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Deal, DealStatus
from tenant_apps.invoices.models import Offer
from tenant_apps.invoices.operations import (
    OfferInput,
    OfferItemInput,
    accept_offer,
    create_offer,
    create_offer_version,
    decline_offer,
    expire_offer,
    send_offer,
)

OFFER_COUNT, SEED = 18, 11
FATES = (
    "accepted",
    "waiting",
    "declined",
    "draft",
    "waiting",
    "expired",
    "accepted",
    "new_version",
    "ending",
)
REASONS = ("Бюджетът е спрян до края на годината", "Избрахме по-евтина оферта", "Ще го направим сами")
PEOPLE = ("Мария Колева", "Стоян Лазаров", "Гергана Петрова")
LAST_SENT_AGO = 12


def make_offers(products: list[Product], *, by: Actor, system: Actor, today: date) -> None:
    """Offers for open deals of the last weeks, each with its fate."""
    teller = random.Random(SEED)
    deals = Deal.objects.filter(status=DealStatus.OPEN, company__isnull=False, archived_at=None)
    for number, deal in enumerate(deals.order_by("-id")[:OFFER_COUNT]):
        Fate(teller, by, system, today).befall(deal, products, FATES[number % len(FATES)], number)


class Fate:
    """Holds the generator, the actors and today, so that every run on one day tells the same story."""

    def __init__(self, teller: random.Random, by: Actor, system: Actor, today: date) -> None:
        self.teller, self.by, self.system, self.today = teller, by, system, today

    def befall(self, deal: Deal, products: list[Product], fate: str, number: int) -> None:
        """One offer for the deal, and what became of it."""
        sent_on = self.today - timedelta(days=LAST_SENT_AGO - number % LAST_SENT_AGO)
        ends = {"expired": sent_on, "ending": self.today + timedelta(days=2)}
        valid_until = ends.get(fate, sent_on + timedelta(days=30))
        offer = self._draft(deal, products, sent_on, valid_until, number)
        if fate == "draft":
            return
        offer = send_offer(offer_id=offer.pk, by=self.by, at=self._at(sent_on, 11))
        answered_at = self._at(min(sent_on + timedelta(days=2), self.today), 12)
        if fate == "accepted":
            chosen = [item.pk for item in offer.items.all() if item.is_optional]
            name = self.teller.choice(PEOPLE)
            accept_offer(offer_id=offer.pk, name=name, chosen_item_ids=chosen, by=self.by, at=answered_at)
        elif fate == "declined":
            name, reason = self.teller.choice(PEOPLE), self.teller.choice(REASONS)
            decline_offer(offer_id=offer.pk, name=name, reason=reason, by=self.by, at=answered_at)
        elif fate == "expired":
            expire_offer(offer_id=offer.pk, by=self.system, at=self._at(self.today, 1))
        elif fate == "new_version":
            begun = create_offer_version(offer_id=offer.pk, by=self.by, at=answered_at)
            send_offer(offer_id=begun.pk, by=self.by, at=answered_at)

    def _draft(
        self, deal: Deal, products: list[Product], sent_on: date, valid_until: date, number: int
    ) -> Offer:
        items = tuple(
            self._line(product, is_optional=place == 2)
            for place, product in enumerate(self.teller.sample(products, 3))
        )
        draft = OfferInput(
            currency="EUR",
            items=items,
            company_id=deal.company_id,
            deal_id=deal.pk,
            valid_until=valid_until,
            advance_percent=Decimal(30 if number % 2 else 0),
            discount_percent=Decimal(10 if number % 5 == 0 else 0),
            notes="Срок за изпълнение: 20 работни дни от приемането.",
        )
        return create_offer(draft=draft, by=self.by, at=self._at(sent_on, 9))

    def _line(self, product: Product, *, is_optional: bool) -> OfferItemInput:
        return OfferItemInput(
            product_id=product.pk,
            description=product.name,
            quantity=Decimal(self.teller.choice((1, 2, 5, 10))),
            unit=product.unit,
            unit_price=product.unit_price,
            vat_rate=product.vat_rate,
            is_optional=is_optional,
        )

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour, self.teller.randrange(60)), UTC)
