"""Money that comes is booked once, whoever tells of it, and may learn later whose it is."""

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from shared_apps.accounts.queries import actor_of
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.jobs.models import Job
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import ContactChange, create_contact
from tenant_apps.invoices.events import PaymentEvent
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import (
    AlreadyRecorded,
    ClientKnown,
    PaymentInput,
    payment_errors,
    record_payments,
    set_payment_client,
    void_payment,
)
from tenant_apps.invoices.operations.allocations import PaymentVoided
from tenants.context import in_organization
from tests.conftest import member_of
from tests.invoices.stories import AT, client, events_of, fresh, payment


def person(owner):
    details = ContactChange(first_name="Ана", last_name="Бонева")
    return create_contact(details=details, by=owner, at=AT)


@pytest.mark.usefixtures("in_alpha")
class TestRecording:
    def test_a_movement_of_money_is_booked_once(self, owner):
        first = payment(owner, external_key="bank:1", end_to_end_id=" E2E-7 ")
        assert (first.external_key, first.end_to_end_id) == ("bank:1", "E2E-7")
        with pytest.raises(AlreadyRecorded) as refusal:
            payment(owner, "7", external_key="bank:1")
        assert refusal.value.payment_id == first.pk and refusal.value.conflict
        assert Payment.objects.count() == 1
        assert payment(owner, external_key="bank:2").pk != payment(owner).pk

    def test_it_may_be_a_person_s(self, owner):
        ana = person(owner)
        money = payment(owner, contact_id=ana.pk)
        assert (money.client, money.payer) == (ana, "Ана Бонева")
        assert "bonev" in money.search_text


def wanted(key, amount="10.00", **more):
    return PaymentInput(
        amount=Decimal(amount), currency="EUR", received_on=AT.date(), external_key=key, **more
    )


@pytest.mark.usefixtures("in_alpha")
class TestManyAtOnce:
    def test_each_is_booked_and_told_as_one_would_be(self, owner, run_jobs):
        company, ana = client(owner), person(owner)
        run_jobs()
        posted = record_payments(
            payments=[
                wanted("bank:1", company_id=company.pk),
                wanted("bank:2", "20.00", contact_id=ana.pk),
                wanted("stripe:3"),
            ],
            by=owner,
            at=AT,
        )
        assert [(one.amount, one.client) for one in map(fresh, posted)] == [
            (Decimal("10.00"), company),
            (Decimal("20.00"), ana),
            (Decimal("10.00"), None),
        ]
        assert "klient" in fresh(posted[0]).search_text
        assert [events_of(one) for one in posted] == [[PaymentEvent.RECORDED]] * 3
        matched = Job.objects.filter(name="match_payments_with_invoices")
        assert [job.arguments["subject_id"] for job in matched] == [str(posted[2].pk)]

    def test_all_are_booked_or_none(self, owner):
        first = payment(owner, external_key="bank:2")
        with pytest.raises(AlreadyRecorded) as refusal:
            record_payments(payments=[wanted("bank:1"), wanted("bank:2")], by=owner, at=AT)
        assert refusal.value.payment_id == first.pk
        with pytest.raises(Refused):
            record_payments(payments=[wanted("bank:1"), wanted("bank:3", "0.00")], by=owner, at=AT)
        with pytest.raises(Company.DoesNotExist):
            record_payments(
                payments=[wanted("bank:1"), wanted("bank:4", company_id=first.pk)], by=owner, at=AT
            )
        with pytest.raises(NotAllowed):
            record_payments(payments=[wanted("bank:1")], by=replace(owner, permissions=frozenset()), at=AT)
        assert list(Payment.objects.all()) == [first]
        assert [error.field for error in payment_errors(wanted("bank:1", "-1.00"))] == ["amount"]

    def test_many_take_no_more_statements_than_two(self, owner):
        company = client(owner)

        def statements(count, first):
            many = [wanted(f"bank:{first + one}", company_id=company.pk) for one in range(count)]
            with CaptureQueriesContext(connection) as captured:
                record_payments(payments=many, by=owner, at=AT)
            return len(captured)

        assert statements(50, 100) == statements(2, 0)


@pytest.mark.usefixtures("in_alpha")
class TestItsClient:
    def test_whose_it_is_may_be_known_later_and_changed(self, owner):
        money, company, ana = payment(owner), client(owner), person(owner)
        told = set_payment_client(payment_id=money.pk, company_id=company.pk, by=owner, at=AT)
        assert (told.client, fresh(money).company) == (company, company)
        assert events_of(money)[-1] == PaymentEvent.CLIENT_SET
        assert "klient" in fresh(money).search_text
        set_payment_client(payment_id=money.pk, contact_id=ana.pk, by=owner, at=AT)
        assert fresh(money).client == ana
        set_payment_client(payment_id=money.pk, by=owner, at=AT)
        assert fresh(money).client is None

    def test_the_same_again_a_void_payment_and_a_stranger_are_refused(self, owner, user):
        money, company = payment(owner), client(owner)
        set_payment_client(payment_id=money.pk, company_id=company.pk, by=owner, at=AT)
        with pytest.raises(ClientKnown):
            set_payment_client(payment_id=money.pk, company_id=company.pk, by=owner, at=AT)
        with pytest.raises(Company.DoesNotExist):
            set_payment_client(payment_id=money.pk, company_id=money.pk, by=owner, at=AT)
        with pytest.raises(NotAllowed):
            set_payment_client(payment_id=money.pk, by=user, at=AT)
        void = payment(owner)
        void_payment(payment_id=void.pk, reason="x", by=owner, at=AT)
        with pytest.raises(PaymentVoided):
            set_payment_client(payment_id=void.pk, company_id=company.pk, by=owner, at=AT)

    def test_on_its_page_and_over_the_api(self, owner, browser, api):
        money, company = payment(owner), client(owner)
        assert browser.get(f"/payments/{money.pk}/client/").status_code == 200
        browser.post(f"/payments/{money.pk}/client/", {"company_id": str(company.pk)})
        assert fresh(money).company == company
        again = browser.post(f"/payments/{money.pk}/client/", {"company_id": str(company.pk)})
        assert again.status_code == 422
        address = f"/api/v1/payments/{money.pk}/client/"
        wanted = {"contact_id": str(person(owner).pk)}
        told = api.post(address, wanted, content_type="application/json").json()
        assert told["company_id"] is None and told["contact_id"]


def test_ten_doors_at_once_book_one_payment(in_committed_alpha):
    owner = actor_of(member_of(in_committed_alpha, "owner"))
    start, told = threading.Barrier(10), []

    def come():
        try:
            start.wait()
            with in_organization(in_committed_alpha):
                told.append(payment(owner, external_key="stripe:pi_1").pk)
        except AlreadyRecorded as refusal:
            told.append(refusal.payment_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come) for _one in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (only,) = Payment.objects.all()
    assert told == [only.pk] * 10
