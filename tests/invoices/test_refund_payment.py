"""Money that went back: what may go, from where, once, and back again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared_apps.core.errors import NotAllowed
from tenant_apps.invoices.events import InvoiceEvent, PaymentEvent
from tenant_apps.invoices.models import Payment, Refund
from tenant_apps.invoices.operations import (
    AlreadyRefunded,
    MoneyRefunded,
    MoreThanReceived,
    NotRefunded,
    ReasonMissing,
    allocate_payment,
    refund_payment,
    undo_refund,
    void_payment,
)
from tenant_apps.invoices.operations.allocations import (
    AmountNotPositive,
    MoreThanUnallocated,
    PaymentVoided,
)
from tenant_apps.invoices.queries import payments_with_status
from tests.invoices.stories import AT, TODAY, client, events_of, fresh, issued, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
LATER = AT + timedelta(hours=1)


@pytest.fixture
def give_back(owner):
    def do(money, amount="120.00", **more):
        wanted = {"refunded_on": TODAY, "reason": "Върнато", "by": owner, "at": LATER} | more
        return refund_payment(payment_id=money.pk, amount=Decimal(amount), **wanted)

    return do


def linked(owner, money, invoice, amount="120.00"):
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=Decimal(amount), by=owner, at=AT)


def statuses_of(money):
    return {
        status
        for status in ("unmatched", "partly_matched", "matched", "refunded", "voided")
        if payments_with_status(Payment.objects.filter(pk=money.pk), status)
    }


def test_free_money_goes_back_and_is_free_no_more(owner, give_back):
    money = payment(owner)
    refund = give_back(money, "20")
    told = fresh(money)
    assert (told.refunded_total, told.unallocated, told.status) == (Decimal(20), Decimal(100), "unmatched")
    assert (refund.reason, refund.refunded_on, refund.by_id) == ("Върнато", TODAY, owner.id)
    assert events_of(money)[-1] == PaymentEvent.REFUNDED
    give_back(money, "100")
    assert fresh(money).status == "refunded" and statuses_of(money) == {"refunded"}


def test_what_is_left_beside_a_refund_may_be_matched_whole(owner, give_back):
    money = payment(owner, "150")
    give_back(money, "30")
    linked(owner, money, issued(owner))
    assert fresh(money).status == "matched" and statuses_of(money) == {"matched"}


def test_linked_money_stays_unless_it_is_told_to_go(owner, give_back):
    invoice, money = issued(owner), payment(owner)
    linked(owner, money, invoice)
    with pytest.raises(MoreThanUnallocated):
        give_back(money)
    give_back(money, "50", frees_allocations=True)
    told, owing = fresh(money), fresh(invoice)
    assert (told.allocated_total, told.refunded_total, told.unallocated) == (70, 50, 0)
    assert (owing.paid_total, owing.outstanding, owing.paid_at) == (70, Decimal("50.00"), None)
    assert events_of(invoice)[-1] == InvoiceEvent.REOPENED
    assert PaymentEvent.RETURNED in events_of(money)


def test_the_newest_link_goes_first_and_only_as_much_as_is_needed(owner, give_back):
    company = client(owner)
    first, second, money = issued(owner, company), issued(owner, company), payment(owner, "250")
    linked(owner, money, first)
    linked(owner, money, second)
    give_back(money, "30", frees_allocations=True)
    assert (fresh(first).outstanding, fresh(second).outstanding) == (0, 20)
    give_back(money, "120", frees_allocations=True)
    assert (fresh(first).outstanding, fresh(second).outstanding) == (20, 120)


@pytest.mark.parametrize(
    ("amount", "error"),
    [("0", AmountNotPositive), ("0.001", AmountNotPositive), ("120.01", MoreThanReceived)],
)
def test_amounts_that_do_not_fit_are_refused(owner, give_back, amount, error):
    with pytest.raises(error):
        give_back(payment(owner), amount, frees_allocations=True)
    assert not Refund.objects.exists()


def test_a_void_payment_and_a_missing_reason_are_refused(owner, give_back):
    money = payment(owner)
    with pytest.raises(ReasonMissing):
        give_back(money, reason=" ")
    void_payment(payment_id=money.pk, reason="x", by=owner, at=AT)
    with pytest.raises(PaymentVoided):
        give_back(money)


def test_one_movement_of_money_is_one_refund(owner, give_back):
    money, other = payment(owner), payment(owner)
    refund = give_back(money, "10", external_key="stripe:re_1")
    for twice in (money, other):
        with pytest.raises(AlreadyRefunded) as refusal:
            give_back(twice, "10", external_key="stripe:re_1")
        assert refusal.value.refund_id == refund.pk and refusal.value.conflict
    assert (fresh(money).refunded_total, fresh(other).refunded_total) == (10, 0)


def test_a_refund_is_taken_back_once(owner, give_back):
    money = payment(owner)
    refund = give_back(money)

    def take_back():
        return undo_refund(payment_id=money.pk, refund_id=refund.pk, reason="Грешка", by=owner, at=LATER)

    assert take_back().amount == -120
    assert (fresh(money).refunded_total, fresh(money).status) == (0, "unmatched")
    assert events_of(money)[-1] == PaymentEvent.REFUND_UNDONE
    with pytest.raises(NotRefunded):
        take_back()
    with pytest.raises(Refund.DoesNotExist):
        undo_refund(payment_id=payment(owner).pk, refund_id=refund.pk, reason="x", by=owner, at=AT)


def test_a_payment_with_refunds_is_not_voided(owner, give_back):
    money = payment(owner)
    give_back(money, "1")
    with pytest.raises(MoneyRefunded):
        void_payment(payment_id=money.pk, reason="x", by=owner, at=AT)


def test_a_user_may_not(owner, user, give_back):
    money = payment(owner)
    with pytest.raises(NotAllowed):
        give_back(money, by=user)


def test_over_the_api_it_is_told_whole(api, owner):
    money = payment(owner, "100")
    wanted = {"amount": "40.00", "refunded_on": "2026-03-20", "reason": "Върнато"}
    told = api.post(f"/api/v1/payments/{money.pk}/refund/", wanted, content_type="application/json").json()
    assert (told["refunded_total"], told["unallocated"], told["status"]) == ("40.00", "60.00", "unmatched")
    (refund,) = told["refunds"]
    assert (refund["amount"], refund["refunded_on"]) == ("40.00", "2026-03-20")
    undo = f"/api/v1/payments/{money.pk}/refunds/{refund['id']}/undo/"
    told = api.post(undo, {"reason": "Грешка"}, content_type="application/json").json()
    assert (told["refunded_total"], told["refunds"]) == ("0.00", [])
    assert api.post(undo, {"reason": "Грешка"}, content_type="application/json").status_code == 409


def test_on_its_page_a_refund_is_recorded_and_taken_back(browser, owner):
    invoice, money = issued(owner), payment(owner)
    linked(owner, money, invoice)
    asked = browser.get(f"/payments/{money.pk}/refund/").context["form"]
    assert asked["frees_allocations"].value() is True
    typed = {"amount": "120,00", "refunded_on": "16.03.2026", "reason": ""}
    refused = browser.post(f"/payments/{money.pk}/refund/", typed)
    assert refused.status_code == 422 and "120,00" in refused.content.decode()
    browser.post(f"/payments/{money.pk}/refund/", typed | {"reason": "Спор", "frees_allocations": "on"})
    refund = Refund.objects.get()
    assert (fresh(invoice).outstanding, refund.refunded_on) == (120, date(2026, 3, 16))
    page = browser.get(f"/payments/{money.pk}/").content.decode()
    assert "Спор" in page and "Refunded" in page
    undo = f"/payments/{money.pk}/refunds/{refund.pk}/undo/"
    assert browser.get(undo).status_code == 200
    browser.post(undo, {"reason": "Пак дойдоха"})
    assert fresh(money).refunded_total == 0
