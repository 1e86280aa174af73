"""The accountant asks for the month: it is made while one watches, and taken along."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import PHONE, Visitor

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_the_pack_of_a_month_is_made_and_downloaded(
    options: dict[str, object], member: Callable[..., Visitor], tmp_path: Path
) -> None:
    one = member("alpha", "manager", **options)
    one.is_at("/", "alpha")
    one.go("/books/packs/", "alpha")
    assert one.width_of_page() <= one.page.viewport_size["width"]  # type: ignore[index]
    one.press("Make the pack", within="main form")

    link = one.page.locator(".list-export a.btn-primary")
    expect(link).to_be_visible()
    with one.page.expect_download() as taken:
        link.click()
    path = tmp_path / "pack.zip"
    taken.value.save_as(path)
    assert taken.value.suggested_filename.endswith(".zip")
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {"MANIFEST.json", "PRODAGBI.TXT", "SHA256SUMS", "sales-ledger.csv"} <= set(archive.namelist())
