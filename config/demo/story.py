"""Fourteen months of a small agency in Plovdiv, told by the product's own operations."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from config.demo import words
from config.demo.bank import keep_bank
from config.demo.books import keep_books
from config.demo.deals import sell
from config.demo.offers import make_offers
from config.demo.often import recur, remind, work_by_the_hour
from config.demo.order import keep_in_order
from config.demo.touch import keep_in_touch
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.bulgaria.eik import is_valid_eik
from shared_apps.core.bulgaria.transliteration import slugify_subdomain, transliterate
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import ProductChange, create_product
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, ContactChange, create_company, create_contact
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.operations import (
    InvoiceInput,
    ItemInput,
    PaymentInput,
    allocate_payment,
    annul_invoice,
    create_invoice,
    issue_invoice,
    record_payment,
    send_invoice,
)
from tenant_apps.reconciliation.operations import match_payments
from tenant_apps.workspace.operations import ProfileChange, change_organization

COMPANY_COUNT, CONTACT_COUNT, INVOICE_COUNT, DRAFT_COUNT = 60, 150, 120, 6
MONTHS_IN_DAYS = 425
SEED = 20_260_101
STANDARD, BOOKS = Decimal("20.00"), Decimal("9.00")


@dataclass(frozen=True)
class Plot:
    """What becomes of one invoice: `paid_share` of its total is paid, `named` says whether the payer
    named its number.
    """

    is_sent: bool
    paid_share: Decimal | None = None
    named: bool = True
    is_annulled: bool = False


ISSUED, SENT = Plot(is_sent=False), Plot(is_sent=True)
HALF_PAID, PAID = Plot(is_sent=True, paid_share=Decimal("0.5")), Plot(is_sent=False, paid_share=Decimal(1))
LATEST_PLOTS = (PAID, HALF_PAID, SENT, PAID, SENT, HALF_PAID, SENT, PAID, ISSUED, SENT, HALF_PAID, ISSUED)


class Storyteller:
    """Holds the generator, the actor and today, so that every run on one day tells the same story."""

    def __init__(self, by: Actor, colleagues: list[Actor], today: date) -> None:
        self.by, self.colleagues, self.today = by, colleagues, today
        self.random = random.Random(SEED)

    def tell(self) -> None:
        """Everything, in the order in which it happened."""
        self._introduce_us()
        companies = self._meet_companies()
        self._meet_people(companies)
        products = self._fill_shelves()
        self._trade(companies, products)
        self._receive_unexplained(companies)
        people = [self.by, self.by, *self.colleagues]
        sell(companies, products, people=people, today=self.today)
        system = system_actor(self.by.organization_id)
        make_offers(products, by=self.by, system=system, today=self.today)
        keep_in_touch(companies, people=people, today=self.today)
        keep_in_order(by=self.by, today=self.today)
        keep_books(companies, by=self.by, today=self.today)
        keep_bank(companies, by=self.by, today=self.today)
        recur(companies, by=self.by, system=system, today=self.today)
        work_by_the_hour(companies, people=people, today=self.today)
        remind(by=self.by, today=self.today)

    def _at(self, day: date, hour: int = 10) -> datetime:
        return datetime.combine(day, time(hour, self.random.randrange(60)), UTC)

    def _introduce_us(self) -> None:
        change_organization(
            change=ProfileChange(
                responsible_person="Веселина Дражева",
                bic="BNBGBGSD",
                payment_term_days=14,
                phone="+359 32 000 111",
            ),
            by=self.by,
            at=self._at(self.today - timedelta(days=MONTHS_IN_DAYS)),
        )

    def _meet_companies(self) -> list[Company]:
        return [
            self._meet_company(index, name) for index, name in enumerate(words.COMPANY_NAMES[:COMPANY_COUNT])
        ]

    def _meet_company(self, index: int, name: str) -> Company:
        city, postal_code = self.random.choice(words.CITIES)
        eik = invented_eik(index)
        details = CompanyChange(
            name=f"{name} {self.random.choice(words.LEGAL_FORMS)}",
            eik=eik,
            vat_number=f"BG{eik}" if self.random.random() < 0.8 else None,
            country="BG",
            city=city,
            postal_code=postal_code,
            address=f"{self.random.choice(words.STREETS)} {self.random.randrange(1, 120)}",
            email=f"office@{slugify_subdomain(name)}.example",
            phone=f"+359 {self.random.choice(('2', '32', '52', '88'))} 000 {index:03d}",
            website=f"https://{slugify_subdomain(name)}.example",
        )
        met_on = self.today - timedelta(days=MONTHS_IN_DAYS - index * 5)
        return create_company(details=details, by=self.by, at=self._at(met_on))

    def _meet_people(self, companies: list[Company]) -> None:
        for index in range(CONTACT_COUNT):
            company = companies[index % len(companies)]
            first, gender = words.FIRST_NAMES[index * 7 % len(words.FIRST_NAMES)]
            last = self.random.choice(words.LAST_NAMES) + ("а" if gender == "f" else "")
            create_contact(
                details=ContactChange(
                    first_name=first,
                    last_name=last,
                    email=f"{transliterate(first)}.{transliterate(last)}{index}@{slugify_subdomain(company.name)}.example".lower(),
                    phone=f"+359 88 000 {index:04d}",
                    job_title=self.random.choice(words.JOB_TITLES),
                    company_id=company.pk,
                ),
                by=self.by,
                at=company.created_at + timedelta(hours=index % 9 + 1),
            )

    def _fill_shelves(self) -> list[Product]:
        shelves = [(goods, STANDARD) for goods in words.SERVICES + words.GOODS] + [
            (book, BOOKS) for book in words.BOOKS
        ]
        return [
            create_product(
                details=ProductChange(
                    name=name,
                    code=f"{index:04d}",
                    unit=unit,
                    unit_price=Decimal(price),
                    currency="EUR",
                    vat_rate=rate,
                ),
                by=self.by,
                at=self._at(self.today - timedelta(days=MONTHS_IN_DAYS)),
            )
            for index, ((name, unit, price), rate) in enumerate(shelves[:40], start=1)
        ]

    def _trade(self, companies: list[Company], products: list[Product]) -> None:
        older = INVOICE_COUNT - DRAFT_COUNT - len(LATEST_PLOTS)
        days = sorted(self.random.randrange(len(LATEST_PLOTS), MONTHS_IN_DAYS - 5) for _ in range(older))
        for ago in reversed(days):
            self._invoice(
                self.random.choice(companies), products, self.today - timedelta(days=ago), self._plot()
            )
        for ago, plot in zip(range(len(LATEST_PLOTS), 0, -1), LATEST_PLOTS, strict=True):
            self._invoice(self.random.choice(companies), products, self.today - timedelta(days=ago), plot)
        for _ in range(DRAFT_COUNT):
            self._draft(self.random.choice(companies), products, self.today)

    def _draft(self, company: Company, products: list[Product], day: date) -> Invoice:
        items = tuple(
            ItemInput(
                product_id=product.pk,
                description=product.name,
                quantity=self._quantity(product),
                unit=product.unit,
                unit_price=product.unit_price,
                discount_percent=Decimal(self.random.choice((0, 0, 0, 0, 5, 10))),
                vat_rate=product.vat_rate,
            )
            for product in self.random.sample(products, self.random.randrange(1, 6))
        )
        draft = InvoiceInput(company_id=company.pk, currency="EUR", items=items)
        return create_invoice(draft=draft, by=self.by, at=self._at(day, 9))

    def _quantity(self, product: Product) -> Decimal:
        """One or two of what is dear, a handful or a batch of what is cheap."""
        dear, cheap = (1, 1, 1, 2), (5, 10, 20, 50, 100)
        return Decimal(self.random.choice(cheap if product.unit_price < 10 else dear))

    def _invoice(self, company: Company, products: list[Product], day: date, plot: Plot) -> None:
        invoice = self._draft(company, products, day)
        issued_at = self._at(day, 11)
        invoice = issue_invoice(invoice_id=invoice.pk, issue_date=day, by=self.by, at=issued_at)
        if plot.is_sent:
            send_invoice(invoice_id=invoice.pk, by=self.by, at=issued_at + timedelta(minutes=20))
        if plot.is_annulled:
            annul_invoice(
                invoice_id=invoice.pk,
                reason="Сгрешен получател",
                by=self.by,
                at=issued_at + timedelta(hours=3),
            )
        if plot.paid_share:
            self._pay(
                invoice, company, plot, min(day + timedelta(days=self.random.randrange(1, 21)), self.today)
            )

    def _plot(self) -> Plot:
        chance = self.random.random()
        if chance < 0.04:
            return Plot(is_sent=False, is_annulled=True)
        if chance < 0.14:
            return Plot(is_sent=True)
        if chance < 0.17:
            return HALF_PAID
        return Plot(is_sent=False, paid_share=Decimal(1), named=chance > 0.24)

    def _pay(self, invoice: Invoice, company: Company, plot: Plot, day: date) -> None:
        share = plot.paid_share or Decimal(0)
        amount = max((invoice.total * share).quantize(Decimal("0.01")), Decimal("0.01"))
        reference = f"Фактура {self._written(invoice.number or '')}" if plot.named else "Плащане по договор"
        payment = self._receive(amount, day, reference, company)
        shortly_after = payment.created_at + timedelta(minutes=1)
        match_payments(payment_ids=[payment.pk], by=self.by, at=shortly_after)
        payment.refresh_from_db(fields=["allocated_total"])
        if amount < invoice.total and plot.named and payment.unallocated:
            allocate_payment(
                payment_id=payment.pk,
                invoice_id=invoice.pk,
                amount=amount,
                by=self.by,
                at=shortly_after + timedelta(hours=1),
            )

    def _written(self, number: str) -> str:
        return self.random.choice((number, number.lstrip("0"), f"№ {number}"))

    def _receive(self, amount: Decimal, day: date, reference: str, company: Company | None) -> Payment:
        wanted = PaymentInput(
            amount=amount,
            currency="EUR",
            received_on=day,
            method="bank_transfer",
            reference=reference,
            payer_name=transliterate(company.name).upper() if company else "НЕПОЗНАТ ПЛАТЕЦ",
            company_id=company.pk if company else None,
        )
        return record_payment(payment=wanted, by=self.by, at=self._at(day, 14))

    def _receive_unexplained(self, companies: list[Company]) -> None:
        """Money that no invoice explains: an advance, a stranger, a number that does not exist."""
        for ago, amount, reference, company in (
            (9, "250.00", "Аванс", companies[3]),
            (4, "36.00", "домейн", None),
            (2, "118.80", "Фактура 9999", companies[11]),
        ):
            payment = self._receive(Decimal(amount), self.today - timedelta(days=ago), reference, company)
            match_payments(payment_ids=[payment.pk], by=self.by, at=payment.created_at + timedelta(minutes=1))


def invented_eik(index: int) -> str:
    """A nine-digit EIK with a right checksum, from a range that the register has not reached."""
    start = 99_900_000 + index
    return next(eik for digit in range(10) if is_valid_eik(eik := f"{start}{digit}"))
