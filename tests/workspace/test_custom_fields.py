"""Settings → Fields: made, renamed, arranged, archived, brought back, deleted for good."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import translation

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.activity.models import Event
from tenant_apps.crm.operations import CompanyChange, change_company, create_company
from tenant_apps.workspace.models import CustomField, CustomValue
from tenant_apps.workspace.operations import (
    FieldArchived,
    FieldChange,
    FieldInUse,
    Option,
    TooManyFields,
    archive_field,
    arrange_fields,
    change_field,
    create_field,
    delete_field,
    unarchive_field,
)
from tenant_apps.workspace.queries import custom_fields, custom_of, option_choices
from tests.workspace.fields import add_field

pytestmark = pytest.mark.usefixtures("in_alpha")


def test_the_code_is_made_from_the_label_once_and_stays(owner: Actor, at: datetime) -> None:
    first = add_field(owner, at, label_bg="Дата на преглед", label_en="")
    second = add_field(owner, at, label_bg="Дата на преглед", label_en="")

    renamed = change_field(field_id=first.pk, change=FieldChange(label_bg="Друго"), by=owner, at=at)

    assert (first.code, second.code) == ("data_na_pregled", "data_na_pregled_2")
    assert renamed.code == "data_na_pregled"
    assert first.label_en == "Дата на преглед"


def test_each_reader_meets_it_in_their_language(owner: Actor, at: datetime) -> None:
    field = add_field(owner, at, "choice", label_bg="Цвят", label_en="Color")

    with translation.override("bg"):
        assert (str(field), option_choices(field)[0]) == ("Цвят", ("red", "Червен"))
    with translation.override("en"):
        assert (str(field), option_choices(field)[0]) == ("Color", ("red", "Red"))


def test_renaming_and_archiving_lose_nothing(owner: Actor, at: datetime) -> None:
    field = add_field(owner, at, label_en="Contract")
    company = create_company(details=CompanyChange(name="A", custom={"contract": "№ 5"}), by=owner, at=at)

    change_field(field_id=field.pk, change=FieldChange(label_en="Agreement"), by=owner, at=at)
    archive_field(field_id=field.pk, by=owner, at=at)
    assert custom_of("company", company.pk) == {}
    unarchive_field(field_id=field.pk, by=owner, at=at)

    assert custom_of("company", company.pk) == {"contract": "№ 5"}


def test_archived_options_stay_where_they_are_held(owner: Actor, at: datetime) -> None:
    field = add_field(owner, at, "choice", label_en="Color")
    company = create_company(details=CompanyChange(name="A", custom={"color": "red"}), by=owner, at=at)

    left = (Option(bg="Син", en="Navy", code="blue"), Option(en="Black"))
    field = change_field(field_id=field.pk, change=FieldChange(options=left), by=owner, at=at)
    same = change_company(
        company_id=company.pk, change=CompanyChange(name="B", custom={"color": "red"}), by=owner, at=at
    )

    codes = [(one["code"], one["archived"]) for one in field.options]
    assert codes == [("blue", False), ("black", False), ("red", True), ("green", True)]
    assert custom_of("company", same.pk) == {"color": "red"}
    with pytest.raises(Refused):
        create_company(details=CompanyChange(name="C", custom={"color": "red"}), by=owner, at=at)


def test_deleting_asks_for_the_archive_first_and_tells_how_many(owner: Actor, at: datetime) -> None:
    field = add_field(owner, at, label_en="Contract")
    create_company(details=CompanyChange(name="A", custom={"contract": "1"}), by=owner, at=at)
    with pytest.raises(FieldInUse):
        delete_field(field_id=field.pk, by=owner, at=at)

    archive_field(field_id=field.pk, by=owner, at=at)
    with pytest.raises(FieldArchived):
        archive_field(field_id=field.pk, by=owner, at=at)
    delete_field(field_id=field.pk, by=owner, at=at)

    assert not CustomValue.objects.exists()
    assert Event.objects.get(type="workspace.field_deleted").old["record_count"] == 1


def test_a_hundred_fit(owner: Actor, at: datetime) -> None:
    CustomField.objects.bulk_create(
        CustomField(entity="company", code=f"f{n}", kind="text", label=f"F{n}", created_at=at, updated_at=at)
        for n in range(100)
    )
    with pytest.raises(TooManyFields):
        add_field(owner, at)
    assert add_field(owner, at, entity="contact").entity == "contact"


def test_they_stand_in_the_order_that_was_wished(owner: Actor, at: datetime) -> None:
    a, b, c = (add_field(owner, at, label_en=name) for name in "abc")

    arrange_fields(entity="company", field_ids=[c.pk, a.pk], by=owner, at=at)

    assert [one.code for one in custom_fields("company")] == ["c", "a", "b"]
    assert b.code == "b"


@pytest.mark.parametrize(
    ("kind", "details", "code"),
    [
        ("text", {"label_bg": "", "label_en": ""}, "required"),
        ("text", {"label_bg": "x" * 81}, "too_long"),
        ("nothing", {}, "kind_unknown"),
        ("choice", {"options": ()}, "required"),
        ("choice", {"options": (Option(bg="x" * 81),)}, "too_long"),
        ("number", {"default": "many"}, "not_number"),
    ],
)
def test_what_makes_no_field_is_refused(
    kind: str, details: dict[str, object], code: str, owner: Actor, at: datetime
) -> None:
    with pytest.raises(Refused) as refusal:
        add_field(owner, at, kind, **details)
    assert refusal.value.code == code


def test_an_unknown_kind_of_record_is_refused(owner: Actor, at: datetime) -> None:
    with pytest.raises(Refused):
        create_field(entity="planet", kind="text", details=FieldChange(label_bg="X"), by=owner, at=at)


def test_only_admins_add_fields(actor_with: Callable[[Role], Actor], at: datetime) -> None:
    with pytest.raises(NotAllowed):
        add_field(actor_with(Role.MANAGER), at)
    assert add_field(actor_with(Role.ADMIN), at).pk
