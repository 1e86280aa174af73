"""What rows do to records, told."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared_apps.core.search import order_key
from tenant_apps.imports.models import ImportRow
from tenant_apps.imports.operations.details import NAMES
from tenant_apps.workspace.models import ChangedRecord

MISSING, PRESENT = "missing", "present"
# What stands for the details of a record that an earlier row of a rehearsal made and that is gone again.
PLACEHOLDERS: dict[str, dict[str, Any]] = {
    "company": {"name": "—"},
    "contact": {"first_name": "—"},
    "deal": {"name": "—"},
    "product": {"name": "—", "unit_price": 0},
}


@dataclass
class Touch:
    """What a row did to one record. `what`: an outcome, `missing` or `present`; `noted`: by what later rows
    recognise a record that this one makes, and what it holds.
    """

    entity: str
    what: str
    pk: UUID | None = None
    label: str = ""
    number: int | None = None
    old: dict[str, Any] | None = None
    new: dict[str, Any] = field(default_factory=dict)
    noted: tuple[dict[str, Any], dict[str, int]] | None = None
    record: Any = None


@dataclass
class Batch:
    """What became of some rows."""

    rows: list[ImportRow] = field(default_factory=list)
    changes: list[ChangedRecord] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def hashes_of(values: dict[str, Any]) -> dict[str, int]:
    """What a row gives a record, in little."""
    return {name: hash(order_key(value) if name in NAMES else repr(value)) for name, value in values.items()}
