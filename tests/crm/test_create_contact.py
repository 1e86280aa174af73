from collections.abc import Callable
from datetime import datetime

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import LimitReached, Refused
from shared_apps.plans import catalog
from shared_apps.plans.catalog import Limit
from shared_apps.plans.operations import choose_plan
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import archive_contact, unarchive_contact
from tenants.context import OrganizationRef

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]


@pytest.fixture
def plan_of_two(monkeypatch: pytest.MonkeyPatch, alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    """Alpha is on a plan that ends at two contacts."""
    choose_plan(organization_id=alpha.id, plan_code="free", by=owner, at=at)
    monkeypatch.setitem(catalog.FREE.limits, Limit.CONTACTS, 2)


def test_it_keeps_the_person_in_the_company(
    add_company: AddCompany, add_contact: AddContact, owner: Actor
) -> None:
    company = add_company()
    contact = add_contact(
        company_id=company.pk, email="maria@shtark.bg", phone="0888 123 456", job_title="Управител"
    )

    kept = Contact.objects.get(pk=contact.pk)
    assert (str(kept), kept.company, kept.owner_id) == ("Мария Петрова", company, owner.id)
    assert kept.name_folded == "мария петрова"
    assert {"maria", "upravitel", "0888123456", "359888123456"} <= set(kept.search_text.split())


def test_the_company_s_timeline_tells_it_too(
    add_company: AddCompany, add_contact: AddContact, owner: Actor
) -> None:
    company = add_company()
    contact = add_contact(company_id=company.pk)

    assert [event.subject_id for event in timeline_of(company.pk, by=owner)] == [contact.pk, company.pk]
    assert timeline_of(contact.pk, by=owner)[0].new["company_id"] == str(company.pk)


def test_one_name_is_enough_and_none_is_too_few(add_contact: AddContact) -> None:
    assert str(add_contact("", "Петрова")) == "Петрова"
    with pytest.raises(Refused) as refusal:
        add_contact("", " ", email="nobody")
    assert [(error.field, error.code) for error in refusal.value.errors] == [
        ("first_name", "required"),
        ("email", "email_invalid"),
    ]


def test_a_company_that_one_does_not_see_is_no_company(
    add_company: AddCompany, add_contact: AddContact, user: Actor
) -> None:
    company = add_company()
    with pytest.raises(Company.DoesNotExist):
        add_contact(company_id=company.pk, by=user)


def test_the_plan_ends_at_its_number(plan_of_two: None, add_contact: AddContact) -> None:
    add_contact("Първа"), add_contact("Втора")
    with pytest.raises(LimitReached) as reached:
        add_contact("Трета")
    assert (reached.value.limit, reached.value.used, reached.value.plan) == (2, 2, "team")
    assert Contact.objects.count() == 2


def test_the_archive_is_not_counted_but_its_way_back_is(
    plan_of_two: None, add_contact: AddContact, owner: Actor, at: datetime
) -> None:
    first, _second = add_contact("Първа"), add_contact("Втора")
    archive_contact(contact_id=first.pk, by=owner, at=at)
    add_contact("Трета")
    with pytest.raises(LimitReached):
        unarchive_contact(contact_id=first.pk, by=owner, at=at)
