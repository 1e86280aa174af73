"""Deals that move by themselves: an issued invoice wins its deal, paid ones celebrate it, people undo."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import AutomaticMove, Deal, StageStay
from tenant_apps.crm.operations import (
    Cause,
    DealChange,
    MoveUndoneAlready,
    RuleCode,
    StageClosed,
    TouchedSince,
    archive_deal,
    archive_stage,
    change_deal,
    lose_deal,
    move_by_rule,
    reopen_deal,
    switch_moving_rule,
    undo_automatic_move,
    win_deal,
)
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    annul_invoice,
    deallocate_payment,
    issue_invoice,
    mark_invoice_paid,
)
from tenant_apps.messages.models import Notification
from tenants.context import OrganizationRef, in_organization
from tests.conftest import member_of
from tests.crm.selling import add_deal, column, stages_of
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued
from tests.invoices.test_create_note import note

LATER = AT + timedelta(hours=1)


def invoiced(by: Actor, name: str = "Сайт", **details: Any) -> tuple[Deal, Invoice]:
    """A deal, and the issued invoice that bills it."""
    deal = add_deal(name, by=by, at=AT, **details)
    invoice = issued(by, at=LATER, deal_id=deal.pk)
    return fresh(deal), invoice


def pay(invoice: Invoice, by: Actor) -> UUID:
    return mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=by, at=LATER).pk


def the_move(rule: RuleCode = RuleCode.INVOICE_ISSUED) -> AutomaticMove:
    return AutomaticMove.objects.get(rule=rule)


def test_an_issued_invoice_wins_its_deal(in_alpha: OrganizationRef, owner: Actor) -> None:
    deal, invoice = invoiced(owner, value="500")
    assert (deal.status, deal.closed_at, deal.version) == ("won", LATER, 2)
    assert StageStay.objects.get(deal=deal).left_at == LATER
    assert events_of(deal) == ["crm.deal_created", "crm.deal_won"]
    told = Event.objects.get(subject_id=deal.pk, type="crm.deal_won")
    assert (told.actor_kind, told.cause, told.new["invoice"]) == ("system", "invoice_issued", invoice.number)
    assert (told.new["caused_by"], told.new["value"]) == (owner.label, "500.00")


@pytest.mark.parametrize("how", ["won", "lost", "archived"])
def test_a_deal_that_is_not_open_is_left_alone(in_alpha: OrganizationRef, owner: Actor, how: str) -> None:
    deal = add_deal("Сайт", by=owner, at=AT)
    {
        "won": lambda: win_deal(deal_id=deal.pk, by=owner, at=AT),
        "lost": lambda: lose_deal(deal_id=deal.pk, reason="скъпо", by=owner, at=AT),
        "archived": lambda: archive_deal(deal_id=deal.pk, by=owner, at=AT),
    }[how]()
    before, events = fresh(deal), events_of(deal)
    assert issued(owner, deal_id=deal.pk).number
    after = fresh(deal)
    assert (after.status, after.version, events_of(deal)) == (before.status, before.version, events)
    assert not AutomaticMove.objects.exists()


def test_a_rule_that_is_off_moves_nothing(in_alpha: OrganizationRef, owner: Actor) -> None:
    for code in RuleCode:
        switch_moving_rule(code=code, is_on=False, by=owner, at=AT)
    deal, invoice = invoiced(owner)
    pay(invoice, owner)
    assert (deal.status, fresh(deal).paid_at) == ("open", None)


def test_the_second_invoice_of_a_deal_wins_it_no_more(in_alpha: OrganizationRef, owner: Actor) -> None:
    deal, _first = invoiced(owner)
    issued(owner, deal_id=deal.pk)
    assert events_of(deal).count("crm.deal_won") == 1


def test_who_issues_need_not_see_the_deal(
    in_alpha: OrganizationRef, owner: Actor, manager: Actor, user: Actor
) -> None:
    hidden = add_deal("Тайна", by=owner, at=AT)
    invoice = draft(owner, deal_id=hidden.pk)
    issue_invoice(invoice_id=invoice.pk, by=manager, at=LATER)
    assert fresh(hidden).status == "won"
    with pytest.raises(AutomaticMove.DoesNotExist):
        undo_automatic_move(move_id=the_move().pk, by=user, at=LATER)


def test_only_the_product_moves_by_rule(in_alpha: OrganizationRef, owner: Actor) -> None:
    deal = add_deal("Сайт", by=owner, at=AT)
    cause = Cause(document_id=deal.pk, number="1", caused_by="x")
    with pytest.raises(NotAllowed):
        move_by_rule(rule=RuleCode.INVOICE_ISSUED, deal_id=deal.pk, cause=cause, by=owner, at=AT)


def test_two_invoices_of_a_deal_issued_at_once_win_it_once(in_committed_alpha: OrganizationRef) -> None:
    owner = actor_of(member_of(in_committed_alpha, Role.OWNER))
    buyer, deal = client(owner), add_deal("Сайт", by=owner, at=AT)
    drafts = [draft(owner, buyer, deal_id=deal.pk).pk for _one in range(2)]
    at_once(
        in_committed_alpha,
        [lambda one=one: issue_invoice(invoice_id=one, by=owner, at=LATER) for one in drafts],
    )
    assert Invoice.objects.filter(state="issued").count() == 2
    assert (fresh(deal).status, events_of(deal).count("crm.deal_won")) == ("won", 1)


def test_the_last_two_invoices_paid_at_once_celebrate_the_deal(in_committed_alpha: OrganizationRef) -> None:
    owner = actor_of(member_of(in_committed_alpha, Role.OWNER))
    buyer, deal = client(owner), add_deal("Сайт", by=owner, at=AT)
    invoices = [issued(owner, buyer, deal_id=deal.pk) for _one in range(2)]
    at_once(in_committed_alpha, [lambda one=one: pay(one, owner) for one in invoices])
    assert fresh(deal).paid_at and events_of(deal).count("crm.deal_paid") == 1


def at_once(organization: OrganizationRef, acts: list[Any]) -> None:
    start = threading.Barrier(len(acts))

    def run(act: Any) -> None:
        start.wait()
        try:
            with in_organization(organization):
                act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_undo_puts_the_deal_back_where_it_stood(in_alpha: OrganizationRef, owner: Actor) -> None:
    stage = stages_of()[2]
    above, _below = (add_deal(name, by=owner, at=AT, stage=stage) for name in ("Горна", "Долна"))
    invoice = issued(owner, at=LATER, deal_id=above.pk)
    undone = undo_automatic_move(move_id=the_move().pk, by=owner, at=LATER)
    back = fresh(above)
    assert (back.status, back.closed_at, back.stage, back.stage_entered_at) == ("open", None, stage, AT)
    assert StageStay.objects.get(deal=back).left_at is None
    assert column(stage) == ["Долна", "Горна"] and undone.undone_by_id == owner.id
    told = Event.objects.filter(subject_id=above.pk).latest("id")
    assert (told.type, told.actor_id, told.cause) == ("crm.automatic_move_undone", owner.id, "invoice_issued")
    with pytest.raises(MoveUndoneAlready):
        undo_automatic_move(move_id=undone.pk, by=owner, at=LATER)

    again = Cause(document_id=invoice.pk, number=str(invoice.number), caused_by="x")
    product = system_actor(in_alpha.id)
    assert (
        move_by_rule(rule=RuleCode.INVOICE_ISSUED, deal_id=above.pk, cause=again, by=product, at=LATER)
        is None
    )
    issued(owner, deal_id=above.pk)
    assert fresh(above).status == "won"


def test_what_was_touched_since_is_not_undone(
    in_alpha: OrganizationRef, owner: Actor, manager: Actor
) -> None:
    deal, _invoice = invoiced(owner)
    change_deal(deal_id=deal.pk, change=DealChange(name="Нов сайт"), by=manager, at=LATER)
    reopen_deal(deal_id=deal.pk, by=manager, at=LATER)
    win_deal(deal_id=deal.pk, by=manager, at=LATER)
    with pytest.raises(TouchedSince) as refusal:
        undo_automatic_move(move_id=the_move().pk, by=owner, at=LATER)
    assert manager.label in str(refusal.value) and "Нов сайт" in str(refusal.value)
    assert fresh(deal).status == "won"


def test_a_deal_does_not_go_back_to_an_archived_stage(in_alpha: OrganizationRef, owner: Actor) -> None:
    deal, _invoice = invoiced(owner, stage=stages_of()[1])
    archive_stage(stage_id=deal.stage_id, by=owner, at=LATER)
    with pytest.raises(StageClosed):
        undo_automatic_move(move_id=the_move().pk, by=owner, at=LATER)


def test_all_invoices_paid_celebrate_the_deal(in_alpha: OrganizationRef, owner: Actor) -> None:
    deal, first = invoiced(owner)
    second = issued(owner, deal_id=deal.pk)
    issued(owner)
    pay(first, owner)
    assert fresh(deal).paid_at is None
    pay(second, owner)
    paid = fresh(deal)
    assert (paid.paid_at, paid.standing, paid.version) == (LATER, "paid_in_full", deal.version)
    note = Notification.objects.get(kind="deal_paid")
    assert (note.user_id, note.text, note.url) == (deal.owner_id, "Сайт", f"/deals/{deal.pk}/")


def test_the_mark_goes_when_money_is_taken_back_and_comes_again(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    deal, invoice = invoiced(owner)
    payment_id = pay(invoice, owner)
    deallocate_payment(payment_id=payment_id, invoice_id=invoice.pk, reason="грешка", by=owner, at=LATER)
    assert fresh(deal).paid_at is None
    pay(invoice, owner)
    assert fresh(deal).paid_at
    assert events_of(deal)[2:] == ["crm.deal_paid", "crm.deal_unpaid", "crm.deal_paid"]


def test_one_more_invoice_takes_the_mark_and_its_annulment_brings_it_back(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    deal, first = invoiced(owner)
    pay(first, owner)
    second = issued(owner, deal_id=deal.pk)
    assert fresh(deal).paid_at is None
    annul_invoice(invoice_id=second.pk, reason="грешка", by=owner, at=LATER)
    assert fresh(deal).paid_at


def test_a_credit_note_that_leaves_nothing_owed_lets_the_deal_be_paid(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    deal, first = invoiced(owner)
    second = issued(owner, deal_id=deal.pk)
    pay(first, owner)
    credit = note(owner, second)
    assert fresh(deal).paid_at is None
    issue_invoice(invoice_id=credit.pk, by=owner, at=LATER)
    assert fresh(deal).paid_at
    annul_invoice(invoice_id=credit.pk, reason="грешка", by=owner, at=LATER)
    assert fresh(deal).paid_at is None


def test_an_open_deal_is_marked_without_a_celebration(in_alpha: OrganizationRef, owner: Actor) -> None:
    switch_moving_rule(code=RuleCode.INVOICE_ISSUED, is_on=False, by=owner, at=AT)
    deal, invoice = invoiced(owner)
    pay(invoice, owner)
    assert (fresh(deal).standing, fresh(deal).paid_at) == ("open", LATER)
    assert not Notification.objects.filter(kind="deal_paid").exists()
    win_deal(deal_id=deal.pk, by=owner, at=LATER)
    assert fresh(deal).standing == "paid_in_full"


def test_the_mark_is_undone_by_hand_and_stays_off_for_that_invoice(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    deal, invoice = invoiced(owner)
    payment_id = pay(invoice, owner)
    undo_automatic_move(move_id=the_move(RuleCode.INVOICE_PAID).pk, by=owner, at=LATER)
    assert (fresh(deal).paid_at, fresh(deal).status) == (None, "won")
    deallocate_payment(payment_id=payment_id, invoice_id=invoice.pk, reason="грешка", by=owner, at=LATER)
    pay(invoice, owner)
    assert fresh(deal).paid_at is None and events_of(deal).count("crm.deal_unpaid") == 0


def test_annulling_leaves_the_deal_won_with_its_undo(in_alpha: OrganizationRef, owner: Actor) -> None:
    deal, invoice = invoiced(owner)
    annul_invoice(invoice_id=invoice.pk, reason="грешка", by=owner, at=LATER)
    assert fresh(deal).status == "won"
    undo_automatic_move(move_id=the_move().pk, by=owner, at=LATER)
    assert fresh(deal).status == "open"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_issuing_tells_of_the_deal_and_offers_undo(
    browser: Client, in_alpha: OrganizationRef, owner: Actor
) -> None:
    deal = add_deal("Сайт", by=owner, at=AT)
    invoice = draft(owner, deal_id=deal.pk)
    shown = text(browser.post(f"/invoices/{invoice.pk}/issue/", follow=True))
    address = f"/deals/moves/{the_move().pk}/undo/"
    assert "with it the deal" in shown and address in shown
    line = text(browser.get(f"/deals/{deal.pk}/"))
    assert address in line and "its invoice was issued" in line and fresh(invoice).number in line

    answer = browser.post(address, follow=True)

    assert "is where it was" in text(answer) and address not in text(answer)
    assert fresh(deal).status == "open" and "took back" in text(answer)
    assert "undone already" in text(browser.post(address, follow=True))


def test_annulling_tells_that_the_deal_stays_won(
    browser: Client, in_alpha: OrganizationRef, owner: Actor
) -> None:
    _deal, invoice = invoiced(owner)
    shown = text(browser.post(f"/invoices/{invoice.pk}/annul/", {"reason": "грешка"}, follow=True))
    assert "stays won" in shown and f"/deals/moves/{the_move().pk}/undo/" in shown


def test_one_who_does_not_see_the_deal_is_not_told(
    browser_of: Any, alpha: OrganizationRef, actor_with: Any, owner: Actor
) -> None:
    with in_organization(alpha):
        invoice = draft(owner, deal_id=add_deal("Тайна", by=owner, at=AT).pk)
        issue_invoice(invoice_id=invoice.pk, by=owner, at=LATER)
        move = the_move()
    answer = browser_of(alpha, "user").post(f"/deals/moves/{move.pk}/undo/")
    assert answer.status_code == 404


def test_paid_is_marked_on_page_list_and_in_the_notification(
    browser: Client, in_alpha: OrganizationRef, owner: Actor
) -> None:
    deal, invoice = invoiced(owner)
    pay(invoice, owner)
    page = text(browser.get(f"/deals/{deal.pk}/"))
    assert "Paid in full" in page and "Everything that was invoiced" in page
    assert "Paid in full" in text(browser.get("/deals/"))
    assert "Paid in full" in text(browser.get("/notifications/"))


def test_an_open_card_says_that_it_is_paid(browser: Client, in_alpha: OrganizationRef, owner: Actor) -> None:
    deal, invoice = invoiced(owner)
    pay(invoice, owner)
    undo_automatic_move(move_id=the_move().pk, by=owner, at=LATER)
    assert fresh(deal).status == "open" and "Paid in full" in text(browser.get("/deals/board/"))


def test_the_api_lists_and_undoes(api: Any, api_of: Any, alpha: OrganizationRef, owner: Actor) -> None:
    with in_organization(alpha):
        deal, invoice = invoiced(owner)
    (move,) = api.get(f"/api/v1/automatic-moves/?deal_id={deal.pk}&search=сайт").json()["items"]
    assert (move["rule"], move["document_id"], move["undone_at"]) == ("invoice_issued", str(invoice.pk), None)
    assert api.get(f"/api/v1/automatic-moves/?document_id={deal.pk}").json()["items"] == []
    address = f"/api/v1/automatic-moves/{move['id']}/undo/"
    assert api_of(alpha, "user").post(address, {}, content_type="application/json").status_code == 404
    assert api.post(address, {}, content_type="application/json").json()["undone_at"]
    assert api.post(address, {}, content_type="application/json").status_code == 409
    assert api.get(f"/api/v1/deals/{deal.pk}/").json()["status"] == "open"
