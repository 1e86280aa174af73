from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from tenant_apps.invoices.adapters import epc_qr_png, link_qr_png, render_invoice_pdf
from tenant_apps.invoices.paper import InvoicePaper, PaperLine, Party, write_amount, write_day, write_number
from tenant_apps.invoices.rules import LineInput, compute_totals

IBAN = "BG80BNBG96611020345678"
SELLER = Party(
    name="Алфа Трейд ЕООД",
    address="ул. „Шипка“ № 34",
    postal_code="1504",
    city="София",
    country="BG",
    eik="175074752",
    vat_number="BG175074752",
    responsible_person="Мария Стоянова",
)
BUYER = Party(name="Бета Строй ООД", city="Пловдив", country="BG", eik="831646048")
GOODS = (
    ("Консултация", Decimal("2.5"), Decimal("45.5000"), Decimal("10"), Decimal("20")),
    ("Транспорт", Decimal("230"), Decimal("0.3725"), Decimal("0"), Decimal("9")),
    ("Такса", Decimal("1"), Decimal("5"), Decimal("0"), None),
)


def invoice(goods=GOODS, **changes):
    totals = compute_totals(LineInput(*good[1:]) for good in goods)
    lines = tuple(
        PaperLine(
            description=description,
            quantity=quantity,
            unit="бр.",
            unit_price=price,
            discount_percent=discount,
            vat_rate=rate,
            net=net,
        )
        for (description, quantity, price, discount, rate), net in zip(goods, totals.line_nets, strict=True)
    )
    facts = {
        "state": "issued",
        "number": "0000000123",
        "issue_date": date(2026, 3, 15),
        "tax_event_date": date(2026, 3, 12),
        "due_date": date(2026, 3, 29),
        "currency": "EUR",
        "seller": SELLER,
        "buyer": BUYER,
        "lines": lines,
        "groups": totals.groups,
        "net_total": totals.net_total,
        "vat_total": totals.vat_total,
        "total": totals.total,
        "iban": IBAN,
        "bic": "BNBGBGSD",
        "payment_url": "https://pay.example.bg/0000000123",
        "notes": "Първи ред\nвтори ред",
    }
    return InvoicePaper(**facts | changes)


def text_of(pdf: bytes) -> str:
    words = " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages)
    return " ".join(words.replace("\N{NO-BREAK SPACE}", " ").split())


def codes_of(pdf: bytes) -> set[str]:
    images = [image.image for sheet in PdfReader(BytesIO(pdf)).pages for image in sheet.images]
    return {read_code(image) for image in images if image is not None}


def read_code(image: Image.Image) -> str:
    (code,) = zxingcpp.read_barcodes(image.convert("L"))
    return code.text


def test_a_bulgarian_invoice_says_all_that_the_law_asks():
    text = text_of(render_invoice_pdf(invoice(), "bg"))
    for words in (
        "ФАКТУРА",
        "ОРИГИНАЛ",
        "№ 0000000123",
        "15.03.2026",
        "12.03.2026",
        "29.03.2026",
        "Алфа Трейд ЕООД",
        "1504 София",
        "България",
        "175074752",
        "BG175074752",
        "Мария Стоянова",
        "Бета Строй ООД",
        "831646048",
        "Консултация",
        "2,5",
        "45,50",
        "10%",
        "0,3725",
        "102,38",
        "85,68",
        "20,48",
        "7,71",
        "221,25 EUR",
        "Двеста двадесет и едно евро и двадесет и пет цента",
        "BG80 BNBG 9661 1020 3456 78",
        "BNBGBGSD",
        "Първи ред втори ред",
    ):
        assert words in text
    assert "INVOICE" not in text


def test_the_bulgarian_heading_stays_in_english():
    text = text_of(render_invoice_pdf(invoice(), "en"))
    for words in (
        "ФАКТУРА / INVOICE",
        "ОРИГИНАЛ / ORIGINAL",
        "15 Mar 2026",
        "Bulgaria",
        "Tax base at 20%",
        "VAT 9%",
        "Base without VAT",
        "221.25 EUR",
        "Two hundred twenty-one euros and twenty-five cents",
        "page 1 of 1",
    ):
        assert words in text


def test_the_codes_on_the_page_ask_for_this_invoice():
    codes = codes_of(render_invoice_pdf(invoice(), "en"))
    epc = "\n".join(
        (
            "BCD",
            "002",
            "1",
            "SCT",
            "BNBGBGSD",
            "Алфа Трейд ЕООД",
            IBAN,
            "EUR221.25",
            "",
            "",
            "Invoice 0000000123",
        )
    )
    assert codes == {epc, "https://pay.example.bg/0000000123"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"payment_url": ""}, {"epc"}),
        ({"iban": ""}, {"link"}),
        ({"iban": "BG00BNBG96611020345678"}, {"link"}),
        ({"currency": "USD"}, {"link"}),
        ({"state": "annulled"}, set()),
        ({"state": "draft", "number": None}, set()),
        ({"total": Decimal("0.00")}, set()),
    ],
)
def test_a_code_stands_only_where_it_can_be_paid(changes, expected):
    codes = codes_of(render_invoice_pdf(invoice(**changes), "bg"))
    assert {"epc" if code.startswith("BCD") else "link" for code in codes} == expected


