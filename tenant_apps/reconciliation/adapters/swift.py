"""MT940 through the `mt-940` package. Each entry is given to it by itself, so that what it cannot read costs
that entry alone.
"""

import logging
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import mt940
from django.utils.translation import gettext as _

from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.tables import Unusable, delimited
from tenant_apps.reconciliation.adapters.shapes import MAX_ENTRIES, SourceEntry, SourcePart, StatementFile

# It writes what it could not read into the log, and that is somebody's money.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)

_TAG = re.compile(r"^:(\d{2}[A-Z]?|NS):", re.MULTILINE)
_STARTS = re.compile(rb"(?:^|[\r\n])\s*(?:\{1:[^\r\n]*\{4:\s*)?:20:")
_OPTIONS = mt940.Options.all()
_OPENING, _CLOSING = ("60F", "60M"), ("62F", "62M")
_WORDS = "EREF|KREF|MREF|NAME|IBAN|BENM|ORDP|REMI|CNTP|RTRN|CSID|PREF|PURP|ADDR|ISDT|ULTD|ULTC"
_SLASHED = re.compile(rf"/({_WORDS})/")
_KEYWORD = re.compile(r"(?:EREF|KREF|MREF|CRED|DEBT|SVWZ|PURP|ABWA|ABWE|IBAN|BIC |COAM|OAMT)\+")
_CHUNK = 27  # what a subfield of the German structure holds; a shorter one ends with its word
_SUBFIELDS = re.compile(r"(?:\d{3}|[A-Z]{4})?\s*([?+])\d{2}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b")


def looks_like_swift(content: bytes) -> bool:
    head = content[:4000]
    return bool(_STARTS.search(head)) and any(tag in head for tag in (b":25:", b":60F:", b":60M:", b":28C:"))


def read_swift(content: bytes) -> StatementFile:
    """Everything that the file says. Raises `Unusable`."""
    text = content.decode(delimited.encoding_of(content), errors="replace").lstrip("\ufeff")
    found = StatementFile()
    for block in _blocks(text.replace("\r\n", "\n").replace("\r", "\n")):
        _take_block(found, block)
    if not found.parts:
        raise Unusable(message=_("This file is no bank statement: it should be an MT940."))
    if len(found.entries) > MAX_ENTRIES:
        told = _("The file has more than %(most)d entries. Split it.") % {"most": MAX_ENTRIES}
        raise Unusable(message=told)
    return found


def _blocks(text: str) -> Iterator[list[tuple[str, str]]]:
    """The statements of a file, each as its tags with their texts."""
    block: list[tuple[str, str]] = []
    tags = list(_TAG.finditer(text))
    ends = [tag.start() for tag in tags[1:]] + [len(text)]
    for tag, end in zip(tags, ends, strict=True):
        value = re.split(r"^-\}?\s*$|^\{1:|^-\}", text[tag.end() : end], flags=re.MULTILINE)[0].rstrip()
        if tag[1] == "20" and block:
            yield block
            block = []
        block.append((tag[1], value))
    if block:
        yield block


def _take_block(found: StatementFile, block: list[tuple[str, str]]) -> None:
    head = [(name, value) for name, value in block if name in {"25", "28C", "28", *_OPENING, *_CLOSING}]
    if not any(name == "25" for name, _value in head):
        return
    part = SourcePart()
    for name, value in head:
        _take_head(part, name, value)
    found.parts.append(part)
    rows = _rows(block)
    for number, (line, details) in enumerate(rows, start=1):
        found.entries.append(_entry(len(found.parts) - 1, number, line, details, part))


def _take_head(part: SourcePart, name: str, value: str) -> None:
    if name == "25":
        part.account = value.split("\n")[0].strip()
    elif name in {"28C", "28"}:
        part.number = value.strip()[:100]
    else:
        _take_balance(part, name, value)


def _take_balance(part: SourcePart, name: str, value: str) -> None:
    """One that the package cannot read is not told: then the statement cannot be checked."""
    try:
        balance = _read(f":20:X\n:{name}:{value}\n").data.get(_BALANCES[name])
    except Unusable:
        return
    if balance is None:
        return
    part.currency = part.currency or balance.amount.currency
    if name in _OPENING and part.opening is None:
        part.opening, part.opened_on = balance.amount.amount, balance.date
    elif name in _CLOSING:
        part.closing, part.closed_on = balance.amount.amount, balance.date


_BALANCES = {
    "60F": "final_opening_balance",
    "60M": "intermediate_opening_balance",
    "62F": "final_closing_balance",
    "62M": "intermediate_closing_balance",
}


