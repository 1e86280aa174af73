"""An import is taken back for 30 days; what somebody changed since stays, and is listed."""

from datetime import timedelta

import pytest

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Contact, Deal, Note
from tenant_apps.crm.operations import CompanyChange, change_company
from tenant_apps.imports.models import Import
from tenant_apps.imports.operations import TooLateToUndo, undo_import
from tenant_apps.workspace.models import Tagging
from tenants.context import OrganizationRef
from tests.imports.conftest import Desk

FIRST = "Фирма;Град;Телефон\nАлфа;София;02 111 222\nБета;Варна;\n"
SECOND = "Фирма;Град;Телефон\nАлфа;Русе;02 999 888\nБета;Бургас;\nГама;Плевен;\n"


def test_a_value_changed_since_stays_and_is_listed(
    desk: Desk, in_alpha: OrganizationRef, owner: Actor
) -> None:
    desk.imported(FIRST)
    run = desk.imported(SECOND)
    alpha = Company.objects.get(name="Алфа")
    change_company(company_id=alpha.pk, change=CompanyChange(city="Видин"), by=owner, at=clock.now())

    undone = desk.undo(run)

    alpha.refresh_from_db()
    assert (alpha.city, alpha.phone) == ("Видин", "02 111 222")
    assert Company.objects.get(name="Бета").city == "Варна"
    assert Company.objects.get(name="Гама").archived_at
    page = desk.browser.get(f"/imports/{undone.pk}/").content.decode()
    assert "What stayed" in page and "the newer value stays" in page


def test_deals_notes_contacts_and_tags_go_back_too(desk: Desk, in_alpha: OrganizationRef) -> None:
    file = (
        "Сделка;Стойност;Етап;Фирма;Контакт;Бележка;Етикети\n"
        "Първа;1 200,50;Преговори;Алфа;Иван Иванов;Обади се;важен, нов\n"
        "Втора;300;Спечелена;Алфа;;;\n"
    )
    run = desk.imported(file, Етикети="company.tags")
    assert run.counts["created"] == 2, desk.problems(run)
    assert {deal.status for deal in Deal.objects.all()} == {"open", "won"}
    assert Tagging.objects.count() == 2

    desk.undo(run)

    for model in (Deal, Company, Contact, Note):
        assert not model.objects.filter(archived_at=None).exists(), model


def test_a_deal_that_the_file_moved_goes_back_to_its_stage(desk: Desk, in_alpha: OrganizationRef) -> None:
    desk.imported("Сделка;Стойност;Етап\nПърва;100;Преговори\nВтора;200;Преговори\n")
    run = desk.imported("Сделка;Стойност;Етап\nПърва;150;Устно съгласие\nВтора;200;Изгубена\n")
    assert run.counts["updated"] == 2, desk.problems(run)
    assert Deal.objects.get(name="Втора").status == "lost"

    desk.undo(run)

    first, second = Deal.objects.order_by("id")
    assert (first.value, first.stage.name_bg, first.status) == (100, "Преговори", "open")
    assert (second.stage.name_bg, second.status) == ("Преговори", "open")


def test_after_undo_the_same_file_comes_in_again(desk: Desk, in_alpha: OrganizationRef) -> None:
    desk.undo(desk.imported(FIRST))

    again = desk.imported(FIRST)

    assert again.counts["created"] == 2
    assert Company.objects.filter(archived_at=None).count() == 2


def test_after_thirty_days_it_is_too_late(desk: Desk, in_alpha: OrganizationRef, owner: Actor) -> None:
    run = desk.imported(FIRST)
    Import.objects.filter(pk=run.pk).update(finished_at=clock.now() - timedelta(days=31))

    with pytest.raises(TooLateToUndo):
        undo_import(import_id=run.pk, by=owner, at=clock.now())
    assert "Undo the import" not in desk.browser.get(f"/imports/{run.pk}/").content.decode()
