"""Many records go to the archive at once, and notes are written many at once: all, or none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.ids import new_id
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Company, Contact, Deal, Note
from tenant_apps.crm.operations import (
    DealChange,
    NewDeal,
    NewNote,
    archive_companies,
    archive_contacts,
    archive_deals,
    archive_notes,
    create_deals,
    write_notes,
)
from tenant_apps.crm.operations.clients import AlreadyArchived
from tenant_apps.messages.models import Notification

Add = Callable[..., Any]


@pytest.fixture
def made(add_company: Add, add_contact: Add, owner: Actor, at: datetime) -> dict[str, list[Any]]:
    """Two of each kind."""
    companies = [add_company(), add_company()]
    news = [NewDeal(new_id(), DealChange(name=name), at) for name in ("Първа", "Втора")]
    notes = [NewNote("company", company.pk, "Обади се") for company in companies]
    return {
        "company": companies,
        "contact": [add_contact(), add_contact()],
        "deal": create_deals(deals=news, by=owner, at=at),
        "note": write_notes(notes=notes, by=owner, at=at),
    }


ARCHIVE = {
    "company": (Company, lambda ids, **by_at: archive_companies(company_ids=ids, **by_at)),
    "contact": (Contact, lambda ids, **by_at: archive_contacts(contact_ids=ids, **by_at)),
    "deal": (Deal, lambda ids, **by_at: archive_deals(deal_ids=ids, **by_at)),
    "note": (Note, lambda ids, **by_at: archive_notes(note_ids=ids, **by_at)),
}


@pytest.mark.parametrize("kind", ARCHIVE)
def test_all_go_and_each_tells_it(kind: str, made: dict[str, list[Any]], owner: Actor, at: datetime) -> None:
    model, archive = ARCHIVE[kind]
    ids = [one.pk for one in made[kind]]

    archive(ids, by=owner, at=at)

    assert not model._default_manager.filter(archived_at=None).exists()
    told = Event.objects.filter(subject_id__in=ids, type=f"crm.{kind}_archived")
    assert sorted(one.subject_id for one in told) == sorted(ids)


@pytest.mark.parametrize("kind", ARCHIVE)
def test_one_that_is_refused_refuses_all(
    kind: str, made: dict[str, list[Any]], owner: Actor, user: Actor, at: datetime
) -> None:
    model, archive = ARCHIVE[kind]
    first, second = [one.pk for one in made[kind]]
    with pytest.raises(model.DoesNotExist):
        archive([first, new_id()], by=owner, at=at)
    with pytest.raises(model.DoesNotExist):
        archive([first, second], by=user, at=at)
    with pytest.raises(NotAllowed):
        archive([first], by=replace(owner, permissions=frozenset()), at=at)
    assert model._default_manager.filter(archived_at=None).count() == 2

    archive([second], by=owner, at=at)
    with pytest.raises(AlreadyArchived):
        archive([first, second], by=owner, at=at)
    assert model._default_manager.filter(archived_at=None).count() == 1


def test_another_s_note_is_not_mine_to_take(
    made: dict[str, list[Any]], owner: Actor, user: Actor, at: datetime
) -> None:
    Company.objects.update(owner_id=user.id)

    with pytest.raises(NotAllowed):
        archive_notes(note_ids=[made["note"][0].pk], by=user, at=at)


def test_notes_stand_in_their_records_timelines_and_who_is_named_is_told(
    made: dict[str, list[Any]], owner: Actor, manager: Actor, at: datetime
) -> None:
    company, deal = made["company"][0], made["deal"][0]
    notes = [NewNote("company", company.pk, f"@{manager.label} виж"), NewNote("deal", deal.pk, "Друго")]

    first, second = write_notes(notes=notes, by=owner, at=at)

    assert (first.company_id, second.deal_id, first.mentions) == (company.pk, deal.pk, [manager.id])
    assert Event.objects.get(subject_id=second.pk).parent_id == deal.pk
    assert Notification.objects.get().user_id == manager.id


def test_a_note_without_a_text_refuses_all(
    made: dict[str, list[Any]], owner: Actor, user: Actor, at: datetime
) -> None:
    company = made["company"][0]
    with pytest.raises(Refused):
        write_notes(
            notes=[NewNote("company", company.pk, "Да"), NewNote("company", company.pk, " ")], by=owner, at=at
        )
    with pytest.raises(Company.DoesNotExist):
        write_notes(notes=[NewNote("company", company.pk, "Да")], by=user, at=at)
    assert Note.objects.count() == 2
