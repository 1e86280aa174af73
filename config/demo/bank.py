"""The agency's bank: two accounts, a rule for fees, and a month of movements, brought in as anybody would."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.queries import open_invoices, visible_payments
from tenant_apps.reconciliation.operations import (
    AccountInput,
    RuleInput,
    bring_in_statement,
    create_bank_account,
    create_line_rule,
    import_statement,
)
from tenant_apps.reconciliation.tasks import take_in
from tenant_apps.workspace.queries import profile

DAYS, OPENING = 30, Decimal("18240.36")
BANKS = ("UNCR7000", "STSA9300", "FINV9150", "UBBS8002", "BPBI7940", "RZBB9155")
SAVINGS = "UNCR70001500000777"


@dataclass(frozen=True)
class Entry:
    """A movement as the bank writes it down. `ago` is how many days it lies back."""

    ago: int
    amount: Decimal
    name: str = ""
    iban: str = ""
    text: str = ""
    end_to_end_id: str = "NOTPROVIDED"
    status: str = "BOOK"
    is_reversal: bool = False
    currency: str = "EUR"


def keep_bank(companies: list[Company], *, by: Actor, today: date) -> None:
    """Add the accounts and the rule, and import the statement of the last thirty days."""
    at = datetime.combine(today - timedelta(days=DAYS), time(8), UTC)
    iban = profile().iban
    main = AccountInput(name="Разплащателна", iban=iban, currency="EUR", bic="BNBGBGSD")
    savings = AccountInput(name="Спестовна", iban=with_check_digits(SAVINGS), currency="EUR")
    for account in (main, savings):
        create_bank_account(account=account, by=by, at=at)
    create_line_rule(rule=RuleInput(verdict="fee", text="такса", sign="out", name="Такси"), by=by, at=at)
    entries = sorted(_month(companies, by, today), key=lambda entry: -entry.ago)
    statement = bring_in_statement(
        name=f"camt053-{today:%Y-%m-%d}.xml",
        content=camt_of(entries, iban=iban, today=today).encode(),
        by=by,
        at=datetime.combine(today, time(0, 5), UTC),
    )
    take_in(statement, by)
    take_in(import_statement(statement_id=statement.pk, by=by, at=statement.created_at), by)


def with_check_digits(bban: str) -> str:
    """An IBAN that nobody has, with right check digits."""
    figures = "".join(str(int(letter, 36)) for letter in f"{bban}BG00")
    return f"BG{98 - int(figures) % 97:02d}{bban}"


def iban_of(company: Company) -> str:
    """The invented account of a client, the same on every run."""
    number = int(company.eik or 0) % 10_000_000
    return with_check_digits(f"{BANKS[number % len(BANKS)]}10{number:08d}")


def camt_of(entries: list[Entry], *, iban: str, today: date) -> str:
    """A CAMT.053 of these movements, with the balances that they make."""
    closing = OPENING + sum((one.amount for one in entries if _counts(one)), Decimal(0))
    first = today - timedelta(days=DAYS)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>DEMO</MsgId><CreDtTm>{today}T05:30:00</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>DEMO-{today:%Y%m}</Id><CreDtTm>{today}T05:30:00</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
        f"{_balance('OPBD', OPENING, first)}{_balance('CLBD', closing, today)}"
        + "".join(_written(entry, today) for entry in entries)
        + "</Stmt></BkToCstmrStmt></Document>\n"
    )


def _month(companies: list[Company], by: Actor, today: date) -> Iterator[Entry]:
    yield from _recorded_before(by, today)
    yield from _for_invoices(by, today)
    yield from _other(companies, today)


def _recorded_before(by: Actor, today: date) -> Iterator[Entry]:
    """Transfers that somebody wrote down by hand when they came."""
    since = today - timedelta(days=DAYS)
    rows = visible_payments(by).filter(
        received_on__gte=since, received_on__lt=today, currency="EUR", voided_at=None, method="bank_transfer"
    )
    for payment in rows.exclude(company=None).order_by("received_on", "id"):
        yield _as_entry(payment, today)


def _as_entry(payment: Payment, today: date) -> Entry:
    ago = (today - payment.received_on).days
    iban = iban_of(payment.company) if payment.company else ""
    return Entry(ago, payment.amount, payment.payer_name, iban, payment.reference)


def _for_invoices(by: Actor, today: date) -> Iterator[Entry]:
    """Money that nobody has written down yet: two name their invoice, one pays a part, one names nothing."""
    due = open_invoices(by, on=today, currency="EUR").exclude(company=None).order_by("due_date", "number")
    for place, invoice in enumerate(due[:5]):
        if invoice.company:
            yield _paying(invoice, invoice.company, place)


def _paying(invoice: Invoice, company: Company, place: int) -> Entry:
    amount = (invoice.outstanding / 2).quantize(Decimal("0.01")) if place == 2 else invoice.outstanding
    texts = (
        f"Фактура {invoice.number}",
        f"плащане по ф-ра {(invoice.number or '').lstrip('0')}",
        f"Частично плащане, фактура {invoice.number}",
        "Плащане по договор",
        f"ф-ра № {invoice.number}",
    )
    return Entry(6 - place, amount, company.name.upper(), iban_of(company), texts[place], f"E2E{place:05d}")


def _other(companies: list[Company], today: date) -> Iterator[Entry]:
    """Rent, wages, fees, the savings; a transfer that came back, one that is pending, one in levs."""
    stranger = with_check_digits("CECB97901000123450")
    yield Entry(28, Decimal("-640.00"), "Наем Център ЕООД", stranger, "Наем за месеца")
    yield Entry(25, Decimal("-3850.00"), "Масов превод", "", "Заплати")
    yield Entry(25, Decimal("-4.50"), "", "", "Такса масов превод")
    yield Entry(20, Decimal("-1500.00"), "Шарен Мост ООД", with_check_digits(SAVINGS), "Към спестовната")
    yield Entry(18, Decimal("-23.90"), "Книжарница Перо", "", "ПОС покупка")
    yield Entry(18, Decimal("-23.90"), "Книжарница Перо", "", "ПОС покупка")
    yield Entry(14, Decimal("-180.00"), "Печатница Лист ООД", stranger, "Проформа 88", "OUT88")
    yield Entry(
        12, Decimal("180.00"), "Печатница Лист ООД", stranger, "Проформа 88", "OUT88", is_reversal=True
    )
    yield Entry(10, Decimal("75.00"), "Неизвестен наредител", "", "по уговорка")
    yield Entry(9, Decimal("-120.00"), "Интернет Плюс АД", stranger, "Абонамент")
    yield Entry(7, Decimal("96.00"), companies[7].name.upper(), iban_of(companies[7]), "Фактура 99999")
    yield Entry(3, Decimal("39.12"), "Стар клиент", stranger, "стара сметка в левове", currency="BGN")
    yield Entry(1, Decimal("-12.30"), "", "", "Такса за поддръжка на сметка")
    yield Entry(
        0, Decimal("410.00"), companies[5].name.upper(), iban_of(companies[5]), "аванс", status="PDNG"
    )


def _counts(entry: Entry) -> bool:
    return entry.status == "BOOK" and entry.currency == "EUR"


def _balance(kind: str, amount: Decimal, on: date) -> str:
    sign = "CRDT" if amount >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>\n'
    )


def _written(entry: Entry, today: date) -> str:
    day, came_in = today - timedelta(days=entry.ago), entry.amount > 0
    side = "Dbtr" if came_in is not entry.is_reversal else "Cdtr"
    name = f"<{side}><Pty><Nm>{escape(entry.name)}</Nm></Pty></{side}>" if entry.name else ""
    account = f"<{side}Acct><Id><IBAN>{entry.iban}</IBAN></Id></{side}Acct>" if entry.iban else ""
    return (
        f'<Ntry><Amt Ccy="{entry.currency}">{abs(entry.amount)}</Amt>'
        f"<CdtDbtInd>{'CRDT' if came_in else 'DBIT'}</CdtDbtInd>"
        f"{'<RvslInd>true</RvslInd>' if entry.is_reversal else ''}<Sts><Cd>{entry.status}</Cd></Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{entry.end_to_end_id}</EndToEndId></Refs>"
        f"<RltdPties>{name}{account}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(entry.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )
