"""An entry of a statement: read from the texts of its file, and told apart from every other. Pure."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.bulgaria.iban import normalize_iban
from shared_apps.core.cells import CURRENCY_WORDS, DAY_FIRST, NotReadable, read_date
from shared_apps.core.currencies import is_currency
from tenant_apps.reconciliation.rules.amounts import read_amount

# What a reader gives of an entry, each as the file writes it. A table may give `debit` and `credit`, or an
# `amount` without a sign and a `direction`, in place of a signed `amount`.
FIELDS = (
    "booked_on",
    "value_on",
    "amount",
    "currency",
    "payer_name",
    "payer_iban",
    "text",
    "end_to_end_id",
    "bank_reference",
)
BOOKED, PENDING, INFORMATION = "booked", "pending", "information"
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
NOT_PROVIDED = {"NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOTAVAILABLE", "N/A"}
_LONGEST = {"payer_name": 200, "text": 2000, "end_to_end_id": 35, "bank_reference": 100}
_IN = {"c", "cr", "crdt", "credit", "in", "кт", "к", "кредит", "+", "приход", "постъпление", "ct"}
_OUT = {"d", "dr", "dbit", "debit", "out", "дт", "д", "дебит", "-", "разход", "плащане", "dt"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement of money on an account. `amount` has its sign: above 0 came in."""

    booked_on: date
    value_on: date | None
    amount: Decimal
    currency: str
    payer_name: str = ""
    payer_iban: str = ""
    text: str = ""
    end_to_end_id: str = ""
    bank_reference: str = ""
    is_reversal: bool = False


class EntryProblem(ValueError):
    """An entry that cannot be read. `field` is one of FIELDS, `code` names what is wrong with it."""

    def __init__(self, field: str, code: str) -> None:
        self.field, self.code = field, code
        super().__init__(f"{field}: {code}")


def read_entry(
    texts: Mapping[str, str],
    *,
    currency: str,
    is_reversal: bool = False,
    date_order: str = DAY_FIRST,
    mark: str = "",
) -> Entry:
    """The entry that the texts tell, on an account of `currency`. Raises `EntryProblem`.

    `mark`: the decimal sign of the file's amounts, where it is known.
    """
    amount, written_currency = _amount(texts, mark)
    told = _currency(texts.get("currency", "")) or written_currency or currency
    if not is_currency(told):
        raise EntryProblem("currency", "currency")
    if told != currency:
        raise EntryProblem("currency", "other_currency")
    return Entry(
        booked_on=_day(texts, "booked_on", date_order),
        value_on=_day(texts, "value_on", date_order) if plain(texts.get("value_on", "")) else None,
        amount=amount,
        currency=told,
        payer_name=_text(texts, "payer_name"),
        payer_iban=_account(texts.get("payer_iban", "")),
        text=_text(texts, "text"),
        end_to_end_id=_reference(texts, "end_to_end_id"),
        bank_reference=_reference(texts, "bank_reference"),
        is_reversal=is_reversal,
    )


def fingerprint_of(entry: Entry) -> str:
    """What makes two entries of one account the same, whatever file they stand in and however it is spaced.

    The value date and how names are capitalized do not: banks write them otherwise in another export.
    """
    told = (
        entry.booked_on.isoformat(),
        f"{entry.amount:.2f}",
        entry.currency,
        entry.payer_iban,
        fold(entry.payer_name),
        fold(entry.text),
        entry.end_to_end_id.casefold(),
        entry.bank_reference.casefold(),
        "reversal" if entry.is_reversal else "",
    )
    return hashlib.sha256("\x1f".join(told).encode()).hexdigest()


def occurrences_of(keys: Iterable[tuple[object, str]]) -> list[int]:
    """For each (account, fingerprint) in the order of a file, the how-manieth of its kind it is, from 1."""
    seen: Counter[tuple[object, str]] = Counter()
    numbers = []
    for key in keys:
        seen[key] += 1
        numbers.append(seen[key])
    return numbers


