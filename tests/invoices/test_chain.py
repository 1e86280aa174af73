"""What belongs together: from the proforma over its advance and the invoice to the notes."""

from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.invoices.operations import create_note, deduct_advances, follow_proforma, issue_invoice
from tenant_apps.invoices.queries import chain_of
from tests.invoices.stories import AT, client, draft, fresh, issued, line

pytestmark = pytest.mark.usefixtures("in_alpha")


def a_whole_chain(by: Actor) -> list[Any]:
    """Proforma, advance, invoice, credit note, debit note."""
    buyer = client(by)
    proforma = issued(by, buyer, kind="proforma", items=(line("1", "30"),))
    advance = follow_proforma(invoice_id=proforma.pk, is_advance=True, by=by, at=AT)
    issue_invoice(invoice_id=advance.pk, by=by, at=AT)
    invoice = draft(by, buyer)
    deduct_advances(invoice_id=invoice.pk, advance_ids=[advance.pk], by=by, at=AT)
    issue_invoice(invoice_id=invoice.pk, by=by, at=AT)
    notes = [
        create_note(invoice_id=invoice.pk, kind=kind, reason="Поправка", by=by, at=AT)
        for kind in ("credit_note", "debit_note")
    ]
    return [proforma, advance, invoice, *notes]


def test_every_document_of_it_knows_all_the_others(owner: Actor) -> None:
    documents = a_whole_chain(owner)
    issued(owner, client(owner, name="Друг ООД"))
    for one in documents:
        others = [other.pk for other in documents if other.pk != one.pk]
        assert list(chain_of(fresh(one), owner).values_list("pk", flat=True)) == sorted(others)


def test_only_what_one_sees_is_told(owner: Actor, user: Actor) -> None:
    documents = a_whole_chain(owner)
    assert list(chain_of(fresh(documents[0]), user)) == []


def test_the_page_shows_states_and_amounts_and_asks_little(
    browser: Client, owner: Actor, django_assert_max_num_queries: Any
) -> None:
    proforma, advance, invoice, credit, _debit = a_whole_chain(owner)
    browser.get(f"/invoices/{proforma.pk}/")
    with django_assert_max_num_queries(12):
        page = browser.get(f"/invoices/{proforma.pk}/").content.decode()
    for other in (advance, invoice, credit):
        assert f'href="/invoices/{other.pk}/"' in page
    assert "€36.00" in page and "€84.00" in page
