"""Statements as tables: what each row says under columns to which somebody, or a guess, gave a meaning."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice

from django.utils.translation import gettext as _

from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.cells import DAY_FIRST, MONTH_FIRST, NotReadable, read_date, slash_evidence
from shared_apps.core.tables import Reading, SourceRow, Unusable, headers_and_rows, headers_key, rows_in
from tenant_apps.reconciliation.adapters.shapes import MAX_ENTRIES, SourceEntry, SourcePart, StatementFile
from tenant_apps.reconciliation.rules.amounts import decimal_mark_of, read_amount
from tenant_apps.reconciliation.rules.entries import BOOKED, INFORMATION, PENDING, goes_out
from tenant_apps.reconciliation.rules.headers import (
    REPEATABLE,
    balance_told,
    guess_mapping,
    is_enough,
    is_summary,
)

SAMPLES, SAMPLE_LENGTH, _LOOKED_AT = 3, 60, 60
_MONEY = ("amount", "debit", "credit")
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b")
_PENDING = re.compile(
    r"(pending|authori[sz]ed|hold|blokiran|rezerv|izchakva|v obrabotka|chaka|neoschetovoden|in progress)"
)
_NEVER_HAPPENED = re.compile(
    r"(reverted|declined|failed|cancel|rejected|expired|otkaz|anuliran|neuspesh|varnat)"
)


@dataclass(frozen=True)
class Columns:
    """What a table looks like: its headers, a few values of each, and a key by which it is known again."""

    headers: list[str]
    samples: list[list[str]]
    key: str
    row_count: int
    date_order: str


def find_header_row(content: bytes, reading: Reading) -> Reading:
    """The reading with the row that names days and amounts as its headers, where there is such a row."""
    for row in islice(rows_in(content, reading), _LOOKED_AT):
        if not row.problem and is_enough(guess_mapping(row.cells)):
            return replace(reading, header_row=row.number)
    return reading


def columns_of(content: bytes, reading: Reading) -> Columns:
    """Look at a table. Raises `Unusable`."""
    headers, rows = headers_and_rows(rows_in(content, reading), reading)
    samples: list[list[str]] = [[] for _header in headers]
    slashed: list[str] = []
    count = 0
    for row in rows:
        count += 1
        for place, text in enumerate(row.cells[: len(headers)]):
            if text and len(samples[place]) < SAMPLES and text[:SAMPLE_LENGTH] not in samples[place]:
                samples[place].append(text[:SAMPLE_LENGTH].replace("\x00", ""))
            if len(text) <= 20 and ("/" in text or "-" in text):
                slashed.append(text)
    if not count:
        raise Unusable(message=_("There is no row below the headers."))
    if count > MAX_ENTRIES:
        raise Unusable(message=_("The file has more than %(most)d rows. Split it.") % {"most": MAX_ENTRIES})
    order = slash_evidence(slashed)
    return Columns(
        headers, samples, headers_key(headers), count, order if order == MONTH_FIRST else DAY_FIRST
    )


def read_table(content: bytes, reading: Reading, mapping: Sequence[str], date_order: str) -> StatementFile:
    """Everything that the table says. A part for each currency that its rows name. Raises `Unusable`."""
    above = _above(content, reading)
    headers, rows = headers_and_rows(rows_in(content, reading), reading)
    table = _Table(headers, mapping, list(rows), date_order)
    found = StatementFile(mark=table.mark, date_order=date_order)
    ibans = tuple(dict.fromkeys(iban for row in above for iban in _ibans_in(row)))
    for currency in table.currencies() or [""]:
        part = SourcePart(account=ibans[0] if len(ibans) == 1 else "", may_be=ibans, currency=currency)
        found.parts.append(part)
    for row in table.rows:
        found.entries += table.entries_of(row)
    if len(found.parts) == 1:
        table.take_balances(found, above)
    return found


class _Table:
    def __init__(
        self, headers: Sequence[str], mapping: Sequence[str], rows: list[SourceRow], date_order: str
    ) -> None:
        self.headers, self.mapping, self.date_order = list(headers), list(mapping), date_order
        self.rows = [row for row in rows if row.problem or not is_summary(_first(row.cells))]
        self.below = [row.cells for row in rows if not row.problem and is_summary(_first(row.cells))]
        self.mark = decimal_mark_of(
            text for row in self.rows for name in (*_MONEY, "balance") for text in self._cells(row, name)
        )
        self._parts = {currency: place for place, currency in enumerate(self.currencies() or [""])}

    def currencies(self) -> list[str]:
        named = (self._first_of(row, "currency").upper() for row in self.rows)
        return list(dict.fromkeys(code for code in named if re.fullmatch(r"[A-Z]{3}", code)))

    def entries_of(self, row: SourceRow) -> Iterator[SourceEntry]:
        """The entry of a row, and one for the fee that stands beside it, called as the file calls it: what a
        line says is the same whoever reads it in. A row that names neither a day nor an amount tells no
        movement.
        """
        place = str(row.number)
        if row.problem:
            yield SourceEntry(0, place, {}, problem=("text", "quote"))
            return
        texts = {name: self._value(row, name) for name in dict.fromkeys(self.mapping) if name}
        if not any(texts.get(name) for name in ("booked_on", *_MONEY)):
            return
        part = self._parts.get(texts.get("currency", "").upper(), 0)
        status = _status_of(texts.pop("status", ""))
        fee, _balance = texts.pop("fee", ""), texts.pop("balance", "")
        yield SourceEntry(part, place, texts, status)
        if status == BOOKED and self._is_money(fee):
            told = {name: text for name, text in texts.items() if name not in {*_MONEY, "direction"}}
            called = self.headers[self.mapping.index("fee")]
            told["text"] = f"{called}: {texts.get('text', '')}".rstrip(": ")
            yield SourceEntry(part, f"{place}.1", told | {"amount": fee, "direction": "d"})

    def take_balances(self, found: StatementFile, above: list[list[str]]) -> None:
        """From rows that tell them, else from the column of the running balance."""
        part = found.parts[0]
        for cells in (*above, *self.below):
            name = balance_told(_first(cells))
            if name:
                setattr(part, name, self._last_number(cells))
        if part.opening is None or part.closing is None:
            part.opening, part.closing = self._by_running_balance() or (part.opening, part.closing)
        days = sorted(filter(None, (self._day(row) for row in self.rows if not row.problem)))
        if days:
            part.opened_on, part.closed_on = days[0], days[-1]

    def _by_running_balance(self) -> tuple[Decimal, Decimal] | None:
        """Opening and closing as the balance after each row tells them, whichever end is the newest."""
        steps = []
        for row in self.rows:
            moved, balance = self._moved(row), self._number(self._first_of(row, "balance"))
            if moved is not None and balance is not None:
                steps.append((moved, balance))
        for told in (steps, steps[::-1]):
            if len(told) > 1 and told[1][1] == told[0][1] + told[1][0]:
                return told[0][1] - told[0][0], told[-1][1]
        return (steps[0][1] - steps[0][0], steps[0][1]) if len(steps) == 1 else None

    def _moved(self, row: SourceRow) -> Decimal | None:
        """What a booked row does to the balance, with its fee."""
        if row.problem or _status_of(self._first_of(row, "status")) != BOOKED:
            return None
        debit, credit = (self._number(self._first_of(row, name)) for name in ("debit", "credit"))
        moved = self._number(self._first_of(row, "amount"))
        if moved is None and (debit is not None or credit is not None):
            moved = (credit or Decimal(0)) - abs(debit or Decimal(0))
        direction = self._first_of(row, "direction")
        if moved is not None and direction:
            moved = -abs(moved) if goes_out(direction) else abs(moved)
        fee = self._number(self._first_of(row, "fee"))
        return None if moved is None else moved - abs(fee or Decimal(0))

    def _value(self, row: SourceRow, name: str) -> str:
        cells = self._cells(row, name)
        if name == "text":
            return " ".join(dict.fromkeys(cells))
        return cells[0] if cells else ""

    def _first_of(self, row: SourceRow, name: str) -> str:
        return next(iter(self._cells(row, name)), "")

    def _cells(self, row: SourceRow, name: str) -> list[str]:
        found = (
            row.cells[place].strip()
            for place, target in enumerate(self.mapping)
            if target == name and place < len(row.cells)
        )
        return (
            [text for text in found if text] if name in REPEATABLE else [text for text in found if text][:1]
        )

    def _day(self, row: SourceRow) -> date | None:
        try:
            return read_date(self._first_of(row, "booked_on"), self.date_order)
        except NotReadable:
            return None

    def _number(self, text: str) -> Decimal | None:
        try:
            return read_amount(text, self.mark)[0]
        except NotReadable:
            return None

    def _is_money(self, text: str) -> bool:
        """Whether a fee stands there: what cannot be read is one too, to be told as an error."""
        return bool(text) and self._number(text) != 0

    def _last_number(self, cells: list[str]) -> Decimal | None:
        numbers = (self._number(cell) for cell in reversed(cells[1:] or _after_colon(cells)) if cell)
        return next((number for number in numbers if number is not None), None)


def _above(content: bytes, reading: Reading) -> list[list[str]]:
    """The rows that stand over the headers."""
    over: list[list[str]] = []
    for row in rows_in(content, reading):
        if row.number >= reading.header_row:
            break
        over.append(row.cells)
    return over


def _ibans_in(cells: Iterable[str]) -> Iterator[str]:
    for cell in cells:
        for found in _IBAN.findall(cell.upper()):
            number = normalize_iban(found)
            while len(number) >= 15 and not is_valid_iban(number):
                number = number[:-1]
            if len(number) >= 15:
                yield number


def _status_of(text: str) -> str:
    words = fold(text)
    if _NEVER_HAPPENED.search(words):
        return INFORMATION
    return PENDING if _PENDING.search(words) else BOOKED


def _first(cells: Sequence[str]) -> str:
    return next((cell for cell in cells if cell.strip()), "")


def _after_colon(cells: Sequence[str]) -> list[str]:
    return [cell.partition(":")[2] for cell in cells[:1]]
