from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.activity.filters import audit_filter
from tenant_apps.crm.operations import CompanyChange, Detail, change_company, create_company
from tenant_apps.workspace.operations import FieldChange, ProfileChange, change_organization, create_field
from tenants.context import OrganizationRef, in_organization

PAGE = "/audit/"


@pytest.fixture
def changed(alpha: OrganizationRef, owner: Actor) -> None:
    """Alpha's owner moved to Varna on the evening of 3 March, which in Sofia was 4 March."""
    with in_organization(alpha):
        change_organization(
            change=ProfileChange(city="Варна"), by=owner, at=datetime(2026, 3, 3, 22, 30, tzinfo=UTC)
        )


def test_it_tells_who_changed_what_from_what_to_what(browser: Client, changed: None) -> None:
    page = browser.get(PAGE).content.decode()
    assert "<del>София</del>" in page and "<ins>Варна</ins>" in page


def test_it_narrows_by_kind_person_and_day(
    browser: Client, changed: None, owner: Actor, manager: Actor
) -> None:
    def shows(**query: str) -> bool:
        return "Варна" in browser.get(PAGE, query).content.decode()

    assert shows(type="workspace.organization_changed") and not shows(type="workspace.furnished")
    assert shows(person=str(owner.id)) and not shows(person=str(manager.id))
    assert shows(day="04.03.2026") and not shows(day="2026-03-03")


def test_nonsense_in_the_address_narrows_nothing(browser: Client, changed: None) -> None:
    assert "Варна" in browser.get(PAGE, {"person": "17", "day": "tomorrow"}).content.decode()


def test_when_nothing_fits_it_offers_the_way_back(browser: Client) -> None:
    page = browser.get(PAGE, {"type": "moon.landed"}).content.decode()
    assert "Nothing matches" in page and "Clear filters" in page


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("admin", 200), ("manager", 403), ("user", 403)]
)
def test_owner_and_admin_read_it(
    browser_of: Callable[..., Client], alpha: OrganizationRef, role: str, status: int
) -> None:
    assert browser_of(alpha, role).get(PAGE).status_code == status


def test_the_other_organization_sees_nothing_of_it(
    browser_of: Callable[..., Client], beta: OrganizationRef, changed: None
) -> None:
    assert "Варна" not in browser_of(beta, "owner").get(PAGE).content.decode()


def test_a_day_is_the_organizations_own() -> None:
    hours = audit_filter(QueryDict("day=2026-03-29")).hours("Europe/Sofia")
    assert hours is not None
    assert (hours[1] - hours[0].astimezone(ZoneInfo("UTC"))).total_seconds() == 23 * 3600


def test_own_fields_and_ways_to_reach_somebody_are_told_by_their_words(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    field = create_field(
        entity="company", kind="text", details=FieldChange(label_en="Source"), by=owner, at=at
    )
    company = create_company(details=CompanyChange(name="Алфа"), by=owner, at=at)
    reach = (Detail("phone", "+359 2 000 111", "склад"),)
    change = CompanyChange(custom={field.code: "панаир"}, details=reach)
    change_company(company_id=company.pk, change=change, by=owner, at=at)
    audit = browser.get(PAGE).content.decode()
    assert "Source: <del>—</del> → <ins>панаир</ins>" in audit
    assert "E-mails, phones, links: <del>—</del> → <ins>+359 2 000 111 (склад)</ins>" in audit
    timeline = browser.get(company.get_absolute_url()).content.decode()
    assert "<li>Source: панаир" in timeline
    assert "<li>E-mails, phones, links: +359 2 000 111 (склад)" in timeline
