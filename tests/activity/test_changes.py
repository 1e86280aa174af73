"""What changed reads as its reader writes: labels, dates, numbers and languages in their own words."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import translation

from shared_apps.core.actors import Actor
from tenant_apps.activity.queries import timeline_of
from tenant_apps.activity.templatetags.activity import changes, remark, told
from tenant_apps.catalog.operations import ProductChange, archive_product, change_product, create_product
from tenant_apps.invoices.operations import (
    InvoiceChange,
    allocate_payment,
    change_invoice,
    deallocate_payment,
)
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tenants.context import OrganizationRef
from tests.invoices.stories import draft, issued, payment

pytestmark = pytest.mark.usefixtures("in_bulgarian")


@pytest.fixture
def in_bulgarian(in_alpha: OrganizationRef) -> Iterator[None]:
    with translation.override("bg"):
        yield


def latest(record_id: UUID, by: Actor) -> set[tuple[str, str, str]]:
    return {(one.label, one.old, one.new) for one in changes(timeline_of(record_id, by=by)[0])}


def test_a_draft_tells_its_dates(owner: Actor, at: datetime) -> None:
    invoice = draft(owner)
    change = InvoiceChange(due_date=date(2026, 12, 30), notes="Бележка", language="en")

    change_invoice(invoice_id=invoice.pk, change=change, by=owner, at=at)

    assert latest(invoice.pk, owner) == {
        ("Срок за плащане", "", "30.12.2026"),
        ("Бележки", "", "Бележка"),
        ("Език на документа", "Български", "Английски"),
    }


def test_a_product_tells_its_price(owner: Actor, at: datetime) -> None:
    product = create_product(
        details=ProductChange(name="Кабел", unit_price=Decimal(390), vat_rate=Decimal(20)), by=owner, at=at
    )

    change_product(
        product_id=product.pk,
        change=ProductChange(unit_price=Decimal("1012.5"), vat_rate=None),
        by=owner,
        at=at,
    )

    assert latest(product.pk, owner) == {
        ("Единична цена", "390", "1\u00a0012,5"),
        ("Ставка на ДДС", "20", ""),
    }


def test_an_organization_tells_yes_and_no(owner: Actor, at: datetime) -> None:
    profile = change_organization(change=ProfileChange(is_vat_registered=False), by=owner, at=at)

    assert ("Регистрация по ДДС", "да", "не") in latest(profile.pk, owner)


def test_the_sentence_names_the_kind_of_record_and_the_money(owner: Actor, at: datetime) -> None:
    product = create_product(details=ProductChange(name="Кабел", unit_price=Decimal(9)), by=owner, at=at)
    archive_product(product_id=product.pk, by=owner, at=at)
    money = payment(owner, "1234.50")

    archived, recorded = (told(timeline_of(record.pk, by=owner)[0]) for record in (product, money))

    assert archived.endswith("прибра в архива продукта <strong>Кабел</strong>")
    assert recorded.endswith("записа плащане от <strong>1\u00a0234,50\u00a0€</strong>")


def test_a_link_tells_its_invoice_and_who_undoes_it_the_reason(owner: Actor, at: datetime) -> None:
    invoice, money = issued(owner), payment(owner)
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=Decimal("10.00"), by=owner, at=at)
    assert remark(timeline_of(money.pk, by=owner)[0]) == f"№ {invoice.number}"

    deallocate_payment(payment_id=money.pk, invoice_id=invoice.pk, reason="Чужда фактура", by=owner, at=at)
    assert remark(timeline_of(money.pk, by=owner)[0]) == f"№ {invoice.number} · Чужда фактура"
