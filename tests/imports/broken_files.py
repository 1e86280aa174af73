"""Files as people really send them: each with what must become of it."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import openpyxl

from tenant_apps.imports.adapters import MAX_ROWS

HEADER = "Име,Фамилия,Имейл,Фирма\n"
ROW = "Ана,Борисова,ana@some.example,Алфа\n"


@dataclass(frozen=True)
class Broken:
    """A file, its name, and its fate: refused as a whole (with `says` in the message), or imported with so
    many rows created and failed, `says` among the reasons.
    """

    content: Callable[[], bytes]
    name: str = "file.csv"
    created: int = 0
    failed: int = 0
    skipped: int = 0
    refused: bool = False
    says: str = ""
    chosen: dict[str, str] = field(default_factory=dict)


def text(csv: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: csv.encode(encoding)


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> Callable[[], bytes]:
    def make() -> bytes:
        book = openpyxl.Workbook()
        fill(book)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return make


def archive(**members: bytes) -> Callable[[], bytes]:
    def make() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in members.items():
                packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
        return out.getvalue()

    return make


def _dated(book: openpyxl.Workbook) -> None:
    sheet = book.active
    sheet.append(["Сделка", "Стойност", "Очаквано затваряне", "Фирма"])
    sheet.append(["Първа", 1234.5, date(2026, 12, 31), "Алфа"])
    sheet.append(["Втора", "1 234,56 лв.", 46053, "Бета"])


def _merged(book: openpyxl.Workbook) -> None:
    sheet = book.active
    sheet.append(["Клиенти 2026"])
    sheet.merge_cells("A1:C1")
    sheet.append(["Име", "Фамилия", "Имейл"])
    sheet.append(["Ана", "Борисова", "ana@some.example"])


def _formulas(book: openpyxl.Workbook) -> None:
    sheet = book.active
    sheet.append(["Име", "Имейл"])
    sheet.append(["Ана", '=A2&"@some.example"'])


def _two_sheets(book: openpyxl.Workbook) -> None:
    sheet = book.create_sheet("Хора")
    sheet.append(["Име", "Имейл"])
    sheet.append(["Ана", "ana@some.example"])


def _bomb() -> bytes:
    zeros = b"<row><c><v>0</v></c></row>" * 2_000_000
    return archive(xl__workbook_xml=b"<workbook/>", xl__worksheets__sheet1_xml=zeros)()


def _laughs() -> bytes:
    good = workbook(_two_sheets)()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "xl/workbook.xml":
                content = b'<!DOCTYPE lolz [<!ENTITY lol "lol">]>' + content
            new.writestr(member, content)
    return out.getvalue()


def _cut_in_half() -> bytes:
    whole = workbook(_two_sheets)()
    return whole[: len(whole) // 2]


BROKEN: dict[str, Broken] = {
    "an empty file": Broken(text(""), refused=True, says="empty"),
    "only blanks": Broken(text(" \n\n  \n"), refused=True, says="empty"),
    "only headers": Broken(text(HEADER), refused=True, says="no row below"),
    "one column": Broken(text("E-mail\na@some.example\nb@some.example\n"), created=2),
    "a thousand columns": Broken(
        text(",".join(f"c{i}" for i in range(1000)) + "\n" + ",".join("x" * 1000) + "\n"),
        refused=True,
        says="1000 columns",
    ),
    "more rows than fit": Broken(
        text(HEADER + ROW * (MAX_ROWS + 1)), refused=True, says="more than 50000 rows"
    ),
    "duplicate headers": Broken(
        text("Name,Email,Email\nAna B,ana@some.example,other@some.example\n"), created=1
    ),
    "empty headers": Broken(text(",Email,\nx,ana@some.example,y\n"), created=1),
    "no headers at all": Broken(
        text("Ана,ana@some.example\nБоян,boyan@some.example\n"),
        created=2,
        chosen={"Column 1": "contact.full_name", "Column 2": "contact.email"},
    ),
    "a title over the headers": Broken(
        text("Списък на клиентите\n\nИме,Имейл,Фирма\nАна,ana@some.example,Алфа\n"), created=1
    ),
    "semicolons": Broken(text((HEADER + ROW).replace(",", ";")), created=1),
    "tabs": Broken(text((HEADER + ROW).replace(",", "\t"), "utf-8"), name="file.tsv", created=1),
    "bars": Broken(text((HEADER + ROW).replace(",", "|")), created=1),
    "Excel's sep line": Broken(text("sep=;\n" + (HEADER + ROW).replace(",", ";")), created=1),
    "UTF-8 with a mark": Broken(text(HEADER + ROW, "utf-8-sig"), created=1),
    "UTF-16": Broken(text(HEADER + ROW, "utf-16"), created=1),
    "UTF-16 without a mark": Broken(text(HEADER + ROW * 1, "utf-16-le"), created=1),
    "windows-1251": Broken(text(HEADER + ROW, "windows-1251"), created=1),
    "bytes that are no UTF-8 after its mark": Broken(
        lambda: b"\xef\xbb\xbf" + (HEADER + ROW).encode() + b"\xff\xfe\xfd,x,c@some.example,y\n",
        created=1,
        failed=1,
        says="could not be read",
    ),
    "line ends of an old Mac": Broken(text((HEADER + ROW).replace("\n", "\r")), created=1),
    "emoji": Broken(text(HEADER + "Ана 🌻,Борисова 👩‍🚀,ana@some.example,Слънце 🌞\n"), created=1),
    "quotes over several lines": Broken(
        text('Име,Имейл,Бележка\nАна,ana@some.example,"Първи ред\nвтори ред, със запетая\n""цитат"""\n'),
        created=1,
    ),
    "a quote that is never closed": Broken(
        text(HEADER + '"Ана,Борисова,ana@some.example,Алфа\nБоян,Ц,boyan@some.example,Бета\n'),
        created=1,
        failed=1,
        says="never closed",
    ),
    "inches in a name": Broken(
        text(HEADER + 'Ана,Б 5" ,ana@some.example,Тръби 3"\n' + ROW.replace("ana", "b")), created=2
    ),
    "ragged rows": Broken(text(HEADER + "Ана\nБоян,Ц,boyan@some.example,Бета,още,и още\n,,,\n"), created=2),
    "formulas": Broken(
        text(
            HEADER
            + '"=HYPERLINK(""http://evil.example"")",+Б,a@some.example,@SUM(A1)\n-2+3,В,no address,=1\n'
        ),
        created=1,
        failed=1,
        says="e-mail address",
    ),
    "zeros in cells": Broken(
        text(HEADER + "А\x00на,Б,a@some.example,Алфа\n" + ROW), created=1, failed=1, says="cannot be kept"
    ),
    "a huge cell": Broken(
        text(HEADER + f"{'а' * 30_000},Б,a@some.example,Алфа\n" + ROW), created=1, failed=1, says="too many"
    ),
    "a long name": Broken(
        text(HEADER + f"{'а' * 300},Б,a@some.example,Алфа\n" + ROW), created=1, failed=1, says="too long"
    ),
    "mixed dates": Broken(
        text(
            'Сделка,Очаквано затваряне,Стойност\nА,31.12.2026,1 234.56\nБ,2026-12-31,"1 234,56"\n'
            "В,46053,$5\nГ,утре някога,3\nД,31.02.2026,4\n"
        ),
        created=3,
        failed=2,
        says="not a date",
    ),
    "dates that may be either": Broken(
        text("Deal,Expected close,Amount\nA,03/04/2026,1\nB,31/12/2026,2\nC,12/31/2026,3\n"),
        created=2,
        failed=1,
        says="not a date",
        chosen={"date_order": "dmy"},
    ),
    "amounts that are none": Broken(
        text('Deal,Amount\nA,lots\nB,-5\nC,"1,234.56"\n'), created=1, failed=2, says="not a number"
    ),
    "register numbers with a wrong digit": Broken(
        text("Фирма,ЕИК\nАлфа,175074753\nБета,175074752\n"), created=1, failed=1, says="EIK"
    ),
    "the same person twice": Broken(
        text(HEADER + ROW + ROW), created=1, chosen={"mode": "create"}, skipped=1, says="The same as row 2"
    ),
    "rows of nobody": Broken(
        text("Име,Имейл,Град\n,,София\nАна,ana@some.example,Русе\n"),
        created=1,
        failed=1,
        says="names a record",
    ),
    "a PDF that is called CSV": Broken(
        lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", refused=True, says="PDF"
    ),
    "a picture that is called CSV": Broken(
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), refused=True, says="picture"
    ),
    "an old Excel file": Broken(
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), name="a.xls", refused=True, says=".xlsx"
    ),
    "random bytes": Broken(
        lambda: bytes((i * 7919) % 251 for i in range(5000)), refused=True, says="not a table"
    ),
    "an archive that is no workbook": Broken(
        archive(a_txt=b"Name\nAna\n"), name="a.xlsx", refused=True, says="archive"
    ),
    "a bomb": Broken(_bomb, name="a.xlsx", refused=True, says="too large"),
    "entities in a workbook": Broken(_laughs, name="a.xlsx", refused=True, says="damaged"),
    "half a workbook": Broken(_cut_in_half, name="a.xlsx", refused=True, says="damaged"),
    "a workbook of dates and amounts": Broken(workbook(_dated), name="a.xlsx", created=2),
    "merged cells over the headers": Broken(workbook(_merged), name="a.xlsx", created=1),
    "formulas without results": Broken(workbook(_formulas), name="a.xlsx", refused=True, says="formulas"),
    "an empty sheet before the one with people": Broken(workbook(_two_sheets), name="a.xlsx", created=1),
    "an empty workbook": Broken(workbook(lambda book: None), name="a.xlsx", refused=True, says="empty"),
}