def _rows(block: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each `:61:` with the `:86:` after it; one after the balances is about the whole statement."""
    rows: list[tuple[str, str]] = []
    is_open = False
    for name, value in block:
        if name == "61":
            rows.append((value, ""))
            is_open = True
        elif name == "86" and is_open:
            rows[-1] = (rows[-1][0], f"{rows[-1][1]}\n{value}".strip("\n"))
        elif name != "NS":
            is_open = False
    return rows


def _entry(part_number: int, number: int, line: str, details: str, part: SourcePart) -> SourceEntry:
    place = str(number)
    message = f":20:X\n:60F:C200101{part.currency or 'EUR'}0,\n:61:{line}\n"
    try:
        transactions = _read(message + (f":86:{details}\n" if details else "")).transactions
    except Unusable:
        transactions = []
    if len(transactions) != 1 or "amount" not in transactions[0].data:
        texts = {"text": f"{line} {details}", "currency": part.currency}
        return SourceEntry(part_number, place, texts, problem=("text", "line"))
    data = transactions[0].data
    is_reversal = str(data.get("status", "")).upper().startswith("R")
    return SourceEntry(part_number, place, _told(data, details, part), is_reversal=is_reversal)


def _read(message: str) -> Any:
    """What the package makes of a message. Whatever it raises becomes `Unusable`."""
    read = mt940.models.Transactions(options=_OPTIONS)
    try:
        read.parse(message)
    except Exception as error:  # a parser of foreign files raises whatever it likes
        raise Unusable() from error
    return read


def _told(data: dict[str, Any], details: str, part: SourcePart) -> dict[str, str]:
    amount: Decimal = data["amount"].amount
    entered: Any = data.get("entry_date")
    booked_on = entered if isinstance(entered, date) else data["date"]
    reference = data.get("customer_reference") or ""
    told = {
        "booked_on": booked_on.isoformat(),
        "value_on": data["date"].isoformat(),
        "amount": f"{amount:f}",
        "currency": part.currency,
        "bank_reference": data.get("bank_reference") or "",
        **_details(data, details),
    }
    told["end_to_end_id"] = told.get("end_to_end_id") or ("" if told.get("text") else reference)
    if not told.get("text"):
        told["text"] = " ".join(filter(None, [data.get("extra_details"), reference]))
    return told


def _details(data: dict[str, Any], details: str) -> dict[str, str]:
    """Who and why, by whichever of the customs of `:86:` the bank follows."""
    one_line = details.replace("\n", "")
    if "purpose" in data:
        return _of_fields(data, one_line)
    if _SLASHED.search(one_line):
        return _of_slashes(one_line)
    if found := _SUBFIELDS.match(one_line):
        return _of_subfields(one_line, found[1])
    return _of_free_text(details)


def _of_fields(data: dict[str, Any], text: str) -> dict[str, str]:
    """The German structure, which the package takes apart; what stands before the first keyword of the
    purpose it would drop.
    """
    names = [data.get("applicant_name"), data.get("recipient_name")]
    purpose = _purpose(_subfields(text, "?"))
    told = [_KEYWORD.split(purpose)[0].strip()]
    told += [(data.get("purpose") or "").strip()] if "SVWZ+" in purpose else []
    return {
        "payer_name": next(filter(None, names), ""),
        "payer_iban": data.get("gvc_applicant_iban") or data.get("applicant_iban") or "",
        "text": " ".join(filter(None, told)) or data.get("posting_text") or "",
        "end_to_end_id": data.get("end_to_end_reference") or "",
    }


def _purpose(fields: list[tuple[str, str]]) -> str:
    """The fields of the purpose put together; one that is full may end in the middle of a word."""
    chunks = [value for name, value in fields if name[0] == "2" or "60" <= name <= "63"]
    return "".join(chunk if len(chunk) >= _CHUNK else f"{chunk} " for chunk in chunks).strip()


def _subfields(text: str, sign: str) -> list[tuple[str, str]]:
    pieces = re.split(rf"{re.escape(sign)}(\d{{2}})", text)
    return list(zip(pieces[1::2], pieces[2::2], strict=False))


def _of_slashes(text: str) -> dict[str, str]:
    """`/EREF/…/NAME/…/IBAN/…/REMI/…`."""
    pieces = _SLASHED.split(text)
    told: dict[str, str] = {}
    for word, value in zip(pieces[1::2], pieces[2::2], strict=False):
        if value.strip("/ "):
            told.setdefault(word, value.strip("/ "))
    iban, _slash, name = told.get("CNTP", "").partition("/")
    remittance = re.sub(r"^(?:USTD|STRD)//?", "", told.get("REMI", ""))
    return {
        "payer_name": told.get("NAME", "") or name.split("/")[-1],
        "payer_iban": told.get("IBAN", "") or iban,
        "text": remittance or pieces[0].strip(),
        "end_to_end_id": told.get("EREF", ""),
    }


def _of_subfields(text: str, sign: str) -> dict[str, str]:
    """`+20…+21…+31IBAN+32NAME+33NAME`, as several Bulgarian banks write it, with or without a code before."""
    fields = _subfields(text, sign)
    account = "".join(value for name, value in fields if name in {"31", "38"}).strip()
    return {
        "payer_name": " ".join(value.strip() for name, value in fields if name in {"32", "33"}),
        "payer_iban": account,
        "text": _purpose(fields) or dict(fields).get("00", ""),
    }


def _of_free_text(details: str) -> dict[str, str]:
    """A text that names one IBAN names the other side's."""
    text = " ".join(details.split("\n"))
    ibans = {found for found in _IBAN.findall(text) if is_valid_iban(found)}
    return {"text": text, "payer_iban": normalize_iban(ibans.pop()) if len(ibans) == 1 else ""}
