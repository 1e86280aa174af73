"""The QR codes by which a document is paid: the only module here that knows segno."""

from decimal import Decimal
from functools import cache
from io import BytesIO
from types import ModuleType
from typing import Any

from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.money import round_half_up
from tenant_apps.invoices.paper import InvoicePaper
from tenant_apps.invoices.paper_words import remark_of

# Guidelines of the European Payments Council: characters of name and text, bytes of everything together.
EPC_NAME_LENGTH, EPC_TEXT_LENGTH, EPC_MOST_BYTES = 70, 140, 331
EPC_LEAST, EPC_MOST = Decimal("0.01"), Decimal("999999999.99")
EPC_HEAD = ("BCD", "002", "1", "SCT")
_EPC_BYTES_BESIDE_NAME_AND_TEXT = 80
_DOTS_PER_MODULE = 6


def epc_qr_png(name: str, iban: str, bic: str, amount: Decimal, text: str) -> bytes:
    """Return a SEPA payment code (version 002, UTF-8, level M) as PNG: `amount` euro to `name`.

    The invoice number goes into `text`. Name and text are cut to what the code holds, never inside a letter.
    Raises ValueError for a wrong IBAN, a missing name or text, or an amount that cannot be transferred.
    """
    euros = round_half_up(amount)
    if not is_valid_iban(iban):
        raise ValueError(f"{iban!r} is not an IBAN")
    if not EPC_LEAST <= euros <= EPC_MOST:
        raise ValueError(f"{euros} EUR cannot be transferred")
    short_name = _one_line(name)[:EPC_NAME_LENGTH].rstrip()
    room = EPC_MOST_BYTES - _EPC_BYTES_BESIDE_NAME_AND_TEXT - len(short_name.encode())
    remark = _cut_bytes(_one_line(text)[:EPC_TEXT_LENGTH], room)
    return _png(
        _segno().helpers.make_epc_qr(
            name=short_name,
            iban=normalize_iban(iban),
            bic=_code_of_bank(bic) or None,
            amount=euros,
            text=remark,
            encoding="utf-8",
        )
    )


def link_qr_png(url: str) -> bytes:
    """Return an address as a QR code in PNG; any phone's camera opens it."""
    return _png(_segno().make_qr(url, error="m", boost_error=False))


def epc_code_of(paper: InvoicePaper, language: str) -> bytes | None:
    """Return the SEPA code that the document carries; None where none fits."""
    if not can_carry_epc_qr(paper):
        return None
    return epc_qr_png(paper.seller.name, paper.iban, paper.bic, paper.total, remark_of(paper, language))


def link_code_of(paper: InvoicePaper) -> bytes | None:
    """Return the code of the address where the document is paid; None without one."""
    return link_qr_png(paper.payment_url) if paper.can_be_paid and paper.payment_url else None


def can_carry_epc_qr(paper: InvoicePaper) -> bool:
    """Say whether a SEPA code fits: the document asks for euro by bank, its seller has a name and an IBAN."""
    return (
        paper.can_be_paid
        and paper.currency == "EUR"
        and EPC_LEAST <= paper.total <= EPC_MOST
        and is_valid_iban(paper.shown_iban)
        and bool(paper.seller.name.strip())
    )


def _code_of_bank(bic: str) -> str:
    code = bic.replace(" ", "").upper()
    return code if len(code) in {8, 11} else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut_bytes(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore").rstrip()


def _png(code: Any) -> bytes:
    content = BytesIO()
    code.save(content, kind="png", scale=_DOTS_PER_MODULE, border=4)
    return content.getvalue()


@cache
def _segno() -> ModuleType:
    import segno
    import segno.helpers

    return segno
