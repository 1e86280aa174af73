"""Logged time becomes an invoice: each entry once, and free again when that goes."""

import json
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.actors import system_actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.crm.models import TimeEntry
from tenant_apps.crm.operations import (
    ContactChange,
    DealChange,
    Participant,
    TimeBilled,
    TimeChange,
    TimeNotBillable,
    create_contact,
    create_deal,
    log_time,
)
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import BilledTime, Invoice
from tenant_apps.invoices.operations import (
    NoTimeChosen,
    TimeOfSeveralClients,
    annul_invoice,
    delete_draft_invoice,
    duplicate_invoice,
    invoice_time,
    issue_invoice,
)
from tenants.context import in_organization
from tests.invoices.stories import AT, client, fresh

inside = pytest.mark.usefixtures("in_alpha")
DAYS = (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 13))


def worked(by, company=None, minutes=90, rate="60", day=DAYS[0], **more):
    wanted = {"description": "Среща", "company_id": company.pk if company else None} | more
    details = TimeChange(minutes=minutes, hourly_rate=Decimal(rate), worked_on=day, **wanted)
    return log_time(details=details, by=by, at=AT)


def bill(by, *entries, grouping="entry"):
    return invoice_time(entry_ids=[one.pk for one in entries], grouping=grouping, by=by, at=AT)


def lines(invoice):
    return [(item.description, str(item.quantity), str(item.unit_price)) for item in invoice.items.all()]


@inside
def test_each_entry_becomes_a_line(owner):
    company = client(owner)
    second = worked(owner, company, 100, "33.33", DAYS[1], description="Анализ")
    first = worked(owner, company)
    invoice = bill(owner, second, first)
    assert lines(invoice) == [
        ("Среща (02.03.2026)", "1.500", "60.0000"),
        ("Анализ (09.03.2026)", "1.670", "33.3300"),
    ]
    assert (invoice.company_id, invoice.is_draft, invoice.net_total) == (company.pk, True, Decimal("145.66"))
    assert fresh(first).billed_at == fresh(second).billed_at == AT


@inside
def test_by_rate_minutes_are_added_before_they_are_rounded(owner):
    company = client(owner)
    entries = [worked(owner, company, 10, "60", day) for day in DAYS] + [worked(owner, company, 30, "90")]
    invoice = bill(owner, *entries, grouping="rate")
    assert lines(invoice) == [
        ("Работа по часове, 02.03.2026", "0.500", "90.0000"),
        ("Работа по часове, 02.03.2026 – 13.03.2026", "0.500", "60.0000"),
    ]