def goes_out(direction: str) -> bool:
    """Whether a word of a column of directions says that the money went out."""
    return _direction(direction) in _OUT


def with_one_amount(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts by the names of FIELDS: an amount of two columns, or one beside a direction, as one with its
    sign.
    """
    told = {name: texts[name] for name in FIELDS if name in texts}
    debit, credit, direction = (texts.get(name, "") for name in ("debit", "credit", "direction"))
    amount = told.get("amount", "")
    if not amount and (debit or credit):
        told["amount"] = credit or f"-{_size(debit)}"
    elif amount and direction:
        told["amount"] = f"-{_size(amount)}" if goes_out(direction) else _size(amount)
    return told


def balance_difference(
    opening: Decimal | None, closing: Decimal | None, amounts: Iterable[Decimal]
) -> Decimal | None:
    """Closing less what opening and entries make: 0 when they agree, None where a balance is not told."""
    if opening is None or closing is None:
        return None
    return closing - opening - sum(amounts, Decimal("0.00"))


def plain(text: str) -> str:
    """The text on one line, without what no column can hold."""
    kept = (
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
        for letter in text
        if not "\ud800" <= letter <= "\udfff" and unicodedata.category(letter) != "Cf"
    )
    return " ".join("".join(kept).split())


def _amount(texts: Mapping[str, str], mark: str) -> tuple[Decimal, str]:
    debit, credit = texts.get("debit", "").strip(), texts.get("credit", "").strip()
    if debit or credit:
        return _of_two_columns(debit, credit, mark)
    value, currency = _number(texts.get("amount", ""), mark)
    direction = _direction(texts.get("direction", ""))
    if direction in _IN:
        value = abs(value)
    elif direction in _OUT:
        value = -abs(value)
    elif direction:
        raise EntryProblem("amount", "direction")
    return _moved(value), currency


def _size(amount: str) -> str:
    """An amount without its sign, in whichever way that is written."""
    return amount.strip().strip("-−–+()").strip()


def _direction(text: str) -> str:
    return plain(text).casefold().strip(".")


def _of_two_columns(debit: str, credit: str, mark: str) -> tuple[Decimal, str]:
    """Money out stands in one column and money in in the other; the idle one is empty or 0."""
    out, currency_out = _number(debit, mark) if debit else (Decimal(0), "")
    came, currency_in = _number(credit, mark) if credit else (Decimal(0), "")
    if out and came:
        raise EntryProblem("amount", "both_columns")
    return _moved(came - abs(out)), currency_in or currency_out


def _number(text: str, mark: str) -> tuple[Decimal, str]:
    try:
        return read_amount(text, mark)
    except NotReadable as problem:
        raise EntryProblem("amount", problem.code) from None


def _currency(text: str) -> str:
    word = plain(text)
    return CURRENCY_WORDS.get(word.casefold(), word.upper())


def _moved(value: Decimal) -> Decimal:
    if not value:
        raise EntryProblem("amount", "zero")
    return value


def _day(texts: Mapping[str, str], field: str, order: str) -> date:
    text = plain(texts.get(field, ""))
    if not text:
        raise EntryProblem(field, "missing")
    try:
        day = read_date(text, order)
    except NotReadable:
        raise EntryProblem(field, "date") from None
    if not EARLIEST <= day < LATEST:
        raise EntryProblem(field, "date")
    return day


def _text(texts: Mapping[str, str], field: str) -> str:
    return plain(texts.get(field, ""))[: _LONGEST[field]]


def _reference(texts: Mapping[str, str], field: str) -> str:
    text = plain(texts.get(field, ""))
    return "" if text.upper() in NOT_PROVIDED else text[: _LONGEST[field]]


def _account(text: str) -> str:
    """An IBAN, or another account number of letters and figures; nothing for what is neither."""
    number = normalize_iban(plain(text)).replace("-", "")
    return number if number.isascii() and number.isalnum() and len(number) <= 34 else ""
