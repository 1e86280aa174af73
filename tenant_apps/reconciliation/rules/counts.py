"""The figures of a statement, by the words under which they are kept. Pure."""

from collections.abc import Mapping

ADDED, SEEN, PENDING, INFORMATION, FAILED = "added", "seen", "pending", "information", "failed"
# Of those added: payments that found their invoices, money that another door had recorded, and what waits.
LINKED, RECORDED_BEFORE, TRANSFERS, BY_RULE, REVERSALS, OUT, ASKED = (
    "linked",
    "recorded_before",
    "transfers",
    "by_rule",
    "reversals",
    "out",
    "asked",
)
PAYMENTS = "payments"
ALL = (
    ADDED,
    SEEN,
    PENDING,
    INFORMATION,
    FAILED,
    PAYMENTS,
    LINKED,
    RECORDED_BEFORE,
    TRANSFERS,
    BY_RULE,
    REVERSALS,
    OUT,
    ASKED,
)


def done_of(counts: Mapping[str, int]) -> int:
    """How many entries were looked at."""
    return sum(counts.get(name, 0) for name in (ADDED, SEEN, PENDING, INFORMATION, FAILED))


def asked_of(counts: Mapping[str, int]) -> int:
    """How many of the lines added somebody has to look at: those in doubt, and money without an invoice."""
    return counts.get(ASKED, 0) + counts.get(PAYMENTS, 0) - counts.get(LINKED, 0)
