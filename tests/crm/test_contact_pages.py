from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.ids import new_id
from tenant_apps.crm.models import Company, Contact
from tenants.context import OrganizationRef

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]
HTMX = {"HX-Request": "true"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_empty_list_says_what_will_live_there(browser: Client) -> None:
    assert "No contacts yet" in text(browser.get("/contacts/"))
    assert "The archive is empty" in text(browser.get("/contacts/?archived=true"))
    assert "Nothing matches" in text(browser.get("/contacts/?search=xyz"))


def test_the_list_shows_people_with_their_companies(
    browser: Client, add_company: AddCompany, add_contact: AddContact
) -> None:
    add_contact(company_id=add_company("Щърк").pk, job_title="Управител"), add_contact("Борис", "Янев")
    shown = text(browser.get("/contacts/"))
    assert all(part in shown for part in ("Мария Петрова", "Щърк", "Управител", "Борис Янев"))


def test_a_contact_is_added_to_the_company_one_came_from(browser: Client, add_company: AddCompany) -> None:
    company = add_company("Щърк")
    form = text(browser.get(f"/contacts/new/?company={company.pk}"))
    assert f'<option value="{company.pk}" selected>Щърк</option>' in form

    answer = browser.post("/contacts/new/", {"first_name": "Мария", "company_id": company.pk}, follow=True)

    assert Contact.objects.get().company == company
    assert "The contact was added." in text(answer) and "added the contact" in text(answer)


def test_what_was_typed_is_kept_beside_the_error(browser: Client, add_company: AddCompany) -> None:
    company = add_company("Щърк")
    answer = browser.post("/contacts/new/", {"email": "maria@", "company_id": company.pk})
    shown = text(answer)
    assert answer.status_code == 422
    assert "Enter a first or a last name." in shown and "Enter an e-mail address" in shown
    assert 'value="maria@"' in shown and f'<option value="{company.pk}" selected>Щърк</option>' in shown


def test_a_company_that_is_not_there_is_404(browser: Client, in_alpha: OrganizationRef) -> None:
    assert browser.post("/contacts/new/", {"first_name": "Мария", "company_id": new_id()}).status_code == 404


def test_a_contact_is_changed(browser: Client, add_company: AddCompany, add_contact: AddContact) -> None:
    contact = add_contact(company_id=add_company("Щърк").pk, job_title="Управител")
    url = f"{contact.get_absolute_url()}edit/"
    assert 'value="Управител"' in text(browser.get(url))

    answer = browser.post(url, {"first_name": "Мария", "last_name": "Янева"}, follow=True)
    assert "The contact was saved." in text(answer)
    kept = Contact.objects.get()
    assert (str(kept), kept.company, kept.job_title) == ("Мария Янева", None, "")
    assert browser.post(url, {"email": "x"}).status_code == 422


def test_archive_offers_undo(browser: Client, add_contact: AddContact) -> None:
    url = add_contact().get_absolute_url()
    answer = text(browser.post(f"{url}archive/", follow=True))
    assert "Мария Петрова was archived." in answer and f'action="{url}unarchive/"' in answer
    assert "is back in the list." in text(browser.post(f"{url}unarchive/", follow=True))


def test_the_panel_shows_the_facts(browser: Client, add_contact: AddContact) -> None:
    contact = add_contact(email="maria@shtark.bg")
    panel = text(browser.get(contact.get_absolute_url(), headers=HTMX))
    assert "maria@shtark.bg" in panel and "<html" not in panel


def test_a_select_searches_on_the_server(
    browser: Client, add_company: AddCompany, add_contact: AddContact
) -> None:
    company = add_company("Щърк")
    contact = add_contact(company_id=company.pk, job_title="Управител")
    add_contact("Мария", "Колева")
    item = {"value": str(contact.pk), "text": "Мария Петрова", "hint": "Управител · Щърк"}
    assert browser.get("/contacts/options/?q=petrova").json() == {"items": [item]}
    assert browser.get(f"/contacts/options/?q=mar&company_id={company.pk}").json() == {"items": [item]}
    assert len(browser.get("/contacts/options/?company_id=x").json()["items"]) == 2


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/new/", "detail", "edit"])
def test_pages_ask_little_of_the_database(
    browser: Client,
    add_company: AddCompany,
    add_contact: AddContact,
    django_assert_max_num_queries: Any,
    path: str,
) -> None:
    company = add_company()
    contacts = [add_contact(f"Човек {number}", company_id=company.pk) for number in range(5)]
    here = contacts[0].get_absolute_url()
    address = {"detail": here, "edit": f"{here}edit/"}.get(path, path)
    browser.get(address)
    with django_assert_max_num_queries(8):
        assert browser.get(address).status_code == 200


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/new/"])
def test_pages_are_told_in_bulgarian_too(
    browser_of: Callable[..., Client], alpha: OrganizationRef, path: str
) -> None:
    assert browser_of(alpha, Role.OWNER, language="bg").get(path).status_code == 200