@pytest.mark.parametrize(
    ("changes", "mark"),
    [({"state": "draft", "number": None}, "DRAFT"), ({"state": "annulled"}, "ANNULLED")],
)
def test_what_is_not_to_be_paid_says_so(changes, mark):
    text = text_of(render_invoice_pdf(invoice(**changes), "en"))
    assert text.count(mark) == 2
    assert "ORIGINAL" not in text


def test_a_long_invoice_repeats_its_head_and_counts_its_pages():
    pdf = render_invoice_pdf(invoice(goods=GOODS * 20), "en")
    pages = [" ".join(sheet.extract_text().split()) for sheet in PdfReader(BytesIO(pdf)).pages]
    assert len(pages) > 1
    for position, page in enumerate(pages, start=1):
        assert f"page {position} of {len(pages)}" in page
        assert ("Description Unit Quantity Unit price" in page) == ("Консултация" in page)
    assert sum(page.count("Транспорт") for page in pages) == 20


def test_equal_papers_give_equal_bytes():
    assert render_invoice_pdf(invoice(), "bg") == render_invoice_pdf(invoice(), "bg")


def test_strangers_texts_are_only_texts():
    hostile = Party(name="<b>Фирма</b> <img src='/etc/passwd'> {{ paper }} 株 😀 ＜i＞", address="М" * 250)
    goods = (("Н" * 500, Decimal("1"), Decimal("999999.99"), Decimal("0"), Decimal("20")),)
    pdf = render_invoice_pdf(invoice(goods=goods, buyer=hostile, notes="Бележка. " * 2000), "bg")
    text = text_of(pdf)
    assert "<b>Фирма</b> <img src='/etc/passwd'> {{ paper }} Zhu :grinning: <i>" in text
    assert text.count("Бележка.") == 2000


def test_an_empty_draft_can_be_looked_at():
    no_days = {"issue_date": None, "tax_event_date": None, "due_date": None}
    nobody = {"seller": Party(name=""), "buyer": Party(name=""), "iban": ""}
    empty = invoice(goods=(), state="draft", number=None, **no_days, **nobody)
    assert "0,00 EUR" in text_of(render_invoice_pdf(empty, "bg"))


def test_a_seller_outside_vat_shows_no_vat():
    goods = (("Услуга", Decimal("1"), Decimal("100"), Decimal("0"), None),)
    text = text_of(render_invoice_pdf(invoice(goods=goods), "en"))
    assert "Base without VAT 100.00" in text
    assert "Tax base" not in text


def test_the_code_of_a_long_name_is_cut_between_letters():
    code = read_code(Image.open(BytesIO(epc_qr_png("Щ" * 90, IBAN, "", Decimal("1"), "Ю" * 200))))
    lines = code.split("\n")
    assert len(code.encode()) <= 331
    assert (lines[4], lines[5], lines[7]) == ("", "Щ" * 70, "EUR1")
    assert set(lines[10]) == {"Ю"}


def test_line_breaks_cannot_forge_another_field():
    code = read_code(Image.open(BytesIO(epc_qr_png("А\nБ", IBAN, "x", Decimal("10.005"), "в\r\nг"))))
    assert code.split("\n") == ["BCD", "002", "1", "SCT", "", "А Б", IBAN, "EUR10.01", "", "", "в г"]


@pytest.mark.parametrize(
    ("name", "iban", "amount", "text"),
    [
        ("А", "BG00BNBG96611020345678", "1", "т"),
        ("А", IBAN, "0.004", "т"),
        ("А", IBAN, "1000000000", "т"),
        ("А", IBAN, "-1", "т"),
        (" ", IBAN, "1", "т"),
        ("А", IBAN, "1", " \n"),
    ],
)
def test_a_code_that_no_bank_takes_is_refused(name, iban, amount, text):
    with pytest.raises(ValueError):
        epc_qr_png(name, iban, "", Decimal(amount), text)


def test_an_address_becomes_a_code():
    assert (
        read_code(Image.open(BytesIO(link_qr_png("https://tefter.bg/п?a=1&b=2"))))
        == "https://tefter.bg/п?a=1&b=2"
    )


@pytest.mark.parametrize(
    ("amount", "places", "bulgarian", "english"),
    [
        ("1234.5", 2, "1 234,50", "1,234.50"),
        ("0.3725", 4, "0,3725", "0.3725"),
        ("45.5000", 4, "45,50", "45.50"),
        ("-1000000", 2, "-1 000 000,00", "-1,000,000.00"),
        ("1E+3", 4, "1 000,00", "1,000.00"),
    ],
)
def test_amounts_are_written_in_the_language(amount, places, bulgarian, english):
    assert write_amount(Decimal(amount), "bg", places).replace("\N{NO-BREAK SPACE}", " ") == bulgarian
    assert write_amount(Decimal(amount), "en", places) == english


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_a_written_amount_reads_back(amount):
    written = write_amount(amount, "bg").replace("\N{NO-BREAK SPACE}", "").replace(",", ".")
    assert Decimal(written) == amount
    assert Decimal(write_amount(amount, "en").replace(",", "")) == amount


def test_quantities_and_days():
    assert write_number(Decimal("2.500"), "bg") == "2,5"
    assert write_number(Decimal("100"), "en") == "100"
    assert write_number(Decimal("20.00"), "bg") == "20"
    assert write_day(date(2026, 3, 5), "bg") == "05.03.2026"
    assert write_day(date(2026, 3, 5), "en") == "5 Mar 2026"
