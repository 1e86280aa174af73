"""How good matching is, on a set with known answers; the large one is `deploy.bench.matching_quality`."""

from deploy.bench.matching_set import MatchingSet, in_all, judge, write
from shared_apps.core.actors import system_actor
from tenant_apps.reconciliation.operations import match_payments
from tests.invoices.stories import AT


def test_no_link_is_wrong_and_few_are_missed(in_alpha, owner):
    made = MatchingSet(500)
    written = write(made, AT)
    match_payments(payment_ids=written.payments, by=system_actor(in_alpha.id), at=AT)
    outcomes, complaints = judge(made, written, owner)
    whole = in_all(outcomes.values())
    assert whole.count == 500 and whole.to_link > 300 and whole.to_suggest > 80
    assert whole.precision == 1, complaints
    assert whole.recall >= 0.95, complaints
    assert whole.told >= 0.95, complaints
