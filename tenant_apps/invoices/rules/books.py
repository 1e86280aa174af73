"""What the books are made of: months, how old a debt is, and where a sale stands in the sales ledger.

The ledger is appendix 10 of ППЗДДС: a box of base and, where VAT is charged, a box of VAT per treatment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from tenant_apps.invoices.rules.states import CREDIT_NOTE, DEBIT_NOTE, INVOICE
from tenant_apps.invoices.rules.totals import ZERO

# How old a debt is, in days after its due day: name → from, to (None: without end).
BUCKETS: Mapping[str, tuple[int | None, int | None]] = {
    "not_due": (None, 0),
    "days_30": (1, 30),
    "days_60": (31, 60),
    "days_90": (61, 90),
    "older": (91, None),
}
DOCUMENT_TYPES = {INVOICE: "01", DEBIT_NOTE: "02", CREDIT_NOTE: "03"}
UNKNOWN_CLIENT = "9" * 15
# Treatment → box of the base, box of the VAT. What has no row here, the accountant places by hand.
BOXES: Mapping[str, tuple[str, str]] = {
    "standard": ("11", "21"),
    "reduced": ("13", "24"),
    "export": ("14", ""),
    "eu_goods": ("15", ""),
    "treated_as_export": ("16", ""),
    "eu_services": ("17", ""),
    "services_abroad": ("18", ""),
    "exempt": ("19", ""),
    "triangular": ("25", ""),
}
_CODE_OF_RATE = {Decimal(20): "standard", Decimal(9): "reduced"}
# Totals of a row: what is taxed at home, and all VAT.
TAXED_BOXES, VAT_BOXES = ("11", "12", "13", "14", "15", "16", "26"), ("21", "22", "23", "24")
BASE_TOTAL, VAT_TOTAL = "10", "20"


def boxes_of(code: str, rate: Decimal | None) -> tuple[str, str] | None:
    """Return the boxes of a treatment, None where none is known; a bare rate of 20 or 9 says enough."""
    return BOXES.get(code or _CODE_OF_RATE.get(rate or ZERO, ""))


def read_month(text: str) -> date | None:
    """Return the first day of "2026-03"; None for what is no month."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def month_end(month: date) -> date:
    """Return the last day of the month that begins on a day."""
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def month_before(day: date) -> date:
    """Return the first day of the month before that of a day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One document of the sales ledger, in euro: `boxes` by number; of `unplaced` the box is not known. An
    annulled one has no amounts.
    """

    type_code: str
    number: str
    issued_on: date
    client_number: str
    client_name: str
    description: str
    is_annulled: bool = False
    boxes: dict[str, Decimal] = field(default_factory=dict)
    unplaced: Decimal = ZERO

    def box(self, number: str) -> Decimal:
        """Return what stands in a box; the totals are those of the boxes that they sum up."""
        summed = {BASE_TOTAL: TAXED_BOXES, VAT_TOTAL: VAT_BOXES}.get(number)
        return sum((self.box(one) for one in summed), ZERO) if summed else self.boxes.get(number, ZERO)

    def put(self, code: str, rate: Decimal | None, base: Decimal, vat: Decimal) -> "LedgerRow":
        """Return the row with a VAT group of its document added."""
        places = boxes_of(code, rate)
        if places is None:
            return replace(self, unplaced=self.unplaced + base)
        boxes = dict(self.boxes)
        for place, amount in zip(places, (base, vat), strict=True):
            if place:
                boxes[place] = boxes.get(place, ZERO) + amount
        return replace(self, boxes=boxes)


def box_totals(rows: Iterable[LedgerRow], boxes: Iterable[str]) -> dict[str, Decimal]:
    """Return box → sum over the rows."""
    kept = tuple(rows)
    return {box: sum((row.box(box) for row in kept), ZERO) for box in boxes}


def forecast_day(
    *, turnover: Decimal, recent: Decimal, recent_days: int, most: Decimal, on: date
) -> date | None:
    """Return the day on which turnover reaches `most` at the pace of the last days, this year or not at all
    (None). `recent` is what was turned over in `recent_days`.
    """
    if turnover >= most:
        return on
    if recent <= 0:
        return None
    days = ceil((most - turnover) * recent_days / recent)
    reached = on + timedelta(days=min(days, 366))
    return reached if reached.year == on.year else None
