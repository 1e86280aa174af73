from datetime import datetime

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from shared_apps.core.ids import new_id
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, archive_company, change_company
from tenant_apps.sharing.models import MemberRecordPermission
from tenant_apps.sharing.operations import NotShared, SeesAlready, share_record, unshare_record
from tenant_apps.sharing.queries import may_change, possible_readers, record_readers
from tenant_apps.workspace.models import Member


def share(company: Company, reader: Actor, by: Actor, at: datetime, *, with_change: bool = False) -> None:
    share_record(
        record_type="company",
        record_id=company.pk,
        user_id=reader.id,
        with_change=with_change,
        by=by,
        at=at,
    )


def test_a_reader_looks_and_does_not_touch(company: Company, owner: Actor, user: Actor, at: datetime) -> None:
    share(company, user, owner, at)

    assert [(str(one.member), one.may_change) for one in record_readers(company)] == [(user.label, False)]
    assert not may_change(company, user)
    with pytest.raises(NotAllowed):
        change_company(company_id=company.pk, change=CompanyChange(city="Варна"), by=user, at=at)
    with pytest.raises(NotAllowed):
        archive_company(company_id=company.pk, by=user, at=at)


def test_with_change_the_reader_works_on_it(
    company: Company, owner: Actor, user: Actor, at: datetime
) -> None:
    share(company, user, owner, at, with_change=True)
    assert record_readers(company)[0].may_change
    assert (
        change_company(company_id=company.pk, change=CompanyChange(city="Варна"), by=user, at=at).city
        == "Варна"
    )


def test_its_event_stands_on_the_record(company: Company, owner: Actor, user: Actor, at: datetime) -> None:
    share(company, user, owner, at)
    event = timeline_of(company.pk, by=owner)[0]
    assert (event.type, event.new) == ("sharing.record_shared", {"reader": user.label, "with_change": False})


def test_sharing_again_sets_the_other_level_and_the_same_is_refused(
    company: Company, owner: Actor, user: Actor, at: datetime
) -> None:
    share(company, user, owner, at)
    with pytest.raises(SeesAlready):
        share(company, user, owner, at)
    share(company, user, owner, at, with_change=True)
    share(company, user, owner, at)
    assert MemberRecordPermission.objects.count() == 1


def test_those_who_see_it_anyway_are_no_readers(
    company: Company, owner: Actor, manager: Actor, at: datetime
) -> None:
    for one in (owner, manager):
        with pytest.raises(SeesAlready):
            share(company, one, owner, at)


def test_a_stranger_is_no_reader(company: Company, owner: Actor, at: datetime) -> None:
    with pytest.raises(Member.DoesNotExist):
        share_record(record_type="company", record_id=company.pk, user_id=new_id(), by=owner, at=at)


def test_only_one_who_may_change_it_shares_it(
    company: Company, owner: Actor, user: Actor, colleague: Actor, at: datetime
) -> None:
    with pytest.raises(Company.DoesNotExist):
        share(company, colleague, user, at)
    share(company, user, owner, at)
    with pytest.raises(NotAllowed):
        share(company, colleague, user, at)
    share(company, user, owner, at, with_change=True)
    share(company, colleague, user, at)
    assert {one.member.user_id for one in record_readers(company)} == {user.id, colleague.id}


def test_readers_are_offered_among_those_who_do_not_see_it(
    company: Company, owner: Actor, user: Actor, colleague: Actor, at: datetime
) -> None:
    assert {one.user_id for one in possible_readers(company, [])} == {user.id, colleague.id}
    share(company, user, owner, at)
    assert [one.user_id for one in possible_readers(company, record_readers(company))] == [colleague.id]


def test_sharing_ends(company: Company, owner: Actor, user: Actor, at: datetime) -> None:
    share(company, user, owner, at, with_change=True)
    unshare_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    assert record_readers(company) == [] and not MemberRecordPermission.objects.exists()
    assert timeline_of(company.pk, by=owner)[0].type == "sharing.record_unshared"
    with pytest.raises(NotShared):
        unshare_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
