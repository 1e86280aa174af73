"""An acceptance that was written down by mistake is taken back, with what followed from it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from shared_apps.jobs.models import DueWork
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import AutomaticMove
from tenant_apps.crm.operations import move_deal, reopen_deal
from tenant_apps.invoices.events import OfferEvent
from tenant_apps.invoices.models import Invoice, Offer, OfferItem
from tenant_apps.invoices.operations import (
    DraftWasChanged,
    InvoiceChange,
    OfferInvoiced,
    OfferNotAccepted,
    ReasonMissing,
    accept_offer,
    annul_invoice,
    change_invoice,
    decline_offer,
    expire_offer,
    issue_invoice,
    withdraw_acceptance,
)
from tests.crm.selling import add_deal, stages_of
from tests.invoices.offering import accepted_offer, sent_offer
from tests.invoices.stories import AT, events_of, fresh

pytestmark = pytest.mark.usefixtures("in_alpha")


def withdraw(offer: Offer, by: Actor, reason: str = "Говорих с друг клиент") -> Offer:
    return withdraw_acceptance(offer_id=offer.pk, reason=reason, by=by, at=AT)


def test_the_offer_waits_again_and_nothing_of_the_answer_is_left(owner: Actor) -> None:
    offer = accepted_offer(owner, chosen=True)
    withdrawn = fresh(withdraw(offer, owner))
    assert (withdrawn.status, withdrawn.answered_by, withdrawn.accepted_total) == ("sent", "", None)
    assert withdrawn.accepted_groups == [] and withdrawn.answered_at is None
    assert not OfferItem.objects.filter(offer=offer, is_chosen=True).exists()
    told = Event.objects.get(subject_id=offer.pk, type=OfferEvent.ACCEPTANCE_WITHDRAWN)
    assert (told.old["name"], told.new["reason"]) == ("Мария Колева", "Говорих с друг клиент")
    assert DueWork.objects.filter(job="expire_offers").exists()


def test_the_untouched_draft_goes_and_the_deal_is_open_again(owner: Actor) -> None:
    deal = add_deal("Сайт", by=owner, at=AT)
    offer = sent_offer(owner, deal_id=deal.pk)
    accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    assert fresh(deal).status == "won" and Invoice.objects.count() == 1
    withdraw(offer, owner)
    assert fresh(deal).status == "open" and not Invoice.objects.exists()
    assert events_of(deal)[-1] == "crm.automatic_move_undone"


def test_accepted_in_earnest_it_wins_the_deal_after_all(owner: Actor) -> None:
    deal = add_deal("Сайт", by=owner, at=AT)
    offer = sent_offer(owner, deal_id=deal.pk)
    for _time in range(2):
        accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
        assert fresh(deal).status == "won"
        withdraw(offer, owner)
        assert fresh(deal).status == "open"
    decline_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    assert fresh(offer).status == "declined"


def test_a_deal_that_somebody_touched_stays_as_it_is(owner: Actor) -> None:
    deal = add_deal("Сайт", by=owner, at=AT)
    offer = sent_offer(owner, deal_id=deal.pk)
    accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    reopen_deal(deal_id=deal.pk, by=owner, at=AT)
    move_deal(deal_id=deal.pk, stage_id=stages_of()[3].pk, by=owner, at=AT)
    before = fresh(deal)
    assert fresh(withdraw(offer, owner)).status == "sent"
    after = fresh(deal)
    assert (after.stage_id, after.version, after.status) == (before.stage_id, before.version, before.status)
    assert AutomaticMove.objects.filter(rule="offer_accepted", undone_at=None).count() == 1


def test_what_was_invoiced_or_worked_on_stands_in_the_way(owner: Actor) -> None:
    offer = accepted_offer(owner)
    invoice = Invoice.objects.get()
    later = AT + timedelta(minutes=1)
    change_invoice(invoice_id=invoice.pk, change=InvoiceChange(notes="x"), by=owner, at=later)
    with pytest.raises(DraftWasChanged):
        withdraw(offer, owner)
    issue_invoice(invoice_id=invoice.pk, by=owner, at=AT)
    with pytest.raises(OfferInvoiced):
        withdraw(offer, owner)
    annul_invoice(invoice_id=invoice.pk, reason="Грешка", by=owner, at=AT)
    assert fresh(withdraw(offer, owner)).status == "sent"


def test_only_an_accepted_one_and_with_a_reason(owner: Actor, user: Actor) -> None:
    waiting, offer = sent_offer(owner), accepted_offer(owner)
    with pytest.raises(OfferNotAccepted):
        withdraw(waiting, owner)
    with pytest.raises(ReasonMissing):
        withdraw(offer, owner, " ")
    with pytest.raises(Offer.DoesNotExist):
        withdraw(offer, user)
    withdraw(offer, owner)
    with pytest.raises(OfferNotAccepted):
        withdraw(offer, owner)


def test_whoever_may_not_answer_withdraws_nothing(owner: Actor) -> None:
    from dataclasses import replace

    from shared_apps.core.permissions import Permission

    offer = accepted_offer(owner)
    with pytest.raises(NotAllowed):
        withdraw(offer, replace(owner, permissions=owner.permissions - {Permission.OFFERS_ANSWER}))


def test_one_whose_time_is_over_expires(owner: Actor) -> None:
    from shared_apps.core.actors import system_actor

    offer = withdraw(accepted_offer(owner), owner)
    by = system_actor(owner.organization_id)
    assert expire_offer(offer_id=offer.pk, by=by, at=AT + timedelta(days=60))
    assert fresh(offer).status == "expired"


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "sent"},
        {"status": "sent", "accepted_total": None},
        {"status": "sent", "accepted_total": None, "answered_by": "Друг"},
        {"status": "declined", "accepted_total": None},
        {"accepted_total": "1.00"},
        {"answered_by": "Друг"},
    ],
)
def test_the_database_lets_nothing_else_of_an_answer_change(owner: Actor, wrong: dict[str, Any]) -> None:
    offer = accepted_offer(owner)
    with pytest.raises(DatabaseError), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(**wrong)


def test_on_the_page_and_over_the_api(browser: Client, api: Client, owner: Actor) -> None:
    offer = accepted_offer(owner)
    url = f"/offers/{offer.pk}/withdraw-acceptance/"
    assert url in browser.get(offer.get_absolute_url()).content.decode()
    assert "the draft invoice that was written from it goes" in browser.get(url).content.decode()
    assert browser.post(url, {"reason": ""}).status_code == 422
    browser.post(url, {"reason": "Грешка"})
    page = browser.get(offer.get_absolute_url()).content.decode()
    assert "waits for an answer again" in page and url not in page
    accept_offer(offer_id=offer.pk, name="Мария", by=owner, at=AT)
    path = f"/api/v1/offers/{offer.pk}/withdraw-acceptance/"
    answer = api.post(path, {"reason": "Грешка"}, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "sent")
    again = api.post(path, {"reason": "Грешка"}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "offer_not_accepted")
