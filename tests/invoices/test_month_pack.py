"""The accountant's pack of a month: asked for, made by a job, the same twice."""

import csv
import hashlib
import json
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices.models import MonthPack
from tenant_apps.invoices.operations import (
    MonthNotOver,
    annul_invoice,
    create_note,
    issue_invoice,
    start_month_pack,
    write_pack,
)
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tests.invoices.stories import (
    AT,
    TODAY,
    client,
    events_of,
    fresh,
    issued,
    issued_before_the_rules,
    line,
)

pytestmark = pytest.mark.usefixtures("in_alpha")
MARCH = date(2026, 3, 1)


def a_month_of_work(by: Actor) -> None:
    company = client(by)
    whole = issued(by, company)
    note = create_note(invoice_id=whole.pk, kind="credit_note", reason="Върнато", by=by, at=AT)
    issue_invoice(invoice_id=note.pk, by=by, at=AT)
    annul_invoice(invoice_id=issued(by, company).pk, reason="Грешка", by=by, at=AT)
    issued_before_the_rules(by, company, items=(line(vat_rate="0"),))
    issued(by, company, kind="proforma", series="proforma")


def made(by: Actor) -> MonthPack:
    pack = start_month_pack(month=TODAY, by=by, at=AT)
    return write_pack(pack_id=pack.pk, today=TODAY, by=by, at=AT)


def files_of(pack: MonthPack) -> dict[str, bytes]:
    assert pack.file
    with ZipFile(BytesIO(read_bytes(pack.file))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_everything_of_the_month_is_in_it(owner: Actor) -> None:
    a_month_of_work(owner)
    files = files_of(made(owner))
    numbers = [f"{number:010d}" for number in range(1, 5)]
    assert [name for name in files if name.startswith("pdf/")] == [f"pdf/{one}.pdf" for one in numbers]
    assert [name for name in files if name.startswith("ubl/")] == [f"ubl/{one}.xml" for one in numbers[:2]]
    assert len(files["PRODAGBI.TXT"].decode("cp1251").splitlines()) == 4
    manifest = json.loads(files["MANIFEST.json"])
    assert (manifest["month"], manifest["documents"]) == ("2026-03", 4)
    assert sorted(manifest["missing"]) == [f"ubl/{one}.xml" for one in numbers[2:]]
    sums = dict(reversed(row.split("  ")) for row in files["SHA256SUMS"].decode().splitlines())
    del files["SHA256SUMS"]
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def test_its_tables_open_in_a_spreadsheet(owner: Actor) -> None:
    issued(owner, client(owner, name="=1+1 ООД", eik=None, country="US"))
    files = files_of(made(owner))
    rows = list(csv.reader(StringIO(files["sales-ledger.csv"].decode("utf-8-sig")), delimiter=";"))
    assert rows[1][:6] == ["01", "0000000001", "15.03.2026", "9" * 15, "'=1+1 ООД", "Консултация"]
    assert rows[1][7:9] == ["100,00", "20,00"]
    opened = files["open-items.csv"].decode("utf-8-sig").splitlines()
    assert opened[1].endswith("120,00;120,00;EUR")
    assert (
        files["series-audit.csv"].decode("utf-8-sig").splitlines()[1] == "tax;0000000001;0000000001;1;0;0;0"
    )


def test_the_same_month_twice_is_the_same_to_the_byte(owner: Actor) -> None:
    a_month_of_work(owner)
    one, other = made(owner), made(owner)
    assert one.file and other.file
    assert (one.contents_sha256, one.file.sha256) == (other.contents_sha256, other.file.sha256)
    issued(owner)
    assert made(owner).contents_sha256 != one.contents_sha256


def test_one_that_is_made_stays_as_it_is(owner: Actor) -> None:
    pack = made(owner)
    again = write_pack(pack_id=pack.pk, today=TODAY, by=owner, at=AT)
    assert again.file_id == pack.file_id
    assert events_of(pack) == ["invoices.month_pack_asked", "invoices.month_pack_made"]


def test_who_is_not_registered_files_no_ledger(owner: Actor) -> None:
    change_organization(change=ProfileChange(is_vat_registered=False), by=owner, at=AT)
    assert "PRODAGBI.TXT" not in files_of(made(owner))


def test_a_month_to_come_and_one_without_the_right_are_refused(owner: Actor, user: Actor) -> None:
    with pytest.raises(MonthNotOver):
        start_month_pack(month=date(2026, 4, 1), by=owner, at=AT)
    with pytest.raises(NotAllowed):
        start_month_pack(month=MARCH, by=user, at=AT)


def test_the_page_asks_watches_and_gives(
    owner: Actor, browser: Client, run_jobs: Callable[[], list[str]]
) -> None:
    month = f"{fresh(issued(owner, at=AT)).issue_date:%Y-%m}"
    page = browser.get("/books/packs/").content.decode()
    assert 'name="month"' in page
    asked = browser.post("/books/packs/", {"month": month})
    pack = MonthPack.objects.get()
    assert (asked.status_code, asked["Location"]) == (302, f"/books/packs/{pack.pk}/")
    waiting = browser.get(asked["Location"]).content.decode()
    assert "hx-trigger" in waiting
    assert browser.get(f"/books/packs/{pack.pk}/file/").status_code == 302
    assert "write_month_pack" in run_jobs()
    done = browser.get(asked["Location"]).content.decode()
    assert fresh(pack).contents_sha256 in done and 'hx-trigger="load' not in done
    response = browser.get(f"/books/packs/{pack.pk}/file/")
    assert response["Content-Disposition"] == f'attachment; filename="175074752-{month}.zip"'
    assert response.content.startswith(b"PK")
    assert browser.post("/books/packs/", {"month": "1999-01"}).status_code == 422


def test_the_api_asks_watches_and_gives(owner: Actor, api: Client, run_jobs: Callable[[], list[str]]) -> None:
    issued(owner)
    asked = api.post("/api/v1/books/month-packs/", '{"month": "2026-03"}', content_type="application/json")
    assert (asked.status_code, asked.json()["total"], asked.json()["file_name"]) == (201, 1, None)
    path = f"/api/v1/books/month-packs/{asked.json()['id']}/"
    assert api.get(f"{path}file/").status_code == 409
    run_jobs()
    told = api.get(path).json()
    content = api.get(f"{path}file/").content
    assert (told["done_count"], told["file_sha256"]) == (1, hashlib.sha256(content).hexdigest())
    assert [one["id"] for one in api.get("/api/v1/books/month-packs/").json()["items"]] == [told["id"]]
