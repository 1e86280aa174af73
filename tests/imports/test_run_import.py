"""A file becomes records: what is new, what is known, what is wrong."""

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Contact, Note
from tenants.context import OrganizationRef
from tests.imports.conftest import Desk

PEOPLE = """Име;Фамилия;Имейл;Телефон;Фирма;ЕИК;Град;Бележка
Иван;Иванов;ivan@alfa.example;+359 88 812 3456;Алфа ООД;175074752;София;Важен клиент
Мария;Петрова;maria@alfa.example;;"Алфа ООД";;София;
Петър;Грешен;not-an-address;;Бета;;;
"""


def test_a_row_makes_a_company_a_contact_and_a_note(desk: Desk, in_alpha: OrganizationRef) -> None:
    run = desk.imported(PEOPLE)

    assert run.state == "imported"
    assert (run.counts["created"], run.counts["failed"]) == (2, 1)
    company = Company.objects.get(name="Алфа ООД")
    assert (company.eik, company.city) == ("175074752", "София")
    assert sorted(map(str, company.contacts.all())) == ["Иван Иванов", "Мария Петрова"]
    assert Note.objects.get().text == "Важен клиент"
    assert desk.problems(run)[4] == (
        "failed",
        "Имейл",
        "Enter an e-mail address such as name@example.com.",
    )
    assert not Company.objects.filter(name="Бета").exists()


def test_the_rehearsal_tells_the_same_and_writes_nothing(desk: Desk, in_alpha: OrganizationRef) -> None:
    run = desk.rehearsed(PEOPLE)

    assert run.state == "rehearsed"
    assert (run.counts["created"], run.counts["failed"]) == (2, 1)
    assert run.counts["company.created"] == 1
    assert not Company.objects.filter(name="Алфа ООД").exists()
    assert not Contact.objects.exists()


def test_the_same_file_again_changes_nothing(desk: Desk, in_alpha: OrganizationRef) -> None:
    desk.imported(PEOPLE)
    again = desk.imported(PEOPLE)

    assert again.counts.get("unchanged") == 2
    assert not again.counts.get("created") and not again.counts.get("updated")
    assert Contact.objects.count() == 2


def test_undo_takes_back_what_was_added_and_what_was_changed(
    desk: Desk, in_alpha: OrganizationRef, owner: Actor
) -> None:
    desk.imported("Име на фирма;Град\nАлфа ООД;София\n")
    run = desk.imported("Име на фирма;Град\nАлфа ООД;Русе\nБета;Варна\n")
    assert Company.objects.get(name="Алфа ООД").city == "Русе"

    undone = desk.undo(run)

    assert undone.state == "undone"
    assert Company.objects.get(name="Алфа ООД").city == "София"
    assert Company.objects.get(name="Бета").archived_at is not None
