"""A document written out: every word and figure as paper and preview show it, in the document's language."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel import Locale
from django.utils.safestring import mark_safe

from shared_apps.core.bulgaria.iban import format_iban
from shared_apps.core.bulgaria.words import amount_in_words
from shared_apps.core.colors import is_color, readable_on_white
from tenant_apps.invoices import paper_words as words
from tenant_apps.invoices import rules
from tenant_apps.invoices.paper import (
    InvoicePaper,
    PaperLine,
    Party,
    write_amount,
    write_day,
    write_number,
)

INK = "#111827"
PAGE = {"page_number": "<pdf:pagenumber/>", "page_count": "<pdf:pagecount/>"}


def sheet_of(paper: InvoicePaper, language: str, images: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what the templates of paper and preview show of a document in one of `rules.LANGUAGES`.

    Figures and days are written in the leading language; `images` are PNG, JPEG or GIF by name.
    """
    leading = rules.leading_language(language)
    heading, second = words.heading_of(paper.kind, language)
    return {
        "paper": paper,
        "language": leading,
        "images": images,
        "labels": words.labels_of(language),
        "accent": accent_of(paper),
        "heading": heading,
        "second_heading": second,
        "title": words.title_of(paper, language),
        "mark": words.mark_of(paper, language),
        "subheadings": _subheadings(paper, language),
        "days": _days(paper, language),
        "parties": _parties(paper, language),
        "lines": [written_line(line, leading, language) for line in paper.lines],
        "line_heads": _line_heads(paper, language),
        "discount": _discount(paper, language),
        "groups": _groups(paper, language),
        "net_total": write_amount(paper.net_total, leading),
        "vat_total": write_amount(paper.vat_total, leading),
        "total": write_amount(paper.total, leading),
        "total_label": total_label(paper, language),
        "in_euro": _in_euro(paper, language),
        "words": " / ".join(
            _capitalized(amount_in_words(paper.total, paper.currency, one))
            for one in rules.languages_of(language)
        ),
        "iban": format_iban(paper.shown_iban),
        "payment_method": words.method_in(language, paper) if paper.asks_for_money else "",
        "payment_term": words.term_in(language, paper) if paper.asks_for_money else "",
        "page": _page(language),
    }


def total_label(paper: InvoicePaper, language: str) -> str:
    """Return what stands before the total: nobody owes the total of a credit note."""
    return words.labels_of(language)["total" if paper.kind == rules.CREDIT_NOTE else "amount_due"]


def accent_of(paper: InvoicePaper) -> dict[str, str]:
    """Return the colour of the organization for surfaces, and the one for words, dark enough to be read."""
    color = paper.accent if is_color(paper.accent) else INK
    return {"surface": color, "text": readable_on_white(color)}


def written_line(line: PaperLine, leading: str, language: str = "") -> dict[str, str]:
    """Return a line as it is written in the leading language; `language` is the whole document's."""
    return {
        "description": line.description,
        "hint": _deducted(line, language or leading),
        "unit": line.unit,
        "quantity": write_number(line.quantity, leading),
        "unit_price": write_amount(line.unit_price, leading, most_places=4),
        "discount": _percent(line.discount_percent, leading) if line.discount_percent else "",
        "vat": "–" if line.vat_rate is None else _percent(line.vat_rate, leading),
        "net": write_amount(line.priced, leading),
    }


def _deducted(line: PaperLine, language: str) -> str:
    """Name the advance invoice where the line's own words do not."""
    if line.deducts is None or line.deducts.number in line.description:
        return ""
    return words.reference_in(language, words.DEDUCTED, line.deducts)


def _percent(percent: Decimal, language: str) -> str:
    return f"{write_number(percent, language)}%"


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _page(language: str) -> str:
    """The page and how many there are; xhtml2pdf fills the figures in."""
    return mark_safe(words.say(language, words.PAGE, PAGE))  # noqa: S308 - our words and tags alone


def _subheadings(paper: InvoicePaper, language: str) -> list[str]:
    labels = words.labels_of(language)
    said = [labels["advance"]] if paper.is_advance else []
    if paper.kind == rules.PROFORMA:
        said.append(labels["no_tax_document"])
    if paper.amends:
        said.append(words.reference_in(language, words.AMENDED, paper.amends))
    if paper.amend_reason:
        said.append(f"{labels['reason']}: {paper.amend_reason}")
    return said


def _days(paper: InvoicePaper, language: str) -> list[tuple[str, str]]:
    labels, leading = words.labels_of(language), rules.leading_language(language)
    days = {"issue_date": paper.issue_date}
    if paper.kind != rules.PROFORMA:
        days["tax_event_date"] = paper.tax_event_date or paper.issue_date
    if paper.kind != rules.CREDIT_NOTE:
        days["due_date"] = paper.due_date
    return [(labels[name], write_day(day, leading)) for name, day in days.items() if day]


