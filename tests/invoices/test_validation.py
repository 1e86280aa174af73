"""Every rule with a document that keeps it and documents that break it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.money import round_half_up
from tenant_apps.invoices import rules
from tenant_apps.invoices.rules import BuyerFacts, DocumentFacts, SeriesFacts, Severity, VatGroup
from tenant_apps.invoices.validation_texts import PROBLEM_TEXTS, RULE_TEXTS, field_error, problem_words
from tests.invoices.facts import american, buyer, document, german, groups_of, line, note, problems, seller

D = Decimal
CONSULTED = {"vies_number": "WAPIAAAAZ", "vies_checked_on": date(2026, 3, 12)}
GOODS = line(rate="0.00", code="eu_goods", unit="бр.")
PROFORMA = {"kind": rules.PROFORMA, "number": "PF-000001"}
CONSUMER = buyer(name="Иван Иванов", address="", city="", eik="", is_consumer=True)


@pytest.mark.parametrize(
    "facts",
    [
        document(),
        document(buyer=CONSUMER),
        document(buyer=buyer(vat_number="BG831646048", country="")),
        document(line(), line("50", "9.00", "reduced"), line("5", "0.00", "exempt")),
        document(line("33.33"), line("0.99"), line("7.77", "9.00", "reduced")),
        document(GOODS, buyer=german(), supply="goods", **CONSULTED),
        document(line(rate="0.00", code="eu_services"), buyer=german(), supply="service", **CONSULTED),
        document(line(rate="0.00", code="export", unit="бр."), buyer=american(), supply="goods"),
        document(line(rate=None, code="services_abroad"), buyer=american(), supply="service"),
        document(line(rate="0.00", code="reverse_charge"), buyer=buyer(vat_number="BG831646048")),
        document(
            line(rate=None, code="not_registered"), seller=seller(is_vat_registered=False, vat_number="")
        ),
        document(currency="USD", exchange_rate=D("1.16"), exchange_rate_on=date(2026, 3, 12)),
        document(
            currency="BGN",
            issue_date=date(2025, 12, 31),
            tax_event_date=None,
            due_date=None,
            series=SeriesFacts(),
        ),
        document(number="", state=rules.DRAFT, seller=seller(compiled_by="")),
        document(state=rules.ANNULLED, annul_reason="Сгрешен получател"),
        document(seller=seller(iban=""), payment_method="cash"),
        document(**PROFORMA, seller=seller(eik="", vat_number=""), buyer=buyer(eik="", address="", city="")),
        note(),
        note(kind=rules.DEBIT_NOTE),
        note(
            groups=(VatGroup(D("20.00"), D("100.00"), D("20.01"), "standard"),),
            vat_total=D("20.01"),
            total=D("120.01"),
            original={
                "left": {(D("20.00"), "standard"): VatGroup(D("20.00"), D("100.00"), D("20.01"), "standard")}
            },
        ),
    ],
)
def test_a_right_document_keeps_every_rule(facts: DocumentFacts) -> None:
    assert problems(facts) == []


# What is spoiled, and what the rules say then.
BROKEN: list[tuple[DocumentFacts, str]] = [
    (document(heading="INVOICE"), "heading_wrong"),
    (document(number="7"), "number_not_ten_digits"),
    (document(series=SeriesFacts(previous_number="0000000005", has_gap=True)), "number_gap"),
    (document(stamp=""), "stamp_wrong"),
    (document(today=date(2026, 3, 14)), "issue_date_in_future"),
    (
        document(series=SeriesFacts(previous_number="0000000006", previous_day=date(2026, 3, 16))),
        "issue_date_before_previous",
    ),
    (document(tax_event_date=date(2026, 3, 9)), "issued_late"),
    (document(seller=seller(name=" ")), "seller_name_missing"),
    (document(seller=seller(address="", city="")), "seller_address_missing"),
    (document(seller=seller(address="")), "seller_street_missing"),
    (document(seller=seller(eik="")), "seller_eik_missing"),
    (document(seller=seller(eik="175074753")), "seller_eik_invalid"),
    (document(seller=seller(vat_number="")), "seller_vat_number_missing"),
    (
        document(line(rate=None, code="not_registered"), seller=seller(is_vat_registered=False)),
        "seller_vat_number_unexpected",
    ),
    (document(seller=seller(vat_number="BG1")), "seller_vat_number_invalid"),
    (document(seller=seller(vat_number="DE136695976")), "seller_vat_number_invalid"),
    (
        document(
            line(rate="0.00", code="small_business"),
            seller=seller(is_vat_registered=False, vat_number=""),
            buyer=CONSUMER,
        ),
        "seller_scheme_number_missing",
    ),
    (document(buyer=buyer(name="")), "buyer_name_missing"),
    (document(**PROFORMA, buyer=buyer(name="")), "buyer_name_missing"),
    (document(buyer=buyer(address="", city="")), "buyer_address_missing"),
    (document(buyer=buyer(address="")), "buyer_street_missing"),
    (document(buyer=buyer(eik="")), "buyer_eik_missing"),
    (document(buyer=buyer(eik="123")), "buyer_eik_invalid"),
    (document(buyer=buyer(vat_number="831646048")), "buyer_vat_number_invalid"),
    (document(line(rate="0.00", code="reverse_charge")), "buyer_vat_number_missing"),
    (document(GOODS, buyer=german(vat_number=""), **CONSULTED), "buyer_vat_number_missing"),
    (document(GOODS, buyer=german(vat_number="BG831646048"), **CONSULTED), "buyer_vat_number_at_home"),
    (document(GOODS, buyer=german()), "vies_number_missing"),
    (document(GOODS, buyer=german(), vies_number="W1"), "vies_day_missing"),
    (
        document(GOODS, buyer=german(), vies_number="W1", vies_checked_on=date(2026, 4, 1)),
        "vies_day_in_future",
    ),
    (document(seller=seller(responsible_person="")), "responsible_person_missing"),
    (document(lines=(), groups=(), net_total=D(0), vat_total=D(0), total=D(0)), "no_lines"),
    (document(line(description=" ")), "line_without_words"),
    (
        document(
            line(quantity=D(-1), net=D("-100.00")), total=D(0), vat_total=D(0), net_total=D(0), groups=()
        ),
        "line_quantity_wrong",
    ),
    (document(line(unit=""), supply="goods"), "line_without_unit"),
    (
        document(
            groups=(VatGroup(D("20.00"), D("99.99"), D("20.00"), "standard"),),
            net_total=D("99.99"),
            total=D("119.99"),
        ),
        "tax_base_differs",
    ),
    (document(groups=(), net_total=D(0), vat_total=D(0), total=D(0)), "lines_outside_groups"),
    (document(line(quantity=D(2))), "line_net_differs"),
    (document(net_total=D("100.01"), total=D("120.01")), "net_total_differs"),
    (document(line(rate="18.00", code="")), "vat_rate_unknown"),
    (document(line(rate="19.00", code="standard")), "vat_rate_not_in_force"),
    (document(line(rate="9.00", code="reduced"), tax_event_date=date(2010, 3, 1)), "vat_rate_not_in_force"),
    (
        document(
            groups=(VatGroup(D("20.00"), D("100.00"), D("20.01"), "standard"),),
            vat_total=D("20.01"),
            total=D("120.01"),
        ),
        "vat_differs",
    ),
    (document(vat_total=D("20.01"), total=D("120.01")), "vat_total_differs"),
    (document(line(rate="0.00", code="")), "basis_missing"),
    (document(line(rate=None, code="")), "basis_missing"),
    (document(GOODS, **CONSULTED, supply="goods"), "basis_unfit"),
    (document(GOODS, buyer=german(), **CONSULTED, supply="service"), "basis_unfit"),
    (document(line(rate="0.00", code="export"), buyer=german(), supply="goods"), "basis_unfit"),
    (document(line(rate=None, code="not_registered")), "basis_unfit"),
    (document(seller=seller(is_vat_registered=False, vat_number="")), "vat_without_registration"),
    (document(line(rate=None, code="services_abroad"), line(), buyer=american()), "outside_scope_mixed"),
    (
        document(
            line(rate="0.00", code="reverse_charge"), buyer=buyer(vat_number="BG831646048"), marks=frozenset()
        ),
        "mark_missing",
    ),
    (document(currency="BGN"), "lev_after_euro"),
    (document(currency="USD"), "exchange_rate_missing"),
    (document(currency="USD", exchange_rate=D("1.16")), "exchange_rate_day_missing"),
    (
        document(currency="USD", exchange_rate=D("1.16"), exchange_rate_on=date(2026, 2, 1)),
        "exchange_rate_of_other_day",
    ),
    (document(total=D("120.01")), "total_differs"),
    (
        document(line(), line("-50.00", quantity=D(-1), unit_price=D("50.00"), deducts="0000000003")),
        "deduction_not_named",
    ),
    (document(total=D(10) ** 12, net_total=D(10) ** 12, vat_total=D(0), groups=()), "amount_not_in_words"),
    (document(seller=seller(iban="BG00BNBG96611020345678")), "iban_invalid"),
    (document(seller=seller(iban="")), "iban_missing"),
    (document(due_date=date(2026, 3, 14)), "due_before_issue"),
    (document(seller=seller(compiled_by="")), "compiler_missing"),
    (note(amend_reason=" "), "amend_reason_missing"),
    (note(original=None), "original_not_issued"),
    (note(original={"is_issued": False}), "original_not_issued"),
    (note(original={"currency": "USD"}), "note_currency_differs"),
    (note(original={"issue_date": date(2026, 3, 16)}), "note_before_invoice"),
    (note(line(rate="9.00", code="reduced")), "note_rate_differs"),
    (note(original={"left": {}}), "note_exceeds_invoice"),
    (document(state=rules.ANNULLED), "annul_reason_missing"),
    (document(language="en"), "language_not_bulgarian"),
    (document(**PROFORMA | {"number": "0000000007"}), "proforma_number_looks_taxed"),
]
ONLY_WARN = {
    "number_gap", "stamp_wrong", "issued_late", "seller_street_missing", "buyer_street_missing",
    "exchange_rate_of_other_day", "iban_missing",
}  # fmt: skip
ONLY_TELL = {"responsible_person_missing", "compiler_missing", "language_not_bulgarian"}


@pytest.mark.parametrize(("facts", "problem"), BROKEN, ids=[problem for _facts, problem in BROKEN])
def test_a_spoiled_document_breaks_its_rule(facts: DocumentFacts, problem: str) -> None:
    found = [finding for finding in rules.validate(facts) if finding.problem == problem]
    assert len(found) == 1
    severity = (
        Severity.WARNING
        if problem in ONLY_WARN
        else Severity.INFO
        if problem in ONLY_TELL
        else Severity.ERROR
    )
    assert found[0].severity is severity and found[0].blocks is (severity is Severity.ERROR)
    for language in ("bg", "en"):
        with override(language):
            assert problem_words(found[0]).strip().endswith(".")


def test_every_rule_and_every_problem_has_its_words_and_its_example() -> None:
    assert {rule.code for rule in rules.RULES} == set(RULE_TEXTS)
    assert {problem for _facts, problem in BROKEN} == set(PROBLEM_TEXTS)
    broken = {
        finding.rule for facts, _problem in BROKEN for finding in rules.validate(facts) if not finding.passed
    }
    assert broken == set(RULE_TEXTS)


def test_services_to_the_union_ask_for_the_consultation_and_do_not_insist() -> None:
    found = rules.validate(document(line(rate="0.00", code="eu_services"), buyer=german(), supply="service"))
    assert [one.problem for one in found if not one.passed] == ["vies_number_missing"]
    assert rules.errors_among(found) == []


def test_an_objection_names_its_line_and_field() -> None:
    facts = document(line(), line("5", "0.00", ""), line("7", "0.00", ""))
    (finding,) = rules.errors_among(rules.validate(facts))
    assert (finding.field, finding.params) == ("items.1.vat_code", {"line": 2})
    with override("en"):
        error = field_error(finding)
    assert (error.field, error.code) == ("items.1.vat_code", "basis_missing")
    assert error.message == "Line 2 bears no VAT: choose its legal basis."


def test_sources_are_cited_in_the_reader_s_language() -> None:
    with override("en"):
        assert str(RULE_TEXTS["number"].source) == "Art. 114(1)(2) VAT Act"


@pytest.mark.parametrize("who", [buyer(country="US"), buyer(country="DE"), CONSUMER])
def test_only_a_bulgarian_trader_is_asked_for_an_eik(who: BuyerFacts) -> None:
    told = {finding.rule for finding in rules.validate(document(buyer=replace(who, eik="")))}
    assert "buyer_eik" not in told


def test_a_note_goes_by_the_basis_and_the_law_of_its_invoice() -> None:
    old = line(rate="0.00", code="")
    charged = {group.key: group for group in groups_of([old])}
    facts = note(old, original={"groups": charged, "left": charged, "taxed_on": date(2024, 3, 1)})
    assert problems(facts) == []


amounts = st.decimals(min_value="0.01", max_value="99999", places=2)
quantities = st.decimals(min_value="0.001", max_value="999", places=3)
treatments = st.sampled_from([("20.00", "standard"), ("9.00", "reduced"), ("0.00", "exempt")])
cents = st.sampled_from([D("0.00")] * 4 + [D("0.01"), D("-0.01")])


@given(st.lists(st.tuples(quantities, amounts, treatments), min_size=1, max_size=12), cents, cents, cents)
def test_what_passes_adds_up(
    written: list[tuple[Decimal, Decimal, tuple[str, str]]], base: Decimal, vat: Decimal, total: Decimal
) -> None:
    """However a document's sums came to be: when no rule objects, they are those of EN 16931."""
    lines = tuple(
        line(str(round_half_up(quantity * price)), rate, code, quantity=quantity, unit_price=price)
        for quantity, price, (rate, code) in written
    )
    right = groups_of(lines)
    groups = (VatGroup(right[0].rate, right[0].base + base, right[0].vat + vat, right[0].code), *right[1:])
    net_total = sum((group.base for group in groups), D(0))
    vat_total = sum((group.vat for group in groups), D(0))
    sums = {
        "net_total": net_total,
        "vat_total": vat_total,
        "total": net_total + vat_total + total,
    }
    facts = document(*lines, groups=groups, **sums)

    bases = {
        key: sum((one.net for one in lines if one.key == key), D(0)) for key in {one.key for one in lines}
    }
    taxes = [round_half_up(net * (rate or 0) / 100) for (rate, _code), net in bases.items()]
    adds_up = (facts.net_total, facts.vat_total) == (sum(bases.values()), sum(taxes)) and total == 0
    assert (not rules.errors_among(rules.validate(facts))) is adds_up
