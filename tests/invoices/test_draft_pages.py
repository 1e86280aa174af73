from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from shared_apps.core.actors import Actor
from shared_apps.core.numbers import plain_number, written
from tenant_apps.invoices.models import Invoice
from tenants.context import OrganizationRef
from tests.invoices.stories import client, draft, fresh, issued, line


def text(answer: Any) -> str:
    return str(answer.content.decode())


def typed(company: Any, *lines: dict[str, str], **head: str) -> dict[str, str]:
    """What a browser sends: the head, the lines, and one line left empty."""
    data = {"company_id": str(company.pk), "currency": "EUR", "language": "bg"} | head
    rows = [*lines, {"quantity": "1", "vat_rate": "20.00"}]
    data |= {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"lines-{number}-{name}": value for name, value in row.items()}
    return data


CONSULTING = {"description": "Консултация", "quantity": "2,5", "unit": "час", "unit_price": "1 234,567"}


def test_a_draft_is_written_from_what_was_typed(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    goods = {"description": "Стока", "quantity": "3", "unit_price": "10", "discount_percent": "10"}
    data = typed(
        client(owner), CONSULTING | {"vat_rate": "20.00"}, goods | {"vat_rate": ""}, due_date="31.12.2026"
    )

    answer = browser.post("/invoices/new/", data)

    invoice = Invoice.objects.get()
    assert answer["Location"] == f"/invoices/{invoice.pk}/"
    assert [str(item.net_total) for item in invoice.items.all()] == ["3086.42", "27.00"]
    assert (str(invoice.vat_total), str(invoice.total)) == ("617.28", "3730.70")
    assert str(invoice.due_date) == "2026-12-31" and invoice.items.all()[1].vat_rate is None


def test_errors_stand_beside_their_cells_and_nothing_typed_is_lost(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    data = typed(
        client(owner), CONSULTING | {"quantity": "две"}, CONSULTING | {"quantity": "0"}, notes="Важна бележка"
    )

    answer = browser.post("/invoices/new/", data)

    page = text(answer)
    assert answer.status_code == 422 and not Invoice.objects.exists()
    assert 'id="id_lines-0-quantity_error"' in page and 'value="две"' in page
    assert 'value="1 234,567"' in page and "Важна бележка" in page and "Клиент ООД" in page


def test_what_the_operation_refuses_stands_beside_its_cell_too(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    blank = {"description": "", "unit_price": ""}
    answer = browser.post("/invoices/new/", typed(client(owner), blank, CONSULTING | {"quantity": "0"}))
    assert answer.status_code == 422
    assert 'id="id_lines-1-quantity_error"' in text(answer) and "more than 0" in text(answer)


def test_a_client_and_a_line_are_needed(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    page = text(browser.post("/invoices/new/", typed(client(owner)) | {"company_id": ""}))
    assert "Choose the client." in page and "Add at least one line." in page


def test_a_company_of_nobody_is_not_found(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    data = typed(client(owner), CONSULTING) | {"company_id": "01900000-0000-7000-8000-000000000000"}
    assert browser.post("/invoices/new/", data).status_code == 404


def test_the_form_starts_by_the_defaults_and_with_the_chosen_client(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    buyer = client(owner)
    page = text(browser.get(f"/invoices/new/?company_id={buyer.pk}"))
    assert f'<option value="{buyer.pk}" selected>' in page
    assert '<option value="EUR" selected>' in page and '<option value="20.00" selected>' in page
    assert page.count("data-line-row") == 4 and "lines-__prefix__-quantity" in page


def test_the_form_asks_the_database_little(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, django_assert_max_num_queries: Any
) -> None:
    client(owner)
    browser.get("/invoices/new/")
    with django_assert_max_num_queries(8):
        browser.get("/invoices/new/")


def test_a_draft_is_edited_and_its_lines_are_replaced(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    invoice = draft(owner, items=(line(), line(vat_rate="19")))
    page = text(browser.get(f"/invoices/{invoice.pk}/edit/"))
    assert 'value="Консултация"' in page and 'value="100.00"' in page and "19.00 %" in page

    browser.post(f"/invoices/{invoice.pk}/edit/", typed(invoice.company, CONSULTING | {"vat_rate": "9.00"}))

    assert fresh(invoice).items.count() == 1 and str(fresh(invoice).total) == "3364.20"


def test_what_is_issued_is_edited_no_more(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    invoice = issued(owner)
    address = f"/invoices/{invoice.pk}/edit/"
    assert browser.get(address)["Location"] == f"/invoices/{invoice.pk}/"
    assert "no longer be changed" in text(browser.post(address, typed(invoice.company, CONSULTING)))


@pytest.mark.parametrize(
    ("text_typed", "number"),
    [
        ("1 234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234,5", "1234.5"),
        ("0,125", "0.125"),
        ("-3", "-3"),
        (".5", ".5"),
        ("1,2,3", None),
        ("1e5", None),
        ("две", None),
        ("NaN", None),
    ],
)
def test_numbers_are_read_as_people_type_them(text_typed: str, number: str | None) -> None:
    assert plain_number(text_typed) == number


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("120.0000", 2, "120.00"),
        ("0.1250", 2, "0.125"),
        ("100.00", 0, "100"),
        ("100", 0, "100"),
        ("2.5", 0, "2.5"),
    ],
)
def test_numbers_are_written_without_idle_zeros(value: str, places: int, shown: str) -> None:
    with override("en"):
        assert written(Decimal(value), places) == shown
    with override("bg"):
        assert written(Decimal(value), places) == shown.replace(".", ",")
