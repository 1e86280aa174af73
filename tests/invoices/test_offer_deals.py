"""Deals follow their offers: forward when one is sent, won when it is accepted, asked about when declined."""

from decimal import Decimal

import pytest

from shared_apps.core.actors import Actor
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import AutomaticMove, Deal, Task
from tenant_apps.crm.operations import (
    RuleCode,
    StageChange,
    TouchedSince,
    change_stage,
    lose_deal,
    move_deal,
    switch_moving_rule,
    undo_automatic_move,
)
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.operations import (
    accept_offer,
    create_offer_of_deal,
    decline_offer,
    issue_invoice,
    send_offer,
)
from tenant_apps.messages.models import Notification
from tests.crm.selling import add_deal, stages_of
from tests.crm.selling import line as deal_line
from tests.invoices.offering import draft_offer, sent_offer
from tests.invoices.stories import AT, client, events_of, fresh

pytestmark = pytest.mark.usefixtures("in_alpha")


def offered_deal(by: Actor) -> tuple[Deal, Offer]:
    deal = add_deal("Сайт", by=by, at=AT)
    return deal, sent_offer(by, deal_id=deal.pk)


def test_a_sent_offer_takes_its_deal_to_the_stage_for_offers(owner: Actor) -> None:
    deal, offer = offered_deal(owner)
    moved = fresh(deal)
    assert (moved.stage.name_bg, moved.version) == ("Изпратена оферта", 2)
    told = Event.objects.get(subject_id=deal.pk, type="crm.deal_moved")
    assert (told.cause, told.actor_kind, told.new["offer"]) == ("offer_sent", "system", offer.number)
    undo_automatic_move(move_id=AutomaticMove.objects.get().pk, by=owner, at=AT)
    assert fresh(deal).stage_id == deal.stage_id
    assert events_of(deal)[-1] == "crm.automatic_move_undone"


def test_it_never_goes_back_nor_when_it_is_closed_or_the_rule_is_off(owner: Actor) -> None:
    late = add_deal("Късна", by=owner, at=AT, stage=stages_of()[3])
    lost = add_deal("Загубена", by=owner, at=AT)
    lose_deal(deal_id=lost.pk, reason="скъпо", by=owner, at=AT)
    for deal in (late, lost):
        sent_offer(owner, deal_id=deal.pk)
        assert fresh(deal).stage_id == deal.stage_id
    switch_moving_rule(code=RuleCode.OFFER_SENT, is_on=False, by=owner, at=AT)
    deal, _offer = offered_deal(owner)
    assert fresh(deal).stage_id == deal.stage_id


def test_who_moved_it_since_keeps_it_there(owner: Actor) -> None:
    deal, _offer = offered_deal(owner)
    move_deal(deal_id=deal.pk, stage_id=stages_of()[3].pk, by=owner, at=AT)
    with pytest.raises(TouchedSince):
        undo_automatic_move(move_id=AutomaticMove.objects.get().pk, by=owner, at=AT)


def test_another_stage_is_marked_instead(owner: Actor) -> None:
    chosen = stages_of()[4]
    change_stage(stage_id=chosen.pk, change=StageChange(takes_offers=True), by=owner, at=AT)
    assert [stage.takes_offers for stage in stages_of()] == [False, False, False, False, True]
    deal, _offer = offered_deal(owner)
    assert fresh(deal).stage_id == chosen.pk


def test_an_accepted_offer_wins_its_deal_and_drafts_the_invoice(owner: Actor) -> None:
    deal, offer = offered_deal(owner)
    accept_offer(offer_id=offer.pk, name="Мария Колева", by=owner, at=AT)
    assert fresh(deal).status == "won"
    told = Event.objects.get(subject_id=deal.pk, type="crm.deal_won")
    assert (told.cause, told.new["caused_by"]) == ("offer_accepted", "Мария Колева")
    invoice = Invoice.objects.get()
    assert (invoice.deal_id, invoice.total, invoice.owner_id) == (deal.pk, Decimal("120.00"), owner.id)
    assert issue_invoice(invoice_id=invoice.pk, by=owner, at=AT).number
    assert events_of(deal).count("crm.deal_won") == 1


def test_the_agreed_advance_is_what_is_drafted(owner: Actor) -> None:
    offer = sent_offer(owner, advance_percent=Decimal(25))
    accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    invoice = Invoice.objects.get()
    assert (invoice.is_advance, invoice.total) == (True, Decimal("30.00"))


def test_the_win_is_taken_back(owner: Actor) -> None:
    deal, offer = offered_deal(owner)
    accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    move = AutomaticMove.objects.get(rule=RuleCode.OFFER_ACCEPTED)
    undo_automatic_move(move_id=move.pk, by=owner, at=AT)
    assert fresh(deal).status == "open"


def test_with_the_rule_off_nothing_follows(owner: Actor) -> None:
    switch_moving_rule(code=RuleCode.OFFER_ACCEPTED, is_on=False, by=owner, at=AT)
    deal, offer = offered_deal(owner)
    accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    assert (fresh(deal).status, Invoice.objects.count()) == ("open", 0)


def test_a_declined_offer_asks_the_owner_of_its_deal(owner: Actor) -> None:
    deal, offer = offered_deal(owner)
    decline_offer(offer_id=offer.pk, name="Мария", reason="Скъпо е", by=owner, at=AT)
    task = Task.objects.get()
    assert (task.deal_id, task.assignee_id, task.notes) == (deal.pk, owner.id, "Скъпо е")
    assert offer.number in task.title  # type: ignore[operator]
    assert Notification.objects.get(kind="offer_declined").user_id == owner.id
    assert (fresh(deal).status, events_of(deal)[-1]) == ("open", "crm.deal_questioned")


def test_nobody_is_asked_about_a_closed_deal_nor_with_the_rule_off(owner: Actor) -> None:
    deal, offer = offered_deal(owner)
    lose_deal(deal_id=deal.pk, reason="скъпо", by=owner, at=AT)
    decline_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    switch_moving_rule(code=RuleCode.OFFER_DECLINED, is_on=False, by=owner, at=AT)
    _deal, other = offered_deal(owner)
    decline_offer(offer_id=other.pk, name="Мария", by=owner, at=AT)
    assert not Task.objects.exists()


def test_an_offer_is_written_from_a_deal(owner: Actor) -> None:
    buyer = client(owner)
    items = (deal_line("Сайт", "1", "100"), deal_line("Хостинг", "12", "5"))
    deal = add_deal("Сайт", by=owner, at=AT, company_id=buyer.pk, items=items)
    offer = create_offer_of_deal(deal_id=deal.pk, by=owner, at=AT)
    assert (offer.company_id, offer.deal_id, offer.net_total) == (buyer.pk, deal.pk, Decimal("160.00"))
    send_offer(offer_id=offer.pk, with_email=False, by=owner, at=AT)


def test_an_offer_without_a_deal_moves_none(owner: Actor) -> None:
    offer = draft_offer(owner)
    send_offer(offer_id=offer.pk, by=owner, at=AT)
    decline_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    assert not AutomaticMove.objects.exists() and not Task.objects.exists()
