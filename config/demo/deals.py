"""What the agency is selling: deals on their way, some won, some lost, some forgotten."""

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from shared_apps.core.actors import Actor
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Company, Contact, Deal, Stage
from tenant_apps.crm.operations import (
    DealChange,
    DealItemInput,
    Participant,
    create_deal,
    lose_deal,
    move_deal,
    win_deal,
)
from tenant_apps.crm.queries import pipelines, stages

SUBJECTS = (
    "Нов сайт",
    "Рекламна кампания",
    "Поддръжка за година",
    "Опаковки за износ",
    "Каталог и ценоразпис",
    "Онлайн магазин",
    "Фирмен стил",
    "Видео за изложение",
    "Обучение на екипа",
    "Табели и превозни средства",
)
REASONS = ("Цената е висока", "Избраха друг", "Отложиха за догодина", "Няма отговор")
ROLES = ("Взема решението", "Плаща", "Ще го ползва")
DEAL_COUNT, SEED = 88, 7
PEOPLE_IN_A_DEAL = 2


def sell(companies: list[Company], products: list[Product], *, people: list[Actor], today: date) -> None:
    """Tell the deals of the last eleven months, in the order in which they began."""
    teller, pipeline = random.Random(SEED), pipelines().first()
    road = [stage for stage in stages() if pipeline and stage.pipeline_id == pipeline.pk]
    for number in range(DEAL_COUNT):
        began_on = today - timedelta(days=int(330 * (1 - number / DEAL_COUNT)) + teller.randrange(3))
        by = people[number % len(people)]
        _walk(_begin(number, teller, companies, products, began_on, by), road, teller, today, by)


def _at(day: date, teller: random.Random) -> datetime:
    return datetime.combine(day, time(teller.randrange(7, 15), teller.randrange(60)), UTC)


def _begin(
    number: int,
    teller: random.Random,
    companies: list[Company],
    products: list[Product],
    day: date,
    by: Actor,
) -> Deal:
    company = teller.choice(companies)
    people = list(Contact.objects.filter(company=company).order_by("id")[:PEOPLE_IN_A_DEAL])
    details = DealChange(
        name=f"{SUBJECTS[number % len(SUBJECTS)]} · {company.name}",
        value=Decimal(teller.randrange(4, 120)) * 100,
        currency="EUR" if number % 13 else "USD",
        expected_close_on=day + timedelta(days=teller.randrange(30, 150)),
        company_id=company.pk,
        contacts=tuple(Participant(one.pk, role) for one, role in zip(people, ROLES, strict=False)),
        items=_items(teller, products) if number % 3 == 0 else None,
    )
    return create_deal(details=details, by=by, at=_at(day, teller))


def _items(teller: random.Random, products: list[Product]) -> tuple[DealItemInput, ...]:
    return tuple(
        DealItemInput(
            description=product.name,
            quantity=Decimal(teller.choice((1, 2, 5, 10))),
            unit=product.unit,
            unit_price=product.unit_price,
            discount_percent=Decimal(teller.choice((0, 0, 0, 10))),
            vat_rate=product.vat_rate,
            product_id=product.pk,
        )
        for product in teller.sample(products, teller.randrange(1, 4))
    )


def _walk(deal: Deal, road: list[Stage], teller: random.Random, today: date, by: Actor) -> None:
    """A few days in each stage, until it is won, lost or today."""
    day, goal = deal.created_at.date(), teller.random()
    for stage in road[1:]:
        day += timedelta(days=teller.randrange(2, 17))
        if day >= today or teller.random() < 0.18:
            break
        move_deal(deal_id=deal.pk, stage_id=stage.pk, by=by, at=_at(day, teller))
    day += timedelta(days=teller.randrange(2, 20))
    if day < today and goal < 0.34:
        win_deal(deal_id=deal.pk, by=by, at=_at(day, teller))
    elif day < today and goal < 0.55:
        lose_deal(deal_id=deal.pk, reason=teller.choice(REASONS), by=by, at=_at(day, teller))
