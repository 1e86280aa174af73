"""Many contacts at once: in their companies, within the plan, all or none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import LimitReached, NotAllowed, Refused
from shared_apps.core.ids import new_id
from shared_apps.plans import catalog
from shared_apps.plans.catalog import Limit
from shared_apps.plans.operations import choose_plan
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import ContactChange, NewContact, create_contacts
from tenants.context import OrganizationRef

AddCompany = Callable[..., Company]


def new(first_name: str, **more: object) -> NewContact:
    return NewContact(new_id(), ContactChange(first_name=first_name, **more))  # type: ignore[arg-type]


def test_they_are_in_their_company_whose_timeline_tells_them(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    company = add_company()

    made = create_contacts(contacts=[new("Ана", company_id=company.pk), new("Боян")], by=owner, at=at)

    assert [contact.company_id for contact in Contact.objects.order_by("id")] == [company.pk, None]
    assert made[0].pk in {event.subject_id for event in timeline_of(company.pk, by=owner)}


def test_the_plan_ends_at_its_number(
    in_alpha: OrganizationRef, owner: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_plan(organization_id=in_alpha.id, plan_code="free", by=owner, at=at)
    monkeypatch.setitem(catalog.FREE.limits, Limit.CONTACTS, 2)

    with pytest.raises(LimitReached):
        create_contacts(contacts=[new("Ана"), new("Боян"), new("Вера")], by=owner, at=at)
    assert not Contact.objects.exists()

    create_contacts(contacts=[new("Ана"), new("Боян")], by=owner, at=at)
    assert Contact.objects.count() == 2


def test_one_that_is_refused_refuses_all(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    with pytest.raises(Refused):
        create_contacts(contacts=[new("Ана"), new("Боян", email="nobody")], by=owner, at=at)
    with pytest.raises(Company.DoesNotExist):
        create_contacts(contacts=[new("Ана", company_id=new_id())], by=owner, at=at)
    assert not Contact.objects.exists()


def test_a_company_that_one_does_not_see_is_no_company(
    add_company: AddCompany, user: Actor, at: datetime
) -> None:
    company = add_company()
    with pytest.raises(Company.DoesNotExist):
        create_contacts(contacts=[new("Ана", company_id=company.pk)], by=user, at=at)


def test_who_only_looks_adds_none(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        create_contacts(contacts=[new("Ана")], by=replace(owner, permissions=frozenset()), at=at)
