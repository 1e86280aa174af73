"""Invoices as PDF and QR codes: the only module here that knows segno."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from io import BytesIO
from types import ModuleType
from typing import Any

from babel import Locale
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from shared_apps.core.bulgaria.iban import format_iban, is_valid_iban, normalize_iban
from shared_apps.core.bulgaria.words import amount_in_words
from shared_apps.core.money import round_half_up
from tenant_apps.documents.adapters import drawable, render_pdf
from tenant_apps.invoices.offer_paper import OfferPaper
from tenant_apps.invoices.paper import (
    AnnulmentPaper,
    InvoicePaper,
    PaperLine,
    Party,
    write_amount,
    write_day,
    write_number,
)
from tenant_apps.invoices.rules import ANNULLED, DRAFT, VatGroup
from tenant_apps.invoices.validation_texts import RULE_TEXTS

# Guidelines of the European Payments Council: characters of name and text, bytes of everything together.
EPC_NAME_LENGTH, EPC_TEXT_LENGTH, EPC_MOST_BYTES = 70, 140, 331
EPC_LEAST, EPC_MOST = Decimal("0.01"), Decimal("999999999.99")
_EPC_BYTES_BESIDE_NAME_AND_TEXT = 80
_DOTS_PER_MODULE = 6
BULGARIAN = "bg"


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
    code = bic.replace(" ", "").upper()
    return _png(
        _segno().helpers.make_epc_qr(
            name=short_name,
            iban=normalize_iban(iban),
            bic=code if len(code) in {8, 11} else None,
            amount=euros,
            text=remark,
            encoding="utf-8",
        )
    )


def link_qr_png(url: str) -> bytes:
    """Return an address as a QR code in PNG; any phone's camera opens it."""
    return _png(_segno().make_qr(url, error="m", boost_error=False))


def epc_code_of(paper: InvoicePaper) -> bytes | None:
    """Return the SEPA code that the invoice carries, in the current language; None where none fits."""
    if not can_carry_epc_qr(paper):
        return None
    remark = _("Invoice %(number)s") % {"number": paper.number}
    return epc_qr_png(paper.seller.name, paper.iban, paper.bic, paper.total, remark)


def link_code_of(paper: InvoicePaper) -> bytes | None:
    """Return the code of the address where the invoice is paid; None without one."""
    return link_qr_png(paper.payment_url) if paper.can_be_paid and paper.payment_url else None


def can_carry_epc_qr(paper: InvoicePaper) -> bool:
    """Say whether a SEPA code fits: the invoice asks for euro, its seller has a name and a valid IBAN."""
    return (
        paper.can_be_paid
        and paper.currency == "EUR"
        and EPC_LEAST <= paper.total <= EPC_MOST
        and is_valid_iban(paper.iban)
        and bool(paper.seller.name.strip())
    )


def render_invoice_pdf(paper: InvoicePaper, language: str) -> bytes:
    """Render the invoice as PDF, with labels, figures and days of the document's language ("bg" or "en").

    The Bulgarian heading stays in every language. Equal papers give equal bytes. Raises
    `documents.adapters.RenderFailed`.
    """
    with override(language):
        images = _images(paper)
        html = render_to_string("invoices/pdf/invoice.html", _context(paper, language, images))
        return render_pdf(drawable(html), images=images)


def render_annulment_pdf(paper: AnnulmentPaper, language: str) -> bytes:
    """Render the protocol of an annulment as PDF in a language ("bg" or "en"); the Bulgarian heading stays.

    Equal papers give equal bytes. Raises `documents.adapters.RenderFailed`.
    """
    with override(language):
        html = render_to_string("invoices/pdf/annulment.html", written_annulment(paper, language))
        return render_pdf(drawable(html))


def written_annulment(paper: AnnulmentPaper, language: str) -> dict[str, Any]:
    """Return the protocol in the words and figures of a language, as its PDF has it."""
    with override(language):
        day, replaced_on = write_day(paper.issue_date, language), paper.replacement_date
        replacement = (
            f"{paper.replacement_number} / {write_day(replaced_on, language)}" if replaced_on else ""
        )
        annulled_on = write_day(paper.annulled_at.date(), language)
        return {
            "paper": paper,
            "language": language,
            "second_heading": "" if language == BULGARIAN else _("ANNULMENT PROTOCOL"),
            "source": str(RULE_TEXTS["annulment"].source),
            "parties": [
                {"label": _("Seller"), **_party(paper.seller, language)},
                {"label": _("Buyer"), **_party(paper.buyer, language)},
            ],
            "facts": [
                (_("Annulled document"), f"{paper.heading} № {paper.number} / {day}"),
                (_("Total"), f"{write_amount(paper.total, language)} {paper.currency}"),
                (_("Reason"), paper.reason),
                (_("Issued in its place"), replacement or _("No document")),
                (_("Annulled on"), f"{annulled_on}, {paper.annulled_at:%H:%M}"),
                (_("Annulled by"), paper.annulled_by or "–"),
            ],
        }


