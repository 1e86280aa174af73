"""From nothing to a paid invoice, once in each language."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import pypdf
import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import PATIENCE_MS, Visitor

pytestmark = pytest.mark.journey
TABS_TO_THE_LINES = 25


@dataclass(frozen=True)
class Story:
    """Who founds what, and what they sell to whom."""

    language: str
    founder: str
    company: str
    subdomain: str
    client: str
    totals: tuple[str, str]
    reference: str
    paid: str


BULGARIAN = Story(
    language="bg",
    founder="Живка Щерева",
    company="Щурче Дизайн ООД",
    subdomain="shturche-dizayn",
    client="Ягода АД",
    totals=("369,99\xa0€", "443,99\xa0€"),
    reference="плащане по фактура №1 от Ягода",
    paid="Платена",
)
ENGLISH = Story(
    language="en",
    founder="Jane Finch",
    company="Blue Finch Ltd",
    subdomain="blue-finch",
    client="Harbour plc",
    totals=("€369.99", "€443.99"),
    reference="invoice 0000000001",
    paid="Paid",
)


@pytest.mark.parametrize("story", [BULGARIAN, ENGLISH], ids=lambda story: story.language)
def test_from_sign_up_to_a_paid_invoice(story: Story, visitor: Callable[..., Visitor]) -> None:
    one = visitor(story.language)
    sign_up(one, story)
    fill_profile(one, story)
    add_first_client(one, story)
    write_invoice_by_keyboard(one, story)
    issue(one)
    pdf_opens(one, story)
    record_payment(one, story)
    expect(one.page.locator("#invoice-status")).to_have_text(story.paid, timeout=PATIENCE_MS)


def sign_up(one: Visitor, story: Story) -> None:
    one.go("/")
    one.press("Create your organization")
    one.fill(name=story.founder, email=f"owner@{story.subdomain}.example", password="seven-green-hills")
    one.field("company_name").press_sequentially(story.company)
    expect(one.field("subdomain")).to_have_value(re.compile(story.subdomain))
    one.sees(one.word("This address is free."))
    one.field("subdomain").fill(story.subdomain)
    one.press("Create organization")
    one.is_at("/", story.subdomain)
    one.sees(story.founder)


def fill_profile(one: Visitor, story: Story) -> None:
    one.press("Settings", within="#sidebar")
    expect(one.field("legal_name")).to_have_value(story.company)
    one.fill(
        eik="175074752",
        vat_number="BG175074752",
        responsible_person=story.founder,
        address="ул. Щастлива 7",
        city="Варна",
        postal_code="9000",
        iban="BG80 BNBG 9661 1020 3456 78",
    )
    one.press("Save details")
    expect(one.page.locator(".toast-note.is-success")).to_be_visible()
    expect(one.field("iban")).to_have_value("BG80BNBG96611020345678")


def add_first_client(one: Visitor, story: Story) -> None:
    one.press("Companies", within="#sidebar")
    one.sees(one.word("The companies you sell to will live here."))
    one.press("New company", within="#list")
    one.fill(
        name=story.client,
        eik="831646048",
        city="София",
        address="бул. Ягодов 1",
        email="office@client.example",
    )
    one.press("Save company")
    one.sees_heading(story.client)


def write_invoice_by_keyboard(one: Visitor, story: Story) -> None:
    one.press("Invoices", within="#sidebar")
    one.is_at("/invoices/", story.subdomain)
    keyboard = one.page.keyboard
    keyboard.press("n")
    one.is_at("/invoices/new/", story.subdomain)
    one.page.locator(".ts-control input").first.focus()
    keyboard.type(story.client[:4])
    expect(one.page.locator(".ts-dropdown .option.active")).to_contain_text(story.client)
    keyboard.press("Enter")
    tab_to_the_lines(one)
    for text in ("Лого", "2", "бр.", "150", "10"):
        keyboard.type(text)
        keyboard.press("Tab")
    keyboard.press("Enter")
    keyboard.type("Икони")
    for _cell in ("quantity", "unit", "unit_price"):
        keyboard.press("Tab")
    keyboard.type("99,99")
    keyboard.press("ArrowUp")
    expect(one.page.locator("[data-line=unit_price]").first).to_be_focused()
    net, total = story.totals
    expect(one.page.locator("[data-total=net]")).to_have_text(net)
    expect(one.page.locator("[data-total=total]")).to_have_text(total)
    keyboard.press("Control+Enter")
    one.sees_heading(one.word("Draft invoice"))


def tab_to_the_lines(one: Visitor) -> None:
    for _step in range(TABS_TO_THE_LINES):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.dataset.line") == "description":
            return
    pytest.fail("the keyboard does not reach the lines")


def issue(one: Visitor) -> None:
    one.press("Issue invoice", within="#invoice-actions")
    one.agree()
    expect(one.page.locator("h1")).to_contain_text("0000000001")
    expect(one.page.locator("#invoice-status")).to_have_text(one.word("Issued"))


def pdf_opens(one: Visitor, story: Story) -> None:
    with one.context.expect_event("response", lambda response: response.url.endswith("/pdf/")) as opened:
        one.press("PDF", within="#invoice-actions")
    assert (opened.value.status, opened.value.headers["content-type"]) == (200, "application/pdf")
    words = pypdf.PdfReader(io.BytesIO(one.bytes_at(opened.value.url))).pages[0].extract_text()
    assert "0000000001" in words
    assert story.client in words


def record_payment(one: Visitor, story: Story) -> None:
    one.press("Record payment", within="#invoice-actions")
    one.fill(reference=story.reference)
    one.press("Record payment", within="#panel")
