from collections.abc import Callable
from datetime import datetime

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import (
    AlreadyArchived,
    ContactChange,
    NotArchived,
    archive_contact,
    change_contact,
    unarchive_contact,
)
from tenant_apps.crm.queries import contacts_of_company, visible_contacts

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]


def test_only_what_is_given_changes(
    add_company: AddCompany, add_contact: AddContact, owner: Actor, at: datetime
) -> None:
    company = add_company()
    contact = add_contact(company_id=company.pk, job_title="Счетоводител")

    change_contact(contact_id=contact.pk, change=ContactChange(last_name="Иванова"), by=owner, at=at)

    kept = Contact.objects.get(pk=contact.pk)
    assert (str(kept), kept.job_title, kept.company) == ("Мария Иванова", "Счетоводител", company)
    assert kept.name_folded == "мария иванова"
    event = timeline_of(company.pk, by=owner)[0]
    assert (event.old, event.new) == ({"last_name": "Петрова"}, {"last_name": "Иванова"})


def test_the_company_can_be_changed_and_taken_away(
    add_company: AddCompany, add_contact: AddContact, owner: Actor, at: datetime
) -> None:
    first, second = add_company("Първа ООД"), add_company("Втора ООД")
    contact = add_contact(company_id=first.pk)

    change_contact(contact_id=contact.pk, change=ContactChange(company_id=second.pk), by=owner, at=at)
    assert list(contacts_of_company(second.pk, owner)) == [contact]

    change_contact(contact_id=contact.pk, change=ContactChange(company_id=None), by=owner, at=at)
    assert Contact.objects.get(pk=contact.pk).company is None


def test_a_name_remains(add_contact: AddContact, owner: Actor, at: datetime) -> None:
    contact = add_contact()
    with pytest.raises(Refused):
        change_contact(
            contact_id=contact.pk, change=ContactChange(first_name="", last_name=""), by=owner, at=at
        )


def test_what_one_does_not_see_one_does_not_touch(add_contact: AddContact, user: Actor, at: datetime) -> None:
    contact = add_contact()
    with pytest.raises(Contact.DoesNotExist):
        change_contact(contact_id=contact.pk, change=ContactChange(first_name="Ива"), by=user, at=at)
    with pytest.raises(Contact.DoesNotExist):
        archive_contact(contact_id=contact.pk, by=user, at=at)


def test_the_archive_takes_and_gives_back_once_each(
    add_contact: AddContact, owner: Actor, at: datetime
) -> None:
    contact = add_contact()
    archive_contact(contact_id=contact.pk, by=owner, at=at)
    assert not visible_contacts(owner).exists()
    with pytest.raises(AlreadyArchived):
        archive_contact(contact_id=contact.pk, by=owner, at=at)
    unarchive_contact(contact_id=contact.pk, by=owner, at=at)
    assert visible_contacts(owner).get() == contact
    with pytest.raises(NotArchived):
        unarchive_contact(contact_id=contact.pk, by=owner, at=at)
