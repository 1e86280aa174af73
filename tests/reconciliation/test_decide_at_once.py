"""Two people at one line: one wins, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from shared_apps.accounts.queries import actor_of
from shared_apps.core.errors import Refused
from tenant_apps.invoices.models import Allocation
from tenant_apps.reconciliation.operations import AlreadyDecided, accept_candidate, mark_waiting
from tenants.context import in_organization
from tests.conftest import member_of
from tests.invoices.stories import AT, fresh, issued, payment
from tests.reconciliation.bench import brought
from tests.reconciliation.conftest import Till
from tests.reconciliation.samples import Move


def race(organization, *acts):
    """Do all of these at the same moment, each in a thread of its own; what each came to."""
    start = Barrier(len(acts))

    def run(act):
        try:
            with in_organization(organization):
                start.wait()
                act()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(run, acts))


def two_of(organization):
    """Two who may decide."""
    return [actor_of(member_of(organization, role)) for role in ("owner", "manager")]


def test_one_payment_is_linked_by_one_of_two(in_committed_alpha):
    owner, manager = two_of(in_committed_alpha)
    one, two, money = issued(owner), issued(owner), payment(owner)
    acts = [
        lambda by=by, invoice=invoice: accept_candidate(
            payment_id=money.pk, invoice_id=invoice.pk, by=by, at=AT
        )
        for by, invoice in ((owner, one), (manager, two))
    ]

    told = race(in_committed_alpha, *acts)

    assert [type(one) for one in told if one] == [AlreadyDecided]
    assert Allocation.objects.count() == 1 and fresh(money).unallocated == 0


def test_one_line_is_marked_by_one_of_two(in_committed_alpha, at, run_jobs):
    owner, manager = two_of(in_committed_alpha)
    (line,) = brought(Till(owner, at, run_jobs), Move("-12.50", name="Банка", iban="", text="Такса"))
    acts = [
        lambda by=by, said=said: mark_waiting(item_id=line.pk, explanation=said, by=by, at=at)
        for by, said in ((owner, "fee"), (manager, "not_ours"))
    ]
    told = race(in_committed_alpha, *acts)
    assert [type(one) for one in told if one] == [AlreadyDecided]
