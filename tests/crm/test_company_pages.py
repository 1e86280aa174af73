import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import archive_company
from tenant_apps.sharing.operations import share_record
from tenants.context import OrganizationRef

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]
HTMX = {"HX-Request": "true"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_empty_list_says_what_will_live_there(browser: Client) -> None:
    assert "No companies yet" in text(browser.get("/companies/"))
    assert "The archive is empty" in text(browser.get("/companies/?archived=true"))
    assert "Nothing matches" in text(browser.get("/companies/?search=xyz"))


def test_the_list_is_searched_ordered_and_leads_to_the_archive(
    browser: Client, add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    add_company("Авто", city="София"), add_company("Вега", city="Варна")
    archive_company(company_id=add_company("Стара").pk, by=owner, at=at)

    whole = text(browser.get("/companies/"))
    assert whole.index("Авто") < whole.index("Вега") and "Стара" not in whole
    backwards = text(browser.get("/companies/?ordering=-name"))
    assert backwards.index("Вега") < backwards.index("Авто")
    found = text(browser.get("/companies/?search=varna", headers=HTMX))
    assert "Вега" in found and "Авто" not in found and "<html" not in found
    assert "Стара" in text(browser.get("/companies/?archived=true"))


def test_pages_lead_forth_and_back(
    browser: Client, add_company: AddCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(51):
        add_company(f"Фирма {number:02}")
    first = browser.get("/companies/")
    cursor = first.context["list"].page.next_cursor
    second = browser.get(f"/companies/?cursor={cursor}")
    assert [one.name for one in second.context["list"].page.items] == ["Фирма 50"]
    back = browser.get(f"/companies/?cursor={second.context['list'].page.previous_cursor}")
    assert back.context["list"].page.items == first.context["list"].page.items


@pytest.mark.parametrize("query", ["?cursor=nonsense", "?ordering=nonsense", "?search=%00"])
def test_an_old_address_shows_the_first_page(browser: Client, add_company: AddCompany, query: str) -> None:
    add_company("Алфа")
    assert "Алфа" in text(browser.get(f"/companies/{query}"))


def test_a_record_shows_its_facts_people_and_story(
    browser: Client, add_company: AddCompany, add_contact: AddContact
) -> None:
    company = add_company("Щърк", eik="175074752", country="BG", website="shtark.bg")
    add_contact(company_id=company.pk)

    shown = text(browser.get(company.get_absolute_url()))
    assert all(
        part in shown for part in ("175074752", "https://shtark.bg", "Мария Петрова", "added the company")
    )
    panel = text(browser.get(company.get_absolute_url(), headers=HTMX))
    assert "175074752" in panel and "<html" not in panel


def test_a_company_is_added(browser: Client, in_alpha: OrganizationRef) -> None:
    assert browser.get("/companies/new/").status_code == 200

    answer = browser.post(
        "/companies/new/", {"name": "Щърк", "country": "BG", "eik": "175074752"}, follow=True
    )

    company = Company.objects.get()
    assert answer.redirect_chain == [(company.get_absolute_url(), 302)]
    assert "The company was added." in text(answer)


def test_what_was_typed_is_kept_beside_the_error(browser: Client, add_company: AddCompany) -> None:
    other = add_company("Другата", eik="175074752")
    typed = {"name": "Щърк", "country": "BG", "eik": "175074752", "vat_number": "BG1"}

    answer = browser.post("/companies/new/", typed)

    shown = text(answer)
    assert answer.status_code == 422
    assert "This VAT number is not valid." in shown and 'value="Щърк"' in shown
    assert "there already" in shown and other.get_absolute_url() in shown


def test_the_hint_about_a_duplicate_leaves_the_company_itself_out(
    browser: Client, add_company: AddCompany
) -> None:
    company = add_company("Щърк", eik="175074752")
    assert "Щърк" in text(browser.get("/companies/duplicates/?eik=175 074 752"))
    assert "Щърк" not in text(browser.get(f"/companies/duplicates/?eik=175074752&other_than={company.pk}"))
    assert str(company.pk) in text(browser.get(f"{company.get_absolute_url()}edit/"))


def test_a_company_is_changed(browser: Client, add_company: AddCompany) -> None:
    company = add_company("Щърк", city="София", phone="0888 123 456")
    url = f"{company.get_absolute_url()}edit/"
    assert 'value="София"' in text(browser.get(url))

    answer = browser.post(url, {"name": "Щърк", "country": "BG", "city": "Варна"}, follow=True)
    shown = text(answer)
    assert "The company was saved." in shown and "<del>София</del>" in shown
    assert Company.objects.get().phone == ""
    assert browser.post(url, {"name": "", "country": "BG"}).status_code == 422


def test_archive_offers_undo(browser: Client, add_company: AddCompany) -> None:
    url = add_company("Щърк").get_absolute_url()
    answer = text(browser.post(f"{url}archive/", follow=True))
    assert "Щърк was archived." in answer and f'action="{url}unarchive/"' in answer
    assert "is back in the list." in text(browser.post(f"{url}unarchive/", follow=True))
    assert Company.objects.get().archived_at is None


def test_a_select_searches_on_the_server(browser: Client, add_company: AddCompany) -> None:
    company = add_company("Щърк", eik="175074752", city="София")
    add_company("Вега")
    answer = browser.get("/companies/options/?q=shtark").json()
    assert answer == {"items": [{"value": str(company.pk), "text": "Щърк", "hint": "175074752 · София"}]}


def test_a_company_is_added_from_another_page(browser: Client, in_alpha: OrganizationRef) -> None:
    form = text(browser.get("/companies/quick/?name=Щърк", headers=HTMX))
    assert 'value="Щърк"' in form and "<html" not in form
    wrong = browser.post("/companies/quick/", {"name": "Щърк", "country": "BG", "eik": "1"}, headers=HTMX)
    assert wrong.status_code == 422 and "<html" not in text(wrong)

    answer = browser.post("/companies/quick/", {"name": "Щърк", "country": "BG"}, headers=HTMX)

    company = Company.objects.get()
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"]) == {"tefter:created": {"value": str(company.pk), "text": "Щърк"}}


def test_a_user_meets_only_own_and_shared(
    browser_of: Callable[..., Client],
    alpha: OrganizationRef,
    add_company: AddCompany,
    owner: Actor,
    user: Actor,
    at: datetime,
) -> None:
    own, shown, hidden = add_company("Своя", by=user), add_company("Показана"), add_company("Скрита")
    share_record(record_type="company", record_id=shown.pk, user_id=user.id, by=owner, at=at)  # type: ignore[arg-type]
    browser = browser_of(alpha, Role.USER)

    listed = text(browser.get("/companies/"))
    assert "Своя" in listed and "Показана" in listed and "Скрита" not in listed
    assert "edit/" in text(browser.get(own.get_absolute_url()))
    assert f"{shown.get_absolute_url()}edit/" not in text(browser.get(shown.get_absolute_url()))
    for path in ("", "edit/"):
        assert browser.get(f"{hidden.get_absolute_url()}{path}").status_code == 404
    assert browser.post(f"{hidden.get_absolute_url()}archive/").status_code == 404
    assert browser.post(f"{shown.get_absolute_url()}archive/").status_code == 403


@pytest.mark.parametrize("path", ["/companies/", "/companies/new/", "detail", "edit"])
def test_pages_ask_little_of_the_database(
    browser: Client,
    add_company: AddCompany,
    add_contact: AddContact,
    django_assert_max_num_queries: Any,
    path: str,
) -> None:
    company = add_company()
    for number in range(5):
        add_contact(f"Човек {number}", company_id=company.pk), add_company(f"Фирма {number}")
    address = {"detail": company.get_absolute_url(), "edit": f"{company.get_absolute_url()}edit/"}.get(
        path, path
    )
    browser.get(address)
    with django_assert_max_num_queries(8):
        assert browser.get(address).status_code == 200


@pytest.mark.parametrize("path", ["/companies/", "/companies/new/", "/companies/quick/"])
def test_pages_are_told_in_bulgarian_too(
    browser_of: Callable[..., Client], alpha: OrganizationRef, path: str
) -> None:
    assert browser_of(alpha, Role.OWNER, language="bg").get(path).status_code == 200


def test_the_timeline_tells_a_user_nothing_of_records_that_are_not_theirs(
    browser_of: Callable[..., Client],
    alpha: OrganizationRef,
    add_company: AddCompany,
    add_contact: AddContact,
    user: Actor,
) -> None:
    company = add_company("Ателие", by=user)
    add_contact("Таня", "Тайнова", company_id=company.pk)
    add_contact("Своя", "Позната", company_id=company.pk, by=user)
    page = f"/companies/{company.pk}/"
    seen = text(browser_of(alpha, Role.USER).get(page))
    assert "Тайнова" not in seen and "Позната" in seen and "Ателие" in seen
    assert "Тайнова" in text(browser_of(alpha, Role.MANAGER).get(page))
