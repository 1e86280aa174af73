"""From which turnover on one has to register for VAT: dated rows.

Source: чл. 96, ал. 1 ЗДДС, as it stands since 1 January 2026. The turnover of a calendar year counts, without
exempt supplies (чл. 96, ал. 2) and without supplies whose place is abroad.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# Treatments whose supplies do not count.
NOT_COUNTED = frozenset({"exempt", "services_abroad", "eu_services"})


@dataclass(frozen=True, slots=True)
class Threshold:
    """`amount` in euro per calendar year, from the day `since` on."""

    amount: Decimal
    since: date


THRESHOLDS = (Threshold(Decimal("51130.00"), date(2026, 1, 1)),)


def threshold_on(day: date) -> Threshold | None:
    """The row that is law on a day; None before the first."""
    return next((row for row in reversed(THRESHOLDS) if row.since <= day), None)
