"""Rules about lines, rates and amounts, to the cent."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from shared_apps.core.bulgaria.vat_treatments import (
    Buyer,
    Supply,
    Treatment,
    buyer_kind,
    treatment,
)
from shared_apps.core.bulgaria.words import amount_in_words
from shared_apps.core.money import line_net, round_half_up
from tenant_apps.invoices.rules.facts import DocumentFacts, LineFacts
from tenant_apps.invoices.rules.problems import Problem, Problems, Severity
from tenant_apps.invoices.rules.totals import CENT, ZERO, VatGroup, net_of

BULGARIAN_VAT_RATES = frozenset({Decimal(20), Decimal(9), Decimal(0), None})
EURO_SINCE = date(2026, 1, 1)
OUTSIDE_SCOPE = "O"
# The rate of the day, or of the last one on which rates were published before it.
RATE_HOLDS, NO_DAYS = timedelta(days=5), timedelta(0)


def marks_of(codes: frozenset[str], *, on: date) -> frozenset[str]:
    """The words of its own that the act wants on a document with such treatments."""
    rows = (treatment(code, on=on) for code in codes)
    return frozenset(row.mark for row in rows if row and row.mark)


def lines(facts: DocumentFacts) -> Problems:
    if not facts.lines:
        yield Problem("no_lines", "items")
    for path, place, line in _placed(facts):
        if not line.description.strip():
            yield Problem("line_without_words", f"{path}.description", params=place)
        if line.quantity == 0 or (line.quantity < 0) != bool(line.deducts):
            yield Problem("line_quantity_wrong", f"{path}.quantity", params=place)
        if facts.supply == Supply.GOODS and not line.unit.strip() and not line.deducts:
            yield Problem("line_without_unit", f"{path}.unit", params=place)


def tax_base(facts: DocumentFacts) -> Problems:
    """Per rate and treatment: the sum of rounded lines, less the discount."""
    sums: dict[object, Decimal] = {}
    for line in facts.lines:
        sums[line.key] = sums.get(line.key, ZERO) + line.net
    for group in facts.groups:
        if sums.pop(group.key, None) != group.base + group.discount:
            yield Problem("tax_base_differs", "items", params=_rate(group))
    if sums:
        yield Problem("lines_outside_groups", "items")
    if not facts.prices_include_vat and any(line.net != _priced(line) for line in facts.lines):
        yield Problem("line_net_differs", "items")
    if facts.net_total != sum((group.base for group in facts.groups), ZERO):
        yield Problem("net_total_differs", "items")


def vat_rate(facts: DocumentFacts) -> Problems:
    for path, place, line in _first_of_each_group(facts):
        params = {"rate": line.vat_rate, **place}
        if not line.vat_code and line.vat_rate not in BULGARIAN_VAT_RATES:
            yield Problem("vat_rate_unknown", f"{path}.vat_rate", params=params)
        row = treatment(line.vat_code, on=facts.taxed_on) if line.vat_code else None
        if line.vat_code and (row is None or row.rate != line.vat_rate):
            yield Problem("vat_rate_not_in_force", f"{path}.vat_rate", params=params)


def vat_amount(facts: DocumentFacts) -> Problems:
    """Per group, half up; the note that takes the rest of an invoice takes its odd cent."""
    most = CENT if facts.is_note else ZERO
    for group in facts.groups:
        if abs(group.vat - _vat_of(group, facts.prices_include_vat)) > most:
            yield Problem("vat_differs", "items", params=_rate(group))
    if facts.vat_total != sum((group.vat for group in facts.groups), ZERO):
        yield Problem("vat_total_differs", "items")


def legal_basis(facts: DocumentFacts) -> Problems:
    """At 0 % or without VAT the document says why, and the reason fits seller, buyer and supply. A note goes
    by its invoice.
    """
    for path, place, line in _first_of_each_group(facts):
        if facts.original and line.key in facts.original.groups:
            continue
        row = treatment(line.vat_code, on=facts.taxed_on)
        if not line.vat_code and not line.vat_rate:
            yield Problem("basis_missing", f"{path}.vat_code", params=place)
        elif row and not _fits(row, facts):
            code = "vat_without_registration" if row.rate and not row.basis else "basis_unfit"
            yield Problem(code, f"{path}.vat_code", params={"basis": row.basis, **place})
        elif line.vat_rate and not facts.seller.is_vat_registered:
            yield Problem("vat_without_registration", f"{path}.vat_rate", params=place)


def outside_scope(facts: DocumentFacts) -> Problems:
    """EN 16931, BR-O-11: what is outside the scope of VAT does not stand with anything else."""
    rows = [treatment(code, on=facts.taxed_on) for code in facts.codes]
    is_outside = {row is not None and row.category == OUTSIDE_SCOPE for row in rows}
    if len(is_outside) > 1:
        yield Problem("outside_scope_mixed", "items")


def special_marks(facts: DocumentFacts) -> Problems:
    for mark in sorted(marks_of(facts.codes, on=facts.taxed_on) - facts.marks):
        yield Problem("mark_missing", params={"mark": mark})


def currency(facts: DocumentFacts) -> Problems:
    """чл. 26, ал. 6 ЗДДС: base and VAT in euro too, by the rate of the day of the tax event."""
    if facts.currency == "EUR" or facts.issue_date < EURO_SINCE:
        return
    if facts.currency == "BGN":
        yield Problem("lev_after_euro", "currency")
    elif facts.exchange_rate is None:
        yield Problem("exchange_rate_missing", "exchange_rate", params={"currency": facts.currency})
    elif facts.exchange_rate_on is None:
        yield Problem("exchange_rate_day_missing", "exchange_rate_on")
    elif not NO_DAYS <= facts.taxed_on - facts.exchange_rate_on <= RATE_HOLDS:
        yield Problem("exchange_rate_of_other_day", "exchange_rate_on", Severity.WARNING)


def amount_due(facts: DocumentFacts) -> Problems:
    if facts.total != facts.net_total + facts.vat_total or facts.total < 0:
        yield Problem("total_differs", "items")
    for path, place, line in _placed(facts):
        if line.deducts and line.deducts not in line.description:
            params = {"number": line.deducts, **place}
            yield Problem("deduction_not_named", f"{path}.description", params=params)


def in_words(facts: DocumentFacts) -> Problems:
    try:
        amount_in_words(facts.total, facts.currency, facts.language)
    except ValueError:
        yield Problem("amount_not_in_words", "items")


def _placed(facts: DocumentFacts) -> Iterator[tuple[str, dict[str, int], LineFacts]]:
    """The lines, each with its path and its place for people."""
    for index, line in enumerate(facts.lines):
        yield f"items.{index}", {"line": index + 1}, line


def _first_of_each_group(facts: DocumentFacts) -> Iterator[tuple[str, dict[str, int], LineFacts]]:
    """One line for each rate and treatment, so that an objection to all of them is made once."""
    seen = set()
    for path, place, line in _placed(facts):
        if line.key not in seen:
            seen.add(line.key)
            yield path, place, line


def _priced(line: LineFacts) -> Decimal:
    return line_net(line.quantity, line.unit_price, line.discount_percent)


def _vat_of(group: VatGroup, with_vat: bool) -> Decimal:
    if group.rate is None:
        return ZERO
    if with_vat:
        return group.gross - net_of(group.gross, group.rate)
    return round_half_up(group.base * group.rate / 100)


def _rate(group: VatGroup) -> dict[str, Decimal | None]:
    return {"rate": group.rate}


def _fits(row: Treatment, facts: DocumentFacts) -> bool:
    """Whether the treatment is one of such a supply. A business of the Union whose number lacks is still a
    business: another rule asks for the number.
    """
    buyer: Buyer = buyer_kind(
        is_consumer=facts.buyer.is_consumer,
        country=facts.buyer.country,
        vat_number=facts.buyer.vat_number.strip() or ("" if facts.buyer.is_consumer else "?"),
    )
    supply = Supply(facts.supply) if facts.supply else None
    return row.fits(registered=facts.seller.is_vat_registered, buyer=buyer, supply=supply)
