"""A client pays by card: to the page at Stripe, back, and what they are told. Stripe is a fake over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.client_portal.rules import (
    ASKED_BEFORE_GIVING_UP,
    AWAITED_BEFORE_GIVING_UP,
    Stage,
    stage_of,
)
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Invoice
from tenant_apps.online_payments.models import Checkout, StripeConnection
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.operations import revoke_public_link
from tenants.context import OrganizationRef
from tests.client_portal.conftest import path_to
from tests.invoices.stories import AT, issued
from tests.online_payments.conftest import connected, fake, tell
from tests.online_payments.fake_stripe import FakeStripe
from tests.online_payments.stories import open_page, run_due_jobs, told

__all__ = ["connected", "fake", "tell"]
pytestmark = pytest.mark.usefixtures("in_alpha")


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def invoice(owner: Actor, company: Company, connected: StripeConnection) -> Invoice:
    return issued(owner, company)


def asked(stranger: Client, invoice: Invoice) -> Checkout:
    """The client has pressed the button, and the worker has asked Stripe."""
    answer = stranger.post(path_to(invoice.pk, "pay/"))
    checkout = Checkout.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, path_to(invoice.pk, f"pay/{checkout.pk}/"))
    assert "being prepared" in text(stranger.get(answer["Location"]))
    run_due_jobs()
    return Checkout.objects.get()


def back_from(fake: FakeStripe, how: str = "success_url") -> str:
    """Where Stripe sends the client."""
    address = urlsplit(fake.sessions()[0][how])
    assert address.netloc == "alpha.tefter.localhost:8000"
    return f"{address.path}?{address.query}"


def test_the_button_is_there_while_cards_are_taken_and_something_is_owed(
    stranger: Client, owner: Actor, company: Company
) -> None:
    without = issued(owner, company)
    assert "Pay by card" not in text(stranger.get(path_to(without.pk)))
    refused = stranger.post(path_to(without.pk, "pay/"))
    assert refused.status_code == 409 and "turned off" in text(refused)


def test_from_the_invoice_to_stripe_and_back(
    stranger: Client,
    invoice: Invoice,
    fake: FakeStripe,
    tell: Callable[..., int],
) -> None:
    assert "Pay by card" in text(stranger.get(path_to(invoice.pk)))
    checkout = asked(stranger, invoice)
    waiting = path_to(invoice.pk, f"pay/{checkout.pk}/")
    page = text(stranger.get(waiting))
    assert "The card page is ready" in page and 'http-equiv="refresh" content="0;url=' in page
    lead = stranger.get(waiting, headers={"hx-request": "true"})
    assert (lead.status_code, lead["HX-Redirect"]) == (204, waiting.replace("/?lang=en", "/page/"))
    led = stranger.get(lead["HX-Redirect"])
    assert (led.status_code, led["Location"]) == (302, fake.sessions()[0]["url"])
    assert led["Referrer-Policy"] == "no-referrer"

    fake.pay(checkout.session_id or "")
    way = stranger.get(back_from(fake))
    assert way.status_code == 302 and "from_stripe=back" in way["Location"]
    there = urlsplit(way["Location"])
    before = text(stranger.get(f"{there.path}?{there.query}"))
    assert "asking whether your payment has arrived" in before, "the webhook is late"
    run_due_jobs()
    after = text(stranger.get(f"{there.path}?{there.query}"))
    assert "Your payment was received" in after and "€120.00" in after
    assert tell(told(fake, "checkout.session.completed")) == 200
    run_due_jobs()
    shown = text(stranger.get(path_to(invoice.pk)))
    assert "Paid. Thank you." in shown and "Pay by card" not in shown


def test_stripe_never_learns_the_address_of_the_link(
    stranger: Client,
    invoice: Invoice,
    fake: FakeStripe,
) -> None:
    checkout = asked(stranger, invoice)
    token = path_to(invoice.pk).split("/")[2]
    assert checkout.url and token not in str(fake.sessions())
    assert set(parse_qs(urlsplit(back_from(fake)).query)) == {"from_stripe"}


def test_who_pays_on_a_page_that_a_member_made_comes_back_to_their_own_link(
    stranger: Client, owner: Actor, invoice: Invoice, fake: FakeStripe
) -> None:
    checkout = open_page(invoice, owner)
    fake.pay(checkout.session_id or "")
    there = stranger.get(back_from(fake))["Location"]
    assert urlsplit(there).path == urlsplit(path_to(invoice.pk, f"pay/{checkout.pk}/")).path
    address = urlsplit(there)
    assert stranger.get(f"{address.path}?{address.query}").status_code == 200


def test_without_a_link_a_member_comes_back_to_the_invoice_and_a_client_is_thanked(
    stranger: Client, browser: Client, owner: Actor, invoice: Invoice, fake: FakeStripe
) -> None:
    open_page(invoice, owner)
    link = PublicLink.objects.get(record_id=invoice.pk)
    revoke_public_link(link_id=link.pk, by=owner, at=AT)
    assert browser.get(back_from(fake))["Location"] == invoice.get_absolute_url()
    thanked, left = stranger.get(back_from(fake)), stranger.get(back_from(fake, "cancel_url"))
    with translation.override(invoice.language[:2]):
        assert translation.gettext("Thank you.") in text(thanked)
        assert translation.gettext("Nothing was charged") in text(left)
    assert fake.sessions()[0]["url"] in text(left) and "no-store" in thanked["Cache-Control"]


def test_while_one_waits_only_what_is_new_is_told(
    stranger: Client, invoice: Invoice, fake: FakeStripe
) -> None:
    """What is read aloud or holds the focus is not taken away at each question."""
    waiting = stranger.post(path_to(invoice.pk, "pay/"))["Location"]
    page = text(stranger.get(waiting))
    assert page.count("hx-get") == 1 and 'hidden hx-get="' in page
    again = next_question(page)
    same = text(stranger.get(again, headers={"hx-request": "true"}))
    assert "<h1" not in same and "Back to the document" not in same and next_question(same) != again
    late = again.replace("asked=1", f"asked={AWAITED_BEFORE_GIVING_UP}")
    answer = text(stranger.get(late, headers={"hx-request": "true"}))
    assert 'hx-swap-oob="innerHTML:#checkout"' in answer and "cannot be opened yet" in answer
    assert "hx-get" not in answer and "Back to the document" not in answer


def next_question(page: str) -> str:
    """What the page asks next by itself."""
    return unescape(page.split('hx-get="')[1].split('"')[0])


def test_who_left_the_page_is_told_that_nothing_was_charged(
    stranger: Client,
    invoice: Invoice,
    fake: FakeStripe,
) -> None:
    asked(stranger, invoice)
    there = urlsplit(stranger.get(back_from(fake, "cancel_url"))["Location"])
    page = text(stranger.get(f"{there.path}?{there.query}"))
    assert "Nothing was charged" in page and "/page/" in page


def test_a_way_that_takes_days_is_said_to_be_processing(
    stranger: Client,
    invoice: Invoice,
    fake: FakeStripe,
) -> None:
    checkout = asked(stranger, invoice)
    fake.pay(checkout.session_id or "", delayed=True)
    there = urlsplit(stranger.get(back_from(fake))["Location"])
    stranger.get(f"{there.path}?{there.query}")
    run_due_jobs()
    assert "being processed" in text(stranger.get(f"{there.path}?{there.query}"))
    page = text(stranger.get(path_to(invoice.pk)))
    assert "being processed" in page and "Pay by card" not in page
    assert stranger.post(path_to(invoice.pk, "pay/")).status_code == 409


def test_of_what_we_have_not_heard_we_say_just_that(
    stranger: Client,
    invoice: Invoice,
    fake: FakeStripe,
) -> None:
    asked(stranger, invoice)
    there = urlsplit(stranger.get(back_from(fake))["Location"])
    page = text(stranger.get(f"{there.path}?{there.query}&asked={ASKED_BEFORE_GIVING_UP}"))
    assert "not heard of your payment yet" in page and "Ask again" in page and "hx-get" not in page


def test_the_way_back_is_for_a_day_and_for_one_organization(
    stranger: Client,
    invoice: Invoice,
    beta: OrganizationRef,
    browser_of: Callable[..., Client],
    fake: FakeStripe,
) -> None:
    asked(stranger, invoice)
    way = back_from(fake)
    assert browser_of(beta).get(way).status_code == 404
    altered = way.replace("/pay/return/", "/pay/return/0")
    assert stranger.get(altered).status_code == 404
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
        assert stranger.get(way).status_code == 404
        assert "no-store" in stranger.get(way)["Cache-Control"]


def test_another_s_checkout_is_not_there(
    stranger: Client, owner: Actor, company: Company, invoice: Invoice
) -> None:
    other = issued(owner, company)
    checkout = asked(stranger, invoice)
    for more in (f"pay/{checkout.pk}/", f"pay/{checkout.pk}/page/", f"pay/{uuid4()}/"):
        assert stranger.get(path_to(other.pk, more)).status_code == 404


@pytest.mark.parametrize(
    ("state", "status", "came", "asked_count", "stage"),
    [
        ("preparing", "", "", 0, Stage.PREPARING),
        ("preparing", "", "", AWAITED_BEFORE_GIVING_UP, Stage.LATE),
        ("open", "", "", 0, Stage.READY),
        ("open", "", "left", 0, Stage.LEFT),
        ("open", "", "back", 0, Stage.ASKING),
        ("open", "", "back", ASKED_BEFORE_GIVING_UP, Stage.UNHEARD),
        ("expired", "", "back", 0, Stage.ASKING),
        ("expired", "", "", 0, Stage.OVER),
        ("expired", "", "left", 0, Stage.OVER),
        ("failed", "", "", 0, Stage.FAILED),
        ("failed", "failed", "back", 9, Stage.FAILED),
        ("completed", "paid", "", 0, Stage.PAID),
        ("completed", "paid", "back", 99, Stage.PAID),
        ("completed", "processing", "back", 0, Stage.PROCESSING),
    ],
)
def test_what_is_said_of_a_checkout(
    state: str, status: str, came: str, asked_count: int, stage: Stage
) -> None:
    assert stage_of(state, status, came, asked_count) is stage
