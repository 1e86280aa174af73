"""Searching, and finding what may be a duplicate."""

from collections.abc import Callable
from datetime import datetime

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.search import matching
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import archive_company
from tenant_apps.crm.queries import companies_with_eik, visible_companies

AddCompany = Callable[..., Company]


@pytest.mark.parametrize(
    "query",
    [
        "щърк",
        "ЩЪРК",
        "shtark",
        "atelie sht",
        "софия ателие",
        "175074752",
        "175 074 752",
        "office@shtark.bg",
        "+359 888 123 456",
        "0888123456",
        "0888/12-34-56",
        "00359888123456",
        "88812",
        "",
    ],
)
def test_it_is_found_however_it_is_typed(add_company: AddCompany, owner: Actor, query: str) -> None:
    company = add_company(
        "Ателие „Щърк“ ООД", eik="175074752", city="София", email="office@shtark.bg", phone="+359 888 123456"
    )
    assert list(matching(visible_companies(owner), query)) == [company]


@pytest.mark.parametrize("query", ["щъркел", "варна", "ателие варна", "0888999999"])
def test_every_word_must_be_there(add_company: AddCompany, owner: Actor, query: str) -> None:
    add_company("Бюро Щърк", phone="0888 123 456")
    assert not matching(visible_companies(owner), query).exists()


def test_a_possible_duplicate_is_one_in_use_that_the_actor_sees(
    add_company: AddCompany, owner: Actor, user: Actor, at: datetime
) -> None:
    first, second = add_company("Алфа", eik="175074752"), add_company("Бета", eik="175074752")
    add_company("Гама", eik="831646048")

    assert list(companies_with_eik("175 074 752", owner)) == [first, second]
    assert list(companies_with_eik("175074752", owner, other_than=first.pk)) == [second]
    assert not companies_with_eik("", owner).exists()
    assert not companies_with_eik("175074752", user).exists()
    archive_company(company_id=second.pk, by=owner, at=at)
    assert list(companies_with_eik("175074752", owner)) == [first]