def written_paper(paper: InvoicePaper, language: str) -> dict[str, Any]:
    """Return the invoice in the words and figures of its language, with its pictures, as the PDF has it."""
    with override(language):
        return _context(paper, language, _images(paper))


def render_offer_pdf(paper: OfferPaper, language: str) -> bytes:
    """Render the offer as PDF, as it was sent, in the document's language ("bg" or "en"). Raises
    `documents.adapters.RenderFailed`.
    """
    with override(language):
        sheet = written_offer(paper, language)
        html = render_to_string("invoices/pdf/offer.html", sheet)
        return render_pdf(drawable(html), images=sheet["images"])


def written_offer(paper: OfferPaper, language: str) -> dict[str, Any]:
    """Return the offer in the words and figures of its language: the sheet of `written_paper`, with its days
    and its optional lines.
    """
    with override(language):
        days = ((_("Date"), paper.sent_on), (_("Valid until"), paper.valid_until))
        accepted = paper.accepted_total
        return written_paper(paper.page, language) | {
            "offer": paper,
            "days": [(label, write_day(day, language)) for label, day in days if day],
            "options": [_line(line, language) | {"is_chosen": chosen} for line, chosen in paper.options],
            "has_option_discounts": any(line.discount_percent for line, _chosen in paper.options),
            "discount_total": write_amount(paper.discount_total, language) if paper.discount_total else "",
            "advance": write_number(paper.advance_percent, language) if paper.advance_percent else "",
            "accepted_total": "" if accepted is None else write_amount(accepted, language),
            "accepted_on": write_day(paper.accepted_on, language) if paper.accepted_on else "",
        }


def _images(paper: InvoicePaper) -> dict[str, bytes]:
    images = {"logo": paper.logo, "epc": epc_code_of(paper), "link": link_code_of(paper)}
    return {name: content for name, content in images.items() if content}


def _context(paper: InvoicePaper, language: str, images: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "paper": paper,
        "language": language,
        "images": images,
        "second_heading": "" if language == BULGARIAN else _("INVOICE"),
        "mark": _mark(paper, language),
        "days": _days(paper, language),
        "parties": [
            {"label": _("Seller"), **_party(paper.seller, language)},
            {"label": _("Buyer"), **_party(paper.buyer, language)},
        ],
        "lines": [_line(line, language) for line in paper.lines],
        "groups": [_group(group, language) for group in paper.groups],
        "net_total": write_amount(paper.net_total, language),
        "vat_total": write_amount(paper.vat_total, language),
        "total": write_amount(paper.total, language),
        "words": amount_in_words(paper.total, paper.currency, language),
        "iban": format_iban(paper.iban),
        "payment_method": paper.payment_method or (_("Bank transfer") if paper.iban else ""),
        "page_number": mark_safe("<pdf:pagenumber/>"),
        "page_count": mark_safe("<pdf:pagecount/>"),
    }


def _mark(paper: InvoicePaper, language: str) -> dict[str, str]:
    marks = {DRAFT: ("draft", "ЧЕРНОВА", _("DRAFT")), ANNULLED: ("annulled", "АНУЛИРАНА", _("ANNULLED"))}
    kind, bulgarian, translated = marks.get(paper.state, ("original", "ОРИГИНАЛ", _("ORIGINAL")))
    return {
        "kind": kind,
        "text": bulgarian if language == BULGARIAN else f"{bulgarian} / {translated}",
        "watermark": translated,
    }


def _days(paper: InvoicePaper, language: str) -> list[tuple[str, str]]:
    labelled = (
        (_("Date of issue"), paper.issue_date),
        (_("Date of tax event"), paper.tax_event_date or paper.issue_date),
        (_("Due date"), paper.due_date),
    )
    return [(label, write_day(day, language)) for label, day in labelled if day]


def _party(party: Party, language: str) -> dict[str, Any]:
    country = Locale.parse(language).territories.get(party.country, party.country)
    facts = (
        (_("EIK"), party.eik),
        (_("VAT No."), party.vat_number),
        (_("Person in charge"), party.responsible_person),
    )
    return {
        "name": party.name,
        "address_lines": [*party.address_lines, *([country] if country else [])],
        "facts": [(label, value) for label, value in facts if value],
        "contact": " · ".join(value for value in (party.email, party.phone) if value),
    }


def _line(line: PaperLine, language: str) -> dict[str, str]:
    return {
        "description": line.description,
        "unit": line.unit,
        "quantity": write_number(line.quantity, language),
        "unit_price": write_amount(line.unit_price, language, most_places=4),
        "discount": f"{write_number(line.discount_percent, language)}%" if line.discount_percent else "",
        "vat": "–" if line.vat_rate is None else f"{write_number(line.vat_rate, language)}%",
        "net": write_amount(line.net, language),
    }


def _group(group: VatGroup, language: str) -> dict[str, str | None]:
    return {
        "rate": None if group.rate is None else f"{write_number(group.rate, language)}%",
        "base": write_amount(group.base, language),
        "vat": write_amount(group.vat, language),
    }


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
    import segno.helpers

    return segno
