"""How the stories of invoices begin: a client, a draft, an issued invoice, a payment."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shared_apps.core.actors import Actor, system_actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.invoices.models import Invoice, InvoiceState, Payment
from tenant_apps.invoices.operations import (
    InvoiceInput,
    ItemInput,
    PaymentInput,
    create_invoice,
    issue_invoice,
    record_payment,
)
from tenant_apps.invoices.queries import buyer_of, seller_of
from tenant_apps.workspace.models import NumberSeries
from tenant_apps.workspace.operations import add_series, take_number
from tenant_apps.workspace.queries import profile

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


def another_series() -> str:
    """The code of one more series of tax documents, where a document may be older than those before it."""
    count = NumberSeries.objects.count()
    by = system_actor()
    return add_series(name=f"Обект {count}", first_number=count * 2_000_000, by=by, at=AT).code


def issued_before_the_rules(by: Actor, company: Company | None = None, **more: Any) -> Invoice:
    """An issued invoice of a time when no rule stopped it, with what none of today may have."""
    invoice = draft(by, company, **more)
    invoice.number = take_number(code=invoice.series, by=by)
    invoice.seller, invoice.buyer = seller_of(profile()), buyer_of(invoice)
    invoice.state, invoice.issued_at = InvoiceState.ISSUED, AT
    invoice.issue_date = invoice.due_date = TODAY
    invoice.save()
    return invoice


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
