"""A document that every rule is content with, to be spoiled one fact at a time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tenant_apps.invoices import rules
from tenant_apps.invoices.rules import (
    BuyerFacts,
    DocumentFacts,
    LineFacts,
    OriginalFacts,
    SellerFacts,
    SeriesFacts,
)

TODAY = date(2026, 3, 15)
D = Decimal


def seller(**changes: Any) -> SellerFacts:
    facts = {
        "name": "Алфа Трейд ЕООД",
        "address": "ул. Шипка 1",
        "city": "София",
        "eik": "175074752",
        "vat_number": "BG175074752",
        "is_vat_registered": True,
        "iban": "BG80BNBG96611020345678",
        "responsible_person": "Ана Петрова",
        "compiled_by": "Ана Петрова",
    }
    return SellerFacts(**facts | changes)


def buyer(**changes: Any) -> BuyerFacts:
    facts = {
        "name": "Бета ООД",
        "address": "бул. Витоша 2",
        "city": "София",
        "country": "BG",
        "eik": "831646048",
        "vat_number": "",
    }
    return BuyerFacts(**facts | changes)


def german(**changes: Any) -> BuyerFacts:
    return buyer(**{"country": "DE", "eik": "", "vat_number": "DE136695976"} | changes)


def american(**changes: Any) -> BuyerFacts:
    return buyer(**{"country": "US", "eik": ""} | changes)


def line(
    net: str = "100.00", rate: str | None = "20.00", code: str = "standard", **changes: Any
) -> LineFacts:
    facts = {
        "description": "Консултация",
        "quantity": D(1),
        "unit": "час",
        "unit_price": D(net),
        "net": D(net),
        "vat_rate": None if rate is None else D(rate),
        "vat_code": code,
    }
    return LineFacts(**facts | changes)


def document(*lines: LineFacts, **changes: Any) -> DocumentFacts:
    """An issued invoice of these lines; its groups and sums are right unless `changes` say otherwise."""
    lines = lines or (line(),)
    groups = groups_of(lines)
    facts: dict[str, Any] = {
        "kind": rules.INVOICE,
        "state": rules.ISSUED,
        "number": "0000000007",
        "series": SeriesFacts(previous_number="0000000006", previous_day=date(2026, 3, 14)),
        "seller": seller(),
        "buyer": buyer(),
        "lines": lines,
        "groups": groups,
        "currency": "EUR",
        "issue_date": TODAY,
        "today": TODAY,
        "tax_event_date": date(2026, 3, 12),
        "due_date": date(2026, 3, 29),
        "net_total": sum(group.base for group in groups),
        "vat_total": sum(group.vat for group in groups),
        "total": sum(group.gross for group in groups),
        "payment_method": "bank_transfer",
    } | changes
    told = {
        "heading": rules.HEADINGS[facts["kind"]],
        "stamp": rules.STAMPS[facts["state"]],
        "marks": rules.marks_of(frozenset(one.vat_code for one in lines), on=TODAY),
    }
    return DocumentFacts(**told | facts)


def groups_of(lines: Iterable[LineFacts]) -> tuple[rules.VatGroup, ...]:
    inputs = [rules.LineInput(one.quantity, one.unit_price, one.discount_percent, *one.key) for one in lines]
    return rules.compute_totals(inputs).groups


def note(*lines: LineFacts, **changes: Any) -> DocumentFacts:
    """A credit note of a whole invoice of 100.00 at 20 %."""
    charged = {group.key: group for group in groups_of([line()])}
    original = OriginalFacts(
        number="0000000006",
        issue_date=date(2026, 3, 14),
        taxed_on=date(2026, 3, 12),
        currency="EUR",
        is_issued=True,
        groups=charged,
        left=charged,
    )
    if "original" in changes and isinstance(changes["original"], dict):
        changes["original"] = replace(original, **changes["original"])
    facts = {"kind": rules.CREDIT_NOTE, "original": original, "amend_reason": "Върната стока"} | changes
    return document(*lines, **facts)


def problems(facts: DocumentFacts) -> list[str]:
    """The codes of all that is wrong."""
    return [finding.problem for finding in rules.validate(facts) if not finding.passed]
