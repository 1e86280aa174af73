from collections.abc import Callable
from datetime import datetime

import pytest

from shared_apps.core.actors import Actor
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import AlreadyArchived, NotArchived, archive_company, unarchive_company
from tenant_apps.crm.queries import visible_companies

AddCompany = Callable[..., Company]


def test_an_archived_company_leaves_the_list_and_comes_back(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    company = add_company()

    archive_company(company_id=company.pk, by=owner, at=at)
    assert not visible_companies(owner).exists()
    assert visible_companies(owner, archived=True).get().archived_at == at
    assert visible_companies(owner, archived=None).get() == company

    unarchive_company(company_id=company.pk, by=owner, at=at)
    assert visible_companies(owner).get() == company
    told = [event.type for event in timeline_of(company.pk, by=owner)]
    assert told == ["crm.company_unarchived", "crm.company_archived", "crm.company_created"]


def test_twice_is_refused_both_ways(add_company: AddCompany, owner: Actor, at: datetime) -> None:
    company = add_company()
    with pytest.raises(NotArchived):
        unarchive_company(company_id=company.pk, by=owner, at=at)
    archive_company(company_id=company.pk, by=owner, at=at)
    with pytest.raises(AlreadyArchived):
        archive_company(company_id=company.pk, by=owner, at=at)


def test_what_one_does_not_see_one_does_not_archive(
    add_company: AddCompany, user: Actor, at: datetime
) -> None:
    company = add_company()
    with pytest.raises(Company.DoesNotExist):
        archive_company(company_id=company.pk, by=user, at=at)
