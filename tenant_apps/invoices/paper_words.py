"""The words of documents on paper, in one language or in two."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, override, pgettext_lazy

from shared_apps.core.errors import Text
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, PaymentMethod
from tenant_apps.invoices.paper import InvoicePaper, Reference, write_day

BETWEEN_LANGUAGES = " / "

SECOND_HEADINGS: dict[str, Text] = {
    rules.INVOICE: _("INVOICE"),
    rules.CREDIT_NOTE: _("CREDIT NOTE"),
    rules.DEBIT_NOTE: _("DEBIT NOTE"),
    rules.PROFORMA: _("PROFORMA INVOICE"),
}
NAMES: dict[str, Text] = {
    rules.INVOICE: _("Invoice %(number)s"),
    rules.CREDIT_NOTE: _("Credit note %(number)s"),
    rules.DEBIT_NOTE: _("Debit note %(number)s"),
    rules.PROFORMA: _("Proforma %(number)s"),
}
DRAFTS: dict[str, Text] = {
    rules.INVOICE: _("Draft invoice"),
    rules.CREDIT_NOTE: _("Draft credit note"),
    rules.DEBIT_NOTE: _("Draft debit note"),
    rules.PROFORMA: _("Draft proforma"),
}
LABELS: dict[str, Text] = {
    "advance": pgettext_lazy("on paper", "Advance payment"),
    "no_tax_document": pgettext_lazy("on paper", "This is not a tax document"),
    "reason": pgettext_lazy("on paper", "Reason"),
    "issue_date": _("Date of issue"),
    "tax_event_date": _("Date of tax event"),
    "due_date": _("Due date"),
    "seller": _("Seller"),
    "buyer": _("Buyer"),
    "eik": _("EIK"),
    "vat_number": _("VAT No."),
    "responsible_person": _("Person in charge"),
    "vies": _("VIES consultation"),
    "lines": _("Lines"),
    "description": _("Description"),
    "unit": _("Unit"),
    "quantity": _("Quantity"),
    "unit_price": _("Unit price"),
    "unit_price_with_vat": _("Unit price with VAT"),
    "discount": _("Discount"),
    "vat": _("VAT"),
    "net": _("Net, %(currency)s"),
    "amount_with_vat": _("Amount with VAT, %(currency)s"),
    "sum_of_lines": _("Sum of the lines"),
    "sum_of_lines_with_vat": _("Sum of the lines with VAT"),
    "base_at": _("Tax base at %(rate)s"),
    "vat_at": _("VAT %(rate)s"),
    "base_without_vat": _("Base without VAT"),
    "amount_due": _("Amount due"),
    "total": pgettext_lazy("on paper", "Total"),
    "base_in_euro": _("Tax base in euro"),
    "vat_in_euro": _("VAT in euro"),
    "in_words": _("In words"),
    "payment": _("Payment"),
    "payment_term": _("Payment term"),
    "compiled_by": _("Compiled by"),
    "notes": _("Notes"),
    "pay_by_app": _("Pay from your bank's app"),
    "pay_online": _("Pay online"),
}
AMENDED = _("to invoice No. %(number)s of %(day)s")
DEDUCTED = _("invoice No. %(number)s of %(day)s")
PAGE = _("page %(page_number)s of %(page_count)s")
AT_ONCE = _("on receipt")
ADVANCE_DEDUCTED = _("Advance deducted: invoice %(number)s of %(day)s")
CORRECTION = _("Correction to invoice %(number)s")

DIFFERENCES: dict[str, Text] = {
    "number": pgettext_lazy("PDF read back", "the number"),
    "total": pgettext_lazy("PDF read back", "the total"),
    "iban": pgettext_lazy("PDF read back", "the IBAN"),
    "transfer_code": pgettext_lazy("PDF read back", "the code for a bank transfer"),
    "link_code": pgettext_lazy("PDF read back", "the code for paying online"),
}

_STAMPS: dict[str, tuple[str, Text]] = {
    rules.DRAFT: ("draft", _("DRAFT")),
    rules.ISSUED: ("original", _("ORIGINAL")),
    rules.ANNULLED: ("annulled", _("ANNULLED")),
}


def say(language: str, text: Text, values: Mapping[str, Any] | None = None) -> str:
    """Say a lazy text in the language of a document; in both, with a slash between, where they differ."""
    return BETWEEN_LANGUAGES.join(dict.fromkeys(say_each(language, text, values)))


def say_each(language: str, text: Text, values: Mapping[str, Any] | None = None) -> list[str]:
    """Say a lazy text in each language of a document, the leading one first."""
    said = []
    for one in rules.languages_of(language):
        with override(one):
            said.append(str(text) % values if values else str(text))
    return said


@cache
def labels_of(language: str) -> dict[str, str]:
    """Return `LABELS` in the language of a document; some have a place for a value."""
    return {name: say(language, text) for name, text in LABELS.items()}


def heading_of(kind: str, language: str) -> tuple[str, str]:
    """Return the Bulgarian heading of such a document and, unless it speaks Bulgarian alone, the English."""
    with override(rules.ENGLISH):
        second = "" if language == rules.BULGARIAN else str(SECOND_HEADINGS[kind])
    return rules.HEADINGS[kind], second


def title_of(paper: InvoicePaper | Invoice, language: str) -> str:
    """Name the document: "Фактура 0000000012"."""
    if not paper.number:
        return say(language, DRAFTS[paper.kind])
    return say(language, NAMES[paper.kind], {"number": paper.number})


def remark_of(paper: InvoicePaper | Invoice, language: str) -> str:
    """Return what the payer's bank writes beside the transfer, in the leading language."""
    return title_of(paper, rules.leading_language(language))


def mark_of(paper: InvoicePaper, language: str) -> dict[str, str]:
    """Return which copy it is (`kind`), what stands above the number (`text`) and across the paper."""
    (kind, lazy), bulgarian = _STAMPS[paper.state], rules.STAMPS[paper.state]
    if kind == "annulled" and paper.kind in rules.NOTES:
        bulgarian = "АНУЛИРАНО"
    if kind == "original" and paper.kind == rules.PROFORMA:
        bulgarian = ""
    with override(rules.ENGLISH):
        english = str(lazy) if bulgarian and language != rules.BULGARIAN else ""
    across = bulgarian if rules.leading_language(language) == rules.BULGARIAN else english
    text = BETWEEN_LANGUAGES.join(word for word in (bulgarian, english) if word)
    return {"kind": kind, "text": text, "watermark": across}


def reference_in(language: str, text: Text, reference: Reference) -> str:
    """Name another document by its number and day, in words such as `AMENDED`."""
    day = write_day(reference.issued_on, rules.leading_language(language))
    return say(language, text, {"number": reference.number, "day": day})


def method_in(language: str, paper: InvoicePaper) -> str:
    """Say how the document is paid; by bank where nobody has said and there is an account."""
    code = paper.payment_method or (PaymentMethod.BANK_TRANSFER if paper.iban else "")
    return say(language, PaymentMethod(code).label) if code else ""


def term_in(language: str, paper: InvoicePaper) -> str:
    """Say how many days the buyer has to pay; empty where no day is named."""
    if not paper.due_date or not paper.issue_date:
        return ""
    days = (paper.due_date - paper.issue_date).days
    if days <= 0:
        return say(language, AT_ONCE)
    return say(language, ngettext_lazy("%(days)d day", "%(days)d days", days), {"days": days})