def _parties(paper: InvoicePaper, language: str) -> list[dict[str, Any]]:
    labels = words.labels_of(language)
    vies = [paper.vies_number]
    if paper.vies_number and paper.vies_checked_on:
        vies.append(write_day(paper.vies_checked_on, rules.leading_language(language)))
    return [
        {"label": labels["seller"], **written_party(paper.seller, language)},
        {"label": labels["buyer"], **written_party(paper.buyer, language, ", ".join(vies))},
    ]


def written_party(party: Party, language: str, vies: str = "") -> dict[str, Any]:
    """Return a seller or buyer as its document names it, with the VIES consultation of its VAT number."""
    labels = words.labels_of(language)
    facts = {
        "eik": party.eik,
        "vat_number": party.vat_number,
        "vies": vies,
        "responsible_person": party.responsible_person,
    }
    return {
        "name": party.name,
        "address_lines": [*party.address_lines, *_country(party.country, language)],
        "facts": [(labels[name], value) for name, value in facts.items() if value],
        "contact": " · ".join(value for value in (party.email, party.phone) if value),
    }


def _country(code: str, language: str) -> list[str]:
    """The country in each language of the document, as one line."""
    names = [Locale.parse(one).territories.get(code, code) for one in rules.languages_of(language)]
    return [words.BETWEEN_LANGUAGES.join(dict.fromkeys(names))] if code else []


def _line_heads(paper: InvoicePaper, language: str) -> dict[str, str]:
    labels = words.labels_of(language)
    price, amount = ("unit_price", "net")
    if paper.prices_include_vat:
        price, amount = "unit_price_with_vat", "amount_with_vat"
    heads = {name: labels[name] for name in ("description", "unit", "quantity", "discount", "vat")}
    currency = {"currency": paper.currency}
    return heads | {
        "unit_price": labels[price],
        "amount": words.say(language, words.LABELS[amount], currency),
    }


def _discount(paper: InvoicePaper, language: str) -> dict[str, str] | None:
    """What the lines come to and what comes off the whole document; None without such a discount."""
    if not paper.discount:
        return None
    labels, leading = words.labels_of(language), rules.leading_language(language)
    percent = f" {_percent(paper.discount_percent, leading)}" if paper.discount_percent else ""
    summed = "sum_of_lines_with_vat" if paper.prices_include_vat else "sum_of_lines"
    return {
        "sum_label": labels[summed],
        "sum": write_amount(paper.priced_total, leading),
        "label": labels["discount"] + percent,
        "amount": write_amount(-paper.discount, leading),
    }


def _groups(paper: InvoicePaper, language: str) -> list[dict[str, Any]]:
    return [_group(paper, group, language) for group in paper.groups]


def _group(paper: InvoicePaper, group: rules.VatGroup, language: str) -> dict[str, Any]:
    leading = rules.leading_language(language)
    rate = None if group.rate is None else _percent(group.rate, leading)
    return {
        "rate": rate,
        "base_label": _at(language, "base_at", rate) or words.labels_of(language)["base_without_vat"],
        "base": write_amount(group.base, leading),
        "vat_label": _at(language, "vat_at", rate),
        "vat": write_amount(group.vat, leading),
        "bases": _bases(paper, group, language),
    }


def _at(language: str, name: str, rate: str | None) -> str:
    return words.say(language, words.LABELS[name], {"rate": rate}) if rate else ""


def _bases(paper: InvoicePaper, group: rules.VatGroup, language: str) -> list[str]:
    """The legal basis in each language of the document; the words of the law in Bulgarian, too."""
    said: list[str] = []
    for basis in (one for one in paper.bases if one.key == group.key):
        texts = {rules.BULGARIAN: basis.basis, rules.ENGLISH: basis.basis_en}
        said += [texts[one] for one in rules.languages_of(language)]
        marks = (basis.mark, "" if language == rules.BULGARIAN else basis.mark_en)
        said.append(words.BETWEEN_LANGUAGES.join(_capitalized(mark) for mark in marks if mark))
    return [text for text in said if text]


def _in_euro(paper: InvoicePaper, language: str) -> dict[str, str] | None:
    """Base and VAT of a document in another currency, and the rate that they follow from."""
    if paper.in_euro is None:
        return None
    leading = rules.leading_language(language)
    rate = write_amount(paper.in_euro.rate, leading, most_places=6)
    return {
        "base": write_amount(paper.in_euro.net, leading),
        "vat": write_amount(paper.in_euro.vat, leading),
        "rate": f"1 EUR = {rate} {paper.currency}, {write_day(paper.in_euro.on, leading)}",
    }
