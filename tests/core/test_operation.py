"""What an operation does when another one stands in its way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from uuid import UUID

import pytest
from django.db import OperationalError, connections, transaction

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.operation import REGISTER, operation
from tenant_apps.invoices.models import Payment
from tenants.context import in_organization
from tests.invoices.stories import AT, payment


@pytest.fixture
def both_held() -> Barrier:
    return Barrier(2, timeout=20)


@pytest.fixture(autouse=True)
def _register_as_it_was() -> Iterator[None]:
    before = dict(REGISTER)
    yield
    REGISTER.clear()
    REGISTER.update(before)


def touching(both_held: Barrier):
    """An operation that touches two payments, and waits between them at its first try."""

    @operation(permission=None, event=None, why="a test")
    def touch(*, first: UUID, second: UUID, tries: list[UUID], by: Actor, at: datetime) -> None:
        tries.append(first)
        Payment.objects.filter(pk=first).update(updated_at=at, unmatched_reason=str(first))
        if len([one for one in tries if one == first]) == 1:
            both_held.wait()
        Payment.objects.filter(pk=second).update(updated_at=at, unmatched_reason=str(first))

    return touch


def test_of_two_in_each_other_s_way_both_get_through(in_committed_alpha, both_held):
    by = system_actor()
    one, two = (payment(by).pk for _ in range(2))
    touch, tries = touching(both_held), []

    def run(order):
        try:
            with in_organization(in_committed_alpha):
                touch(first=order[0], second=order[1], tries=tries, by=by, at=AT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as people:
        list(people.map(run, [(one, two), (two, one)]))
    assert sorted(map(tries.count, {one, two})) == [1, 2]
    assert len(set(Payment.objects.values_list("unmatched_reason", flat=True))) == 1


def test_inside_another_s_transaction_it_begins_nothing_again(in_alpha):
    tries = []

    @operation(permission=None, event=None, why="a test")
    def fail(*, by: Actor) -> None:
        tries.append(by)
        raise OperationalError from type("Ended", (Exception,), {"sqlstate": "40P01"})()

    with pytest.raises(OperationalError), transaction.atomic():
        fail(by=system_actor())
    assert len(tries) == 1
