"""Statements as banks write them: the shapes of the standards, with invented people and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

IBAN = "BG80BNBG96611020345678"


@dataclass(frozen=True)
class Move:
    """A movement as a test wants it to stand in a file."""

    amount: str
    on: str = "2026-11-03"
    name: str = "Алфа ООД"
    iban: str = "BG95UNCR70001523456789"
    text: str = ""
    end_to_end_id: str = "NOTPROVIDED"
    reference: str = ""
    status: str = "BOOK"
    is_reversal: bool = False
    more: str = field(default="", compare=False)


def camt(
    moves: Sequence[Move],
    *,
    version: str = "02",
    iban: str = IBAN,
    currency: str = "EUR",
    opening: str | None = "1000.00",
    closing: str | None = "",
    number: str = "STMT-1",
) -> str:
    """A CAMT.053 with one statement. `closing` is what the booked movements make, unless it is given."""
    return camt_of(
        [
            camt_statement(
                moves,
                version=version,
                iban=iban,
                currency=currency,
                opening=opening,
                closing=closing,
                number=number,
            )
        ],
        version,
    )


def camt_of(statements: Sequence[str], version: str = "02") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">\n<BkToCstmrStmt>\n'
        "<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-12-01T06:00:00</CreDtTm></GrpHdr>\n"
        + "\n".join(statements)
        + "\n</BkToCstmrStmt>\n</Document>\n"
    )


def camt_statement(
    moves: Sequence[Move],
    *,
    version: str = "02",
    iban: str = IBAN,
    currency: str = "EUR",
    opening: str | None = "1000.00",
    closing: str | None = "",
    number: str = "STMT-1",
) -> str:
    if opening is not None and closing == "":
        booked = (Decimal(move.amount) for move in moves if move.status == "BOOK")
        closing = str(Decimal(opening) + sum(booked, Decimal(0)))
    balances = _balance("OPBD", opening, currency, "2026-11-01") + _balance(
        "CLBD", closing, currency, "2026-11-30"
    )
    return (
        f"<Stmt><Id>{number}</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-12-01T06:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>{balances}"
        + "".join(_entry(move, version, currency) for move in moves)
        + "</Stmt>"
    )


def _balance(kind: str, amount: str | None, currency: str, on: str) -> str:
    if amount is None:
        return ""
    sign = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount.lstrip("-")}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _entry(move: Move, version: str, currency: str) -> str:
    is_new = int(version) >= 8
    came_in = not move.amount.startswith("-")
    status = f"<Sts><Cd>{move.status}</Cd></Sts>" if is_new else f"<Sts>{move.status}</Sts>"
    other = "Dbtr" if came_in is not move.is_reversal else "Cdtr"
    name = f"<Pty><Nm>{move.name}</Nm></Pty>" if is_new else f"<Nm>{move.name}</Nm>"
    party = f"<{other}>{name}</{other}>" if move.name else ""
    account = f"<{other}Acct><Id><IBAN>{move.iban}</IBAN></Id></{other}Acct>" if move.iban else ""
    remittance = f"<RmtInf><Ustrd>{move.text}</Ustrd></RmtInf>" if move.text else ""
    reversal = "<RvslInd>true</RvslInd>" if move.is_reversal else ""
    reference = f"<AcctSvcrRef>{move.reference}</AcctSvcrRef>" if move.reference else ""
    details = move.more or (
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{move.end_to_end_id}</EndToEndId></Refs>"
        f"<RltdPties>{party}{account}</RltdPties>{remittance}</TxDtls></NtryDtls>"
    )
    return (
        f'<Ntry><Amt Ccy="{currency}">{move.amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{'CRDT' if came_in else 'DBIT'}</CdtDbtInd>{reversal}{status}"
        f"<BookgDt><Dt>{move.on}</Dt></BookgDt><ValDt><Dt>{move.on}</Dt></ValDt>{reference}"
        f"<BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd>{details}</Ntry>"
    )


def swift(moves: Sequence[Move], *, iban: str = IBAN, currency: str = "EUR", opening: str = "1000.00") -> str:
    """An MT940 with one statement whose details have the numbered fields of German and Bulgarian banks."""
    closing = Decimal(opening) + sum((Decimal(move.amount) for move in moves), Decimal(0))
    rows = "".join(_swift_row(move) for move in moves)
    return (
        f":20:M940\n:25:{iban}\n:28C:00011/001\n:60F:{_swift_balance(Decimal(opening), '261101', currency)}\n"
        f"{rows}:62F:{_swift_balance(closing, '261130', currency)}\n-\n"
    )


def _swift_row(move: Move) -> str:
    on = date.fromisoformat(move.on)
    sign = "D" if move.amount.startswith("-") else "C"
    if move.is_reversal:
        sign = "RC" if sign == "D" else "RD"
    amount = move.amount.lstrip("-").replace(".", ",")
    end_to_end = f"EREF+{move.end_to_end_id}" if move.end_to_end_id != "NOTPROVIDED" else ""
    purpose = [f"?20{move.text}", f"?21{end_to_end}" if end_to_end else ""]
    return (
        f":61:{on:%y%m%d}{on:%m%d}{sign}{amount}NTRFNONREF//{move.reference or 'B1'}\n"
        f":86:051?00TRANSFER{''.join(purpose)}?31{move.iban}?32{move.name}\n"
    )


def _swift_balance(amount: Decimal, on: str, currency: str) -> str:
    sign = "D" if amount < 0 else "C"
    return f"{sign}{on}{currency}{abs(amount):.2f}".replace(".", ",")


CSV_HEADER = "Дата;Вальор;Референция;Основание;Наредител/Получател;Сметка (IBAN);Дебит;Кредит;Баланс"


def table(
    moves: Sequence[Move],
    *,
    iban: str | None = IBAN,
    opening: str = "1000.00",
    encoding: str = "windows-1251",
) -> bytes:
    """A table as several Bulgarian banks export it."""
    rows = [f"Извлечение по сметка {iban}", "Период: 01.11.2026 - 30.11.2026", ""] if iban else []
    rows.append(CSV_HEADER)
    balance = Decimal(opening)
    for move in moves:
        balance += Decimal(move.amount)
        on = date.fromisoformat(move.on)
        debit = move.amount.lstrip("-") if move.amount.startswith("-") else ""
        credit = "" if debit else move.amount
        rows.append(
            f"{on:%d.%m.%Y};{on:%d.%m.%Y};{move.reference};{move.text};{move.name};{move.iban};"
            f"{_bulgarian(debit)};{_bulgarian(credit)};{_bulgarian(str(balance))}"
        )
    return ("\n".join(rows) + "\n").encode(encoding)


def _bulgarian(amount: str) -> str:
    return f"{Decimal(amount):,.2f}".replace(",", " ").replace(".", ",") if amount else ""
