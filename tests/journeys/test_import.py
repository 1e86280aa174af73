"""A file comes in at the browser, with its rehearsal, its bar and its undo."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import PHONE, Visitor

pytestmark = pytest.mark.journey
FILE = """Име;Фамилия;Имейл;Фирма;Град
Лили;Импортова;lili@vnos.example;Внос ООД;Русе
Тони;Импортов;toni@vnos.example;Внос ООД;Русе
Без;Поща;не е адрес;Внос ООД;Русе
"""


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_an_import_and_its_undo(options: dict[str, object], member: Callable[..., Visitor]) -> None:
    one = member("alpha", "manager", **options)
    one.is_at("/", "alpha")
    one.go("/imports/new/", "alpha")
    one.field("file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": FILE.encode("windows-1251")}
    )
    one.press("Upload", within="main form")

    one.page.wait_for_url("**/columns/")
    expect(one.page.get_by_label("Имейл", exact=True)).to_have_value("contact.email")
    assert one.width_of_page() <= one.page.viewport_size["width"]  # type: ignore[index]
    one.press("Rehearse", within=".import-mapping")

    one.sees(one.word("Nothing is written yet. This is what the import would do."))
    one.sees(one.word("Enter an e-mail address such as name@example.com."))
    one.press("Import", within=".page-actions")

    expect(one.page.locator("main .status-badge").first).to_have_text(one.word("Imported"))
    expect(one.page.locator(".import-tiles .stat-tile-value").first).to_have_text("2")
    assert one.width_of_page() <= one.page.viewport_size["width"]  # type: ignore[index]
    one.press("Undo the import", within=".page-actions")
    one.agree()
    expect(one.page.locator("main .status-badge").first).to_have_text(one.word("Undone"))

    one.go("/contacts/?search=Импортова", "alpha")
    expect(one.page.locator("#list").get_by_text("Лили Импортова")).to_have_count(0)
