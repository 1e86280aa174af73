"""How good matching is: 10,000 payments with known answers: `python -m deploy.bench.matching_quality`.

Precision and recall of what is linked without asking, and how often the right invoice is among the five
suggestions for the others, by the kind of payment. Exit code 1 when a promise is broken.
"""

import argparse
import sys

from deploy.bench.matching_set import MatchingSet, Outcome, in_all, judge, write
from deploy.bench.organizations import django_on, furnish
from deploy.bench.reconcile import BATCH, inside

LEAST_RECALL, LEAST_TOLD = 0.95, 0.95


def main() -> int:
    options = _options()
    with django_on(None):
        furnish(1)
        with inside() as by:
            outcomes, complaints = _judged(options, by)
    for kind, outcome in outcomes.items():
        print(_line(kind, outcome))
    whole = in_all(outcomes.values())
    print(_line("in all", whole))
    for complaint in complaints[: options.complaints]:
        print(complaint)
    kept = whole.precision == 1 and whole.recall >= LEAST_RECALL and whole.told >= LEAST_TOLD
    return 0 if kept else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--complaints", type=int, default=20, help="how many wrong answers to print")
    return parser.parse_args()


def _judged(options: argparse.Namespace, by: object) -> tuple[dict[str, Outcome], list[str]]:
    from shared_apps.core import clock
    from tenant_apps.reconciliation.operations import match_payments

    made = MatchingSet(options.lines, options.seed)
    written = write(made, clock.now())
    for start in range(0, len(written.payments), BATCH):
        ids = written.payments[start : start + BATCH]
        match_payments(payment_ids=ids, by=by, at=clock.now())  # type: ignore[arg-type]
    return judge(made, written, by)


def _line(kind: str, outcome: Outcome) -> str:
    return (
        f"{kind:20} {outcome.count:6} payments, {outcome.linked:6} of {outcome.to_link:6} linked,"
        f" {outcome.wrong:3} wrongly; precision {outcome.precision:7.2%}, recall {outcome.recall:7.2%};"
        f" the right one suggested for {outcome.suggested:5} of {outcome.to_suggest:5} ({outcome.told:7.2%})"
    )


if __name__ == "__main__":
    sys.exit(main())
