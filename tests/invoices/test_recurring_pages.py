"""Recurring invoices on their pages, in lists and over the API."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from shared_apps.core import clock
from tenant_apps.invoices.models import Occurrence, RecurringInvoice, RecurringTerms
from tenant_apps.invoices.operations import (
    create_recurring_invoice,
    generate_occurrence,
    pause_recurring_invoice,
)
from tenant_apps.workspace.operations import BulkAct, start_bulk_change
from tests.invoices.recurring import details
from tests.invoices.stories import client, fresh, issued, line

pytestmark = pytest.mark.usefixtures("in_alpha")
LIST, NEW = "/recurring/", "/recurring/new/"


def today():
    return clock.today("Europe/Sofia")


def monthly(by, company=None, **more):
    """One that is due today."""
    company = company or client(by, email="office@client.example")
    wanted = {"starts_on": today()} | more
    return create_recurring_invoice(details=details(company, **wanted), by=by, at=clock.now())


def made(one, owner):
    from shared_apps.core.actors import system_actor

    by = system_actor(owner.organization_id)
    return generate_occurrence(recurring_id=one.pk, occurs_on=fresh(one).next_on, by=by, at=clock.now())


def typed(company_id, **more):
    rows = {"description": "Наем за {month}", "quantity": "1", "unit_price": "100", "vat_rate": "20.00"}
    head = {
        "company_id": str(company_id),
        "currency": "EUR",
        "language": "bg",
        "discount_in": "percent",
        "every": "1",
        "unit": "month",
        "on_day": "31",
        "starts_on": "утре",
        "ends": "after",
        "occurrence_limit": "5",
        "way": "draft",
        "billed_period": "0",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
    }
    return head | {f"lines-0-{name}": value for name, value in rows.items()} | more


def page_of(browser, one):
    return browser.get(one.get_absolute_url()).content.decode()


def test_one_is_written_on_its_page(browser, owner):
    company = client(owner)
    assert "Nothing recurs yet" in browser.get(LIST).content.decode()
    assert browser.get(f"{NEW}?company_id={company.pk}").status_code == 200
    answer = browser.post(NEW, typed(company.pk))
    one = RecurringInvoice.objects.get()
    assert answer["Location"] == one.get_absolute_url()
    assert (one.on_day, one.occurrence_limit, one.total) == (31, 5, Decimal("120.00"))
    page = page_of(browser, one)
    assert (
        "every month, on the last day of the month" in page and "1,000.00" not in page and "€1,200.00" in page
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts_on": "вчера"}, "This day has passed."),
        ({"ends": "on", "ends_on": ""}, "Say when it ends."),
        ({"every": "0"}, "greater than or equal to 1"),
        ({"company_id": ""}, "Choose the client."),
        ({"lines-0-quantity": "-1"}, "The quantity must be more than 0."),
    ],
)
def test_what_is_wrong_stands_beside_it_and_nothing_typed_is_lost(browser, owner, wrong, said):
    answer = browser.post(NEW, typed(client(owner).pk) | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "Наем за {month}" in page
    assert not RecurringInvoice.objects.exists()


def test_the_preview_tells_days_periods_and_amounts_and_writes_nothing(browser, owner):
    company = client(owner)
    page = browser.post("/recurring/preview/", typed(company.pk, billed_period="-1")).content.decode()
    assert page.count("€120.00") == 5
    assert "The next days stand here" in browser.post("/recurring/preview/", {}).content.decode()
    limited = browser.post("/recurring/preview/", typed(company.pk, occurrence_limit="2")).content.decode()
    assert limited.count("€120.00") == 2
    assert not RecurringInvoice.objects.exists()


def test_an_invoice_begins_one_and_names_what_made_it(browser, owner):
    invoice = issued(owner, items=(line(description="Счетоводство"),))
    page = browser.get(f"{NEW}?invoice={invoice.pk}").content.decode()
    assert "Счетоводство" in page and invoice.company.name in page
    assert f"{NEW}?invoice={invoice.pk}" in browser.get(invoice.get_absolute_url()).content.decode()
    one = monthly(owner)
    made_one = made(one, owner).invoice
    assert one.get_absolute_url() in browser.get(made_one.get_absolute_url()).content.decode()
    assert made_one.get_absolute_url() in page_of(browser, one)


def test_a_change_is_for_what_is_to_come(browser, owner):
    one = monthly(owner, name="Поддръжка")
    made(one, owner)
    url = reverse("recurring_invoice_edit", args=[one.pk])
    assert "It changes the invoices to come." in browser.get(url).content.decode()
    following = fresh(one).next_on.strftime("%d.%m.%Y")
    browser.post(
        url, typed(one.company_id, name="Друго", starts_on=following, on_day=str(today().day), ends="never")
    )
    assert (fresh(one).name, fresh(one).next_on.strftime("%d.%m.%Y")) == ("Друго", following)


def test_it_is_paused_and_resumed_by_choice(browser, owner):
    one = monthly(owner, unit="week", on_day=None)
    browser.post(reverse("pause_recurring_invoice", args=[one.pk]))
    RecurringInvoice.objects.filter(pk=one.pk).update(
        starts_on=today() - timedelta(days=15), next_on=today() - timedelta(days=15)
    )
    assert "3 invoices were due while it was paused" in page_of(browser, one)
    url = reverse("resume_recurring_invoice", args=[one.pk])
    assert "On 3 days an invoice was due meanwhile." in browser.get(url).content.decode()
    assert browser.post(url, {"missed": "shout"}).status_code == 422
    browser.post(url, {"missed": "skip"})
    assert fresh(one).state == "active" and Occurrence.objects.filter(outcome="skipped").count() == 3
    browser.post(reverse("end_recurring_invoice", args=[one.pk]))
    assert fresh(one).state == "ended" and "Nothing is to come" in page_of(browser, one)
    assert browser.get(reverse("recurring_invoice_edit", args=[one.pk])).status_code == 302


def test_a_day_is_skipped_with_an_undo_and_made_later(browser, owner):
    one = monthly(owner, starts_on=today() + timedelta(days=1))
    day = {"occurs_on": one.next_on.isoformat()}
    browser.post(reverse("skip_occurrence", args=[one.pk]), day)
    page = page_of(browser, one)
    assert "is skipped." in page and "Make it after all" in page
    browser.post(f"{reverse('unskip_occurrence', args=[one.pk])}?occurs_on={day['occurs_on']}")
    assert not Occurrence.objects.exists()
    browser.post(reverse("skip_occurrence", args=[one.pk]), day)
    Occurrence.objects.update(occurs_on=today())
    assert "Make it now" in page_of(browser, one)
    browser.post(reverse("make_occurrence", args=[Occurrence.objects.get().pk]))
    assert Occurrence.objects.get().invoice.is_draft
    assert browser.post(reverse("skip_occurrence", args=[one.pk]), {"occurs_on": "x"}).status_code == 302


def test_prices_are_planned_and_dropped(browser, owner):
    one = monthly(owner)
    url = reverse("terms_create", args=[one.pk])
    assert browser.get(url).status_code == 200
    later = (today() + timedelta(days=200)).strftime("%d.%m.%Y")
    browser.post(url, typed(one.company_id, **{"lines-0-unit_price": "200"}) | {"from_on": later})
    terms = RecurringTerms.objects.get(recurring=one, from_on__isnull=False)
    assert terms.total == Decimal("240.00") and "€240.00" in page_of(browser, one)
    refused = browser.post(url, typed(one.company_id) | {"from_on": "вчера"})
    assert refused.status_code == 422 and "From today on" in refused.content.decode()
    browser.post(reverse("drop_terms", args=[terms.pk]))
    assert RecurringTerms.objects.filter(recurring=one).count() == 1


def test_many_are_raised_after_a_look_at_what_it_comes_to(browser, owner):
    first, second = monthly(owner), monthly(owner, client(owner, eik="175074752", name="Втори ЕООД"))
    asked = {"percent": "10", "from_on": f"01.01.{today().year + 1}"}
    page = browser.get("/recurring/raise-prices/", asked).content.decode()
    assert page.count("€132.00") == 2 and "Втори ЕООД" in page and "€240.00" in page
    assert RecurringTerms.objects.filter(percent__isnull=False).count() == 0
    answer = browser.post("/recurring/raise-prices/", asked | {"recurring_ids": [str(first.pk)]})
    assert answer["Location"] == LIST
    assert RecurringTerms.objects.get(percent__isnull=False).recurring == first
    none = browser.post("/recurring/raise-prices/", asked | {"recurring_ids": []})
    assert none.status_code == 422 and "Choose between 1 and 500" in none.content.decode()
    wrong = browser.post(
        "/recurring/raise-prices/", asked | {"percent": "0", "recurring_ids": [str(second.pk)]}
    )
    assert wrong.status_code == 422


def test_the_client_s_page_tells_what_recurs(browser, owner):
    one = monthly(owner)
    page = browser.get(reverse("company_detail", args=[one.company_id])).content.decode()
    assert one.get_absolute_url() in page and f"{NEW}?company_id={one.company_id}" in page


def test_the_list_filters_sums_and_ends_many(browser, owner):
    one, other = monthly(owner), monthly(owner, client(owner, eik="175074752"), way="issue")
    pause_recurring_invoice(recurring_id=other.pk, by=owner, at=clock.now())
    everything = browser.get(f"{LIST}?view=all").content.decode()
    assert everything.count("€120.00") == 2 and "Only what is active is added." in everything
    paused = browser.get(f"{LIST}?filter=state:is:paused").content.decode()
    assert other.get_absolute_url() in paused and one.get_absolute_url() not in paused
    assert one.get_absolute_url() in browser.get(f"{LIST}?filter=way:is:draft&group=").content.decode()
    act, ids = BulkAct("end", {}), [one.pk, other.pk]
    start_bulk_change(
        entity="recurring_invoice", act=act, record_ids=ids, label="x", by=owner, at=clock.now()
    )
    assert {fresh(one).state, fresh(other).state} == {"ended"}


def test_the_page_asks_a_bounded_number_of_times(browser, owner, django_assert_max_num_queries):
    one = monthly(owner, unit="week", on_day=None)
    for _week in range(4):
        RecurringInvoice.objects.filter(pk=one.pk).update(
            starts_on=fresh(one).next_on - timedelta(days=7 * (4 - _week)),
            next_on=fresh(one).next_on - timedelta(days=7 * (4 - _week)),
        ) if _week == 0 else None
        made(one, owner)
    with django_assert_max_num_queries(22):
        browser.get(one.get_absolute_url())


def test_the_whole_life_over_the_api(api, owner):
    company = client(owner)
    item = {"description": "Наем за {period}", "quantity": "1", "unit_price": "100", "vat_rate": "20"}
    body = {"company_id": str(company.pk), "currency": "EUR", "items": [item], "starts_on": str(today())}

    def send(method, path, data=None, status=200):
        told = {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        answer = getattr(api, method)(f"/api/v1/{path}", **told)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    one = send("post", "recurring-invoices/", body | {"every": 2, "on_day": 31, "language": "en"}, 201)
    path = f"recurring-invoices/{one['id']}/"
    assert (one["annual_value"], one["terms"][0]["items"][0]["vat_code"]) == ("600.00", "standard")
    assert send("get", "recurring-invoices/?state=active")["items"][0]["id"] == one["id"]
    assert send("get", path)["on_day"] == 31
    assert send("patch", path, {"name": "Наем", "occurrence_limit": 3})["name"] == "Наем"
    days = [each["occurs_on"] for each in send("get", f"{path}upcoming/")["items"]]
    assert len(days) == 3
    skipped = send("post", f"{path}skip/", {"occurs_on": days[1]})
    assert send("get", f"{path}occurrences/")["items"] == [skipped]
    send("post", f"{path}unskip/", {"occurs_on": days[1]})
    from_on = str(today() + timedelta(days=90))
    terms = send("post", f"{path}terms/", {"from_on": from_on, "items": [item | {"unit_price": "90"}]}, 201)
    raised = send("get", f"recurring-invoices/raise-prices/?percent=10&from_on={today()}")
    assert raised["items"][0] | {"later_terms": []} == raised["items"][0] | {"later_terms": []}
    assert raised["items"][0]["total_after"] == "132.00" and raised["items"][0]["later_terms"] == [from_on]
    ids = {"recurring_ids": [one["id"]], "percent": "10", "from_on": str(today())}
    assert send("post", "recurring-invoices/raise-prices/", ids)["raised"][0]["total"] == "132.00"
    send("delete", f"recurring-invoices/terms/{terms['id']}/", {}, 204)
    send("post", f"{path}pause/"), send("post", f"{path}pause/", status=409)
    assert send("post", f"{path}resume/", {"catch_up": True})["state"] == "active"
    send("post", f"{path}end/"), send("post", f"{path}end/", status=409)
    invoice = issued(owner, company)
    again = send("post", f"invoices/{invoice.pk}/recur/", {"starts_on": str(today()), "unit": "week"}, 201)
    assert (again["unit"], again["on_day"]) == ("week", None)
