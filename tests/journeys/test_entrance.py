"""The way in, from the public host and by invitation, and the way out."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import World
from tests.journeys.visitors import Visitor
from tests.product import eventually

pytestmark = pytest.mark.journey


def test_the_public_host_lists_ones_organizations_and_hands_over(visitor: Callable[..., Visitor]) -> None:
    one = visitor()
    one.sign_in("", "manager@alpha.example")
    one.is_at("/organizations/")
    one.page.get_by_role("button", name="Бета Проба").click()
    one.is_at("/", "beta")
    one.sees("Бета Проба ЕООД")


def test_who_is_in_one_organization_goes_straight_there(visitor: Callable[..., Visitor]) -> None:
    one = visitor()
    one.sign_in("", "admin@alpha.example")
    one.is_at("/", "alpha")


def test_a_wrong_password_says_so_and_keeps_the_address(visitor: Callable[..., Visitor]) -> None:
    one = visitor("bg")
    one.sign_in("", "admin@alpha.example", password="not-the-password")
    expect(one.page.get_by_role("alert")).to_be_visible()
    expect(one.field("login")).to_have_value("admin@alpha.example")
    one.is_at("/accounts/login/")


def test_sign_out_closes_the_door(member: Callable[..., Visitor]) -> None:
    one = member("alpha", "admin")
    one.is_at("/", "alpha")
    one.page.locator(".person").click()
    one.press("Sign out", within=".person-menu")
    one.go("/companies/", "alpha")
    one.is_at("/accounts/login/…", "alpha")


def test_an_invited_colleague_joins_and_meets_the_limits_of_the_role(
    member: Callable[..., Visitor], visitor: Callable[..., Visitor], world: World
) -> None:
    owner = member("alpha", "owner")
    owner.is_at("/", "alpha")
    owner.go("/settings/team/", "alpha")
    owner.fill(email="ivan@colleague.example")
    owner.field("role").select_option("user")
    owner.press("Send invitation")
    owner.sees("ivan@colleague.example")

    ivan = visitor()
    ivan.page.goto(link_in_letter_to("ivan@colleague.example", world))
    ivan.fill(name="Ivan Kolev", password="seven-green-hills")
    ivan.press("Join")
    ivan.is_at("/", "alpha")
    ivan.sees("Ivan Kolev")

    expect(ivan.page.locator("#sidebar")).to_contain_text("Invoices")
    expect(ivan.page.locator("#sidebar")).not_to_contain_text("Activity")
    assert ivan.go("/audit/", "alpha").status == 403
    company = world.id_of("alpha", "company_id")
    assert ivan.go(f"/companies/{company}/", "alpha").status == 404, (
        "somebody else's client, not shared with Ivan"
    )


def link_in_letter_to(address: str, world: World) -> str:
    """The link in the newest letter that the worker wrote to this address."""

    def letters() -> list[str]:
        written = [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in world.product.data.mail.iterdir()
        ]
        bodies = [letter.get_body(("plain",)) for letter in written if letter["To"] == address]
        return [body.get_content() for body in bodies if body]

    assert eventually(letters), world.product.logs()
    found = re.search(r"http://\S+", letters()[-1])
    assert found, letters()[-1]
    return found[0]
