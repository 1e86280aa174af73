from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared_apps.core.cells import DAY_FIRST
from tenant_apps.reconciliation.rules.entries import BOOKED

CAMT, SWIFT, CSV, XLSX = "camt053", "mt940", "csv", "xlsx"
TABLES = (CSV, XLSX)
MAX_ENTRIES = 50_000


@dataclass
class SourcePart:
    """What a file says of one account: its number (one of `may_be` where several stand above a table), the
    number of the statement and its balances, as far as they are told.
    """

    account: str = ""
    may_be: tuple[str, ...] = ()
    currency: str = ""
    number: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    opened_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True)
class SourceEntry:
    """An entry of a file. `part` is the place of its SourcePart, `place` where a person finds it in the file,
    `texts` what it says by the names of `rules.entries`; `problem` is set when it is itself broken.
    """

    part: int
    place: str
    texts: Mapping[str, str] = field(default_factory=dict)
    status: str = BOOKED
    is_reversal: bool = False
    problem: tuple[str, str] | None = None


@dataclass
class StatementFile:
    """A file taken apart. `mark`: the decimal sign of its amounts; `date_order`: how its days are written."""

    parts: list[SourcePart] = field(default_factory=list)
    entries: list[SourceEntry] = field(default_factory=list)
    mark: str = "."
    date_order: str = DAY_FIRST
