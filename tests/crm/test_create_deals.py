"""Many deals at once, as they were opened and closed elsewhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.ids import new_id
from tenant_apps.activity.models import Event
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Contact, Deal, DealStatus, StageStay
from tenant_apps.crm.operations import DealChange, DealItemInput, NewDeal, Participant, create_deals
from tenant_apps.crm.queries import stages
from tenants.context import OrganizationRef


def new(name: str, at: datetime, details: DealChange | None = None, **more: object) -> NewDeal:
    return NewDeal(new_id(), replace(details or DealChange(), name=name), at, **more)  # type: ignore[arg-type]


def test_open_ones_stand_on_top_of_their_stage(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    stage = stages()[1]

    create_deals(
        deals=[new("Първа", at, stage_id=stage.pk), new("Втора", at, stage_id=stage.pk)], by=owner, at=at
    )

    column = Deal.objects.filter(stage=stage).order_by("board_order")
    assert [deal.name for deal in column] == ["Втора", "Първа"]
    assert not StageStay.objects.exclude(left_at=None).exists()


def test_closed_ones_were_closed_when_they_were(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    opened, closed = at - timedelta(days=30), at - timedelta(days=10)
    won = new("Спечелена", opened, status=DealStatus.WON, closed_at=closed)
    lost = new("Изгубена", opened, status=DealStatus.LOST, closed_at=closed, reason=" Цената ")

    create_deals(deals=[won, lost], by=owner, at=at)

    first, second = Deal.objects.order_by("id")
    assert (first.status, first.closed_at, first.lost_reason) == ("won", closed, "")
    assert (second.status, second.closed_at, second.lost_reason) == ("lost", closed, "Цената")
    assert {stay.left_at for stay in StageStay.objects.all()} == {closed}
    told = Event.objects.filter(subject_id=lost.id).order_by("id")
    assert [(one.type, one.at) for one in told] == [("crm.deal_created", opened), ("crm.deal_lost", closed)]


def test_items_make_the_value(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    line = DealItemInput(description="Час", quantity=Decimal(3), unit_price=Decimal("50.00"))

    create_deals(deals=[new("Сделка", at, DealChange(items=(line,)))], by=owner, at=at)

    deal = Deal.objects.get()
    assert (deal.value, deal.items.get().net_total) == (Decimal("150.00"), Decimal("150.00"))


def test_one_that_is_refused_refuses_all(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    refused = (
        new("", at),
        new("Без причина", at, status=DealStatus.LOST),
        new("Отрицателна", at, DealChange(value=Decimal(-1))),
        new("Чужда", at, DealChange(owner_id=new_id())),
    )
    for deal in refused:
        with pytest.raises(Refused):
            create_deals(deals=[new("Добра", at), deal], by=owner, at=at)
    line = DealItemInput("Час", Decimal(1), Decimal(1), product_id=new_id())
    with pytest.raises(Product.DoesNotExist):
        create_deals(deals=[new("Сделка", at, DealChange(items=(line,)))], by=owner, at=at)
    with pytest.raises(Contact.DoesNotExist):
        create_deals(deals=[new("С", at, DealChange(contacts=(Participant(new_id()),)))], by=owner, at=at)
    assert not Deal.objects.exists()


def test_who_only_looks_adds_none(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        create_deals(deals=[new("Сделка", at)], by=replace(owner, permissions=frozenset()), at=at)
