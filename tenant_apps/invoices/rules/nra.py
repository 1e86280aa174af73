"""PRODAGBI.TXT, the sales ledger as the National Revenue Agency takes it.

Appendix 12 of ППЗДДС: records of 424 characters in windows-1251, each ended by CR LF, no separators; texts to
the left, numbers to the right, amounts with two decimals and a dot, days as dd/mm/yyyy.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tenant_apps.invoices.rules.books import LedgerRow

FILE_NAME, ENCODING, LINE_END = "PRODAGBI.TXT", "cp1251", "\r\n"
RECORD_LENGTH = 424
# The order of the amounts in a record (02-10 … 02-25).
AMOUNTS = (
    "10", "20", "11", "21", "12", "26", "22", "23", "13", "24", "14", "15", "16", "17", "18", "19", "25",
)  # fmt: skip
_AMOUNT_WIDTH = 15


def write_sales_ledger(rows: Iterable[LedgerRow], *, vat_number: str, month: date) -> bytes:
    """Return the file of a month, rows numbered from 1 in their order."""
    records = (_record(place, row, vat_number, month) for place, row in enumerate(rows, start=1))
    return "".join(f"{record}{LINE_END}" for record in records).encode(ENCODING, errors="replace")


def _record(place: int, row: LedgerRow, vat_number: str, month: date) -> str:
    head = (
        _text(vat_number, 15),
        f"{month:%Y%m}",
        _number("0", 4),
        _number(str(place), 15),
        _text(row.type_code, 2),
        _text(row.number, 20),
        f"{row.issued_on:%d/%m/%Y}",
        _text(row.client_number, 15),
        _text(row.client_name, 50),
        _text(row.description, 30),
    )
    return "".join((*head, *(_amount(row.box(box)) for box in AMOUNTS), _text("", 2)))


def _text(text: str, width: int) -> str:
    """A text on one line, cut or filled up with spaces."""
    return " ".join(text.split())[:width].ljust(width)


def _number(digits: str, width: int) -> str:
    return digits.rjust(width)


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}".rjust(_AMOUNT_WIDTH)
