from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Deal, Pipeline, Stage
from tenant_apps.crm.operations import (
    DealsNeedAPlace,
    HasPipelines,
    LastOfItsKind,
    NotTheWholeOrder,
    PipelineChange,
    StageChange,
    archive_pipeline,
    archive_stage,
    arrange_pipelines,
    arrange_stages,
    change_pipeline,
    change_stage,
    create_first_pipeline,
    create_pipeline,
    create_stage,
    reopen_deal,
    unarchive_pipeline,
    unarchive_stage,
    win_deal,
)
from tenant_apps.crm.queries import first_stage
from tenants.context import OrganizationRef
from tests.crm.selling import add_deal, column, stages_of, the_pipeline


def test_an_organization_is_founded_with_a_pipeline_in_both_languages(in_alpha: OrganizationRef) -> None:
    pipeline, stages = the_pipeline(), stages_of()
    assert (pipeline.name_bg, pipeline.name_en) == ("Продажби", "Sales")
    assert [stage.probability for stage in stages] == [10, 25, 50, 75, 90]
    assert all(stage.name_bg and stage.name_en and stage.rot_days for stage in stages)
    with override("bg"):
        assert str(stages[0]) == "Ново запитване"
    with override("en"):
        assert str(stages[0]) == "New enquiry"


def test_an_older_organization_gets_one_by_a_job_and_only_one(
    in_alpha: OrganizationRef, run_jobs: Callable[[], list[str]]
) -> None:
    Stage.objects.all().delete(), Pipeline.objects.all().delete()
    for _time in range(2):
        enqueue("lay_first_pipeline", by=system_actor(in_alpha.id))
        run_jobs()
    assert Pipeline.objects.count() == 1 and len(stages_of()) == 5


