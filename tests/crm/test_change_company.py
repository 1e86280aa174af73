from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, change_company

AddCompany = Callable[..., Company]


def test_only_what_is_given_changes_and_the_event_tells_both_values(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    company = add_company(eik="175074752", city="София")
    later = at + timedelta(hours=1)

    change_company(company_id=company.pk, change=CompanyChange(city="Варна"), by=owner, at=later)

    kept = Company.objects.get(pk=company.pk)
    assert (kept.city, kept.eik, kept.name, kept.updated_at) == ("Варна", "175074752", company.name, later)
    assert "varna" in kept.search_text and "sofia" not in kept.search_text
    event = timeline_of(company.pk, by=owner)[0]
    assert (event.type, event.old, event.new) == ("crm.company_changed", {"city": "София"}, {"city": "Варна"})


def test_a_text_can_be_emptied(add_company: AddCompany, owner: Actor, at: datetime) -> None:
    company = add_company(city="София")
    assert change_company(company_id=company.pk, change=CompanyChange(city=""), by=owner, at=at).city == ""


def test_moving_abroad_frees_the_number_of_bulgarian_rules(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    company = add_company()
    with pytest.raises(Refused):
        change_company(company_id=company.pk, change=CompanyChange(eik="04366849"), by=owner, at=at)

    abroad = CompanyChange(eik="04366849", country="GB")
    assert change_company(company_id=company.pk, change=abroad, by=owner, at=at).eik == "04366849"


def test_what_one_does_not_see_one_does_not_change(
    add_company: AddCompany, user: Actor, manager: Actor, at: datetime
) -> None:
    company = add_company()
    with pytest.raises(Company.DoesNotExist):
        change_company(company_id=company.pk, change=CompanyChange(city="Варна"), by=user, at=at)
    assert (
        change_company(company_id=company.pk, change=CompanyChange(city="Варна"), by=manager, at=at).city
        == "Варна"
    )


def test_one_without_the_permission_changes_nothing(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    company = add_company()
    with pytest.raises(NotAllowed):
        change_company(
            company_id=company.pk,
            change=CompanyChange(city="Варна"),
            by=replace(owner, permissions=frozenset()),
            at=at,
        )
