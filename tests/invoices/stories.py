"""How the stories of invoices begin: a client, a draft, an issued invoice, a payment."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.operations import (
    InvoiceInput,
    ItemInput,
    PaymentInput,
    create_invoice,
    issue_invoice,
    record_payment,
)

AT = datetime(2026, 3, 15, 12, tzinfo=UTC)
TODAY = date(2026, 3, 15)


def client(by: Actor, **details: Any) -> Company:
    facts = {
        "name": "Клиент ООД",
        "eik": "121644736",
        "address": "ул. Клиентска 5",
        "city": "Пловдив",
    } | details
    return create_company(details=CompanyChange(**facts), by=by, at=AT)


def line(quantity: str = "1", unit_price: str = "100", vat_rate: str | None = "20", **more: Any) -> ItemInput:
    rate = None if vat_rate is None else Decimal(vat_rate)
    return ItemInput(
        **{"description": "Консултация", "unit": "час"} | more,
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        vat_rate=rate,
    )


def draft(by: Actor, company: Company | None = None, **more: Any) -> Invoice:
    """A draft of 120.00 EUR; one in another currency has its rate."""
    company = company or client(by)
    wanted = {"currency": "EUR", "items": (line(),), "company_id": company.pk} | more
    if wanted["currency"] != "EUR":
        wanted = {"exchange_rate": Decimal("1.16"), "exchange_rate_on": TODAY} | wanted
    return create_invoice(draft=InvoiceInput(**wanted), by=by, at=AT)


def issued(by: Actor, company: Company | None = None, at: datetime = AT, **more: Any) -> Invoice:
    """An issued invoice of 120.00 EUR."""
    return issue_invoice(invoice_id=draft(by, company, **more).pk, by=by, at=at)


def payment(by: Actor, amount: str = "120.00", reference: str = "", **more: Any) -> Payment:
    wanted = {
        "currency": "EUR",
        "received_on": TODAY,
        "reference": reference,
        "amount": Decimal(amount),
    } | more
    return record_payment(payment=PaymentInput(**wanted), by=by, at=AT)


def events_of(record: Any) -> list[str]:
    """The types of what happened to a record, in order."""
    from tenant_apps.activity.models import Event

    return list(Event.objects.filter(subject_id=record.pk).order_by("id").values_list("type", flat=True))


def fresh(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)
