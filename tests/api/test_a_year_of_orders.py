"""A trader's books over the API: 91 companies, 830 orders of 2,155 lines, and a payment for each.

Twenty clients write at once. No number is missing or used twice, every total is right to the cent, and the
worker gives every payment to its own invoice.
"""

import json
import random
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from config.demo.story import invented_eik
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenant_apps.integrations.operations import create_api_token
from tenants.context import OrganizationRef
from tests.conftest import member_of
from tests.product import Product, eventually

pytestmark = pytest.mark.soak
COMPANIES, ORDERS, LINES, CLIENTS = 91, 830, 2_155, 20
MATCHING_SECONDS = 240
CENT = Decimal("0.01")


@dataclass
class ApiClient:
    """A program that speaks to the API with one token."""

    port: int
    token: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={
                "Host": "alpha.tefter.localhost",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        rows, cursor = [], ""
        while True:
            page = self.call("GET", f"{path}?limit=200{cursor}")
            rows += page["items"]
            if not page["next_cursor"]:
                return rows
            cursor = f"&cursor={page['next_cursor']}"


@pytest.fixture
def client(in_committed_alpha: OrganizationRef, running_product: Product) -> ApiClient:
    _token, plain = create_api_token(
        user_id=member_of(in_committed_alpha, "owner").user_id,
        name="orders",
        scopes=("*",),
        by=system_actor(in_committed_alpha.id),
        at=clock.now(),
    )
    return ApiClient(running_product.port, plain)


def line(draw: random.Random, number: int) -> dict[str, Any]:
    rate = draw.choice(("20", "20", "9", "0"))
    return {
        "description": f"Item {number}",
        "quantity": str(draw.randrange(1, 121)),
        "unit": "pcs",
        "unit_price": f"{draw.randrange(200, 26_350) / 100:.2f}",
        "discount_percent": draw.choice(("0", "5", "10", "15", "20", "25")),
        "vat_rate": rate,
        "vat_code": "exempt" if rate == "0" else "",
    }


def orders() -> list[list[dict[str, Any]]]:
    """The lines of every order: at least one each, 2,155 in all."""
    draw = random.Random(1996)
    counts = [1] * ORDERS
    for _extra in range(LINES - ORDERS):
        counts[draw.randrange(ORDERS)] += 1
    return [[line(draw, number) for number in range(count)] for count in counts]


def total_of(lines: list[dict[str, Any]]) -> Decimal:
    """What the lines come to, computed here once more, without the product's code."""
    bases: Counter[str | None] = Counter()
    for one in lines:
        share = 1 - Decimal(one["discount_percent"]) / 100
        net = Decimal(one["quantity"]) * Decimal(one["unit_price"]) * share
        bases[one["vat_rate"]] += net.quantize(CENT, ROUND_HALF_UP)  # type: ignore[assignment]
    vat = sum((base * Decimal(rate or 0) / 100).quantize(CENT, ROUND_HALF_UP) for rate, base in bases.items())
    return Decimal(sum(bases.values())) + vat


def test_every_order_becomes_a_paid_invoice(client: ApiClient, running_product: Product) -> None:
    address = {"country": "BG", "address": "ul. Parva 1", "city": "Sofia"}
    companies = [
        client.call("POST", "companies/", {"name": f"Client {n} Ltd", "eik": eik, **address})["id"]
        for n, eik in enumerate(map(invented_eik, range(COMPANIES)))
    ]

    def write(order: tuple[int, list[dict[str, Any]]]) -> dict[str, Any]:
        number, lines = order
        body = {"company_id": companies[number % COMPANIES], "currency": "EUR", "items": lines}
        draft = client.call("POST", "invoices/", body)
        issued: dict[str, Any] = client.call("POST", f"invoices/{draft['id']}/issue/", {})
        return issued

    def pay(invoice: dict[str, Any]) -> str:
        body = {
            "amount": invoice["total"],
            "currency": "EUR",
            "received_on": invoice["issue_date"],
            "method": "bank_transfer",
            "reference": f"Плащане по фактура {invoice['number'].lstrip('0')}",
        }
        return str(client.call("POST", "payments/", body)["id"])

    book = orders()
    with ThreadPoolExecutor(CLIENTS) as pool:
        invoices = list(pool.map(write, enumerate(book)))
        payments = list(pool.map(pay, invoices))

    assert sorted(int(invoice["number"]) for invoice in invoices) == list(range(1, ORDERS + 1))
    assert [Decimal(invoice["total"]) for invoice in invoices] == [total_of(lines) for lines in book]

    def all_paid() -> bool:
        return {invoice["status"] for invoice in client.all("invoices/")} == {"paid"}

    assert eventually(all_paid, seconds=MATCHING_SECONDS, every=3), running_product.logs()
    links = {row["id"]: [one["invoice_id"] for one in row["allocations"]] for row in client.all("payments/")}
    expected = {payment: [invoice["id"]] for payment, invoice in zip(payments, invoices, strict=True)}
    assert links == expected
