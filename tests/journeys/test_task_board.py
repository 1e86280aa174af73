"""Tasks in a browser: dragged to another day, moved by keys, finished by a drop."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import World
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.journey


def task(one: Visitor, title: str) -> Locator:
    return one.page.locator("[data-task]").filter(has_text=title)


def column(one: Visitor, number: int) -> Locator:
    return one.page.locator("[data-task-drop]").nth(number)


def test_a_task_is_dragged_to_another_day_moved_by_keys_and_finished(
    member: Callable[..., Visitor], world: World
) -> None:
    one = member("alpha", "owner")
    one.go("/tasks/new/", "alpha")
    one.fill(title="Уговори оглед", due_on="today")
    one.press("Save task")

    one.go("/tasks/board/", "alpha")
    task(one, "Уговори оглед").drag_to(column(one, 2))
    expect(one.page.locator(".toast-note")).to_contain_text("Due on")
    expect(column(one, 2)).to_contain_text("Уговори оглед")
    task(one, "Уговори оглед").locator(".task-title").focus()
    one.page.keyboard.press("Shift+ArrowRight")
    expect(column(one, 3)).to_contain_text("Уговори оглед")
    expect(task(one, "Уговори оглед").locator(".task-title")).to_be_focused()

    one.go("/tasks/board/?by=state", "alpha")
    task(one, "Уговори оглед").drag_to(column(one, 2))
    expect(column(one, 2).locator("[aria-checked=true]")).to_have_count(1)
