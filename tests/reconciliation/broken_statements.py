"""Statements as they really come: each with what must become of it."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import openpyxl

from tests.reconciliation.samples import IBAN, Move, camt, camt_of, camt_statement, swift, table

GOOD = Move("120.00", text="ф-ра 0000000012", reference="R1")
OUT = Move("-12.50", on="2026-11-04", name="Банка", iban="", text="Такса", reference="R2")
HEADER = "Дата;Основание;Контрагент;Дебит;Кредит\n"
ROW = "03.11.2026;ф-ра 12;Алфа;;120,00\n"


@dataclass(frozen=True)
class Broken:
    """A file, its name, and its fate: refused as a whole (with `says` in the message), or imported with so
    many lines added, entries failed and skipped, `says` among the problems.
    """

    content: Callable[[], bytes]
    name: str = "statement.csv"
    added: int = 0
    failed: int = 0
    skipped: int = 0
    refused: bool = False
    says: str = ""
    chosen: dict[str, Any] = field(default_factory=dict)


def text(content: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: content.encode(encoding)


def workbook(*rows: list[Any]) -> Callable[[], bytes]:
    def make() -> bytes:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return make


def _entry(amount: str = "12.50", sign: str = "<CdtDbtInd>CRDT</CdtDbtInd>", more: str = "") -> str:
    day = "<BookgDt><Dt>2026-11-05</Dt></BookgDt>"
    return f'<Ntry><Amt Ccy="EUR">{amount}</Amt>{sign}<Sts>BOOK</Sts>{more or day}</Ntry>'


def with_entry(entry: str) -> Callable[[], bytes]:
    return text(camt([GOOD], opening=None, closing=None).replace("</Stmt>", f"{entry}</Stmt>"))


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        camt([GOOD])
        .replace("\n<Document", f'\n<!DOCTYPE d [<!ENTITY l0 "lol">{entities}]>\n<Document')
        .encode()
    )


def _outside() -> bytes:
    entity = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return camt([GOOD]).replace("\n<Document", f"\n{entity}\n<Document").replace("ф-ра", "&x;").encode()


def _parameter() -> bytes:
    entity = '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>'
    return camt([GOOD]).replace("\n<Document", f"\n{entity}\n<Document").encode()


def _deep() -> bytes:
    return ("<Document>" + "<a>" * 5000 + "</a>" * 5000 + "</Document>").encode()


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"<row><c><v>0</v></c></row>" * 2_000_000)
    return out.getvalue()


def _zipped_camt() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("statement.xml", camt([GOOD]))
    return out.getvalue()


_LATIN = camt([GOOD]).replace("UTF-8", "windows-1251")
_SWIFT = swift([GOOD, OUT])

BROKEN: dict[str, Broken] = {
    # XML
    "nothing": Broken(text(""), "a.xml", refused=True, says="empty"),
    "blanks": Broken(text(" \n\n"), "a.xml", refused=True, says="empty"),
    "a web page": Broken(text("<!doctype html><html><body>Sign in</body></html>"), "a.xml", refused=True),
    "xml of something else": Broken(text("<invoice><a/></invoice>"), "a.xml", refused=True, says="CAMT.053"),
    "a payment order": Broken(
        text(camt([GOOD]).replace("camt.053.001.02", "pain.001.001.03")),
        "a.xml",
        refused=True,
        says="CAMT.053",
    ),
    "a report within the day": Broken(
        text(camt([GOOD]).replace("camt.053", "camt.052")), "a.xml", refused=True, says="CAMT.052"
    ),
    "notices of entries": Broken(
        text(camt([GOOD]).replace("camt.053", "camt.054")), "a.xml", refused=True, says="CAMT.054"
    ),
    "xml that breaks off": Broken(
        lambda: camt([GOOD, OUT]).encode()[:-200], "a.xml", refused=True, says="broken off"
    ),
    "xml with a stray sign": Broken(
        text(camt([GOOD]).replace("<Sts>", "<Sts>&")), "a.xml", refused=True, says="damaged"
    ),
    "xml that says windows-1251 and is": Broken(lambda: _LATIN.encode("windows-1251"), "a.xml", added=1),
    "xml that says UTF-8 and is windows-1251": Broken(
        lambda: camt([GOOD]).encode("windows-1251"), "a.xml", refused=True, says="damaged"
    ),
    "xml in UTF-16": Broken(
        lambda: camt([GOOD]).replace("UTF-8", "UTF-16").encode("utf-16"), "a.xml", added=1
    ),
    "xml of an encoding that is none": Broken(
        text(camt([GOOD]).replace("UTF-8", "KOI-99")), "a.xml", refused=True, says="damaged"
    ),
    "a billion laughs": Broken(_laughs, "a.xml", refused=True, says="entities"),
    "an entity of this machine": Broken(_outside, "a.xml", refused=True, says="entities"),
    "an entity of another machine": Broken(_parameter, "a.xml", refused=True, says="entities"),
    "five thousand steps deep": Broken(_deep, "a.xml", refused=True),
    "a statement without entries": Broken(text(camt([])), "a.xml"),
    "a statement of nobody's account": Broken(
        text(camt([GOOD], iban="BG21STSA93000012345678")),
        "a.xml",
        refused=True,
        says="BG21STSA93000012345678",
    ),
    "no namespace": Broken(
        text(camt([GOOD]).replace(' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"', "")),
        "a.xml",
        added=1,
    ),
    "a later version": Broken(text(camt([GOOD], version="13")), "a.xml", added=1),
    "an amount with a letter": Broken(with_entry(_entry("12.5O")), "a.xml", added=1, failed=1, says="amount"),
    "an amount that is NaN": Broken(with_entry(_entry("NaN")), "a.xml", added=1, failed=1, says="amount"),
    "an amount without figures": Broken(with_entry(_entry("")), "a.xml", added=1, failed=1, says="written"),
    "an amount with an exponent": Broken(
        with_entry(_entry("1e3")), "a.xml", added=1, failed=1, says="amount"
    ),
    "a negative amount beside its sign": Broken(
        with_entry(_entry("-5.00")), "a.xml", added=1, failed=1, says="amount"
    ),
    "parts of a cent": Broken(with_entry(_entry("5.001")), "a.xml", added=1, failed=1, says="decimals"),
    "zeros after the cents": Broken(with_entry(_entry("5.00000")), "a.xml", added=2),
    "more than anybody has": Broken(
        with_entry(_entry("9999999999999.00")), "a.xml", added=1, failed=1, says="too large"
    ),
    "nothing moved": Broken(with_entry(_entry("0.00")), "a.xml", added=1, skipped=1),
    "no direction": Broken(with_entry(_entry(sign="")), "a.xml", added=1, failed=1, says="in or went out"),
    "a byte of nothing in an amount": Broken(
        text(HEADER + ROW + ROW.replace("120,00", "12\x00x")), added=1, failed=1, says="amount"
    ),
    "a byte of nothing in an MT940's number": Broken(
        text(_SWIFT.replace(":28C:00011/001", ":28C:0001\x001/001")), "a.sta", added=2
    ),
    "a byte of nothing in an MT940's account": Broken(
        text(_SWIFT.replace(f":25:{IBAN}", f":25:{IBAN}\x00")), "a.sta", added=2
    ),
    "a byte of nothing in an MT940's row": Broken(
        text(_SWIFT.replace(":61:26", ":61:\x0026", 1)), "a.sta", added=1, failed=1, says="line"
    ),
    "a direction that is none": Broken(
        with_entry(_entry(sign="<CdtDbtInd>BOTH</CdtDbtInd>")),
        "a.xml",
        added=1,
        failed=1,
        says="in or went out",
    ),
    "no day": Broken(with_entry(_entry(more="<a/>")), "a.xml", added=1, failed=1, says="written"),
    "the thirtieth of February": Broken(
        with_entry(_entry(more="<BookgDt><Dt>2026-02-30</Dt></BookgDt>")),
        "a.xml",
        added=1,
        failed=1,
        says="date",
    ),
    "the year 1": Broken(
        with_entry(_entry(more="<BookgDt><Dt>0001-01-01</Dt></BookgDt>")),
        "a.xml",
        added=1,
        failed=1,
        says="date",
    ),
    "only a value date": Broken(
        with_entry(_entry(more="<ValDt><Dt>2026-11-05</Dt></ValDt>")), "a.xml", added=2
    ),
    "instants with a zone": Broken(
        with_entry(_entry(more="<BookgDt><DtTm>2026-11-05T23:30:00+02:00</DtTm></BookgDt>")), "a.xml", added=2
    ),
    "a status that nobody knows": Broken(
        with_entry(_entry().replace("BOOK", "MAYBE")), "a.xml", added=1, failed=1, says="status"
    ),
    "no status": Broken(with_entry(_entry().replace("<Sts>BOOK</Sts>", "")), "a.xml", added=2),
    "entries to come and for information": Broken(
        with_entry(_entry().replace("BOOK", "FUTR") + _entry().replace("BOOK", "INFO")),
        "a.xml",
        added=1,
        skipped=2,
    ),
    "another currency": Broken(
        with_entry(_entry().replace('Ccy="EUR"', 'Ccy="BGN"')), "a.xml", added=1, failed=1, says="currency"
    ),
    "a currency that is none": Broken(
        with_entry(_entry().replace('Ccy="EUR"', 'Ccy="ЕВРО"')), "a.xml", added=2
    ),
    "two accounts, one of them unknown": Broken(
        text(camt_of([camt_statement([GOOD]), camt_statement([OUT], iban="BG21STSA93000012345678")])),
        "a.xml",
        refused=True,
        says="BG21STSA93000012345678",
    ),
    # MT940
    "an MT940 in windows-1251": Broken(lambda: _SWIFT.encode("windows-1251"), "a.sta", added=2),
    "an MT940 with the ends of lines of Windows": Broken(
        text(_SWIFT.replace("\n", "\r\n")), "a.sta", added=2
    ),
    "an MT940 in its envelope": Broken(
        text("{1:F01BNBGBGSDAXXX0000000000}{2:I940X}{4:\n" + _SWIFT.rstrip("-\n") + "\n-}"), "a.sta", added=2
    ),
    "an MT940 row with a sign that is none": Broken(
        text(_SWIFT.replace("D12,50", "X12,50")), "a.sta", added=1, failed=1, says="cannot be read"
    ),
    "an MT940 row of the month 13": Broken(
        text(_SWIFT.replace("2611041104", "2613041304")), "a.sta", added=1, failed=1, says="cannot be read"
    ),
    "an MT940 row without an amount": Broken(
        text(_SWIFT.replace("D12,50N", "DN")), "a.sta", added=1, failed=1, says="cannot be read"
    ),
    "an MT940 whose balance is broken": Broken(text(_SWIFT.replace(":60F:C", ":60F:?")), "a.sta", added=2),
    "an MT940 that breaks off": Broken(text(_SWIFT.split(":62F:")[0]), "a.sta", added=2),
    "an MT940 without rows": Broken(text(swift([])), "a.sta"),
    "an MT940 of nobody's account": Broken(
        text(swift([GOOD], iban="BG21STSA93000012345678")),
        "a.sta",
        refused=True,
        says="BG21STSA93000012345678",
    ),
    # Tables
    "only headers": Broken(text(HEADER), refused=True, says="no row below"),
    "columns that nobody knows": Broken(
        text("Ден;Колко\n03.11.2026;5,00\n"),
        added=1,
        chosen={"column_0": "booked_on", "column_1": "amount"},
    ),
    "columns that stay unchosen": Broken(
        text("Ден;Колко\n03.11.2026;5,00\n"), refused=True, says="Choose the column of the day"
    ),
    "one field twice": Broken(
        text(HEADER + ROW), refused=True, says="same field", chosen={"column_1": "booked_on"}
    ),
    "a title and an account above": Broken(lambda: table([GOOD, OUT]), added=2),
    "UTF-8 with a mark": Broken(lambda: table([GOOD, OUT], encoding="utf-8-sig"), added=2),
    "commas and points": Broken(
        text('Date,Description,Amount\n2026-11-03,Invoice 12,"1,234.56"\n2026-11-04,Fee,-1.20\n'), added=2
    ),
    "tabs": Broken(text((HEADER + ROW).replace(";", "\t")), "a.tsv", added=1),
    "a sum and a balance below": Broken(
        text(HEADER + ROW + "Общо;;;0,00;120,00\nКрайно салдо;;;;1 120,00\n"), added=1
    ),
    "an amount that is words": Broken(
        text(HEADER + ROW + "04.11.2026;нещо;Бета;;дванайсет\n"), added=1, failed=1, says="amount"
    ),
    "an empty amount": Broken(
        text(HEADER + ROW + "04.11.2026;нещо;Бета;;\n"), added=1, failed=1, says="written"
    ),
    "an amount in both columns": Broken(
        text(HEADER + ROW + "04.11.2026;нещо;Бета;5,00;6,00\n"), added=1, failed=1, says="both"
    ),
    "an amount that may be two": Broken(
        text("Дата;Сума\n03.11.2026;1.234\n"), added=0, failed=1, says="two ways"
    ),
    "an amount that others explain": Broken(text("Дата;Сума\n03.11.2026;1.234\n04.11.2026;5,00\n"), added=2),
    "a day that is none": Broken(
        text(HEADER + ROW + "31.02.2026;x;y;;5,00\n"), added=1, failed=1, says="date"
    ),
    "a day that is missing": Broken(text(HEADER + ROW + ";x;y;;5,00\n"), added=1, failed=1, says="written"),
    "ragged rows": Broken(
        text(HEADER + ROW + "04.11.2026\n;;;;\n\n05.11.2026;a;b;;1,00;x;y\n"), added=2, failed=1
    ),
    "a quote that is never closed": Broken(
        text(HEADER + '04.11.2026;"нещо;Бета;;5,00\n' + ROW), added=1, failed=1, says="never closed"
    ),
    "formulas": Broken(
        text(HEADER + '03.11.2026;=HYPERLINK("http://evil.example");@SUM(A1);;5,00\n04.11.2026;x;y;;=1+1\n'),
        added=1,
        failed=1,
        says="amount",
    ),
    "zeros in cells": Broken(text(HEADER + "03.11.2026;ф-\x00ра;Алфа;;5,00\n"), added=1),
    "emoji and letters of every kind": Broken(
        text(HEADER + "03.11.2026;🌻 ünïcode \u200fעברית;Алфа 👩‍🚀;;5,00\n"), added=1
    ),
    "a text of thirty thousand letters": Broken(
        text(HEADER + f"03.11.2026;{'а' * 30_000};{'б' * 500};;5,00\n"), added=1
    ),
    "another currency in a column": Broken(
        text("Дата;Сума;Валута\n03.11.2026;5,00;EUR\n04.11.2026;6,00;BGN\n"),
        added=1,
        failed=1,
        says="currency",
    ),
    "pending and refused rows": Broken(
        text(
            "Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
            "2026-11-03 10:00:00,A,5.00,0.00,EUR,COMPLETED,5.00\n,B,6.00,0.00,EUR,PENDING,\n"
            "2026-11-04 10:00:00,C,7.00,0.00,EUR,DECLINED,\n"
        ),
        added=1,
        skipped=2,
    ),
    "a fee beside an amount": Broken(
        text("Date,Description,Amount,Fee\n2026-11-03,A,-5.00,0.50\n2026-11-04,B,-6.00,lots\n"),
        added=3,
        failed=1,
        says="amount",
    ),
    "a PDF that is called CSV": Broken(lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", refused=True, says="PDF"),
    "a picture that is called CSV": Broken(
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(90), refused=True, says="picture"
    ),
    "an old Excel file": Broken(
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "a.xls", refused=True, says=".xlsx"
    ),
    "random bytes": Broken(
        lambda: bytes((i * 7919) % 251 for i in range(5000)), refused=True, says="not a table"
    ),
    "a statement in a zip": Broken(_zipped_camt, "a.zip", refused=True, says="archive"),
    "a bomb": Broken(_zip_bomb, "a.xlsx", refused=True, says="too large"),
    "a workbook of dates and numbers": Broken(
        workbook(
            ["Дата", "Основание", "Сума"],
            [date(2026, 11, 3), "ф-ра 12", 1234.5],
            [date(2026, 11, 4), "такса", -0.1 - 0.2],
            ["05.11.2026", "текст", "1 234,56"],
        ),
        "a.xlsx",
        added=3,
    ),
    "a workbook whose formulas have no results": Broken(
        workbook(["Дата", "Сума"], [date(2026, 11, 3), "=1+1"]), "a.xlsx", refused=True, says="formulas"
    ),
    "a workbook with an account above": Broken(
        workbook([f"IBAN: {IBAN}"], [], ["Date", "Amount"], [date(2026, 11, 3), 5]), "a.xlsx", added=1
    ),
}
