"""What an import may not do: go past the plan, cost more with every row, be read or begun by others."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.plans.catalog import FREE, Limit
from shared_apps.plans.operations import choose_plan
from tenant_apps.crm.models import Contact
from tenant_apps.imports.adapters import SourceRow
from tenant_apps.imports.operations import Hand, upload_import
from tenant_apps.imports.results import neutral
from tenants.context import OrganizationRef
from tests.imports.conftest import Desk

PEOPLE = "Име;Имейл\n" + "".join(f"Човек{number};p{number}@some.example\n" for number in range(5))


def test_rows_past_the_plan_fail_and_the_others_stay(
    desk: Desk, in_alpha: OrganizationRef, monkeypatch: pytest.MonkeyPatch, at: object
) -> None:
    monkeypatch.setitem(FREE.limits, Limit.CONTACTS, 3)
    choose_plan(organization_id=in_alpha.id, plan_code="free", by=system_actor(in_alpha.id), at=at)  # type: ignore[arg-type]

    run = desk.rehearsed(PEOPLE)
    assert run.problem == "Your plan's number of contacts is used up."
    desk.browser.post(f"/imports/{run.pk}/run/")
    desk.run_jobs()

    done = desk.now(run.pk)
    assert (done.counts["created"], done.counts["failed"]) == (3, 2)
    assert Contact.objects.count() == 3
    assert desk.problems(done)[5][2] == "Your plan's number of contacts is used up."


def test_a_row_costs_the_same_however_many_there_are(
    desk: Desk, in_alpha: OrganizationRef, owner: Actor, at: object
) -> None:
    desk.imported(PEOPLE)
    run = desk.rehearsed(PEOPLE)

    def statements(count: int) -> int:
        rows = [SourceRow(9 + number, [f"Нов{number}", f"n{number}@x.example"]) for number in range(count)]
        hand = Hand(run, owner, is_rehearsal=True)
        with CaptureQueriesContext(
            connection,
        ) as told:
            hand.write(rows, at)  # type: ignore[arg-type]
        return len(told)

    few, many = statements(1), statements(11)
    assert (many - few) / 10 <= 12


def test_a_user_may_not_import(in_alpha: OrganizationRef, user: Actor, at: object) -> None:
    with pytest.raises(NotAllowed):
        upload_import(name="a.csv", content=PEOPLE.encode(), by=user, at=at)  # type: ignore[arg-type]


def test_a_manager_sees_the_pages_of_an_import(
    desk: Desk, browser_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    run = desk.imported(PEOPLE)
    manager = browser_of(alpha, Role.MANAGER)

    assert "people.csv" in manager.get("/imports/").content.decode()
    assert manager.get(f"/imports/{run.pk}/columns/")["Location"] == f"/imports/{run.pk}/"
    part = manager.get(f"/imports/{run.pk}/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Refresh"]) == (204, "true")


def test_the_bar_is_shown_while_it_works(desk: Desk, in_alpha: OrganizationRef) -> None:
    run = desk.arrived(PEOPLE)
    desk.choose(run)

    page = desk.browser.get(f"/imports/{run.pk}/").content.decode()
    part = desk.browser.get(f"/imports/{run.pk}/", headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 1s"' in page
    assert "0 / 5" in part and "<html" not in part


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+HYPERLINK(1)", "\t=1"])
def test_formulas_are_neutralised_in_what_is_taken_along(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["+359 88 812 3456", "-5,20", "a=b", ""])
def test_phones_and_numbers_stay_as_they_are(cell: str) -> None:
    assert neutral(cell) == cell


def test_failed_rows_come_back_with_their_reasons(desk: Desk, in_alpha: OrganizationRef) -> None:
    run = desk.imported("Име;Имейл\n=cmd;не е адрес\nАна;a@some.example\n")

    failed = desk.browser.get(f"/imports/{run.pk}/failed-rows/")
    result = desk.browser.get(f"/imports/{run.pk}/result/")

    assert failed.content.decode("utf-8-sig").splitlines() == [
        "Име;Имейл;Wrong column;Reason",
        "'=cmd;не е адрес;Имейл;Enter an e-mail address such as name@example.com.",
    ]
    assert "people" in failed["Content-Disposition"]
    lines = result.content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("2;Failed;Имейл;") and lines[2].startswith("3;Created;;;Ана;")
