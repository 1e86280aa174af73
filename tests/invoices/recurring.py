"""How the stories of recurring invoices begin, and how their mornings pass."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Invoice, RecurringInvoice
from tenant_apps.invoices.operations import RecurringInput, create_recurring_invoice
from tests.invoices.stories import AT, client, line

FIRST = date(2026, 4, 1)


def details(company: Company, **more: Any) -> RecurringInput:
    """120.00 EUR a month from 1 April 2026 on."""
    items = (line(description="Поддръжка за {month} {year}"),)
    wanted = {"currency": "EUR", "company_id": company.pk, "items": items, "starts_on": FIRST}
    return RecurringInput(**wanted | more)


def recurring(by: Actor, company: Company | None = None, **more: Any) -> RecurringInvoice:
    company = company or client(by, email="office@client.example")
    return create_recurring_invoice(details=details(company, **more), by=by, at=AT)


def morning_of(day: date, zone: str = "Europe/Sofia", hour: int = 6) -> datetime:
    """Six in the morning of a day where the organization is."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def made_by(one: RecurringInvoice) -> list[Invoice]:
    """Its invoices, in the order of their days."""
    return [day.invoice for day in one.occurrences.order_by("occurs_on") if day.invoice]


def price(amount: str) -> Decimal:
    return Decimal(amount)