def test_the_first_is_laid_once(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    with pytest.raises(HasPipelines):
        create_first_pipeline(by=owner, at=at)


def test_names_in_one_language_serve_for_both(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    pipeline = create_pipeline(details=PipelineChange(name_en="Rentals"), by=owner, at=at)
    assert (pipeline.name_bg, pipeline.name_en) == ("Rentals", "Rentals")
    changed = change_pipeline(
        pipeline_id=pipeline.pk, change=PipelineChange(name_bg="Наеми"), by=owner, at=at
    )
    assert (changed.name_bg, changed.name_en) == ("Наеми", "Rentals")
    event = Event.objects.get(type="crm.pipeline_changed")
    assert (event.old, event.new) == ({"name_bg": "Rentals"}, {"name_bg": "Наеми"})
    with pytest.raises(Refused) as nameless:
        create_pipeline(details=PipelineChange(), by=owner, at=at)
    assert nameless.value.field == "name_bg"


def test_stages_are_added_changed_and_ordered(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    pipeline = the_pipeline()
    details = StageChange(name_bg="Подписване", probability=95, rot_days=None)
    last = create_stage(pipeline_id=pipeline.pk, details=details, by=owner, at=at)
    assert stages_of()[-1] == last and last.rot_days is None

    change_stage(stage_id=last.pk, change=StageChange(probability=99, rot_days=3), by=owner, at=at)
    last.refresh_from_db()
    assert (last.name_bg, last.probability, last.rot_days) == ("Подписване", 99, 3)

    backwards = [stage.pk for stage in reversed(stages_of())]
    arrange_stages(pipeline_id=pipeline.pk, stage_ids=backwards, by=owner, at=at)
    assert [stage.pk for stage in stages_of()] == backwards
    with pytest.raises(NotTheWholeOrder):
        arrange_stages(pipeline_id=pipeline.pk, stage_ids=backwards[1:], by=owner, at=at)
    with pytest.raises(Refused) as unlikely:
        change_stage(stage_id=last.pk, change=StageChange(probability=101), by=owner, at=at)
    assert unlikely.value.code == "probability_range"


def test_an_archived_stage_sends_its_deals_on_in_their_order(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    first, second, *_rest = stages_of()
    add_deal("стара", by=owner, at=at, stage=second)
    for name in ("втора", "първа"):
        add_deal(name, by=owner, at=at)
    won = add_deal("спечелена", by=owner, at=at)
    win_deal(deal_id=won.pk, by=owner, at=at)

    with pytest.raises(DealsNeedAPlace):
        archive_stage(stage_id=first.pk, by=owner, at=at)
    with pytest.raises(DealsNeedAPlace):
        archive_stage(stage_id=first.pk, to_stage_id=first.pk, by=owner, at=at)
    archive_stage(stage_id=first.pk, to_stage_id=second.pk, by=owner, at=at)

    assert column(second) == ["стара", "първа", "втора"]
    assert Event.objects.filter(type="crm.deal_moved", cause="stage_archived").count() == 2
    assert Deal.objects.get(pk=won.pk).stage == first
    assert reopen_deal(deal_id=won.pk, by=owner, at=at).stage == second
    assert unarchive_stage(stage_id=first.pk, by=owner, at=at) == stages_of()[-1]


def test_an_archived_pipeline_sends_its_deals_to_another(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    old = the_pipeline()
    with pytest.raises(LastOfItsKind):
        archive_pipeline(pipeline_id=old.pk, by=owner, at=at)
    new = create_pipeline(details=PipelineChange(name_bg="Нова"), by=owner, at=at)
    target = stages_of(new)[1]
    deal = add_deal("Сайт", by=owner, at=at)

    archive_pipeline(pipeline_id=old.pk, to_stage_id=target.pk, by=owner, at=at)

    deal.refresh_from_db()
    assert (deal.pipeline, deal.stage, first_stage()) == (new, target, stages_of(new)[0])
    unarchive_pipeline(pipeline_id=old.pk, by=owner, at=at)
    arrange_pipelines(pipeline_ids=[old.pk, new.pk], by=owner, at=at)
    assert the_pipeline() == old


def test_the_last_stage_stays(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    *others, last = stages_of()
    for stage in others:
        archive_stage(stage_id=stage.pk, by=owner, at=at)
    with pytest.raises(LastOfItsKind):
        archive_stage(stage_id=last.pk, by=owner, at=at)


def test_a_plain_user_does_not_manage_pipelines(in_alpha: OrganizationRef, user: Actor, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        create_pipeline(details=PipelineChange(name_bg="Моя"), by=user, at=at)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_shows_and_keeps_the_order(browser: Client, in_alpha: OrganizationRef) -> None:
    first, second, *rest = stages_of()
    order = f"/settings/pipelines/{the_pipeline().pk}/order/"
    assert "New enquiry" in text(browser.get("/settings/pipelines/"))

    browser.post(order, {"down": first.pk})
    assert stages_of()[:2] == [second, first]
    browser.post(order, {"up": first.pk})
    browser.post(order, {"order": [one.pk for one in (*rest, second, first)]})
    assert stages_of() == [*rest, second, first]


def test_forms_make_rename_and_archive(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    assert browser.post("/settings/pipelines/new/", {}).status_code == 422
    browser.post("/settings/pipelines/new/", {"name_bg": "Абонаменти", "name_en": "Subscriptions"})
    made = Pipeline.objects.get(name_bg="Абонаменти")
    browser.post(f"/settings/pipelines/{made.pk}/", {"name_bg": "Договори", "name_en": "Contracts"})
    stages = f"/settings/pipelines/{made.pk}/stages/new/"
    assert browser.post(stages, {"name_bg": "Нов", "probability": "400"}).status_code == 422
    browser.post(stages, {"name_bg": "Нов", "probability": "40", "rot_days": ""})
    fresh = Stage.objects.get(name_bg="Нов")
    browser.post(f"/settings/stages/{fresh.pk}/", {"name_bg": "Нов", "probability": "45", "rot_days": "9"})
    fresh.refresh_from_db()
    assert (fresh.probability, fresh.rot_days, fresh.name_en) == (45, 9, "Нов")

    add_deal("Сайт", by=owner, at=at, stage=fresh)
    assert browser.post(f"/settings/stages/{fresh.pk}/archive/").status_code == 422
    assert "It holds 1 open deal" in text(browser.get(f"/settings/pipelines/{made.pk}/archive/"))
    target = stages_of()[0]
    browser.post(f"/settings/pipelines/{made.pk}/archive/", {"to_stage_id": target.pk})
    assert column(target) == ["Сайт"]
    assert "Contracts" in text(browser.get("/settings/pipelines/"))
