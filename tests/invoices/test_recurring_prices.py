"""Other prices from a day on: for one, for many, dropped again."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core.actors import system_actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.invoices.events import RecurringEvent
from tenant_apps.invoices.models import RecurringInvoice, RecurringItem, RecurringTerms
from tenant_apps.invoices.operations import (
    RecurringEnded,
    TermsHold,
    drop_terms,
    end_recurring_invoice,
    generate_occurrence,
    plan_terms,
    raise_prices,
)
from tenant_apps.invoices.queries import (
    raise_preview,
    recurring_to_raise,
    terms_on,
    upcoming,
    visible_recurring_invoice,
)
from tests.invoices.recurring import FIRST, made_by, morning_of, recurring
from tests.invoices.stories import AT, client, events_of, fresh, line

pytestmark = pytest.mark.usefixtures("in_alpha")
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def amounts(one, owner, count=4):
    planned = upcoming(visible_recurring_invoice(one.pk, owner), today=AT.date(), count=count)
    return [str(each.terms.total) for each in planned]


def plan(one, owner, from_on, amount, at=AT):
    items = (line(unit_price=amount),)
    return plan_terms(recurring_id=one.pk, from_on=from_on, items=items, by=owner, at=at)


def raised(owner, percent, from_on, *rows, at=AT):
    ids = [one.pk for one in rows]
    return raise_prices(recurring_ids=ids, percent=Decimal(percent), from_on=from_on, by=owner, at=at)


def test_planned_prices_hold_from_their_day_on(owner):
    one = recurring(owner)
    plan(one, owner, JUNE, "150")
    assert amounts(one, owner) == ["120.00", "120.00", "180.00", "180.00"]
    assert (fresh(one).total, events_of(one)[-1]) == (Decimal("120.00"), RecurringEvent.TERMS_PLANNED)
    for day in (FIRST, date(2026, 5, 1), JUNE):
        by = system_actor(owner.organization_id)
        generate_occurrence(recurring_id=one.pk, occurs_on=day, by=by, at=morning_of(day))
    assert [str(invoice.total) for invoice in made_by(one)] == ["120.00", "120.00", "180.00"]
    assert (fresh(one).total, fresh(one).annual_value) == (Decimal("180.00"), Decimal("1800.00"))


def test_planned_again_for_the_same_day_the_later_word_counts(owner):
    one = recurring(owner)
    plan(one, owner, JUNE, "150"), plan(one, owner, JUNE, "160")
    assert amounts(one, owner)[2:] == ["192.00", "192.00"]
    assert RecurringTerms.objects.filter(recurring=one).count() == 2


def test_planned_prices_can_be_dropped_until_they_hold(owner):
    one = recurring(owner)
    terms = plan(one, owner, JUNE, "150")
    drop_terms(terms_id=terms.pk, by=owner, at=AT)
    assert amounts(one, owner) == ["120.00"] * 4 and events_of(one)[-1] == RecurringEvent.TERMS_DROPPED
    terms = plan(one, owner, JUNE, "150")
    with pytest.raises(TermsHold):
        drop_terms(terms_id=terms.pk, by=owner, at=morning_of(JUNE))
    with pytest.raises(TermsHold):
        first = RecurringTerms.objects.get(recurring=one, from_on=None)
        drop_terms(terms_id=first.pk, by=owner, at=AT)


@pytest.mark.parametrize("day", [date(2026, 3, 14), date(2040, 1, 1)])
def test_the_day_is_not_past_and_not_far(owner, day):
    with pytest.raises(Refused) as refusal:
        plan(recurring(owner), owner, day, "150")
    assert refusal.value.field == "from_on"


def test_a_percent_raises_many_at_once_and_once(owner):
    first = recurring(owner)
    second = recurring(owner, client(owner, eik="175074752"), items=(line("3", "9.99"), line("1", "0.1234")))
    for _time in range(2):  # the same form sent twice
        raised(owner, "3.5", JUNE, first, second)
    assert amounts(first, owner) == ["120.00", "120.00", "124.20", "124.20"]
    kept = RecurringItem.objects.filter(terms__recurring=second, terms__from_on=JUNE).order_by("position")
    assert [str(item.unit_price) for item in kept] == ["10.3400", "0.1277"]


def test_the_preview_says_what_the_act_does(owner):
    one = recurring(owner, items=(line("3", "9.99"), line("2", "4.5", "9")))
    rows, has_more = recurring_to_raise(owner)
    (told,) = raise_preview(rows, percent=Decimal("7.25"), from_on=JUNE)
    raised(owner, "7.25", JUNE, one)
    terms = terms_on(visible_recurring_invoice(one.pk, owner), JUNE)
    assert (told.after.total, told.before.total, has_more) == (terms.total, one.total, False)
    assert told.year_after - told.year_before == told.year_more > 0


def test_what_is_planned_for_later_stays_and_is_told(owner):
    one = recurring(owner)
    plan(one, owner, JULY, "200")
    (told,) = raise_preview(recurring_to_raise(owner)[0], percent=Decimal(10), from_on=JUNE)
    assert told.later == (JULY,)
    raised(owner, "10", JUNE, one)
    assert amounts(one, owner) == ["120.00", "120.00", "132.00", "240.00"]


def test_one_that_has_not_begun_is_raised_too(owner):
    one = recurring(owner, starts_on=JULY)
    raised(owner, "10", JUNE, one)
    assert amounts(one, owner, 2) == ["132.00", "132.00"] and fresh(one).total == Decimal("132.00")


@pytest.mark.parametrize("percent", ["0", "-91", "1000.01", "1.005"])
def test_a_percent_that_cannot_be_is_refused(owner, percent):
    one = recurring(owner)
    with pytest.raises(Refused) as refusal:
        raised(owner, percent, JUNE, one)
    assert refusal.value.field == "percent"


def test_all_are_raised_or_none(owner, manager, user):
    one, ended = recurring(owner), recurring(owner, client(owner, eik="175074752"))
    end_recurring_invoice(recurring_id=ended.pk, by=owner, at=AT)
    with pytest.raises(RecurringEnded):
        raised(owner, "10", JUNE, one, ended)
    assert RecurringTerms.objects.filter(from_on=JUNE).count() == 0
    with pytest.raises(Refused):
        raised(owner, "10", JUNE)
    with pytest.raises(RecurringInvoice.DoesNotExist):
        raised(user, "10", JUNE, one)


def test_a_user_raises_their_own_drafts_only(owner, user):
    theirs, issuing = recurring(user, client(user)), recurring(user, client(user, eik="175074752"))
    recurring(owner)
    RecurringInvoice.objects.filter(pk=issuing.pk).update(way="issue")
    assert [one.pk for one in recurring_to_raise(user)[0]] == [theirs.pk]
    with pytest.raises(NotAllowed):
        raised(user, "10", JUNE, issuing)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    percents=st.lists(st.decimals(Decimal(-50), Decimal(50), places=2).filter(bool), min_size=1, max_size=3),
    prices=st.lists(st.decimals(Decimal("0.01"), Decimal(9_999), places=2), min_size=1, max_size=4),
)
def test_whatever_is_raised_no_line_is_off_by_more_than_rounding(owner, percents, prices):
    one = recurring(owner, items=tuple(line(unit_price=str(price)) for price in prices))
    day, exact = JUNE, list(prices)
    for percent in percents:
        raised(owner, str(percent), day, one)
        exact = [price * (100 + percent) / 100 for price in exact]
        day = day.replace(month=day.month + 1)
    terms = visible_recurring_invoice(one.pk, owner).terms.last()
    for item, wanted in zip(terms.items.all(), exact, strict=True):
        assert abs(item.unit_price - wanted) <= Decimal("0.03")
