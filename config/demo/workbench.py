"""What waits at the workbench: today's statement, with a handful of cases that only a person can decide."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

from config.demo.bank import Entry, camt_of, iban_of
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import InvoiceInput, ItemInput, create_invoice, issue_invoice
from tenant_apps.invoices.queries import open_invoices
from tenant_apps.reconciliation.operations import bring_in_statement, import_statement
from tenant_apps.reconciliation.tasks import take_in
from tenant_apps.workspace.queries import profile

BANK_S_FEE = Decimal("12.00")


def keep_workbench(companies: list[Company], *, by: Actor, today: date) -> None:
    """Import the statement of today."""
    statement = bring_in_statement(
        name=f"camt053-{today:%Y-%m-%d}-2.xml",
        content=camt_of([*_cases(companies, by, today)], iban=profile().iban, today=today).encode(),
        by=by,
        at=datetime.combine(today, time(6), UTC),
    )
    take_in(statement, by)
    take_in(import_statement(statement_id=statement.pk, by=by, at=statement.created_at), by)


def _cases(companies: list[Company], by: Actor, today: date) -> Iterator[Entry]:
    """One that is certain, one short by a bank's fee, one for two invoices, a stranger, an own transfer."""
    sure, both = companies[2], companies[4]
    whole = _issued(sure, "Поддръжка на сайт", "312.50", by, today)
    yield _from(sure, whole.total, "за поддръжката")
    abroad = open_invoices(by, on=today, currency="EUR").filter(company__country="DE").first()
    if abroad and abroad.company:
        yield _from(abroad.company, abroad.outstanding - BANK_S_FEE, "Katalog, abzgl. Bankgebühren")
    parts = [_issued(both, what, price, by, today) for what, price in (("Табели", "175"), ("Монтаж", "265"))]
    yield _from(both, sum((one.total for one in parts), Decimal(0)), "общо плащане")
    yield Entry(0, Decimal("140.00"), "Г. Стоянов", "", "за плакатите, както се разбрахме")
    yield Entry(0, Decimal("-300.00"), "Шарен Мост ООД", "", "Захранване на картова сметка")


def _issued(client: Company, what: str, price: str, by: Actor, today: date) -> Invoice:
    at = datetime.combine(today, time(5, 45), UTC)
    item = ItemInput(
        description=what,
        quantity=Decimal(1),
        unit="бр.",
        unit_price=Decimal(price),
        vat_rate=Decimal("20.00"),
        vat_code="standard",
    )
    draft = InvoiceInput(company_id=client.pk, currency="EUR", items=(item,))
    invoice = create_invoice(draft=draft, by=by, at=at)
    return issue_invoice(invoice_id=invoice.pk, issue_date=today, by=by, at=at)


def _from(company: Company, amount: Decimal, text: str) -> Entry:
    return Entry(0, amount, company.name.upper(), iban_of(company), text)
