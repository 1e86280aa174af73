"""A client without an account: an offer accepted on a phone, an invoice seen and downloaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import PHONE, Visitor

pytestmark = pytest.mark.journey
CHROME = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
AT_A_PHONE = {**PHONE, "user_agent": CHROME}  # without its name Chromium says that nobody sits before it


def link_on(one: Visitor) -> str:
    """The client link that the page of a record shows."""
    address = one.page.locator(".link-address a").first.get_attribute("href")
    assert address
    return address


def test_a_client_accepts_on_a_phone_and_the_deal_moves(
    member: Callable[..., Visitor], visitor: Callable[..., Visitor], world: Any
) -> None:
    seller = member("beta", "owner")
    seller.is_at("/", "beta")
    deal = f"/deals/{world.id_of('beta', 'deal_id')}/"
    seller.go(deal, "beta")
    seller.page.locator('a[href^="/offers/new/?deal="]').first.click()
    seller.sees_heading("New offer")
    seller.page.locator('[data-line="unit_price"]').first.fill("250")
    seller.press("Save draft")
    seller.sees_heading("Draft offer")
    seller.press("Send offer")
    seller.agree()
    seller.sees("is on its way to the client.")
    seller.sees("The client has not opened it yet.")
    offer, address = seller.page.url, link_on(seller)

    client = visitor("bg", **AT_A_PHONE)
    client.page.goto(address)
    client.page.locator("html[lang=bg]").wait_for()
    expect(client.page.locator(".portal-figure")).to_have_text("300,00\u00a0€")
    assert client.width_of_page() <= PHONE["viewport"]["width"]
    client.press("Accept the offer")
    client.sees(client.word("Write your name: it is kept with the answer."))
    client.page.locator("[name=name]").first.fill("Мария Колева")
    client.press("Accept the offer")
    client.sees("Приета от Мария Колева")
    client.page.reload()
    client.sees("Приета от Мария Колева")

    seller.page.goto(offer)
    seller.sees("The client opened it")
    seller.sees("Мария Колева")
    seller.go(deal, "beta")
    seller.sees("is won.")


def test_a_client_sees_how_to_pay_and_takes_the_pdf(
    member: Callable[..., Visitor], visitor: Callable[..., Visitor], world: Any
) -> None:
    seller = member("alpha", "owner")
    seller.is_at("/", "alpha")
    seller.go(f"/invoices/{world.id_of('alpha', 'invoice_id')}/", "alpha")
    address = link_on(seller)

    client = visitor("en", **AT_A_PHONE)
    client.page.goto(f"{address}?lang=en")
    client.sees("Pay by bank transfer")
    client.sees("BG80 BNBG 9661 1020 3456 78")
    code = client.page.locator(".portal-code img")
    expect(code).to_be_visible()
    assert client.page.evaluate("(img) => img.naturalWidth", code.element_handle()) > 100
    client.page.get_by_role("button", name="Copy the IBAN").click()
    client.sees("Copied")
    with client.page.expect_download() as download:
        client.press("Download PDF")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    client.page.get_by_title("Български").click()
    client.sees("Платете с банков превод")

    seller.page.reload()
    seller.press("Revoke")
    seller.agree()
    seller.sees("The client link leads nowhere now.")
    client.page.reload()
    client.sees("Тази връзка не води доникъде")


def test_a_client_pays_by_card_and_the_invoice_is_paid(
    member: Callable[..., Visitor], visitor: Callable[..., Visitor], world: Any
) -> None:
    seller = member("beta", "owner")
    seller.is_at("/", "beta")
    seller.go("/settings/card-payments/", "beta")
    seller.fill(secret_key="sk_test_51abcdefgh5678", webhook_secret="whsec_fake_webhook_secret")
    seller.press("Save and check")
    expect(seller.page.locator('a[href$="/turn-on/"]')).to_be_visible(timeout=60_000)
    seller.go("/settings/card-payments/turn-on/", "beta")
    seller.page.locator("main [name=is_confirmed]").check()
    seller.press("Turn on", within="main form")
    expect(seller.page.get_by_role("button", name="Turn off")).to_be_visible()
    invoice = f"/invoices/{world.id_of('beta', 'invoice_id')}/"
    seller.go(invoice, "beta")
    address = link_on(seller)

    client = visitor("en", **AT_A_PHONE)
    client.led_to = world.stripe_url
    client.page.goto(f"{address}?lang=en")
    client.press("Pay by card")
    client.page.wait_for_url(f"{world.stripe_url}/**", timeout=60_000)
    client.press("Pay by card")
    client.sees("Your payment was received")
    client.press("Back to the document")
    client.sees("Paid. Thank you.")

    seller.page.reload()
    expect(seller.page.locator("#invoice-status")).to_have_text("Paid")
