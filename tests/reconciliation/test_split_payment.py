"""One payment for several invoices, the amounts typed by a person."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core.errors import NotAllowed
from tenant_apps.invoices.operations.allocations import MoreThanOutstanding, MoreThanUnallocated
from tenant_apps.reconciliation.operations import (
    AlreadyDecided,
    NothingSplit,
    split_payment,
    undo_decision,
)
from tests.invoices.stories import AT, issued, payment
from tests.reconciliation.bench import D, left, paid, waits

pytestmark = pytest.mark.usefixtures("in_alpha")


def split(by, money, *parts, **more):
    told = [(invoice.pk, D(amount)) for invoice, amount in parts]
    return split_payment(payment_id=money.pk, parts=told, by=by, at=AT, **more)


def test_each_invoice_gets_its_part_and_undo_takes_them_all_back(owner):
    one, two, money = issued(owner), issued(owner), payment(owner, "200.00")

    decision = split(owner, money, (one, "120.00"), (two, "80.00"))

    assert (paid(one)[2], paid(two)[2], left(money)) == ("0.00", "40.00", "0.00")
    undo_decision(decision_id=decision.pk, by=owner, at=AT)
    assert (paid(one)[2], paid(two)[2], left(money)) == ("120.00", "120.00", "200.00")


def test_all_or_none(owner):
    one, two, money = issued(owner), issued(owner), payment(owner, "200.00")
    with pytest.raises(MoreThanOutstanding):
        split(owner, money, (one, "50.00"), (two, "120.01"))
    with pytest.raises(MoreThanUnallocated):
        split(owner, money, (one, "120.00"), (two, "80.01"))
    assert (paid(one)[0], paid(two)[0], left(money)) == ("0.00", "0.00", "200.00")


def test_nothing_is_no_split(owner):
    with pytest.raises(NothingSplit):
        split(owner, payment(owner))


def test_what_no_invoice_gets_waits(owner):
    one, money = issued(owner), payment(owner, "200.00")
    split(owner, money, (one, "120.00"))
    assert [item.left for item in waits(owner)] == [D("80.00")]


def test_who_comes_second_is_told(owner, manager):
    one, money = issued(owner), payment(owner)
    split(owner, money, (one, "120.00"))
    with pytest.raises(AlreadyDecided):
        split(manager, money, (issued(owner), "10.00"))
    with pytest.raises(AlreadyDecided):
        split(manager, payment(owner), (issued(owner), "10.00"), left=D("1.00"))


def test_only_who_matches_payments_may(owner, user):
    with pytest.raises(NotAllowed):
        split(user, payment(owner), (issued(owner), "1.00"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 12000), min_size=1, max_size=4))
def test_no_cent_is_lost(owner, cents):
    invoices = [issued(owner) for _ in cents]
    money = payment(owner, str(D(sum(cents)) / 100))
    parts = [(one, str(D(amount) / 100)) for one, amount in zip(invoices, cents, strict=True)]
    decision = split(owner, money, *parts)
    assert left(money) == "0.00"
    assert sum(D(paid(one)[0]) for one in invoices) == D(sum(cents)) / 100
    undo_decision(decision_id=decision.pk, by=owner, at=AT)
    assert D(left(money)) == money.amount and {paid(one)[0] for one in invoices} == {"0.00"}
