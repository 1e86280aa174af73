"""What makes the books more than one column: notes, an advance, clients abroad; and last month's pack."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    InvoiceChange,
    InvoiceInput,
    ItemInput,
    change_invoice,
    create_invoice,
    create_note,
    deduct_advances,
    issue_invoice,
    start_month_pack,
)

STANDARD, NONE = Decimal("20.00"), Decimal("0.00")


def keep_books(companies: list[Company], *, by: Actor, today: date) -> None:
    """Tell the last documents of this month, one of every kind, and ask for the pack of the last month."""
    at = datetime.combine(today, time(5), UTC)
    client = companies[0]
    whole = _issued(client, "Рекламна кампания", "1200", by, at)
    for kind, reason in (
        ("credit_note", "Върната част от материалите"),
        ("debit_note", "Допълнителна страница"),
    ):
        _note(whole, kind, reason, by, at)
    _advance_and_rest(companies[1], by, at)
    abroad = _clients_abroad(by, at)
    checked: dict[str, Any] = {"vies_number": "WAPIAAAAZdemo0001", "vies_checked_on": today}
    _issued(abroad[0], "Каталог, печат", "860", by, at, rate=NONE, code="eu_goods", supply="goods", **checked)
    _issued(
        abroad[0], "Дизайн на щанд", "540", by, at, rate=NONE, code="eu_services", supply="service", **checked
    )
    in_dollars: dict[str, Any] = {
        "currency": "USD",
        "exchange_rate": Decimal("1.082500"),
        "exchange_rate_on": today - timedelta(days=1),
        "rate": None,
        "code": "services_abroad",
        "supply": "service",
    }
    _issued(abroad[1], "Brand guidelines", "2400", by, at, **in_dollars)
    start_month_pack(month=today.replace(day=1) - timedelta(days=1), by=by, at=at)


def _clients_abroad(by: Actor, at: datetime) -> list[Company]:
    told = (
        CompanyChange(
            name="Musterladen GmbH",
            country="DE",
            vat_number="DE811569869",
            city="Berlin",
            postal_code="10115",
            address="Beispielstr. 7",
            email="rechnung@musterladen.example",
        ),
        CompanyChange(
            name="Sample Goods Inc.",
            country="US",
            city="Portland",
            postal_code="97201",
            address="100 Example Ave",
            email="ap@samplegoods.example",
        ),
    )
    return [create_company(details=details, by=by, at=at) for details in told]


def _issued(
    client: Company,
    what: str,
    price: str,
    by: Actor,
    at: datetime,
    *,
    rate: Decimal | None = STANDARD,
    code: str = "standard",
    currency: str = "EUR",
    **more: Any,
) -> Invoice:
    item = ItemInput(
        description=what,
        quantity=Decimal(1),
        unit="бр.",
        unit_price=Decimal(price),
        vat_rate=rate,
        vat_code=code,
    )
    draft = InvoiceInput(company_id=client.pk, currency=currency, items=(item,), **more)
    invoice = create_invoice(draft=draft, by=by, at=at)
    return issue_invoice(invoice_id=invoice.pk, issue_date=at.date(), by=by, at=at)


def _note(whole: Invoice, kind: str, reason: str, by: Actor, at: datetime) -> None:
    from_whole = create_note(invoice_id=whole.pk, kind=kind, reason=reason, by=by, at=at)
    item = ItemInput(
        description=reason,
        quantity=Decimal(1),
        unit="бр.",
        unit_price=Decimal(180),
        vat_rate=STANDARD,
        vat_code="standard",
    )
    change_invoice(invoice_id=from_whole.pk, change=InvoiceChange(items=(item,)), by=by, at=at)
    issue_invoice(invoice_id=from_whole.pk, issue_date=at.date(), by=by, at=at)


def _advance_and_rest(client: Company, by: Actor, at: datetime) -> None:
    advance = _issued(client, "Аванс по договор за сайт", "400", by, at, is_advance=True)
    item = ItemInput(
        description="Фирмен сайт, изработка",
        quantity=Decimal(1),
        unit="бр.",
        unit_price=Decimal(1850),
        vat_rate=STANDARD,
        vat_code="standard",
    )
    rest = create_invoice(
        draft=InvoiceInput(company_id=client.pk, currency="EUR", items=(item,)), by=by, at=at
    )
    deduct_advances(invoice_id=rest.pk, advance_ids=[advance.pk], by=by, at=at)
    issue_invoice(invoice_id=rest.pk, issue_date=at.date(), by=by, at=at)
