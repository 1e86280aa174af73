"""CAMT.053 of any version, read as a stream through a parser that knows no entities.

Of an entry that gathers several transfers each becomes an entry of its own, as long as together they make
its amount; otherwise it stays one, with all their texts.
"""

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core.tables import Unusable
from tenant_apps.reconciliation.adapters.shapes import MAX_ENTRIES, SourceEntry, SourcePart, StatementFile
from tenant_apps.reconciliation.rules.entries import BOOKED, INFORMATION, PENDING

_MESSAGE = re.compile(r"\b(camt|pain|pacs)\.(\d{3})\.\d{3}\.\d{2}")
_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})")
_PLAIN_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,5})?|\.[0-9]{1,5}")
_DEEPEST = 40
_SIGNS = {"CRDT": "", "DBIT": "-"}
_STATUSES = {"": BOOKED, "BOOK": BOOKED, "PDNG": PENDING, "FUTR": PENDING, "INFO": INFORMATION}
_NO_STATEMENT = gettext_lazy("This XML is no bank statement: it should be a CAMT.053.")
_OTHERS = {
    "052": gettext_lazy("This is a report within the day (CAMT.052). Download the statement (CAMT.053)."),
    "054": gettext_lazy("These are notices of single entries (CAMT.054). Download the statement (CAMT.053)."),
}


def looks_like_xml(content: bytes) -> bool:
    return content[:200].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t").startswith(b"<")


def read_camt(content: bytes) -> StatementFile:
    """Everything that the file says. Raises `Unusable` for what is no whole and safe CAMT.053."""
    reader, path = _Reader(), list[str]()
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                path.append(_name(element))
                _look_at(path, element.tag)
                reader.begin(path)
            else:
                path.pop()
                reader.end(path, element)
    except DefusedXmlException as error:
        raise Unusable(message=_("This XML declares entities, so it is not opened.")) from error
    except (ParseError, LookupError, ValueError) as error:
        line = getattr(error, "position", (1, 0))[0]
        told = _("This XML is broken off or damaged at line %(line)d. Download the statement again.")
        raise Unusable(message=told % {"line": line}) from error
    if not reader.found.parts:
        raise Unusable(message=_NO_STATEMENT)
    return reader.found


def _look_at(path: list[str], tag: str) -> None:
    """Refuse what only looks like a statement, as soon as it shows."""
    if len(path) > _DEEPEST or path[0] != "Document":
        raise Unusable(message=_NO_STATEMENT)
    message = _MESSAGE.search(tag) if len(path) == 1 else None
    if message and message[0][:8] != "camt.053":
        raise Unusable(message=_OTHERS.get(message[2], _NO_STATEMENT))


class _Reader:
    """Takes what stands directly in a statement, piece by piece, and lets go of it."""

    def __init__(self) -> None:
        self.found, self.entry_count = StatementFile(), 0

    def begin(self, path: list[str]) -> None:
        if path[1:] == ["BkToCstmrStmt", "Stmt"]:
            self.found.parts.append(SourcePart())
            self.entry_count = 0

    def end(self, path: list[str], element: Any) -> None:
        if path[1:] != ["BkToCstmrStmt", "Stmt"]:
            return
        part, name = self.found.parts[-1], _name(element)
        if name == "Id":
            part.number = (element.text or "").strip()[:100]
        elif name == "Acct":
            part.account = _text(element, "Id/IBAN") or _text(element, "Id/Othr/Id")
            part.currency = _text(element, "Ccy").upper()
        elif name == "FrToDt":
            part.opened_on = _day(_text(element, "FrDtTm") or _text(element, "FrDt"))
            part.closed_on = _day(_text(element, "ToDtTm") or _text(element, "ToDt"))
        elif name == "Bal":
            _take_balance(part, element)
        elif name == "Ntry":
            self._take_entry(element)
        element.clear()

    def _take_entry(self, element: Any) -> None:
        self.entry_count += 1
        part_number = len(self.found.parts) - 1
        self.found.entries += _entries(element, part_number, str(self.entry_count), self.found.parts[-1])
        if len(self.found.entries) > MAX_ENTRIES:
            told = _("The file has more than %(most)d entries. Split it.") % {"most": MAX_ENTRIES}
            raise Unusable(message=told)


def _take_balance(part: SourcePart, element: Any) -> None:
    """Opening (or what the last statement closed with) and closing. Of a statement in pages an interim
    balance opens or closes a page.
    """
    kind, amount = _text(element, "Tp/CdOrPrtry/Cd"), _signed(element)
    day = _day(_text(element, "Dt/Dt") or _text(element, "Dt/DtTm"))
    part.currency = part.currency or _currency(element)
    is_interim = kind in {"ITBD", "INTM"}
    if kind == "OPBD" or (part.opening is None and (kind == "PRCD" or (is_interim and part.closing is None))):
        part.opening = amount
        part.opened_on = part.opened_on or day
    elif kind == "CLBD" or (is_interim and part.closing is None):
        part.closing = amount
        part.closed_on = part.closed_on or day


