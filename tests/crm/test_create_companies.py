"""Many companies at once are what they would be one by one; one that is refused refuses all."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.ids import new_id
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, Detail, NewCompany, create_companies
from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import tags_of
from tenants.context import OrganizationRef


def new(name: str, owner_id: UUID | None = None, tags: tuple[str, ...] = (), **more: object) -> NewCompany:
    return NewCompany(new_id(), CompanyChange(name=name, **more), owner_id, tags)  # type: ignore[arg-type]


def test_they_are_there_with_all_that_came_with_them(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    above = new("Върхът", tags=("важен",))
    below = new("Под него", parent_id=above.id, eik="175074752", details=(Detail("phone", "02 111"),))

    made = create_companies(companies=[above, below], by=owner, at=at)

    assert [one.pk for one in made] == [above.id, below.id]
    kept = Company.objects.get(pk=below.id)
    assert (kept.parent_id, kept.owner_id, kept.name_folded) == (above.id, owner.id, "под него")
    assert kept.details.get().value == "02 111"
    assert [tag.name for tag in tags_of("company", [above.id])[above.id]] == ["важен"]


def test_each_tells_what_became_of_it(
    in_alpha: OrganizationRef, owner: Actor, user: Actor, at: datetime
) -> None:
    given = new("Алфа", owner_id=user.id, tags=("нов",))

    create_companies(companies=[given, new("Бета")], by=owner, at=at)

    told = Event.objects.filter(subject_id=given.id).order_by("id")
    assert [one.type for one in told] == [
        "crm.company_created",
        "crm.company_assigned",
        "workspace.record_tagged",
    ]
    assert told[1].old["owner_id"] == str(owner.id) and told[1].new["owner_id"] == str(user.id)
    assert Company.objects.get(pk=given.id).owner_id == user.id


def test_one_that_is_refused_refuses_all(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        create_companies(companies=[new("Алфа"), new("Бета", eik="175074753")], by=owner, at=at)

    assert refusal.value.errors[0].field == "eik"
    assert not Company.objects.exists() and not Event.objects.filter(type="crm.company_created").exists()


def test_an_unknown_parent_or_owner_is_not_found(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    with pytest.raises(Company.DoesNotExist):
        create_companies(companies=[new("Алфа", parent_id=new_id())], by=owner, at=at)
    with pytest.raises(Member.DoesNotExist):
        create_companies(companies=[new("Алфа", owner_id=new_id())], by=owner, at=at)


def test_who_only_looks_adds_none(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        create_companies(companies=[new("Алфа")], by=replace(owner, permissions=frozenset()), at=at)
