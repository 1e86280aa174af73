"""What records hold in custom fields: written with the record, judged, told."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import Refused
from shared_apps.core.money import Money
from tenant_apps.activity.models import Event
from tenant_apps.catalog.operations import ProductChange, create_product
from tenant_apps.crm.models import Task
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    TaskChange,
    change_company,
    complete_task,
    create_company,
    create_contact,
    create_task,
)
from tenant_apps.workspace.models import CustomValue
from tenant_apps.workspace.operations import FieldChange, Option, archive_field, change_field
from tenant_apps.workspace.queries import custom_of, custom_values
from tenants.context import OrganizationRef
from tests.workspace.fields import add_field

pytestmark = pytest.mark.usefixtures("in_alpha")

TYPED: list[tuple[str, Any, Any]] = [
    ("text", " Договор 5 ", "Договор 5"),
    ("number", "1 234,5", "1234.5"),
    ("number", 12, "12"),
    ("money", "1 200,50 usd", {"amount": "1200.50", "currency": "USD"}),
    ("money", Decimal("3"), {"amount": "3.00", "currency": "EUR"}),
    ("money", {"amount": "7.5", "currency": "EUR"}, {"amount": "7.50", "currency": "EUR"}),
    ("date", "22.11.2026", "2026-11-22"),
    ("date", date(2026, 1, 2), "2026-01-02"),
    ("choice", "син", "blue"),
    ("choice", "red", "red"),
    ("choices", ["green", "red"], ["red", "green"]),
    ("choices", "Зелен, Red", ["red", "green"]),
    ("yes_no", "да", True),
    ("yes_no", False, False),
    ("link", "example.com/a", "https://example.com/a"),
]


@pytest.mark.parametrize(("kind", "typed", "told"), TYPED)
def test_every_kind_is_read_as_typed_and_told_as_the_api_tells_it(
    kind: str, typed: Any, told: Any, owner: Actor, at: datetime
) -> None:
    add_field(owner, at, kind, label_en="x")

    company = create_company(details=CompanyChange(name="A", custom={"x": typed}), by=owner, at=at)

    assert custom_of("company", company.pk) == {"x": told}
    again = create_company(details=CompanyChange(name="B", custom={"x": told}), by=owner, at=at)
    assert custom_values("company", again.pk) == custom_values("company", company.pk)


def test_a_person_is_somebody_of_the_team(owner: Actor, at: datetime) -> None:
    add_field(owner, at, "person", label_en="x")
    company = create_company(details=CompanyChange(name="A", custom={"x": str(owner.id)}), by=owner, at=at)
    assert custom_values("company", company.pk) == {"x": owner.id}
    with pytest.raises(Refused):
        create_company(details=CompanyChange(name="A", custom={"x": "nobody"}), by=owner, at=at)


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("text", "x" * 501, "too_long"),
        ("text", "a\x00b", "invalid_characters"),
        ("text", 5, "not_text"),
        ("number", "five", "not_number"),
        ("number", True, "not_number"),
        ("number", "1.23456", "places_4"),
        ("number", "1" * 16, "not_number"),
        ("money", "1.234 EUR x", "not_money"),
        ("money", "1.005", "places_2"),
        ("money", "5 ABC", "currency_unknown"),
        ("date", "31.02.2026", "not_date"),
        ("date", 5, "not_date"),
        ("choice", "pink", "not_option"),
        ("choices", ["red", "pink"], "not_option"),
        ("yes_no", "maybe", "not_yes_no"),
        ("link", "javascript:alert(1)", "not_link"),
        ("link", "not a link", "not_link"),
        ("link", "https://[", "not_link"),
    ],
)
def test_what_is_no_value_is_refused_beside_its_field(
    kind: str, typed: Any, code: str, owner: Actor, at: datetime
) -> None:
    add_field(owner, at, kind, label_en="x")
    with pytest.raises(Refused) as refusal:
        create_company(details=CompanyChange(name="A", custom={"x": typed}), by=owner, at=at)
    assert [(one.field, one.code) for one in refusal.value.errors] == [("custom.x", code)]


def test_an_unknown_or_archived_field_is_refused(owner: Actor, at: datetime) -> None:
    field = add_field(owner, at, label_en="x")
    archive_field(field_id=field.pk, by=owner, at=at)
    for code in ("x", "y"):
        with pytest.raises(Refused) as refusal:
            create_company(details=CompanyChange(name="A", custom={code: "1"}), by=owner, at=at)
        assert refusal.value.code == "unknown_field"


def test_all_that_is_wrong_is_told_at_once(owner: Actor, at: datetime) -> None:
    add_field(owner, at, "number", label_en="x")
    with pytest.raises(Refused) as refusal:
        create_company(details=CompanyChange(name="", custom={"x": "?"}), by=owner, at=at)
    assert [one.field for one in refusal.value.errors] == ["name", "custom.x"]


def test_only_what_is_named_changes_and_the_event_tells_old_and_new(owner: Actor, at: datetime) -> None:
    add_field(owner, at, "number", label_en="x")
    add_field(owner, at, label_en="y")
    company = create_company(details=CompanyChange(name="A", custom={"x": 1, "y": "kept"}), by=owner, at=at)

    change_company(company_id=company.pk, change=CompanyChange(custom={"x": 2}), by=owner, at=at)

    event = Event.objects.get(type="crm.company_changed")
    assert (event.old, event.new) == ({"custom.x": "1"}, {"custom.x": "2"})
    assert custom_of("company", company.pk) == {"x": "2", "y": "kept"}
    assert Event.objects.get(type="crm.company_created").new["custom.y"] == "kept"


@pytest.mark.parametrize("nothing", [None, "", []])
def test_nothing_empties(nothing: Any, owner: Actor, at: datetime) -> None:
    add_field(owner, at, label_en="x")
    company = create_company(details=CompanyChange(name="A", custom={"x": "1"}), by=owner, at=at)
    change_company(company_id=company.pk, change=CompanyChange(custom={"x": nothing}), by=owner, at=at)
    assert not CustomValue.objects.exists()


def test_new_records_take_the_default_unless_told_otherwise(owner: Actor, at: datetime) -> None:
    add_field(owner, at, "choice", label_en="x", default="Син")
    plain = create_company(details=CompanyChange(name="A"), by=owner, at=at)
    told = create_company(details=CompanyChange(name="B", custom={"x": "red"}), by=owner, at=at)
    emptied = create_company(details=CompanyChange(name="C", custom={"x": ""}), by=owner, at=at)
    assert [custom_of("company", one.pk) for one in (plain, told, emptied)] == [
        {"x": "blue"},
        {"x": "red"},
        {},
    ]


def test_a_default_that_is_gone_is_none(owner: Actor, at: datetime) -> None:
    field = add_field(owner, at, "choice", label_en="x", default="red")
    change_field(
        field_id=field.pk, change=FieldChange(options=(Option(code="blue", en="Blue"),)), by=owner, at=at
    )
    assert custom_of("company", create_company(details=CompanyChange(name="A"), by=owner, at=at).pk) == {}


def test_people_fill_in_what_is_required_and_background_work_need_not(
    alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    field = add_field(owner, at, label_en="x", is_required=True)
    with pytest.raises(Refused) as refusal:
        create_company(details=CompanyChange(name="A"), by=owner, at=at)
    assert (refusal.value.field, refusal.value.code) == ("custom.x", "required")

    company = create_company(details=CompanyChange(name="A"), by=system_actor(alpha.id), at=at)
    change_company(company_id=company.pk, change=CompanyChange(city="Русе"), by=owner, at=at)
    with pytest.raises(Refused):
        change_company(company_id=company.pk, change=CompanyChange(custom={"x": ""}), by=owner, at=at)
    assert field.is_required


def test_every_kind_of_record_has_them(owner: Actor, at: datetime) -> None:
    for entity in ("contact", "product", "task"):
        add_field(owner, at, entity=entity, label_en="x")
    given = {"x": "1"}
    contact = create_contact(details=ContactChange(first_name="A", custom=given), by=owner, at=at)
    product = create_product(
        details=ProductChange(name="A", unit_price=Decimal(1), custom=given), by=owner, at=at
    )
    task = create_task(details=TaskChange(title="A", custom=given), by=owner, at=at)
    for entity, row in (("contact", contact), ("product", product), ("task", task)):
        assert custom_of(entity, row.pk) == given


def test_the_next_of_a_recurring_task_holds_the_same(owner: Actor, at: datetime) -> None:
    add_field(owner, at, entity="task", label_en="x")
    details = TaskChange(title="A", due_on=at.date(), recurrence="weekly", custom={"x": "1"})
    task = create_task(details=details, by=owner, at=at)
    complete_task(task_id=task.pk, by=owner, at=at)
    assert custom_of("task", Task.objects.get(follows=task).pk) == {"x": "1"}


def test_money_keeps_its_currency_when_a_bare_number_is_written(owner: Actor, at: datetime) -> None:
    add_field(owner, at, "money", label_en="x")
    company = create_company(details=CompanyChange(name="A", custom={"x": "5 USD"}), by=owner, at=at)
    change_company(company_id=company.pk, change=CompanyChange(custom={"x": Decimal(6)}), by=owner, at=at)
    assert custom_values("company", company.pk) == {"x": Money(Decimal("6.00"), "USD")}
