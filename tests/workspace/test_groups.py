"""Lists gathered by own fields and by tags."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, DealChange, create_company, create_deal
from tenant_apps.workspace.operations import create_tag, tag_record
from tests.workspace.fields import add_field

pytestmark = pytest.mark.usefixtures("in_alpha")


def groups(browser: Client, page: str, group: str) -> list[tuple[str, int, str]]:
    shown = browser.get(page, {"group": group}).context["list"]
    return [(one.label, one.count, one.url) for one in shown.groups]


def company(owner: Actor, at: datetime, name: str, **custom: Any) -> Company:
    return create_company(details=CompanyChange(name=name, custom=custom), by=owner, at=at)


@pytest.mark.parametrize(
    ("kind", "values", "found"),
    [
        ("choice", ["red", "red", "blue", None], [("Red", 2), ("Blue", 1), ("None", 1)]),
        ("choices", [["red", "blue"], ["red"], None], [("Red", 2), ("Blue", 1), ("None", 1)]),
        ("yes_no", [True, True, False, None], [("Yes", 2), ("No", 1), ("None", 1)]),
    ],
)
def test_by_an_own_field(
    kind: str, values: list[Any], found: list[Any], owner: Actor, at: datetime, browser: Client
) -> None:
    field = add_field(owner, at, kind)
    for number, value in enumerate(values):
        company(owner, at, f"A{number}", **{field.code: value})
    told = groups(browser, "/companies/", f"field.{field.code}")
    assert sorted((label, count) for label, count, _url in told) == sorted(found)
    for label, count, url in told:
        if url:
            assert browser.get(url).context["list"].count == (count, False), label
        else:
            assert (kind, label) == ("yes_no", "None")


def test_by_a_person(owner: Actor, at: datetime, browser: Client) -> None:
    field = add_field(owner, at, "person")
    company(owner, at, "A", **{field.code: str(owner.id)})
    company(owner, at, "B")
    told = [(label, count) for label, count, _url in groups(browser, "/companies/", f"field.{field.code}")]
    assert sorted(told) == sorted([(owner.label, 1), ("None", 1)])


def test_by_tag_a_record_is_in_each_of_its_groups_with_its_money(
    owner: Actor, at: datetime, browser: Client
) -> None:
    vip, fair = (create_tag(name=name, by=owner, at=at).pk for name in ("VIP", "Fair"))
    for number, borne in enumerate(([vip, fair], [vip], [])):
        deal = create_deal(details=DealChange(name=f"D{number}", value=Decimal(100)), by=owner, at=at)
        tag_record(record_type="deal", record_id=deal.pk, tag_ids=borne, by=owner, at=at)
    shown = browser.get("/deals/", {"group": "tags", "view": "all"}).context["list"]
    told = {one.label: (one.count, [str(total) for total, _currency in one.totals]) for one in shown.groups}
    assert told == {"VIP": (2, ["200.00"]), "Fair": (1, ["100.00"]), "None": (1, ["100.00"])}
    links = {one.label: browser.get(one.url).context["list"].count[0] for one in shown.groups}
    assert links == {"VIP": 2, "Fair": 1, "None": 1}


def test_a_text_gathers_nothing(owner: Actor, at: datetime, browser: Client) -> None:
    field = add_field(owner, at, "text")
    names = [name for name, *_rest in browser.get("/companies/").context["list"].group_choices]
    assert "tags" in names and f"field.{field.code}" not in names


def test_several_choices_are_changed_in_their_cell(owner: Actor, at: datetime, browser: Client) -> None:
    field = add_field(owner, at, "choices")
    record = company(owner, at, "A", **{field.code: ["red"]})
    url = f"/lists/company/{record.pk}/cells/field.{field.code}/"
    assert 'type="checkbox"' in browser.get(url).content.decode()
    cell = browser.post(url, {"value": ["red", "green"]}, headers={"HX-Request": "true"})
    assert cell.content.decode().strip() == "Red, Green"
    assert browser.post(url, {"value": []}, headers={"HX-Request": "true"}).content.decode().strip() == "—"