@given(
    st.lists(
        st.builds(
            rules.Worked,
            st.just("x"),
            st.dates(date(2026, 1, 1), date(2026, 12, 31)),
            st.integers(1, 1440),
            st.sampled_from([Decimal(40), Decimal(60), Decimal("99.99")]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_no_time_is_lost_whichever_way(entries):
    exact = sum(Decimal(one.minutes) / 60 for one in entries)
    for grouping in rules.GROUPINGS:
        found = rules.time_lines(entries, grouping)
        assert abs(sum(line.hours for line in found) - exact) <= Decimal("0.005") * len(found)
        assert all(line.hours > 0 and line.first <= line.last for line in found)
    assert len(rules.time_lines(entries, "entry")) == len(entries)
    assert len(rules.time_lines(entries, "rate")) == len({one.hourly_rate for one in entries})


@inside
def test_the_time_of_one_deal_bills_that_deal(owner):
    company = client(owner)
    deal = create_deal(details=DealChange(name="Сайт", company_id=company.pk), by=owner, at=AT)
    entry = worked(owner, deal_id=deal.pk)
    assert bill(owner, entry).deal_id == deal.pk
    loose = worked(owner, company)
    assert bill(owner, worked(owner, deal_id=deal.pk), loose).deal_id is None


@inside
def test_a_deal_without_a_company_is_billed_to_its_first_person(owner):
    person = create_contact(details=ContactChange(first_name="Ана", last_name="Б"), by=owner, at=AT)
    people = (Participant(contact_id=person.pk),)
    deal = create_deal(details=DealChange(name="Портрет", contacts=people), by=owner, at=AT)
    invoice = bill(owner, worked(owner, deal_id=deal.pk))
    assert (invoice.company_id, invoice.contact_id) == (None, person.pk)


@inside
def test_what_does_not_go_together_is_refused_and_nothing_is_billed(owner, user):
    company, other = client(owner), client(owner, eik="175074752")
    one, two, dollars = (
        worked(owner, company),
        worked(owner, other),
        worked(owner, company, currency="USD"),
    )
    free = worked(owner, company, is_billable=False)
    for entries in ((one, two), (one, dollars)):
        with pytest.raises(TimeOfSeveralClients):
            bill(owner, *entries)
    with pytest.raises(TimeNotBillable):
        bill(owner, one, free)
    with pytest.raises(NoTimeChosen):
        bill(owner)
    with pytest.raises(Refused):
        bill(owner, one, grouping="moon")
    with pytest.raises(TimeEntry.DoesNotExist):
        bill(user, one)
    assert not Invoice.objects.exists() and not TimeEntry.objects.filter(billed_at__isnull=False).exists()


@inside
def test_an_entry_is_billed_once(owner):
    entry = worked(owner, client(owner))
    invoice = bill(owner, entry)
    with pytest.raises(TimeBilled):
        bill(owner, entry)
    with pytest.raises(IntegrityError), transaction.atomic():
        other = Invoice.objects.get(pk=duplicate_invoice(invoice_id=invoice.pk, by=owner, at=AT).pk)
        BilledTime.objects.create(entry=entry, invoice=other, created_at=AT)


def test_two_who_bill_the_same_at_once_bill_it_once(in_committed_alpha):
    by = system_actor(in_committed_alpha.id)
    entry = worked(by, client(by))
    together, outcomes = Barrier(2), []

    def work():
        with in_organization(in_committed_alpha):
            together.wait()
            try:
                outcomes.append(bill(by, entry) and "billed")
            except TimeBilled:
                outcomes.append("refused")
        connection.close()

    threads = [Thread(target=work) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["billed", "refused"]
    assert Invoice.objects.count() == BilledTime.objects.count() == 1


@inside
def test_a_draft_that_is_deleted_frees_its_time(owner):
    entry = worked(owner, client(owner))
    delete_draft_invoice(invoice_id=bill(owner, entry).pk, by=owner, at=AT)
    assert fresh(entry).billed_at is None and not BilledTime.objects.exists()
    assert bill(owner, entry).is_draft


@inside
def test_one_that_is_annulled_frees_it_for_its_replacement(owner):
    entry = worked(owner, client(owner))
    wrong = issue_invoice(invoice_id=bill(owner, entry).pk, by=owner, at=AT)
    annul_invoice(invoice_id=wrong.pk, reason="Грешка", by=owner, at=AT)
    assert fresh(entry).billed_at is None
    right = duplicate_invoice(invoice_id=wrong.pk, by=owner, at=AT)
    assert fresh(entry).billed_at == AT
    assert set(BilledTime.objects.filter(freed_at=None).values_list("invoice_id", flat=True)) == {right.pk}
    again = duplicate_invoice(invoice_id=wrong.pk, by=owner, at=AT)
    assert not BilledTime.objects.filter(invoice=again).exists()


@inside
def test_on_its_page_one_chooses_what_is_billed(browser, owner, in_alpha):
    company = client(owner)
    first, second = worked(owner, company), worked(owner, company, 60, description="Анализ")
    company_page = browser.get(company.get_absolute_url()).content.decode()
    url = f"/time/invoice/?company_id={company.pk}"
    assert url in company_page and "€150.00" in company_page
    facts = browser.get(f"/invoices/client/?company_id={company.pk}").content.decode()
    assert url in facts and "€150.00" in facts
    assert "Анализ" in browser.get(url).content.decode()
    empty = browser.post(url, {"grouping": "entry"})
    assert empty.status_code == 422 and "Choose the time to be billed." in empty.content.decode()
    answer = browser.post(url, {"entry_ids": [str(second.pk)], "grouping": "rate"})
    invoice = Invoice.objects.get()
    assert answer["Location"] == invoice.get_absolute_url() and invoice.net_total == Decimal("60.00")
    assert "€90.00" in browser.get(company.get_absolute_url()).content.decode()
    assert invoice.get_absolute_url() in browser.get(second.get_absolute_url()).content.decode()
    assert fresh(first).billed_at is None
    assert browser.get("/time/invoice/").status_code == 404


@inside
def test_over_the_api(api, owner):
    entry = worked(owner, client(owner))
    body = json.dumps({"entry_ids": [str(entry.pk)]})
    answer = api.post("/api/v1/time-entries/invoice/", body, content_type="application/json")
    assert answer.status_code == 201 and answer.json()["net_total"] == "90.00"
    again = api.post("/api/v1/time-entries/invoice/", body, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "time_billed")


@inside
def test_whoever_may_not_write_invoices_bills_nothing(owner):
    from dataclasses import replace

    from shared_apps.core.permissions import Permission

    entry = worked(owner, client(owner))
    with pytest.raises(NotAllowed):
        bill(replace(owner, permissions=owner.permissions - {Permission.INVOICES_EDIT}), entry)
