"""The organization's own keys: kept sealed, checked, replaced, deleted."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.sealing import CannotBeOpened, unseal
from shared_apps.jobs.models import Job
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.models import Event
from tenant_apps.messages.models import Notification
from tenant_apps.online_payments.adapters import StripeUnreachable
from tenant_apps.online_payments.models import CardRefund, CardSettings, Checkout, StripeConnection
from tenant_apps.online_payments.operations import (
    CardsNotTaken,
    KeysGone,
    NotConnected,
    NothingToCheck,
    NoticeNotConfirmed,
    StripeKeys,
    check_stripe_keys,
    connect_stripe,
    disconnect_stripe,
    forget_left_keys,
    forget_restored_stripe,
    note_out_of_sight,
    refund_card_payment,
    request_checkout,
    turn_off_card_payments,
    turn_on_card_payments,
)
from tenant_apps.online_payments.queries import accepts_cards, secret_key_of, working_connection
from tenants.context import OrganizationRef
from tenants.operations import Restoration
from tests.invoices.stories import issued
from tests.online_payments.fake_stripe import WEBHOOK_SECRET, FakeStripe
from tests.online_payments.stories import (
    KEY,
    OTHER_KEY,
    TEST_KEY,
    money_of,
    open_page,
    run_due_jobs,
    told,
)

KEYS = StripeKeys(KEY, WEBHOOK_SECRET)


def connect(by: Actor, keys: StripeKeys = KEYS) -> StripeConnection:
    return connect_stripe(keys=keys, by=by, at=clock.now())


@pytest.mark.usefixtures("in_alpha", "fake")
class TestConnect:
    def test_the_keys_are_checked_and_work(self, owner: Actor, fake: FakeStripe) -> None:
        made = connect(owner)
        assert made.state == "checking" and fake.requests == []
        run_due_jobs()
        works = working_connection()
        assert works and works.pk == made.pk
        assert (works.account_name, works.country, works.default_currency) == ("Проба ООД", "BG", "EUR")
        assert (works.is_live, works.charges_enabled, str(works)) == (True, True, "sk_live_…1234")
        assert not accepts_cards(), "until somebody turns cards on"

    def test_they_are_sealed_for_this_organization_and_told_nobody(
        self, owner: Actor, alpha: OrganizationRef, beta: OrganizationRef
    ) -> None:
        made = connect(owner)
        assert KEY not in (made.secret_key or "") and WEBHOOK_SECRET not in (made.webhook_secret or "")
        assert secret_key_of(made) == KEY
        with pytest.raises(CannotBeOpened):
            unseal(made.secret_key or "", owner=beta.id)
        run_due_jobs()
        told_in = [json.dumps([one.old, one.new, one.subject_label]) for one in Event.objects.all()]
        told_in += [json.dumps(one.arguments) for one in Job.objects.all()]
        for text in [*told_in, repr(KEYS), repr(made)]:
            assert KEY not in text and WEBHOOK_SECRET not in text

    @pytest.mark.parametrize(
        ("key", "secret", "wrong"),
        [
            ("pk_live_51abcdefgh1234", WEBHOOK_SECRET, {"secret_key": "key_is_publishable"}),
            ("", WEBHOOK_SECRET, {"secret_key": "key_unknown"}),
            ("sk_live_", WEBHOOK_SECRET, {"secret_key": "key_unknown"}),
            ("sk_live_51abc defgh", WEBHOOK_SECRET, {"secret_key": "key_unknown"}),
            (KEY, "", {"webhook_secret": "webhook_secret_unknown"}),
            (KEY, KEY, {"webhook_secret": "webhook_secret_unknown"}),
            ("x", "y", {"secret_key": "key_unknown", "webhook_secret": "webhook_secret_unknown"}),
        ],
    )
    def test_what_is_no_key_is_refused(
        self, owner: Actor, key: str, secret: str, wrong: dict[str, str]
    ) -> None:
        with pytest.raises(Refused) as refusal:
            connect(owner, StripeKeys(key, secret))
        assert {one.field: one.code for one in refusal.value.errors} == wrong
        assert not StripeConnection.objects.exists()

    def test_only_admins_do(self, manager: Actor) -> None:
        for act in (
            lambda: connect(manager),
            lambda: disconnect_stripe(by=manager, at=clock.now()),
            lambda: check_stripe_keys(by=manager, at=clock.now()),
            lambda: turn_on_card_payments(is_confirmed=True, by=manager, at=clock.now()),
            lambda: turn_off_card_payments(by=manager, at=clock.now()),
        ):
            with pytest.raises(NotAllowed):
                act()

    def test_a_key_that_stripe_does_not_know(self, owner: Actor, fake: FakeStripe) -> None:
        fake.revoked.add(KEY)
        connect(owner)
        run_due_jobs()
        made = StripeConnection.objects.get()
        assert (made.state, made.error) == ("refused", "key_invalid")
        assert Event.objects.filter(type="online_payments.keys_refused").count() == 1

    def test_a_restricted_key_that_may_too_little(self, owner: Actor, fake: FakeStripe) -> None:
        key = "rk_live_51abcdefgh1234"
        fake.lacking.add(key)
        connect(owner, StripeKeys(key, WEBHOOK_SECRET))
        run_due_jobs()
        assert StripeConnection.objects.get().error == "key_lacks_permission"

    def test_while_stripe_does_not_answer_it_is_said_and_tried_again(
        self, owner: Actor, fake: FakeStripe
    ) -> None:
        connect(owner)
        fake.trouble += [500, 500]
        with pytest.raises(StripeUnreachable):
            run_due_jobs()
        made = StripeConnection.objects.get()
        assert (made.state, made.error) == ("checking", "unreachable")
        check_stripe_keys(by=owner, at=clock.now())
        run_due_jobs()
        assert StripeConnection.objects.get().state == "working"

    def test_a_refused_key_can_be_checked_again(self, owner: Actor, fake: FakeStripe) -> None:
        fake.revoked.add(KEY)
        connect(owner)
        run_due_jobs()
        fake.revoked.clear()
        assert check_stripe_keys(by=owner, at=clock.now()).state == "checking"
        run_due_jobs()
        assert StripeConnection.objects.get().state == "working"

    def test_without_keys_there_is_nothing_to_check_or_disconnect(self, owner: Actor) -> None:
        with pytest.raises(NothingToCheck):
            check_stripe_keys(by=owner, at=clock.now())
        with pytest.raises(NotConnected):
            disconnect_stripe(by=owner, at=clock.now())

    def test_wrong_keys_that_are_entered_anew_are_deleted(self, owner: Actor, fake: FakeStripe) -> None:
        fake.revoked.add("sk_live_wrongwrong")
        connect(owner, StripeKeys("sk_live_wrongwrong", WEBHOOK_SECRET))
        run_due_jobs()
        connect(owner)
        run_due_jobs()
        gone, works = StripeConnection.objects.order_by("id")
        assert (gone.state, gone.secret_key, works.state) == ("gone", None, "working")


class TestTurnOn:
    def test_who_confirmed_the_notice_is_kept(self, in_alpha: Any, fake: FakeStripe, owner: Actor) -> None:
        connect(owner)
        run_due_jobs()
        at = clock.now()
        with pytest.raises(NoticeNotConfirmed):
            turn_on_card_payments(is_confirmed=False, by=owner, at=at)
        turn_on_card_payments(is_confirmed=True, by=owner, at=at)
        settings = CardSettings.objects.get()
        assert (settings.notice_confirmed_by_id, settings.notice_confirmed_by) == (owner.id, owner.label)
        assert settings.notice_confirmed_at == at and accepts_cards()
        assert Event.objects.filter(type="online_payments.card_payments_turned_on").count() == 1

    def test_without_keys_there_is_nothing_to_turn_on_or_off(self, in_alpha: Any, owner: Actor) -> None:
        with pytest.raises(NotConnected):
            turn_on_card_payments(is_confirmed=True, by=owner, at=clock.now())
        with pytest.raises(CardsNotTaken):
            turn_off_card_payments(by=owner, at=clock.now())

    def test_an_account_that_may_not_charge_takes_no_cards(
        self, in_alpha: Any, fake: FakeStripe, owner: Actor
    ) -> None:
        fake.account_of(KEY).charges_enabled = False
        connect(owner)
        run_due_jobs()
        turn_on_card_payments(is_confirmed=True, by=owner, at=clock.now())
        assert not accepts_cards()


@pytest.mark.usefixtures("connected")
class TestOtherKeys:
    def test_the_old_keys_work_until_the_new_ones_do(self, owner: Actor, fake: FakeStripe) -> None:
        fake.revoked.add(OTHER_KEY)
        connect(owner, StripeKeys(OTHER_KEY))
        run_due_jobs()
        works = working_connection()
        assert works and works.key_last4 == KEY[-4:] and accepts_cards()

    def test_a_rolled_key_of_the_same_account_goes_on_with_everything(
        self, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        invoice = issued(owner)
        page = open_page(invoice, owner)
        fake.rename_key(KEY, OTHER_KEY)
        connect(owner, StripeKeys(OTHER_KEY))
        run_due_jobs()
        gone, works = StripeConnection.objects.order_by("id")
        assert (gone.state, gone.secret_key, works.state) == ("gone", None, "working")
        assert Checkout.objects.get().connection_id == works.pk
        fake.pay(page.session_id or "")
        assert tell(told(fake, "checkout.session.completed", OTHER_KEY)) == 200, "the webhook secret was kept"
        assert money_of(invoice) == (Decimal("120.00"), Decimal("0.00"))

    def test_keys_of_another_account_want_the_secret_of_its_webhook(
        self, owner: Actor, fake: FakeStripe
    ) -> None:
        connect(owner, StripeKeys(OTHER_KEY))
        run_due_jobs()
        old, new = StripeConnection.objects.order_by("id")
        assert (old.state, new.state, new.error) == ("working", "refused", "other_account")
        assert new.webhook_secret is None and accepts_cards()
        connect(owner, StripeKeys(OTHER_KEY, "whsec_of_the_other_one"))
        run_due_jobs()
        works = working_connection()
        assert works and works.key_last4 == OTHER_KEY[-4:]

    def test_keys_of_the_other_mode_want_the_secret_of_its_webhook(self, owner: Actor) -> None:
        with pytest.raises(Refused) as refusal:
            connect(owner, StripeKeys(TEST_KEY))
        assert [(one.field, one.code) for one in refusal.value.errors] == [
            ("webhook_secret", "webhook_secret_missing")
        ]
        assert StripeConnection.objects.count() == 1

    def test_another_account_while_a_slow_payment_is_on_its_way(
        self, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        invoice, other = issued(owner), issued(owner)
        slow, unpaid = open_page(invoice, owner), open_page(other, owner)
        fake.pay(slow.session_id or "", delayed=True)
        tell(told(fake, "checkout.session.completed"))
        connect(owner, StripeKeys(OTHER_KEY, "whsec_of_the_other_one"))
        run_due_jobs()
        old, new = StripeConnection.objects.order_by("id")
        assert (old.state, new.state) == ("leaving", "working")
        assert fake._owner(unpaid.session_id or "")[1]["status"] == "expired"

        fake.arrive(slow.session_id or "")
        assert tell(told(fake, "checkout.session.async_payment_succeeded")) == 200
        assert money_of(invoice) == (Decimal("120.00"), Decimal("0.00"))

        forget_left_keys(by=system_actor(owner.organization_id), at=clock.now())
        old.refresh_from_db()
        assert (old.state, old.secret_key) == ("gone", None)

    def test_a_key_that_was_withdrawn_at_stripe_gives_up_its_pages_in_time(
        self, owner: Actor, fake: FakeStripe
    ) -> None:
        page = open_page(issued(owner), owner)
        fake.revoked.add(KEY)

        by = system_actor(owner.organization_id)
        note_out_of_sight(checkout_id=page.pk, error="key_invalid", by=by, at=clock.now())
        assert Checkout.objects.get().state == "open", "it may still be paid"
        note_out_of_sight(
            checkout_id=page.pk, error="key_invalid", by=by, at=clock.now() + timedelta(hours=3)
        )
        assert (Checkout.objects.get().state, Checkout.objects.get().is_settled) == ("expired", True)


@pytest.mark.usefixtures("connected")
class TestWithdrawnKeys:
    def test_nobody_is_asked_for_money_with_them_and_people_are_told(
        self, owner: Actor, fake: FakeStripe
    ) -> None:
        fake.revoked.add(KEY)
        page = open_page(issued(owner), owner)
        assert (page.state, page.error) == ("failed", "key_invalid")
        assert not accepts_cards()
        assert Notification.objects.filter(kind="card_keys_refused").count() == 1
        fake.revoked.clear()
        check_stripe_keys(by=owner, at=clock.now())
        run_due_jobs()
        assert accepts_cards()
        fake.revoked.add(KEY)
        for _time in range(2):
            check_stripe_keys(by=owner, at=clock.now())
            run_due_jobs()
        told_of = Notification.objects.filter(kind="card_keys_refused")
        assert told_of.count() == 2, "it happened twice, and each time is told once"

    def test_while_stripe_is_silent_they_are_still_refused(self, owner: Actor, fake: FakeStripe) -> None:
        fake.revoked.add(KEY)
        check_stripe_keys(by=owner, at=clock.now())
        run_due_jobs()
        fake.trouble += [500, 500]
        check_stripe_keys(by=owner, at=clock.now())
        with pytest.raises(StripeUnreachable):
            run_due_jobs()
        assert StripeConnection.objects.get().error == "key_invalid" and not accepts_cards()

    def test_those_of_a_former_account_are_given_up_with_what_is_on_its_way(
        self, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        invoice = issued(owner)
        page = open_page(invoice, owner)
        fake.pay(page.session_id or "", delayed=True)
        tell(told(fake, "checkout.session.completed"))
        disconnect_stripe(by=owner, at=clock.now())
        run_due_jobs()
        assert StripeConnection.objects.get().state == "leaving"
        fake.revoked.add(KEY)
        with transaction.atomic():
            enqueue("catch_up_with_stripe", by=system_actor(owner.organization_id))
        run_due_jobs()
        connection, checkout = StripeConnection.objects.get(), Checkout.objects.get()
        assert (connection.state, connection.secret_key) == ("gone", None)
        assert (checkout.state, checkout.payment_status, checkout.error) == ("failed", "failed", "keys_gone")
        assert Notification.objects.filter(kind="card_keys_refused").count() == 1


@pytest.mark.usefixtures("connected")
class TestDisconnect:
    def test_open_pages_are_closed_and_the_keys_deleted(self, owner: Actor, fake: FakeStripe) -> None:
        open_page(issued(owner), owner)
        disconnect_stripe(by=owner, at=clock.now())
        assert not accepts_cards()
        with pytest.raises(CardsNotTaken):
            request_checkout(invoice_id=issued(owner).pk, by=owner, at=clock.now())
        run_due_jobs()
        assert fake.sessions()[0]["status"] == "expired"
        connection = StripeConnection.objects.get()
        assert (connection.state, connection.secret_key, connection.webhook_secret) == ("gone", None, None)
        assert not CardSettings.objects.get().is_on

    def test_what_was_paid_with_them_cannot_be_given_back_here(
        self, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        page = open_page(issued(owner), owner)
        fake.pay(page.session_id or "")
        tell(told(fake, "checkout.session.completed"))
        disconnect_stripe(by=owner, at=clock.now())
        run_due_jobs()
        paid = Checkout.objects.get().payment
        assert paid
        with pytest.raises(KeysGone):
            refund_card_payment(payment_id=paid.pk, amount=Decimal(1), reason="x", by=owner, at=clock.now())


@pytest.mark.usefixtures("connected")
class TestLostSealingKey:
    """What the keys were sealed with is gone from the server."""

    def test_it_is_said_nobody_is_asked_for_money_and_new_keys_help(
        self, owner: Actor, fake: FakeStripe, settings: Any
    ) -> None:
        settings.SEALING_KEYS = ["another one"]
        page = open_page(issued(owner), owner)
        assert (page.state, page.error) == ("failed", "keys_unreadable")
        assert StripeConnection.objects.get().error == "keys_unreadable" and not accepts_cards()
        assert Notification.objects.filter(kind="card_keys_refused").count() == 1
        with pytest.raises(Refused):
            connect(owner, StripeKeys(KEY))
        connect(owner)
        run_due_jobs()
        assert accepts_cards() and open_page(issued(owner), owner).state == "open"

    def test_a_refund_that_waits_fails_and_people_are_told(
        self, owner: Actor, fake: FakeStripe, tell: Any, settings: Any
    ) -> None:
        fake.pay(open_page(issued(owner), owner).session_id or "")
        tell(told(fake, "checkout.session.completed"))
        paid = Checkout.objects.get().payment
        assert paid
        refund_card_payment(payment_id=paid.pk, amount=Decimal(1), reason="x", by=owner, at=clock.now())
        settings.SEALING_KEYS = ["another one"]
        run_due_jobs()
        refund = CardRefund.objects.get()
        assert (refund.state, refund.error) == ("failed", "keys_unreadable")

    def test_one_former_connection_that_cannot_be_opened_silences_nobody(
        self, owner: Actor, fake: FakeStripe, tell: Any, settings: Any
    ) -> None:
        slow = open_page(issued(owner), owner)
        fake.pay(slow.session_id or "", delayed=True)
        tell(told(fake, "checkout.session.completed"))
        settings.SEALING_KEYS = ["another one"]
        connect(owner, StripeKeys(OTHER_KEY, "whsec_of_the_other_one"))
        run_due_jobs()
        old, new = StripeConnection.objects.order_by("id")
        assert (old.state, new.state) == ("leaving", "working")
        invoice = issued(owner)
        fake.pay(open_page(invoice, owner).session_id or "")
        event = told(fake, "checkout.session.completed", OTHER_KEY)
        assert tell(event, "whsec_of_the_other_one") == 200
        assert money_of(invoice) == (Decimal("120.00"), Decimal("0.00"))


@pytest.mark.usefixtures("connected")
def test_a_restored_copy_asks_stripe_nothing(owner: Actor, alpha: OrganizationRef, fake: FakeStripe) -> None:
    """The keys did not travel; what was on its way is the original's."""
    open_page(issued(owner), owner)
    StripeConnection.objects.update(secret_key=None, webhook_secret=None)
    restoration = Restoration(alpha.id, alpha.id, clock.now())
    forget_restored_stripe(restoration=restoration, by=system_actor(alpha.id), at=clock.now())
    assert StripeConnection.objects.get().state == "gone"
    assert (Checkout.objects.get().state, Checkout.objects.get().is_settled) == ("expired", True)
    assert not CardSettings.objects.get().is_on
    before = len(fake.requests)
    with transaction.atomic():
        enqueue("catch_up_with_stripe", by=system_actor(alpha.id))
    run_due_jobs()
    assert len(fake.requests) == before