def _entries(element: Any, part_number: int, place: str, part: SourcePart) -> Iterator[SourceEntry]:
    direction, amount = _text(element, "CdtDbtInd"), _text(element, "Amt")
    is_reversal = _text(element, "RvslInd") in {"true", "1"}
    status = _STATUSES.get(_status(element))
    problem = None
    if status is None:
        status, problem = BOOKED, ("status", "status")
    elif direction not in _SIGNS:
        problem = ("amount", "direction")
    elif not _PLAIN_AMOUNT.fullmatch(amount):
        problem = ("amount", "number" if amount else "missing")
    whole = {
        "booked_on": _date_of(element, "BookgDt") or _date_of(element, "ValDt"),
        "value_on": _date_of(element, "ValDt"),
        "amount": _SIGNS.get(direction, "") + amount,
        "currency": _currency(element),
    }
    transfers = [one for details in _all(element, "NtryDtls") for one in _all(details, "TxDtls")]
    about = [
        _about(element, one, part.account, towards_us=(direction != "DBIT") is not is_reversal)
        for one in transfers or [None]
    ]
    shares = _shares(whole, direction, transfers) if problem is None and len(transfers) > 1 else []
    if shares:
        for number, (share, told) in enumerate(zip(shares, about, strict=True), start=1):
            texts = whole | told | {"amount": share}
            yield SourceEntry(part_number, f"{place}.{number}", texts, status, is_reversal)
    else:
        yield SourceEntry(part_number, place, whole | _joined(about), status, is_reversal, problem)


def _shares(whole: dict[str, str], direction: str, transfers: list[Any]) -> list[str]:
    """The signed amount of each transfer, when all are told in the entry's currency and make its amount."""
    shares = []
    for one in transfers:
        element: Any = _find(one, "Amt")
        element = _find(one, "AmtDtls/TxAmt/Amt") if element is None else element
        amount = (element.text or "").strip() if element is not None else ""
        if not _PLAIN_AMOUNT.fullmatch(amount) or element.get("Ccy", "").upper() != whole["currency"]:
            return []
        shares.append(_SIGNS.get(_text(one, "CdtDbtInd") or direction, "") + amount)
    return shares if sum(map(Decimal, shares)) == Decimal(whole["amount"]) else []


def _about(entry: Any, transfer: Any, account: str, *, towards_us: bool) -> dict[str, str]:
    """Who is on the other side, and what was said."""
    if transfer is None:
        return {
            "text": _text(entry, "AddtlNtryInf"),
            "bank_reference": _text(entry, "AcctSvcrRef"),
        }
    sides = [_party(transfer, "Dbtr"), _party(transfer, "Cdtr")]
    other, own = sides if towards_us else sides[::-1]
    if (other[1] == account or not any(other)) and own[1] and own[1] != account:
        other = own
    return {
        "payer_name": other[0],
        "payer_iban": other[1],
        "text": _remittance(transfer) or _text(transfer, "AddtlTxInf") or _text(entry, "AddtlNtryInf"),
        "end_to_end_id": _text(transfer, "Refs/EndToEndId"),
        "bank_reference": _text(transfer, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef"),
    }


def _party(transfer: Any, side: str) -> tuple[str, str]:
    """Name and account of one side; from version .04 on the name stands one step deeper."""
    parties = _find(transfer, "RltdPties")
    if parties is None:
        return "", ""
    paths = (f"{side}/Nm", f"{side}/Pty/Nm", f"Ultmt{side}/Nm", f"Ultmt{side}/Pty/Nm")
    name = next((found for path in paths if (found := _text(parties, path))), "")
    return name, _text(parties, f"{side}Acct/Id/IBAN") or _text(parties, f"{side}Acct/Id/Othr/Id")


def _remittance(transfer: Any) -> str:
    told: list[str] = []
    for info in _all(transfer, "RmtInf"):
        told += [(one.text or "").strip() for one in _all(info, "Ustrd")]
        for structured in _all(info, "Strd"):
            told.append(_text(structured, "CdtrRefInf/Ref"))
            told += [_text(one, "Nb") for one in _all(structured, "RfrdDocInf")]
            told += [(one.text or "").strip() for one in _all(structured, "AddtlRmtInf")]
    told += [_text(transfer, "RtrInf/Rsn/Cd"), _text(transfer, "RtrInf/AddtlInf")]
    return " ".join(dict.fromkeys(filter(None, told)))


def _joined(about: list[dict[str, str]]) -> dict[str, str]:
    """What several transfers say together; what only one of them could mean is left out."""
    if len(about) == 1:
        return about[0]
    names = dict.fromkeys(filter(None, (one.get("payer_name", "") for one in about)))
    return {
        "payer_name": ", ".join(names),
        "text": " ".join(dict.fromkeys(filter(None, (one["text"] for one in about)))),
        "bank_reference": about[0]["bank_reference"],
    }


def _status(element: Any) -> str:
    """`<Sts>BOOK</Sts>`, or from version .07 on `<Sts><Cd>BOOK</Cd></Sts>`."""
    return (_text(element, "Sts/Cd") or _text(element, "Sts/Prtry") or _text(element, "Sts")).upper()


def _date_of(element: Any, name: str) -> str:
    """`2026-03-31` of a date or an instant, without its zone; what is no date stays as it is, to be told."""
    text = _text(element, f"{name}/Dt") or _text(element, f"{name}/DtTm")
    found = _DAY.match(text)
    return found[0].strip() if found else text


def _signed(element: Any) -> Decimal | None:
    amount, sign = _text(element, "Amt"), _SIGNS.get(_text(element, "CdtDbtInd"))
    return Decimal(f"{sign}{amount}") if sign is not None and _PLAIN_AMOUNT.fullmatch(amount) else None


def _currency(element: Any) -> str:
    amount = _find(element, "Amt")
    return amount.get("Ccy", "").upper() if amount is not None else ""


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


# Elements without their namespaces, of which each version has another --------------------------------------


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: Any, name: str) -> list[Any]:
    return [child for child in element if _name(child) == name]


def _find(element: Any, path: str) -> Any:
    for name in path.split("/"):
        element = next(iter(_all(element, name)), None)
        if element is None:
            return None
    return element


def _text(element: Any, path: str) -> str:
    found = _find(element, path)
    return (found.text or "").strip() if found is not None else ""
