"""What comes again and again: two recurring invoices, hours that wait to be billed, reminders of money."""

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import TimeChange, log_time
from tenant_apps.invoices.operations import (
    ItemInput,
    PaymentInput,
    RecurringInput,
    create_recurring_invoice,
    generate_occurrence,
    pause_client_reminders,
    pause_invoice_reminders,
    raise_prices,
    record_payment,
    switch_reminders,
)
from tenant_apps.invoices.queries import planned_reminders
from tenant_apps.reconciliation.operations import match_payments

SEED, ENTRIES = 20_260_909, 14
WORK = (
    "Корекции по каталога",
    "Среща за новата кампания",
    "Предпечат",
    "Снимки на продукти",
    "Текстове за сайта",
)
STANDARD = Decimal("20.00")


def recur(companies: list[Company], *, by: Actor, system: Actor, today: date) -> None:
    """One that is sent by itself and costs more from January on; one whose draft of this month waits."""
    asked_at = datetime.combine(today - timedelta(days=30), time(9), UTC)
    support = RecurringInput(
        company_id=companies[2].pk,
        name="Поддръжка на сайта",
        currency="EUR",
        items=(_line("Поддръжка на сайта за {month} {year}", "180"), _line("Хостинг, {period}", "24")),
        starts_on=today + timedelta(days=10),
        on_day=31,
        way="send",
        payment_term_days=10,
    )
    first = create_recurring_invoice(details=support, by=by, at=asked_at)
    january = date(today.year + 1, 1, 1)
    raise_prices(recurring_ids=[first.pk], percent=Decimal(5), from_on=january, by=by, at=asked_at)
    day = today - timedelta(days=2)
    rent = RecurringInput(
        company_id=companies[6].pk,
        name="Наем на рекламна площ",
        currency="EUR",
        items=(_line("Наем на рекламна площ за {period}", "640"),),
        starts_on=day,
        occurrence_limit=12,
    )
    second = create_recurring_invoice(details=rent, by=by, at=asked_at)
    morning = datetime.combine(day, time(9), UTC)
    generate_occurrence(recurring_id=second.pk, occurs_on=day, by=system, at=morning)


def work_by_the_hour(companies: list[Company], *, people: list[Actor], today: date) -> None:
    """Hours of these two weeks, for a few clients."""
    teller = random.Random(SEED)
    for number in range(ENTRIES):
        day = today - timedelta(days=teller.randrange(1, 14))
        details = TimeChange(
            description=teller.choice(WORK),
            company_id=companies[number % 4].pk,
            worked_on=day,
            minutes=teller.choice((30, 45, 60, 90, 150, 240)),
            hourly_rate=Decimal(teller.choice((45, 60))),
            is_billable=number % 6 != 5,
        )
        log_time(details=details, by=people[number % len(people)], at=datetime.combine(day, time(15), UTC))


def remind(*, by: Actor, today: date) -> None:
    """Reminders leave every morning; one client and one invoice are paused, and money of a third waits."""
    at = datetime.combine(today, time(5), UTC)
    leaving = [one for one in planned_reminders(by, on=today + timedelta(days=1)) if not one.held]
    for planned, act in zip(leaving, ("client", "invoice", "money"), strict=False):
        invoice, client = planned.due[0].invoice, planned.client
        if act == "client":
            pause_client_reminders(kind=client.shared_as, client_id=client.pk, by=by, at=at)
        elif act == "invoice":
            pause_invoice_reminders(invoice_id=invoice.pk, by=by, at=at)
        else:
            _pay_without_a_number(str(client), by, today, at)
    switch_reminders(is_on=True, by=by, at=at)


def _pay_without_a_number(payer: str, by: Actor, today: date, at: datetime) -> None:
    money = PaymentInput(
        amount=Decimal("77.70"),
        currency="EUR",
        received_on=today,
        method="bank_transfer",
        reference="По договор",
        payer_name=payer,
    )
    payment = record_payment(payment=money, by=by, at=at)
    match_payments(payment_ids=[payment.pk], by=by, at=at + timedelta(minutes=1))


def _line(description: str, price: str) -> ItemInput:
    return ItemInput(
        description=description,
        quantity=Decimal(1),
        unit="мес.",
        unit_price=Decimal(price),
        vat_rate=STANDARD,
    )
