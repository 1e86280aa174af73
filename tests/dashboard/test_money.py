"""The money page says what a plain computation over the rows says, per currency."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import merge_companies
from tenant_apps.dashboard.queries import NOT_DUE, Money, money
from tenant_apps.dashboard.rules import AGES, BEFORE_NOW, WEEKS, expected_on, monday_of, week_of
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import allocate_payment
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, another_series, client, issued, line, payment

ZONE = "Europe/Sofia"
ON = date(2026, 3, 18)  # a Wednesday
D = Decimal


def told(by: Actor, on: date = ON) -> dict[str, Money]:
    return {one.currency: one for one in money(by, on=on, zone=ZONE)}


def paid_after(by: Actor, company: Company, days: int) -> None:
    """An invoice that was paid so many days after its due date."""
    due = AT.date()
    invoice = issued(by, company, due_date=due, items=(line("1", "10"),))
    came = payment(by, "12.00", company_id=company.pk)
    at = AT + timedelta(days=days)
    allocate_payment(payment_id=came.pk, invoice_id=invoice.pk, amount=D("12.00"), by=by, at=at)


@pytest.mark.usefixtures("in_alpha")
class TestFigures:
    def test_each_age_has_its_own_sum(self, owner: Actor) -> None:
        buyer = client(owner)
        for days, amount in ((0, "1"), (1, "2"), (30, "4"), (31, "8"), (60, "16"), (90, "32"), (91, "64")):
            day = ON - timedelta(days=days)
            issued(
                owner,
                buyer,
                series=another_series(),
                issue_date=min(day, AT.date()),
                due_date=day,
                items=(line("1", amount),),
            )
        one = told(owner)["EUR"]
        sums = {name: counted.amount for name, counted in one.by_age.items()}
        assert sums == {
            "not_due": D("1.20"),
            "days_30": D("7.20"),
            "days_60": D("28.80"),
            "days_90": D("38.40"),
            "older": D("76.80"),
        }
        assert one.owed.amount == sum(sums.values()) and one.owed.count == 7
        assert one.overdue.amount == one.owed.amount - D("1.20")

    def test_it_is_expected_when_the_client_usually_pays(self, owner: Actor) -> None:
        late, prompt = client(owner), client(owner, name="Точен", eik="175074752")
        paid_after(owner, late, 10)
        paid_after(owner, late, 13)  # 11.5 days on average: twelve
        issued(owner, late, due_date=ON)  # expected on Monday the 30th, two weeks on
        issued(owner, prompt, due_date=ON, items=(line("1", "50"),))  # never paid yet: by the due date
        one = told(owner)["EUR"]
        assert [week.monday for week in one.weeks[:3]] == [date(2026, 3, 16 + 7 * n) for n in range(3)]
        assert [week.amount for week in one.weeks[:3]] == [D("60.00"), D(0), D("120.00")]
        assert one.weeks[-1].by_then == D("180.00") == one.owed.amount

    def test_what_should_have_come_by_now_is_not_promised(self, owner: Actor) -> None:
        buyer = client(owner)
        issued(owner, buyer, due_date=AT.date())
        issued(owner, buyer, due_date=ON + timedelta(days=400))
        one = told(owner)["EUR"]
        assert (one.late_of_habit, one.later, one.weeks[-1].by_then) == (D("120.00"), D("120.00"), D(0))

    def test_a_merged_client_has_one_habit(self, owner: Actor) -> None:
        kept, absorbed = client(owner), client(owner)
        paid_after(owner, absorbed, 14)
        issued(owner, kept, due_date=ON)
        assert told(owner)["EUR"].weeks[0].amount == D("120.00")
        merge_companies(kept_id=kept.pk, absorbed_id=absorbed.pk, by=owner, at=AT)
        assert told(owner)["EUR"].weeks[2].amount == D("120.00")

    def test_money_that_waits_is_somebody_s_credit_or_nobody_s(self, owner: Actor) -> None:
        buyer = client(owner)
        payment(owner, "30.00", company_id=buyer.pk)
        payment(owner, "5.00")
        payment(owner, "7.00", currency="CHF")
        euro, franc = told(owner)["EUR"], told(owner)["CHF"]
        assert (euro.credits.amount, euro.credits.count) == (D("30.00"), 1)
        assert (euro.unmatched.amount, franc.unmatched.amount) == (D("5.00"), D("7.00"))
        assert franc.owed.count == 0 and euro.owed.amount == 0

    def test_one_sees_what_one_may_see(self, owner: Actor, user: Actor) -> None:
        issued(owner)
        assert told(user) == {}


@pytest.mark.parametrize("seed", range(3))
def test_as_a_plain_computation_says(seed: int, owner: Actor, in_alpha: OrganizationRef) -> None:
    teller = random.Random(seed)
    buyers = [client(owner, name=f"К{n}", eik="") for n in range(4)]
    Company.objects.update(country="DE")
    for _one in range(25):
        buyer, day = teller.choice(buyers), ON + timedelta(days=teller.randrange(-120, 120))
        invoice = issued(
            owner,
            buyer,
            series=another_series(),
            issue_date=min(day, AT.date()),
            due_date=day,
            items=(line("1", str(teller.randrange(1, 999)), "20"),),
            currency=teller.choice(("EUR", "EUR", "USD")),
        )
        share = teller.choice((0, 0, 1, 2))
        if share:
            whole = invoice.total if share == 2 else (invoice.total / 2).quantize(D("0.01"))
            came = payment(owner, str(whole), currency=invoice.currency, company_id=buyer.pk)
            at = AT + timedelta(days=teller.randrange(-40, 40))
            allocate_payment(payment_id=came.pk, invoice_id=invoice.pk, amount=whole, by=owner, at=at)
    waits, owed = defaultdict(list), defaultdict(Decimal)
    weeks: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for invoice in Invoice.objects.all():
        if invoice.paid_at and invoice.due_date:
            waits[invoice.company_id].append((invoice.paid_at.date() - invoice.due_date).days)
    for invoice in Invoice.objects.all():
        if left := invoice.outstanding:
            assert invoice.due_date
            habit = waits[invoice.company_id]
            delay = D(sum(habit)) / len(habit) if habit else None
            owed[invoice.currency] += left
            weeks[invoice.currency][week_of(expected_on(invoice.due_date, delay), ON)] += left
    found = told(owner)
    assert {code: one.owed.amount for code, one in found.items() if one.owed.count} == dict(owed)
    for code, one in found.items():
        assert one.late_of_habit == weeks[code][BEFORE_NOW] and one.later == weeks[code][WEEKS]
        assert [week.amount for week in one.weeks] == [weeks[code][number] for number in range(WEEKS)]
        assert one.weeks[-1].by_then + one.late_of_habit + one.later == one.owed.amount


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_every_day_has_its_week(day: date, on: date) -> None:
    number = week_of(day, on)
    if day < on:
        assert number == BEFORE_NOW
    elif number < WEEKS:
        monday = monday_of(on) + timedelta(weeks=number)
        assert monday <= day < monday + timedelta(days=7)
    else:
        assert day >= monday_of(on) + timedelta(weeks=WEEKS)


def test_ages_follow_each_other_without_a_gap() -> None:
    bounds = list(AGES.values())
    assert bounds[0][0] == 1 and bounds[-1][1] is None
    assert [(end or 0) + 1 for _begin, end in bounds[:-1]] == [begin for begin, _end in bounds[1:]]
    assert NOT_DUE not in AGES


def test_the_figures_lead_to_the_lists_that_they_count(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    on, buyer = clock.today(in_alpha.time_zone), client(owner)
    for days in (0, 1, 45, 75, 200):
        day = on - timedelta(days=days)
        issued(owner, buyer, at=clock.now(), series=another_series(), issue_date=day, due_date=day)
    payment(owner, "5.00")
    payment(owner, "6.00", company_id=buyer.pk)
    page = browser.get("/money/")
    (shown,) = page.context["shown"]
    one = shown["money"]
    pairs = [
        (shown["owed_url"], one.owed),
        (shown["overdue_url"], one.overdue),
        (shown["unmatched_url"], one.unmatched),
        (shown["credits_url"], one.credits),
        *((url, counted) for _name, counted, url in shown["ages"]),
    ]
    html = unescape(page.content.decode())
    for url, counted in pairs:
        assert url in html or not counted.count
        listed = browser.get(url).context["list"]
        assert len(listed.rows) == counted.count, url
    assert 'data-chart="line"' in html and urlsplit(shown["owed_url"]).path == "/invoices/"


def test_an_empty_page_says_what_will_live_here(browser: Client, in_alpha: OrganizationRef) -> None:
    assert "Nothing is owed, and nothing waits" in browser.get("/money/").content.decode()


def test_it_asks_the_database_little(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, django_assert_max_num_queries: Any
) -> None:
    for currency in ("EUR", "USD", "CHF"):
        issued(owner, client(owner, name=currency), currency=currency)
    browser.get("/money/")
    with django_assert_max_num_queries(8):
        browser.get("/money/")


def test_over_the_api(
    api: Client, api_of: Callable[..., Client], in_alpha: OrganizationRef, owner: Actor
) -> None:
    issued(owner, due_date=clock.today(ZONE) + timedelta(days=1))
    (one,) = api.get("/api/v1/money/").json()["items"]
    assert (one["currency"], one["owed"]) == ("EUR", {"amount": "120.00", "count": 1})
    assert one["by_age"]["not_due"]["count"] == 1 and one["weeks"][-1]["by_then"] == "120.00"
    assert api_of(in_alpha, Role.USER).get("/api/v1/money/").status_code == 403
