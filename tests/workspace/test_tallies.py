"""What stands under a list is counted and added up as one would by hand, with the page or after it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core.actors import Actor
from shared_apps.core.listing import listing_of, trying
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.crm.operations import DealChange, create_deal
from tenant_apps.workspace.queries import arranged_by_query
from tenant_apps.workspace.queries.sums import Tally, tallies_of_groups, tally_of, totals_of
from tenants.context import OrganizationRef
from tests.workspace.test_list_order import a_contact
from tests.workspace.test_own_filters import WAYS

pytestmark = pytest.mark.usefixtures("in_alpha")
some = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MONEY = st.tuples(st.integers(0, 999), st.sampled_from(["EUR", "USD"]), st.sampled_from(["А", "Б", "В"]))


def deals(owner: Actor, at: datetime, told: Sequence[tuple[int, str, str]]) -> None:
    for amount, currency, name in told:
        details = DealChange(name=name, value=Decimal(amount), currency=currency)
        create_deal(details=details, by=owner, at=at)


def by_hand(told: Sequence[tuple[int, str, str]]) -> list[tuple[Decimal, str]]:
    sums = [
        (Decimal(sum(amount for amount, one, _name in told if one == currency)), currency)
        for currency in ("EUR", "USD")
    ]
    return [(total, currency) for total, currency in sums if total]


@some
@given(told=st.lists(MONEY, max_size=7), most=st.integers(1, 7))
def test_a_tally_is_the_plain_sum_and_stops_where_it_is_told(
    told: list[tuple[int, str, str]], most: int, owner: Actor, at: datetime
) -> None:
    Deal.objects.all().delete()
    deals(owner, at, told)
    [value] = listing_of("deal").sums
    found = tally_of(Deal.objects.all(), [value], most)
    if len(told) > most:
        assert found == Tally(most, True, [])
    else:
        assert found == Tally(len(told), False, [("Value", by_hand(told))] if told else [("Value", [])])
    assert totals_of(Deal.objects.all(), [value]) == [("Value", by_hand(told))]


@some
@given(told=st.lists(MONEY, max_size=8), most=st.integers(1, 4))
def test_groups_are_counted_and_added_by_one_statement(
    told: list[tuple[int, str, str]], most: int, owner: Actor, at: datetime
) -> None:
    Deal.objects.all().delete()
    deals(owner, at, told)
    with CaptureQueriesContext(connection) as sent:
        found = tallies_of_groups(Deal.objects.order_by(), "name", listing_of("deal").sums, most)
    assert len(sent.captured_queries) == 1
    names = {name for _amount, _currency, name in told}
    wanted = [(name, [one for one in told if one[2] == name]) for name in sorted(names)]
    wanted.sort(key=lambda group: -len(group[1]))
    assert [(one.value, one.count, one.totals) for one in found] == [
        (name, len(rows), by_hand(rows)) for name, rows in wanted[:most]
    ]


def test_what_is_too_much_to_add_with_the_page_comes_after_it(
    owner: Actor, at: datetime, browser: Client
) -> None:
    deals(owner, at, [(10, "EUR", "А"), (20, "EUR", "Б"), (7, "USD", "В")])
    page = browser.get("/deals/?view=all").text
    assert "Value: " in page and "Add them up" not in page
    with patch("tenant_apps.workspace.queries.lists.COUNTED", 2):
        page = browser.get("/deals/?view=all&ordering=-value").text
        assert "2+ in the list" in page and "Value: " not in page
        assert "/lists/deal/totals/?ordering=-value" in page
        later = browser.get("/lists/deal/totals/?ordering=-value", headers={"HX-Request": "true"}).text
        whole = browser.get("/lists/deal/totals/?ordering=-value").text
    for text in (later, whole):
        assert "€30.00" in text and "7.00" in text
    assert "<html" not in later and "2+ in the list" in whole
    assert "€30.00" not in browser.get("/lists/deal/totals/?filter=name:is:В").text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filter=company.city:is:Варна", {"0", "1"}),
        ("filter=company.city:not:Варна", {"2", "3"}),
        ("filter=company.city:is:Варна,first_name:is:0", {"0"}),
        ("filter=any(company.city:is:Видин,first_name:is:0)", {"0", "2"}),
        ("filter=any(company.city:is:Видин,first_name:is:4)", {"2", "4"}),
    ],
)
def test_across_a_relation_every_way_gives_the_same(
    way: str, query: str, names: set[str], in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    for number, city in enumerate(("Варна", "Варна", "Видин", "София")):
        company = Company.objects.create(name=city, city=city, created_at=at, updated_at=at)
        Contact.objects.filter(pk=a_contact(number, at).pk).update(company=company, first_name=str(number))
    Contact.objects.filter(pk=a_contact(4, at).pk).update(first_name="4")
    page, many = WAYS[way]
    with patch.object(trying, "FILLS_A_PAGE", page), patch.object(trying, "MANY", many):
        shown = arranged_by_query("contact", query, owner, at)
    assert {row.first_name for row in shown.rows_asked} == names
    assert {row.first_name for row in shown.rows_gathered} == names
    assert shown.count == (len(names), False)


@pytest.mark.parametrize(
    "address",
    [
        "/deals/?filter=company.city:is:Варна,status:is:open",
        "/invoices/?filter=company.city:is:Варна,open:is:yes&ordering=-outstanding",
        "/invoices/?group=status",
        "/contacts/?filter=company.overdue_invoice:is:yes&ordering=company",
    ],
)
def test_a_list_takes_eight_statements_at_most(
    address: str, owner: Actor, at: datetime, browser: Client
) -> None:
    deals(owner, at, [(10, "EUR", "А")])
    browser.get(address)
    with CaptureQueriesContext(connection) as sent:
        assert browser.get(address).status_code == 200
    asked = [
        one["sql"]
        for one in sent.captured_queries
        if one["sql"].lstrip("( \n").startswith(("SELECT", "WITH"))
    ]
    assert len([sql for sql in asked if "django_session" not in sql]) <= 8, asked
