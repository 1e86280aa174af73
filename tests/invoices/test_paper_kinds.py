"""What each kind of document says on paper, in each language, and what is read back from it."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from shared_apps.core.bulgaria.vat_treatments import treatment
from tenant_apps.invoices.adapters import differences_in, epc_code_of, link_qr_png, render_invoice_pdf
from tenant_apps.invoices.paper import Basis, InEuro, Party, Reference
from tenant_apps.invoices.rules import Discount, LineInput, VatGroup, compute_totals
from tests.invoices.test_paper import GOODS, IBAN, codes_of, invoice, text_of

FIRST = Reference("0000000101", date(2026, 2, 1))
NOTE = {"amends": FIRST, "amend_reason": "Върната стока"}


@pytest.mark.parametrize(
    ("kind", "bulgarian", "both"),
    [
        ("invoice", "ФАКТУРА ОРИГИНАЛ", "ФАКТУРА / INVOICE"),
        ("credit_note", "КРЕДИТНО ИЗВЕСТИЕ", "КРЕДИТНО ИЗВЕСТИЕ / CREDIT NOTE"),
        ("debit_note", "ДЕБИТНО ИЗВЕСТИЕ", "ДЕБИТНО ИЗВЕСТИЕ / DEBIT NOTE"),
        ("proforma", "ПРОФОРМА", "ПРОФОРМА / PROFORMA INVOICE"),
    ],
)
def test_every_kind_bears_its_name_and_keeps_it_in_every_language(kind, bulgarian, both):
    paper = invoice(kind=kind)
    assert bulgarian in text_of(render_invoice_pdf(paper, "bg"))
    for language in ("en", "bg-en"):
        assert both in text_of(render_invoice_pdf(paper, language))


def test_a_note_names_the_invoice_that_it_amends_and_why():
    text = text_of(render_invoice_pdf(invoice(kind="credit_note", **NOTE), "bg"))
    assert "към фактура № 0000000101 от 01.02.2026" in text
    assert "Основание: Върната стока" in text
    assert "Общо 221,25 EUR" in text and "Сума за плащане" not in text
    assert IBAN[:4] not in text


def test_a_debit_note_asks_for_money_and_a_credit_note_does_not():
    debit = codes_of(render_invoice_pdf(invoice(kind="debit_note", **NOTE), "bg"))
    assert any("Дебитно известие 0000000123" in code for code in debit)
    assert codes_of(render_invoice_pdf(invoice(kind="credit_note", **NOTE), "bg")) == set()


def test_a_proforma_says_that_it_is_no_tax_document():
    text = text_of(render_invoice_pdf(invoice(kind="proforma", number="PF000012"), "bg-en"))
    assert "Не е данъчен документ / This is not a tax document" in text
    assert "№ PF000012" in text
    assert "ОРИГИНАЛ" not in text and "Дата на данъчното събитие" not in text


def test_an_advance_and_the_line_that_takes_it_off():
    assert "Авансово плащане" in text_of(render_invoice_pdf(invoice(is_advance=True), "bg"))
    lines = invoice().lines
    own, plain = (replace(lines[0], description=text, deducts=FIRST) for text in ("По 0000000101", "Аванс"))
    text = text_of(render_invoice_pdf(invoice(lines=(own, plain)), "bg"))
    assert "Аванс фактура № 0000000101 от 01.02.2026" in text
    assert text.count("0000000101") == 2


def priced(prices_include_vat, discount):
    goods = [LineInput(*good[1:]) for good in GOODS]
    totals = compute_totals(goods, prices_include_vat=prices_include_vat, discount=discount)
    lines = tuple(
        replace(line, net=net, amount=amount)
        for line, net, amount in zip(invoice().lines, totals.line_nets, totals.line_amounts, strict=True)
    )
    return invoice(
        lines=lines,
        groups=totals.groups,
        net_total=totals.net_total,
        vat_total=totals.vat_total,
        total=totals.total,
        prices_include_vat=prices_include_vat,
        discount_percent=discount.percent,
        discount_total=totals.discount_total,
    )


def test_prices_with_vat_say_so_and_the_groups_are_shown():
    text = text_of(render_invoice_pdf(priced(True, Discount()), "bg"))
    assert "Ед. цена с ДДС" in text and "Стойност с ДДС, EUR" in text
    assert "Данъчна основа 20% 85,32 ДДС 20% 17,06" in text
    assert "Сума за плащане 193,06 EUR" in text
    assert "Сума на редовете" not in text


@pytest.mark.parametrize(
    ("include_vat", "said"),
    [
        (False, "Сума на редовете 193,06 Отстъпка 10% -19,31"),
        (True, "Сума на редовете с ДДС 193,06 Отстъпка 10% -19,31"),
    ],
)
def test_a_discount_off_the_whole_document_is_shown_as_it_is_priced(include_vat, said):
    assert said in text_of(render_invoice_pdf(priced(include_vat, Discount(percent=Decimal(10))), "bg"))


def reverse_charged(**more):
    row = treatment("eu_services", on=date(2026, 3, 12))
    group = VatGroup(row.rate, Decimal("100.00"), Decimal("0.00"), row.code)
    basis = Basis(group.key, row.basis, row.basis_en, row.mark, row.mark_en)
    facts = {"groups": (group,), "bases": (basis,), "total": Decimal("100.00"), "vies_number": "WAPI123"}
    return invoice(**facts, vies_checked_on=date(2026, 3, 14), **more)


def test_the_legal_basis_and_the_mark_of_the_law_stand_by_their_group():
    text = text_of(render_invoice_pdf(reverse_charged(), "bg"))
    assert "Данъчна основа 0% чл. 21, ал. 2 ЗДДС" in text
    assert "Обратно начисляване" in text and "Reverse charge" not in text
    assert "WAPI123, 14.03.2026" in text
    english = text_of(render_invoice_pdf(reverse_charged(), "en"))
    assert "Art. 21(2) VAT Act" in english and "Обратно начисляване / Reverse charge" in english
    both = text_of(render_invoice_pdf(reverse_charged(), "bg-en"))
    assert "чл. 21, ал. 2 ЗДДС" in both and "Art. 21(2) VAT Act" in both


def test_another_currency_shows_base_and_vat_in_euro_with_the_rate_and_its_day():
    in_euro = InEuro(Decimal("1.085600"), date(2026, 3, 13), Decimal("177.83"), Decimal("25.97"))
    text = text_of(render_invoice_pdf(invoice(currency="USD", in_euro=in_euro), "bg"))
    assert "Данъчна основа в евро 177,83 EUR" in text
    assert "ДДС в евро 1 EUR = 1,0856 USD, 13.03.2026 25,97 EUR" in text
    assert "Сума за плащане 221,25 USD" in text


def test_two_languages_stand_on_one_paper():
    text = text_of(render_invoice_pdf(invoice(payment_method="bank_transfer"), "bg-en"))
    for words in (
        "ОРИГИНАЛ / ORIGINAL",
        "Доставчик / Seller",
        "България / Bulgaria",
        "Количество / Quantity",
        "Сума за плащане / Amount due 221,25 EUR",
        "Двеста двадесет и едно евро и двадесет и пет цента / Two hundred twenty-one euros and twenty-five",
        "Банков превод / Bank transfer",
        "14 дни / 14 days",
        "стр. 1 от 1 / page 1 of 1",
        "15.03.2026",
    ):
        assert words in text
    assert "Фактура 0000000123" in next(
        code for code in codes_of(render_invoice_pdf(invoice(), "bg-en")) if "BCD" in code
    )


@pytest.mark.parametrize(("kind", "mark"), [("invoice", "АНУЛИРАНА"), ("credit_note", "АНУЛИРАНО")])
def test_what_is_annulled_says_so_and_asks_for_nothing(kind, mark):
    text = text_of(render_invoice_pdf(invoice(kind=kind, state="annulled"), "bg"))
    assert text.count(mark) == 2 and "ОРИГИНАЛ" not in text and "IBAN" not in text


@pytest.mark.parametrize("method", ["bank_transfer", "cash"])
def test_cash_needs_no_account(method):
    pdf = render_invoice_pdf(invoice(payment_method=method), "bg")
    assert ("BG80 BNBG" in text_of(pdf)) == (method == "bank_transfer")
    assert len(codes_of(pdf)) == (2 if method == "bank_transfer" else 1)


@pytest.mark.parametrize("language", ["bg", "en", "bg-en"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"kind": "credit_note"},
        {"kind": "proforma", "number": "PF000012"},
        {"state": "annulled"},
        {"currency": "USD"},
        {"goods": GOODS * 12},
        {"seller": Party(name="Щ" * 200), "buyer": Party(name="Много Дълго Име " * 12)},
        {"logo": link_qr_png("https://logo.example")},
    ],
)
def test_what_is_written_reads_back(changes, language):
    paper = invoice(**changes)
    assert differences_in(render_invoice_pdf(paper, language), paper, language) == []


@pytest.mark.parametrize(
    ("changes", "differing"),
    [
        ({"number": "0000000124"}, ["number", "transfer_code"]),
        ({"total": Decimal("21.25")}, ["total", "transfer_code"]),
        ({"total": Decimal("1221.25")}, ["total", "transfer_code"]),
        ({"iban": "BG10STSA93000027446545"}, ["iban", "transfer_code"]),
        ({"payment_url": "https://pay.example.bg/other"}, ["link_code"]),
        ({"payment_method": "cash"}, ["transfer_code"]),
    ],
)
def test_a_pdf_of_something_else_is_noticed(changes, differing):
    pdf = render_invoice_pdf(invoice(), "bg-en")
    assert differences_in(pdf, invoice(**changes), "bg-en") == differing


def test_a_logo_that_asks_for_money_is_noticed():
    other = invoice(number="0000000999")
    paper = invoice(logo=epc_code_of(other, "bg"))
    assert differences_in(render_invoice_pdf(paper, "bg"), paper, "bg") == ["transfer_code"]


def test_150_lines_stand_whole_on_their_pages():
    goods = tuple((f"Ред-{n}", *GOODS[0][1:]) for n in range(1, 151))
    pages = [
        sheet.extract_text()
        for sheet in PdfReader(BytesIO(render_invoice_pdf(invoice(goods=goods), "bg"))).pages
    ]
    found = [int(number) for page in pages for number in re.findall(r"Ред-(\d+)", page)]
    assert found == list(range(1, 151))
    for place, page in enumerate(pages, start=1):
        assert f"стр. {place} от {len(pages)}" in " ".join(page.split())
        assert ("Наименование" in page) == ("Ред-" in page)
        assert page.count("Ред-") == page.count("102,38")
    assert "Сума за плащане" in pages[-1] and all("Сума за плащане" not in page for page in pages[:-1])
