"""Offers on their pages, over the API, in letters and on paper."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from django.core import mail
from django.test import Client

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.dashboard.queries import who_first
from tenant_apps.dashboard.search import search_everything
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.operations import (
    OfferInput,
    create_offer,
    offer_pdf_bytes,
    send_offer,
)
from tests.invoices.offering import offered, option
from tests.invoices.stories import client, fresh

pytestmark = pytest.mark.usefixtures("in_alpha")
LINE = {"description": "Сайт", "quantity": "1", "unit_price": "100", "vat_rate": "20"}


def written(by: Actor, **more: Any) -> Offer:
    """A draft of today."""
    wanted = {
        "currency": "EUR",
        "items": (offered(), option()),
        "company_id": client(by, email="office@klient.example").pk,
    } | more
    return create_offer(draft=OfferInput(**wanted), by=by, at=clock.now())


def sent(by: Actor, **more: Any) -> Offer:
    return send_offer(offer_id=written(by, **more).pk, by=by, at=clock.now())


def typed(company_id: Any, **more: str) -> dict[str, str]:
    row = {"description": "Сайт", "quantity": "1", "unit_price": "100", "vat_rate": "20.00:standard"}
    extra = {"description": "Поддръжка", "quantity": "1", "unit_price": "50", "vat_rate": "20.00:standard"}
    lines = {f"lines-0-{name}": value for name, value in row.items()}
    lines |= {f"lines-1-{name}": value for name, value in extra.items()} | {"lines-1-is_optional": "on"}
    head = {"company_id": str(company_id), "currency": "EUR", "language": "bg", "discount_in": "percent"}
    return {**head, **lines, "lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0"} | more


def test_it_is_written_and_changed_on_its_page(browser: Client, owner: Actor) -> None:
    buyer = client(owner)
    assert browser.get("/offers/new/").status_code == 200
    answer = browser.post("/offers/new/", typed(buyer.pk, discount="10", advance_percent="30"))
    offer = Offer.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, offer.get_absolute_url())
    assert (offer.total, offer.advance_percent) == (Decimal("108.00"), Decimal(30))
    page = browser.get(f"{offer.get_absolute_url()}edit/").content.decode()
    assert "lines-1-is_optional" in page and 'value="10"' in page
    browser.post(f"{offer.get_absolute_url()}edit/", typed(buyer.pk))
    assert fresh(offer).total == Decimal("120.00")
    wrong = browser.post("/offers/new/", typed("", **{"lines-0-quantity": "много"}))
    assert wrong.status_code == 422 and Offer.objects.count() == 1


def test_the_list_and_the_page_are_few_statements(
    browser: Client, owner: Actor, django_assert_max_num_queries: Any
) -> None:
    offers = [sent(owner) for _number in range(3)]
    browser.get("/offers/")
    with django_assert_max_num_queries(8):
        page = browser.get("/offers/?filter=status:is:sent,total:above:100").content.decode()
    assert page.count("OF-00000") >= 3
    assert "OF-000001" not in browser.get("/offers/?filter=status:is:accepted").content.decode()
    with django_assert_max_num_queries(14):
        page = browser.get(offers[0].get_absolute_url()).content.decode()
    assert ("ОФЕРТА" in page and "not a tax document" in page) or "не е данъчен документ" in page


def test_it_is_sent_accepted_and_invoiced_on_its_page(browser: Client, owner: Actor) -> None:
    offer = written(owner)
    address = offer.get_absolute_url()
    browser.post(f"{address}send/")
    assert browser.post(f"{address}accept/", {"name": ""}).status_code == 422
    chosen = offer.items.get(is_optional=True).pk
    browser.post(f"{address}accept/", {"name": "Мария Колева", "chosen": [str(chosen)]})
    offer = fresh(offer)
    assert (offer.status, offer.accepted_total) == ("accepted", Decimal("180.00"))
    invoice = Invoice.objects.get()
    assert offer.number in browser.get(invoice.get_absolute_url()).content.decode()
    assert browser.post(f"{address}invoice/", {"part": "whole"}).status_code == 422
    browser.post(f"{invoice.get_absolute_url()}delete/")
    assert browser.post(f"{address}invoice/", {"part": "advance", "percent": "30"}).status_code == 302
    assert Invoice.objects.get().total == Decimal("54.00")


def test_the_other_acts_have_their_buttons(browser: Client, owner: Actor) -> None:
    offer = sent(owner)
    address = offer.get_absolute_url()
    browser.post(f"{address}send-again/")
    browser.post(f"{address}new-version/")
    begun = Offer.objects.get(version=2)
    browser.post(f"{begun.get_absolute_url()}delete/")
    assert not Offer.objects.filter(version=2).exists()
    browser.post(f"{address}duplicate/")
    assert browser.get(f"{address}decline/").status_code == 200
    browser.post(f"{address}decline/", {"name": "Мария", "reason": "Скъпо"})
    assert (fresh(offer).status, Offer.objects.filter(status="draft").count()) == ("declined", 1)


def test_the_paper_says_what_it_is(owner: Actor) -> None:
    offer = sent(owner, advance_percent=Decimal(30), notes="Срок: 20 дни")
    content = offer_pdf_bytes(offer_id=offer.pk, by=owner, at=clock.now())
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    for word in ("ОФЕРТА", "OF-000001", "120,00", "Поддръжка", "не е данъчен документ", "Срок: 20 дни"):
        assert word in text
    assert "ФАКТУРА" not in text and "IBAN" not in text
    assert offer_pdf_bytes(offer_id=offer.pk, by=owner, at=clock.now()) == content


def test_the_letter_carries_the_paper(owner: Actor, run_jobs: Any) -> None:
    offer = sent(owner)
    run_jobs()
    letter = next(one for one in mail.outbox if "OF-000001" in one.subject)
    assert letter.to == ["office@klient.example"] and "120,00" in str(letter.body)
    assert [name for name, _content, _type in letter.attachments] == ["OF-000001-v1.pdf"]  # type: ignore[misc]
    assert fresh(offer).pdf_id


def test_it_is_found_and_waits_in_the_queue(owner: Actor) -> None:
    at = clock.now()
    today = clock.today("Europe/Sofia")
    offer = sent(owner, valid_until=today + timedelta(days=1))
    sent(owner, valid_until=today + timedelta(days=20))
    found = {one.noun: one.hits for one in search_everything("OF-000001", owner, on=today)}
    assert [hit.record for hit in found["offer"]] == [offer]
    queue = who_first(owner, at=at, on=today, kind="offer")
    assert [(one.kind, one.about, one.amount) for one in queue.waiting] == [
        ("offer", "OF-000001", Decimal("120.00"))
    ]


def test_the_api_has_every_act(api: Any, owner: Actor) -> None:
    buyer = client(owner, email="office@klient.example")

    def post(path: str, body: Any = None) -> Any:
        return api.post(f"/api/v1/{path}", body or {}, content_type="application/json")

    body = {"company_id": str(buyer.pk), "currency": "EUR", "items": [LINE, LINE | {"is_optional": True}]}
    made = post("offers/", body).json()
    path = f"offers/{made['id']}/"
    assert (made["total"], made["status"], made["pdf_url"]) == ("120.00", "draft", None)
    changed = api.patch(f"/api/v1/{path}", {"advance_percent": "50"}, content_type="application/json").json()
    assert changed["advance_percent"] == "50.00"
    assert post(f"{path}send/").json()["number"] == "OF-000001"
    assert post(f"{path}send/").status_code == 409
    assert post(f"{path}send-again/").status_code == 200
    begun = post(f"{path}new-version/").json()
    assert (begun["version"], begun["supersedes_id"]) == (2, made["id"])
    assert api.delete(f"/api/v1/offers/{begun['id']}/").status_code == 204
    chosen = made["items"][1]["id"]
    accepted = post(f"{path}accept/", {"name": "Мария", "chosen_item_ids": [chosen]}).json()
    assert (accepted["accepted_total"], accepted["answered_by"]) == ("240.00", "Мария")
    assert [one["part"] for one in accepted["invoices"]] in ([], ["advance"])
    assert post(f"{path}decline/", {"name": "Мария"}).status_code == 409
    assert post(f"{path}invoice/", {"part": "whole"}).json()["code"] == "advance_not_issued"
    listed = api.get("/api/v1/offers/?status=accepted&filter=total:above:100").json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert api.get(f"/api/v1/{path}pdf/")["Content-Type"] == "application/pdf"
    copy = post(f"{path}duplicate/")
    assert (copy.status_code, copy.json()["number"]) == (201, None)
