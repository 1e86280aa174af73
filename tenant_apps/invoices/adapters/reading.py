"""A PDF read back, by others than those who wrote it: its words by pypdf, its codes by zxing-cpp."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import cache
from io import BytesIO
from types import ModuleType
from typing import Any

from tenant_apps.invoices.adapters.codes import EPC_HEAD, can_carry_epc_qr
from tenant_apps.invoices.paper import InvoicePaper, write_amount
from tenant_apps.invoices.rules import leading_language
from tenant_apps.invoices.sheets import total_label

NUMBER, TOTAL, IBAN, TRANSFER_CODE, LINK_CODE = "number", "total", "iban", "transfer_code", "link_code"


def differences_in(content: bytes, paper: InvoicePaper, language: str) -> list[str]:
    """Read a PDF back and return what of it does not say what the paper says: of `NUMBER`, `TOTAL`, `IBAN`,
    `TRANSFER_CODE`, `LINK_CODE`. Empty when all is right.

    Only the pages that are needed are read: the last one with the sums, the first one with the number, then
    from the end. Raises pypdf's errors for what is no PDF.
    """
    first, *rest = _pypdf().PdfReader(BytesIO(content)).pages
    missing = _expected_words(paper, language)
    codes: list[str] = []
    for page in (*rest[-1:], first, *rest[-2::-1]):
        text = "".join(page.extract_text().split())
        missing = {name: said for name, said in missing.items() if said not in text}
        codes += _codes_of(page)
        if not missing:
            break
    return [*missing, *_wrong_codes(codes, paper)]


def _expected_words(paper: InvoicePaper, language: str) -> dict[str, str]:
    """What has to be read, without spaces. The words before a figure keep it from being part of another."""
    total = write_amount(paper.total, leading_language(language))
    expected = {TOTAL: f"{total_label(paper, language)}{total}{paper.currency}"}
    if paper.number:
        expected[NUMBER] = f"№{paper.number}"
    if paper.shown_iban:
        expected[IBAN] = f"IBAN{paper.shown_iban}"
    return {name: "".join(said.split()) for name, said in expected.items()}


def _codes_of(page: Any) -> list[str]:
    """What the QR codes among the pictures of a page say; a logo says nothing."""
    pictures = (picture.image for picture in page.images)
    found = (_zxing().read_barcodes(picture.convert("L")) for picture in pictures if picture is not None)
    return [code.text for codes in found for code in codes]


def _wrong_codes(codes: Iterable[str], paper: InvoicePaper) -> list[str]:
    """A code that is missing or asks for something else, or one that nobody ordered."""
    transfers = [code for code in codes if code.startswith(EPC_HEAD[0] + "\n")]
    is_ordered = can_carry_epc_qr(paper)
    wrong = []
    if len(transfers) != is_ordered or not all(_asks_for(code, paper) for code in transfers):
        wrong.append(TRANSFER_CODE)
    if paper.can_be_paid and paper.payment_url and paper.payment_url not in codes:
        wrong.append(LINK_CODE)
    return wrong


def _asks_for(code: str, paper: InvoicePaper) -> bool:
    """Whether a SEPA code asks for the total of the paper, to its account, under its number."""
    fields = code.split("\n")
    if len(fields) < 11 or tuple(fields[:4]) != EPC_HEAD or fields[7][:3] != "EUR":
        return False
    try:
        amount = Decimal(fields[7][3:])
    except InvalidOperation:
        return False
    remark = fields[10].split()
    return (fields[6], amount) == ("".join(paper.iban.split()), paper.total) and paper.number in remark


@cache
def _pypdf() -> ModuleType:
    import pypdf

    return pypdf


@cache
def _zxing() -> ModuleType:
    import zxingcpp

    return zxingcpp
