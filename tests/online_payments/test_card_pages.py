"""The pages: settings, the notice, payouts, parts of the pages of invoices and payments."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.online_payments.models import CardRefund, CardSettings, Checkout, Payout, StripeConnection
from tenants.context import OrganizationRef
from tests.invoices.stories import issued, payment
from tests.online_payments.fake_stripe import WEBHOOK_SECRET, FakeStripe
from tests.online_payments.stories import KEY, TEST_KEY, open_page, run_due_jobs, told

SETTINGS = "/settings/card-payments/"
HTMX = {"HX-Request": "true"}
TYPED = {"secret_key": KEY, "webhook_secret": WEBHOOK_SECRET}


def text(answer: Any) -> str:
    return str(answer.content.decode())


class TestSettings:
    def test_from_nothing_to_cards(
        self, browser: Client, in_alpha: OrganizationRef, fake: FakeStripe
    ) -> None:
        page = text(browser.get(SETTINGS))
        assert "Connect your Stripe account" in page
        assert "http://alpha.tefter.localhost/stripe/webhook/" in page

        answer = browser.post(SETTINGS, TYPED)
        assert answer.status_code == 302 and fake.requests == []
        page = text(browser.get(SETTINGS))
        assert "Being checked" in page and "sk_live_…1234" in page
        assert KEY not in page and WEBHOOK_SECRET not in page
        assert "hx-trigger" in text(browser.get(SETTINGS, headers=HTMX))

        run_due_jobs()
        answered = text(browser.get(SETTINGS, headers=HTMX))
        assert "Проба ООД" in answered and "hx-trigger" not in answered and "<form" in answered
        assert "secret_key" not in answered  # what is being typed into the form stays
        page = text(browser.get(SETTINGS))
        assert "Проба ООД" in page and "EUR" in page and ">Live<" in page
        assert "No event has come yet" in page

        notice = text(browser.get(f"{SETTINGS}turn-on/"))
        assert "Ordinance N-18" in notice
        refused = browser.post(f"{SETTINGS}turn-on/", {})
        assert refused.status_code == 422 and "Confirm that you have read" in text(refused)
        assert browser.post(f"{SETTINGS}turn-on/", {"is_confirmed": "on"}).status_code == 302
        assert "was confirmed by Owner" in text(browser.get(SETTINGS))
        assert browser.post(f"{SETTINGS}turn-off/").status_code == 302
        assert not CardSettings.objects.get().is_on

    def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
        self, browser: Client, in_alpha: OrganizationRef
    ) -> None:
        answer = browser.post(
            SETTINGS, {"secret_key": "pk_live_abcdefgh", "webhook_secret": "whsec_12345678"}
        )
        page = text(answer)
        assert answer.status_code == 422 and answer["Cache-Control"] == "no-store"
        assert "This is the publishable key" in page and 'id="id_secret_key_error"' in page
        assert "pk_live_abcdefgh" in page and "whsec_12345678" in page

    def test_a_key_that_stripe_does_not_know(
        self, browser: Client, in_alpha: OrganizationRef, fake: FakeStripe
    ) -> None:
        fake.revoked.add(KEY)
        browser.post(SETTINGS, TYPED)
        run_due_jobs()
        assert "Stripe does not know this key" in text(browser.get(SETTINGS))
        fake.revoked.clear()
        browser.post(f"{SETTINGS}check/")
        run_due_jobs()
        assert StripeConnection.objects.get().is_working

    def test_the_mode_of_a_test_key_is_seen_everywhere(
        self, browser: Client, in_alpha: OrganizationRef, fake: FakeStripe, owner: Actor, tell: Any
    ) -> None:
        browser.post(SETTINGS, {"secret_key": TEST_KEY, "webhook_secret": WEBHOOK_SECRET})
        run_due_jobs()
        assert ">Test<" in text(browser.get(SETTINGS))
        assert ">Test<" in text(browser.get(f"{SETTINGS}turn-on/"))
        browser.post(f"{SETTINGS}turn-on/", {"is_confirmed": "on"})
        invoice = issued(owner)
        fake.pay(open_page(invoice, owner).session_id or "")
        assert ">Test<" in text(browser.get(f"/invoices/{invoice.pk}/"))
        tell(told(fake, "checkout.session.completed", TEST_KEY))
        assert ">Test<" in text(browser.get(f"/payments/{Payment.objects.get().pk}/"))

    @pytest.mark.usefixtures("connected")
    def test_events_stand_with_their_outcome(
        self, browser: Client, fake: FakeStripe, owner: Actor, tell: Any
    ) -> None:
        assert "Nothing yet" in text(browser.get(f"{SETTINGS}events/"))
        fake.pay(open_page(issued(owner), owner).session_id or "")
        tell(told(fake, "checkout.session.completed"))
        for path in (SETTINGS, f"{SETTINGS}events/"):
            page = text(browser.get(path))
            assert "A client finished a payment page" in page and "Booked" in page
        assert "<html" not in text(browser.get(f"{SETTINGS}events/", headers={"HX-Request": "true"}))
        assert browser.get(f"{SETTINGS}events/?cursor=nonsense").status_code == 200

    @pytest.mark.usefixtures("connected")
    def test_disconnected(self, browser: Client) -> None:
        assert browser.post(f"{SETTINGS}disconnect/").status_code == 302
        run_due_jobs()
        assert "Connect your Stripe account" in text(browser.get(SETTINGS))

    @pytest.mark.usefixtures("connected")
    def test_a_manager_looks_and_changes_nothing(self, browser_of: Any, alpha: OrganizationRef) -> None:
        page = text(browser_of(alpha, Role.MANAGER).get(SETTINGS))
        assert "Проба ООД" in page and "Save and check" not in page and "Disconnect" not in page


@pytest.mark.usefixtures("connected")
class TestInvoicePage:
    def test_from_a_press_to_paid(self, browser: Client, owner: Actor, fake: FakeStripe, tell: Any) -> None:
        invoice = issued(owner)
        address = f"/invoices/{invoice.pk}/"
        assert "Make a payment page" in text(browser.get(address))
        assert browser.post(f"{address}checkout/").status_code == 302
        part = text(browser.get(f"{address}checkout/"))
        assert "Being prepared" in part and "hx-get" in part and "<html" not in part
        run_due_jobs()
        page = text(browser.get(address))
        assert fake.sessions()[0]["url"] in page and "Make a payment page" not in page

        fake.pay(fake.sessions()[0]["id"], delayed=True)
        tell(told(fake, "checkout.session.completed"))
        assert "by a way that takes days" in text(browser.get(address))
        fake.arrive(fake.sessions()[0]["id"])
        checkout = Checkout.objects.get()
        Checkout.objects.update(asked_at=None)
        assert browser.post(f"/checkouts/{checkout.pk}/ask-again/").status_code == 302
        run_due_jobs()
        page = text(browser.get(address))
        assert "Paid on the payment page of this invoice" in page
        assert "Make a payment page" not in page

    def test_a_page_that_stripe_does_not_make_is_not_waited_for(self, browser: Client, owner: Actor) -> None:
        invoice = issued(owner)
        address = f"/invoices/{invoice.pk}/"
        browser.post(f"{address}checkout/")
        Checkout.objects.update(created_at=clock.now() - timedelta(minutes=11))
        part = text(browser.get(f"{address}checkout/"))
        assert "hx-get" not in part and "Make a payment page" in part

    def test_a_failure_is_said_in_words(self, browser: Client, owner: Actor, fake: FakeStripe) -> None:
        from tests.invoices.stories import line

        invoice = issued(owner, items=(line(unit_price="0.10"),))
        open_page(invoice, owner)
        page = text(browser.get(f"/invoices/{invoice.pk}/"))
        assert "The amount is below what Stripe charges" in page and "Make a payment page" in page

    def test_where_cards_are_not_taken_nothing_is_shown(self, browser: Client, owner: Actor) -> None:
        CardSettings.objects.update(is_on=False)
        assert "Card payment" not in text(browser.get(f"/invoices/{issued(owner).pk}/")).replace(
            "Card payments", ""
        )

    def test_a_second_press_while_a_payment_is_on_its_way(
        self, browser: Client, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        invoice = issued(owner)
        fake.pay(open_page(invoice, owner).session_id or "", delayed=True)
        tell(told(fake, "checkout.session.completed"))
        answer = browser.post(f"/invoices/{invoice.pk}/checkout/", follow=True)
        assert "is on its way" in text(answer)


@pytest.mark.usefixtures("connected")
class TestPaymentPage:
    @pytest.fixture
    def money(self, owner: Actor, fake: FakeStripe, tell: Any) -> Payment:
        fake.pay(open_page(issued(owner), owner).session_id or "")
        tell(told(fake, "checkout.session.completed"))
        return Payment.objects.get()

    def test_what_stripe_knows(self, browser: Client, money: Payment) -> None:
        page = text(browser.get(f"/payments/{money.pk}/"))
        assert "visa ···· 4242" in page and "Fee of Stripe" in page and "Give back through Stripe" in page
        panel = text(browser.get(f"/payments/{money.pk}/", headers={"HX-Request": "true"}))
        assert "Through Stripe" in panel

    def test_a_dispute_marks_it(self, browser: Client, money: Payment, fake: FakeStripe, tell: Any) -> None:
        fake.dispute(money.card_payment.intent_id)
        tell(told(fake, "charge.dispute.created"))
        page = text(browser.get(f"/payments/{money.pk}/"))
        assert "disputes this payment" in page and "answer until" in page
        assert "1 payment is disputed" in text(browser.get(SETTINGS))
        assert "Card payment" in text(browser.get("/notifications/"))

    def test_it_is_given_back(self, browser: Client, money: Payment) -> None:
        address = f"/payments/{money.pk}/refund-card/"
        assert "120.00" in text(browser.get(address))
        wrong = browser.post(address, {"amount": "130,00", "reason": "Отказ"})
        assert wrong.status_code == 422 and "more than can still be given back" in text(wrong)
        assert "130,00" in text(wrong)
        assert browser.post(address, {"amount": "20,00", "reason": "Отказ"}).status_code == 302
        assert "Asked for" in text(browser.get(f"/payments/{money.pk}/"))
        run_due_jobs()
        assert "Given back" in text(browser.get(f"/payments/{money.pk}/"))
        assert CardRefund.objects.get().amount == Decimal("20.00")

    def test_money_from_elsewhere_is_not_given_back_through_stripe(
        self, browser: Client, owner: Actor
    ) -> None:
        other = payment(owner)
        assert browser.get(f"/payments/{other.pk}/refund-card/").status_code == 404
        assert "Through Stripe" not in text(browser.get(f"/payments/{other.pk}/"))

    def test_a_payout_names_its_payments(
        self, browser: Client, money: Payment, fake: FakeStripe, tell: Any
    ) -> None:
        assert "No payouts yet" in text(browser.get("/payouts/"))
        fake.pay_out(KEY)
        tell(told(fake, "payout.paid"))
        payout = Payout.objects.get()
        assert "Stripe is being asked" in text(browser.get(f"/payouts/{payout.pk}/"))
        run_due_jobs()
        assert "117.95" in text(browser.get("/payouts/"))
        page = text(browser.get(f"/payouts/{payout.pk}/"))
        assert f"/payments/{money.pk}/" in page and "117.95" in page and "2.05" in page


@pytest.mark.usefixtures("connected")
def test_the_invoice_page_asks_no_more_for_it(
    browser: Client, owner: Actor, django_assert_max_num_queries: Any
) -> None:
    invoice = issued(owner)
    for _one in range(3):
        open_page(invoice, owner)
        Checkout.objects.update(state="expired", is_settled=True, url="")
    browser.get(f"/invoices/{invoice.pk}/")
    with django_assert_max_num_queries(30):
        browser.get(f"/invoices/{invoice.pk}/")
    assert Invoice.objects.get(pk=invoice.pk).checkouts.count() == 3
