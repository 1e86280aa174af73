from dataclasses import replace
from datetime import datetime

import pytest

from shared_apps.core.actors import Actor, ActorKind, system_actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, ContactChange, create_company, create_contact
from tenant_apps.crm.queries import visible_contacts
from tenant_apps.sharing.operations import share_record
from tenant_apps.sharing.queries import visible_record, visible_to
from tenants.context import OrganizationRef, in_organization


def seen(actor: Actor) -> set[str]:
    return {company.name for company in visible_to(Company.objects.all(), actor)}


def test_a_user_sees_own_and_shared_the_others_everything(
    company: Company, owner: Actor, manager: Actor, user: Actor, at: datetime
) -> None:
    create_company(details=CompanyChange(name="Своя"), by=user, at=at)
    assert seen(user) == {"Своя"}
    assert seen(owner) == seen(manager) == {"Своя", "Щърк"}

    share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    assert seen(user) == {"Своя", "Щърк"}


def test_sharing_a_company_shares_no_contact(
    company: Company, owner: Actor, user: Actor, at: datetime
) -> None:
    create_contact(details=ContactChange(first_name="Мария", company_id=company.pk), by=owner, at=at)
    share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    assert not visible_contacts(user).exists()


def test_nobody_in_particular_owns_nothing(company: Company, alpha: OrganizationRef, at: datetime) -> None:
    create_company(details=CompanyChange(name="Ничия"), by=system_actor(alpha.id), at=at)
    nobody = Actor(kind=ActorKind.CLIENT, label="A stranger")
    assert seen(nobody) == set()
    assert seen(system_actor(alpha.id)) == {"Щърк", "Ничия"}


def test_a_share_in_one_organization_means_nothing_in_another(
    company: Company, beta: OrganizationRef, owner: Actor, user: Actor, at: datetime
) -> None:
    share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    with in_organization(beta):
        assert seen(replace(user, organization_id=beta.id)) == set()


def test_only_shareable_records_are_found_by_name(company: Company, owner: Actor, user: Actor) -> None:
    assert visible_record("company", company.pk, owner) == company
    with pytest.raises(Company.DoesNotExist):
        visible_record("company", company.pk, user)
    with pytest.raises(Exception, match="invoice_series"):
        visible_record("invoice_series", company.pk, owner)
