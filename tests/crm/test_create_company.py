from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenants.context import OrganizationRef

AddCompany = Callable[..., Company]
WHOLE = CompanyChange(
    name="  Ателие „Щърк“ ООД ",
    eik="175 074 752",
    vat_number="bg 175074752",
    city="София",
    address="ул. Шипка 1",
    postal_code="1000",
    email="office@shtark.bg",
    phone="+359 (2) 987-65-43",
    website="shtark.bg",
)


def refused_fields(refusal: pytest.ExceptionInfo[Refused]) -> dict[str, str]:
    return {error.field: error.code for error in refusal.value.errors}


def test_it_keeps_what_was_given_in_the_form_that_registers_use(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    company = create_company(details=WHOLE, by=owner, at=at)

    kept = Company.objects.get(pk=company.pk)
    assert (kept.name, kept.eik, kept.vat_number, kept.country) == (
        "Ателие „Щърк“ ООД",
        "175074752",
        "BG175074752",
        "BG",
    )
    assert kept.phone == "+359 (2) 987-65-43"
    assert (kept.owner_id, kept.created_at, kept.updated_at) == (owner.id, at, at)
    assert kept.name_folded == "ателие щърк оод"
    assert {"shtark", "175074752", "35929876543", "029876543", "sofia"} <= set(kept.search_text.split())


def test_its_event_tells_what_was_entered(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    company = create_company(details=WHOLE, by=owner, at=at)

    (event,) = timeline_of(company.pk, by=owner)
    assert (event.type, event.subject_label) == ("crm.company_created", "Ателие „Щърк“ ООД")
    assert event.new["eik"] == "175074752"


def test_what_is_wrong_is_said_all_at_once(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    wrong = CompanyChange(
        name=" ",
        eik="175074753",
        vat_number="BG175074753",
        email="office@",
        website="not a site",
        city="с" * 101,
    )
    with pytest.raises(Refused) as refusal:
        create_company(details=wrong, by=owner, at=at)

    assert refused_fields(refusal) == {
        "name": "required",
        "eik": "eik_invalid",
        "vat_number": "vat_number_invalid",
        "email": "email_invalid",
        "website": "website_invalid",
        "city": "too_long",
    }
    assert not Company.objects.exists()


@pytest.mark.parametrize("text", ["нула \x00", "сурогат \ud800"])
def test_what_no_column_can_hold_is_refused(
    in_alpha: OrganizationRef, owner: Actor, at: datetime, text: str
) -> None:
    with pytest.raises(Refused) as refusal:
        create_company(details=CompanyChange(name=text), by=owner, at=at)
    assert refused_fields(refusal) == {"name": "invalid_characters"}


def test_a_foreign_company_has_numbers_of_its_own_kind(add_company: AddCompany) -> None:
    company = add_company("Acme Ltd", country="gb", eik="04366849", vat_number="GB 123 4567 89")
    assert (company.country, company.eik, company.vat_number) == ("GB", "04366849", "GB123456789")


def test_a_vat_number_without_its_country_gets_it(add_company: AddCompany) -> None:
    assert add_company("Acme GmbH", country="DE", vat_number="136695976").vat_number == "DE136695976"


def test_an_unknown_country_is_refused(add_company: AddCompany) -> None:
    with pytest.raises(Refused) as refusal:
        add_company("Acme", country="XX")
    assert refused_fields(refusal) == {"country": "country_unknown"}


def test_what_the_product_itself_adds_belongs_to_nobody(
    add_company: AddCompany, alpha: OrganizationRef
) -> None:
    assert add_company(by=system_actor(alpha.id)).owner_id is None


def test_one_without_the_permission_adds_nothing(add_company: AddCompany, owner: Actor) -> None:
    with pytest.raises(NotAllowed):
        add_company(by=replace(owner, permissions=frozenset()))


def test_the_same_eik_twice_is_possible(add_company: AddCompany) -> None:
    assert add_company(eik="175074752").pk != add_company(eik="175074752").pk
