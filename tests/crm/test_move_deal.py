import threading
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.asking import answered
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Deal, StageStay
from tenant_apps.crm.operations import (
    AlreadyInStage,
    MovedMeanwhile,
    NotOpen,
    StageClosed,
    archive_stage,
    lose_deal,
    move_deal,
    place_deal,
    reopen_deal,
    win_deal,
)
from tenant_apps.crm.queries import stays_of_deal
from tenant_apps.sharing.operations import share_record
from tenants.context import OrganizationRef, in_organization
from tests.conftest import member_of
from tests.crm.selling import add_deal, column, stages_of


def test_a_deal_goes_to_another_stage_and_its_stays_are_kept(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    first, second, *_rest = stages_of()
    deal = add_deal("Сайт", by=owner, at=at)
    later = at + timedelta(days=3)

    moved = move_deal(deal_id=deal.pk, stage_id=second.pk, version=1, by=owner, at=later)

    assert (moved.stage, moved.version, moved.stage_entered_at) == (second, 2, later)
    stays = answered(stays_of_deal(deal.pk, at=later + timedelta(days=2)))
    assert [(one.stage, one.lasted.days) for one in stays] == [(str(first), 3), (str(second), 2)]
    event = Event.objects.get(type="crm.deal_moved")
    assert (event.old["stage"], event.new["stage"]) == (str(first), str(second))


def test_a_card_is_put_between_two_others(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    first, second, *_rest = stages_of()
    low, high = (add_deal(name, by=owner, at=at, stage=second) for name in ("долу", "горе"))
    deal = add_deal("нова", by=owner, at=at)

    move_deal(deal_id=deal.pk, stage_id=second.pk, above_id=high.pk, by=owner, at=at)
    assert column(second) == ["горе", "нова", "долу"]

    place_deal(deal_id=low.pk, stage_id=second.pk, by=owner, at=at)
    assert column(second) == ["долу", "горе", "нова"]
    place_deal(deal_id=low.pk, stage_id=second.pk, above_id=deal.pk, by=owner, at=at)
    assert column(second) == ["горе", "нова", "долу"]
    assert column(first) == []
    assert Event.objects.filter(type="crm.deal_moved").count() == 1


def test_there_is_always_room_between_two_cards(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    stage = stages_of()[0]
    add_deal("долу", by=owner, at=at)
    top = add_deal("горе", by=owner, at=at)
    pair = [add_deal(name, by=owner, at=at) for name in ("а", "б")]
    for turn in range(130):
        place_deal(deal_id=pair[turn % 2].pk, stage_id=stage.pk, above_id=top.pk, by=owner, at=at)
    assert column(stage) == ["горе", "б", "а", "долу"]
    assert len(set(Deal.objects.values_list("board_order", flat=True))) == 4


def test_the_loser_of_two_is_told_who_moved_it(
    in_alpha: OrganizationRef, owner: Actor, manager: Actor, at: datetime
) -> None:
    _first, second, third, *_rest = stages_of()
    deal = add_deal("Сайт", by=owner, at=at)
    move_deal(deal_id=deal.pk, stage_id=second.pk, version=1, by=manager, at=at)

    with pytest.raises(MovedMeanwhile) as told:
        move_deal(deal_id=deal.pk, stage_id=third.pk, version=1, by=owner, at=at)

    assert told.value.conflict and manager.label in str(told.value) and str(second) in str(told.value)
    assert Deal.objects.get().stage == second
    with pytest.raises(MovedMeanwhile):
        place_deal(deal_id=deal.pk, stage_id=third.pk, by=owner, at=at)
    win_deal(deal_id=deal.pk, by=manager, at=at)
    with pytest.raises(MovedMeanwhile, match=manager.label):
        lose_deal(deal_id=deal.pk, reason="x", version=2, by=owner, at=at)


def test_it_is_refused_where_it_makes_no_sense(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    first, second, third, *_rest = stages_of()
    deal = add_deal("Сайт", by=owner, at=at)
    with pytest.raises(AlreadyInStage):
        move_deal(deal_id=deal.pk, stage_id=first.pk, by=owner, at=at)
    archive_stage(stage_id=third.pk, by=owner, at=at)
    with pytest.raises(StageClosed):
        move_deal(deal_id=deal.pk, stage_id=third.pk, by=owner, at=at)
    win_deal(deal_id=deal.pk, by=owner, at=at)
    with pytest.raises(NotOpen):
        move_deal(deal_id=deal.pk, stage_id=second.pk, by=owner, at=at)


def test_one_moves_own_deals_and_those_shared_for_change(
    in_alpha: OrganizationRef, owner: Actor, user: Actor, at: datetime
) -> None:
    _first, second, third, *_rest = stages_of()
    own, theirs = add_deal("Моя", by=user, at=at), add_deal("Чужда", by=owner, at=at)
    move_deal(deal_id=own.pk, stage_id=second.pk, by=user, at=at)
    with pytest.raises(Deal.DoesNotExist):
        move_deal(deal_id=theirs.pk, stage_id=second.pk, by=user, at=at)

    told = {"record_type": "deal", "record_id": theirs.pk, "user_id": user.id, "by": owner, "at": at}
    share_record(**told)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        move_deal(deal_id=theirs.pk, stage_id=second.pk, by=user, at=at)
    share_record(**told, with_change=True)  # type: ignore[arg-type]
    assert move_deal(deal_id=theirs.pk, stage_id=third.pk, by=user, at=at).stage == third


def test_a_reopened_deal_stays_anew(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    stage = stages_of()[0]
    deal = add_deal("Сайт", by=owner, at=at)
    lose_deal(deal_id=deal.pk, reason="скъпо", by=owner, at=at + timedelta(days=2))
    reopened = reopen_deal(deal_id=deal.pk, by=owner, at=at + timedelta(days=9))

    assert (reopened.stage, reopened.status, reopened.lost_reason) == (stage, "open", "")
    lasted = [one.lasted.days for one in answered(stays_of_deal(deal.pk, at=at + timedelta(days=10)))]
    assert lasted == [2, 1]


def test_of_many_who_drag_one_card_one_wins(in_committed_alpha: OrganizationRef) -> None:
    owner, at = actor_of(member_of(in_committed_alpha, Role.OWNER)), clock.now()
    deal, stages = add_deal("Сайт", by=owner, at=at), stages_of()[1:5]
    start, lost = threading.Barrier(len(stages)), []

    def drag(stage_id: UUID) -> None:
        try:
            with in_organization(in_committed_alpha):
                start.wait()
                move_deal(deal_id=deal.pk, stage_id=stage_id, version=1, by=owner, at=at)
        except MovedMeanwhile:
            lost.append(stage_id)
        finally:
            connection.close()

    run([threading.Thread(target=drag, args=[stage.pk]) for stage in stages])

    assert len(lost) == 3 and Deal.objects.get().version == 2
    assert StageStay.objects.filter(left_at=None).count() == 1


def test_a_stage_is_archived_while_deals_come_in(in_committed_alpha: OrganizationRef) -> None:
    owner, at = actor_of(member_of(in_committed_alpha, Role.OWNER)), clock.now()
    first, second, third, *_rest = stages_of()
    deals = [add_deal(f"Сделка {number}", by=owner, at=at) for number in range(6)]
    start = threading.Barrier(4)

    def drag(mine: list[Deal]) -> None:
        try:
            with in_organization(in_committed_alpha):
                start.wait()
                for deal in mine:
                    move_deal(deal_id=deal.pk, stage_id=second.pk, by=owner, at=at)
        except Refused:
            pass
        finally:
            connection.close()

    def archive() -> None:
        try:
            with in_organization(in_committed_alpha):
                start.wait()
                archive_stage(stage_id=second.pk, to_stage_id=third.pk, by=owner, at=at)
        finally:
            connection.close()

    movers = [threading.Thread(target=drag, args=[deals[place::3]]) for place in range(3)]
    run([*movers, threading.Thread(target=archive)])

    assert not Deal.objects.filter(stage=second).exists()
    assert Deal.objects.filter(stage__in=[first, third]).count() == 6
    assert StageStay.objects.filter(left_at=None).count() == 6


def run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
