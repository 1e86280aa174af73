from datetime import date, timedelta
from typing import Any

from django.test import Client

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.dashboard.queries import months_up_to
from tenant_apps.invoices.operations import mark_invoice_paid
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, client, draft, issued, payment

HTMX = {"HX-Request": "true"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def today(organization: OrganizationRef) -> date:
    return clock.today(organization.time_zone)


def test_an_empty_organization_is_shown_the_way(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    steps = browser.get("/").context["steps"]
    assert [step["is_done"] for step in steps] == [True, False, False, False]
    draft(owner)
    assert [step["is_done"] for step in browser.get("/").context["steps"]] == [True, True, False, True]
    issued(owner)
    assert not browser.get("/").context["steps"]


def test_without_money_a_sentence_stands_in_place_of_an_empty_chart(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    assert "No money has come in yet" in text(browser.get("/"))
    payment(owner)
    page = text(browser.get("/"))
    assert "No money has come in yet" not in page and 'data-chart="bar"' in page


def test_the_figures_are_per_currency_the_organization_s_own_first(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    on, buyer = today(in_alpha), client(owner)
    issued(owner, buyer)
    issued(owner, buyer, due_date=on + timedelta(days=3))
    issued(owner, buyer, currency="CHF")
    payment(owner, "75.00", received_on=on)

    euro, franc = browser.get("/").context["figures"]

    assert (euro["currency"], str(euro["owed"].owed), euro["owed"].open_count) == ("EUR", "240.00", 2)
    assert (str(euro["owed"].overdue), euro["owed"].overdue_count) == ("120.00", 1)
    assert str(euro["received"]) == "75.00"
    assert (franc["currency"], str(franc["owed"].owed)) == ("CHF", "120.00")


def test_void_and_future_money_is_not_counted_and_late_invoices_are_listed(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    late, paid = issued(owner), issued(owner)
    mark_invoice_paid(invoice_id=paid.pk, received_on=today(in_alpha), by=owner, at=AT)
    payment(owner, "999.00", received_on=today(in_alpha) + timedelta(days=1))
    page = browser.get("/")
    assert [row.url for row in page.context["queue"]["rows"]] == [late.get_absolute_url()]
    assert sum(amount for _month, amount in page.context["months"]) == 120


def test_who_sees_own_records_only_sees_own_figures_and_deeds(
    browser_of: Any, alpha: OrganizationRef, owner: Actor, user: Actor, in_alpha: OrganizationRef
) -> None:
    issued(owner)
    draft(user, client(user, name="Моя ООД"))
    page = browser_of(alpha, "user").get("/")
    assert str(page.context["figures"][0]["owed"].owed) == "0.00" and not page.context["queue"]["rows"]
    assert {event.actor_id for event in page.context["activity"]} == {user.id}


def test_the_home_page_asks_the_database_little(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, django_assert_max_num_queries: Any
) -> None:
    issued(owner)
    payment(owner)
    browser.get("/")
    with django_assert_max_num_queries(8):
        browser.get("/")


def test_twelve_months_end_with_this_one() -> None:
    months = months_up_to(date(2026, 2, 28))
    assert months[0] == date(2025, 3, 1) and months[-1] == date(2026, 2, 1) and len(months) == 12


def test_one_box_finds_everything(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, django_assert_max_num_queries: Any
) -> None:
    invoice = issued(owner, client(owner, name="Искър Трейд ООД"))
    payment(owner, reference="от Искър")
    browser.get("/search/?q=iskar")
    with django_assert_max_num_queries(8):
        page = text(browser.get("/search/?q=iskar"))
    assert "Companies" in page and str(invoice.number) in page and "от Искър" in page and "<html" in page
    dropped = text(browser.get("/search/?q=iskar", headers=HTMX))
    assert "Искър Трейд ООД" in dropped and "<html" not in dropped


def test_a_search_that_finds_nothing_says_so(browser: Client) -> None:
    assert "Nothing fits" in text(browser.get("/search/?q=zzz"))
    assert "Type a name" in text(browser.get("/search/?q="))


def test_the_search_shows_only_what_one_may_see(
    browser_of: Any, alpha: OrganizationRef, owner: Actor, in_alpha: OrganizationRef
) -> None:
    client(owner, name="Тайна ООД")
    assert "Тайна" not in text(browser_of(alpha, "user").get("/search/?q=taina"))
