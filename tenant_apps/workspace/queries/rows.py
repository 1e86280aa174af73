"""The rows of a list with their cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from shared_apps.core.addresses import NOBODY
from shared_apps.core.listing import Column, Kind, Offer, Reading
from shared_apps.core.money import Money
from tenant_apps.workspace.queries.organization import names_of


@dataclass(frozen=True)
class Cell:
    """One value of a row, as its column tells it. `text`: choices and people in words."""

    column: Column
    value: Any
    text: str
    currency: str
    edit_url: str


@dataclass(frozen=True)
class Row:
    record: Any
    url: str
    cells: list[Cell]

    @property
    def title(self) -> str:
        """What the row is called: its first cell."""
        return str(self.cells[0].value or self.record)


def rows_of(offer: Offer, columns: Sequence[Column], records: Sequence[Any]) -> Iterator[Row]:
    """Rows with their cells; what many rows share is asked once for all of them."""
    shared = {column.name: _shared(column, records, offer.reading) for column in columns}
    addresses = {column.name: _edit_address(offer, column) for column in columns}
    for record in records:
        cells = [
            _cell(offer, column, record, shared[column.name], addresses[column.name]) for column in columns
        ]
        yield Row(record, record.get_absolute_url(), cells)


def classes_of(column: Column) -> str:
    is_number = column.kind in (Kind.NUMBER, Kind.MONEY)
    return " ".join(filter(None, ("is-number" if is_number else "", "is-minor" if column.is_minor else "")))


def _shared(column: Column, records: Sequence[Any], reading: Reading) -> Mapping[Any, Any]:
    """What all rows of a page need for a column: their values, people's names, the words of choices."""
    if column.many is not None:
        return column.many(records, reading)
    if column.kind is Kind.PERSON:
        wanted = {column.read(record) for record in records} - reading.memory.setdefault("names", {}).keys()
        reading.memory["names"] |= dict.fromkeys(wanted, "") | names_of(wanted)
        names: Mapping[Any, Any] = reading.memory["names"]
        return names
    if column.choices is not None:
        return {str(value): str(label) for value, label in column.choices(reading)}
    return {}


def _edit_address(offer: Offer, column: Column) -> str:
    """Where the cells of a column are changed, with NOBODY in the place of the record; empty for none."""
    edit = offer.edits.get(column.name)
    return (
        reverse("record_cell", args=[offer.listing.entity, NOBODY, column.name])
        if edit and edit.in_cell
        else ""
    )


def _cell(offer: Offer, column: Column, record: Any, shared: Mapping[Any, Any], address: str) -> Cell:
    value = shared.get(record.pk) if column.many else column.read(record)
    text = (
        str(shared.get(value if column.kind is Kind.PERSON else str(value), ""))
        if shared and not column.many
        else ""
    )
    if column.many and column.choices and value not in (None, ""):
        words = {str(key): str(label) for key, label in column.choices(offer.reading)}
        text = ", ".join(
            words.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value])
        )
    edit_url = address and address.replace(NOBODY, str(record.pk))
    currency = str(getattr(record, column.currency, "")) if column.kind is Kind.MONEY else ""
    if isinstance(value, Money):
        return Cell(column, value.amount, text, value.currency, edit_url)
    return Cell(column, value, text, currency, edit_url)
