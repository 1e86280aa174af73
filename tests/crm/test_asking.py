"""Parts of a page ask together: the rows are those that each question gives alone, one statement a round."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import models
from pytest_django import DjangoAssertNumQueries

from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking, answered, fetch, rows_of, together
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Company, Contact, Deal, Merge, Note, Task
from tenant_apps.crm.queries import visible_company
from tenant_apps.workspace.models import CustomField, Member
from tests.crm.selling import add_deal

Add = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("in_alpha")


@pytest.fixture
def rows(add_company: Add, add_contact: Add, owner: Actor, at: datetime) -> Company:
    company: Company = add_company('Ателие "Щърк" \\ ООД', city="Русе", phone="+359 2 987 65 43")
    contact = add_contact("Мария", "О'Конър", company_id=company.pk)
    add_deal("Сайт", by=owner, at=at, value="1234.50", company_id=company.pk)
    Task.objects.create(title="Обади се", contact=contact, due_at=at, created_at=at, updated_at=at)
    Note.objects.create(text="ред\nред", company=company, mentions=[owner.id], created_at=at)
    return company


def questions(company: Company) -> list[Any]:
    """One of each kind of column and of rows."""
    return [
        Company.objects.order_by("id"),
        Contact.objects.select_related("company").order_by("id"),
        Deal.objects.select_related("company", "stage", "pipeline").order_by("-value"),
        Task.objects.select_related("company", "contact", "deal"),
        Note.objects.all(),
        Event.objects.order_by("-id")[:3],
        Member.objects.order_by("name"),
        CustomField.objects.none(),
        Contact.objects.filter(pk__in=[]),
        Deal.objects.values("value", "created_at", "expected_close_on"),
        Deal.objects.values_list("pk", flat=True),
        Company.objects.annotate(number=models.Count("contacts")).filter(number__gt=0),
    ]


def test_the_rows_are_those_that_each_question_gives_alone(
    rows: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alone = [list(one) for one in questions(rows)]
    asked = questions(rows)
    with django_assert_num_queries(1):
        fetch(asked)
        told = [list(one) for one in asked]
    assert told == alone
    assert [_columns(one) for one in told] == [_columns(one) for one in alone]


def _columns(found: list[Any]) -> list[Any]:
    return [one if not isinstance(one, models.Model) else _plain(one) for one in found]


def _plain(row: models.Model) -> dict[str, Any]:
    """The columns of a row, and of those that were joined to it."""
    joined = {name: _plain(one) for name, one in row._state.fields_cache.items() if one is not None}
    own = {name: value for name, value in vars(row).items() if name != "_state"}
    return {**{name: (type(value), value) for name, value in own.items()}, **joined}


def test_what_json_columns_and_arrays_hold_comes_back_as_it_was(
    rows: Company, owner: Actor, at: datetime
) -> None:
    event = {"old": {"a": 1.5, "b": [None, {"c": "1.50"}]}, "new": {"a": "\u2028"}}
    about = {"subject_type": "crm.company", "subject_id": rows.pk, "subject_label": "x"}
    Event.objects.create(type="crm.x", actor_kind="system", actor_label="", at=at, **about, **event)
    found, also = Event.objects.filter(type="crm.x"), Note.objects.all()
    fetch([found, also])
    assert (found[0].old, found[0].new, also[0].mentions) == (event["old"], event["new"], [owner.id])
    assert type(found[0].old["a"]) is float


def test_a_question_that_was_answered_asks_anew_when_it_is_narrowed(rows: Company, add_company: Add) -> None:
    everybody, deals = Company.objects.order_by("id"), Deal.objects.all()
    fetch([everybody, deals])
    add_company("Друга")
    assert len(everybody) == 1
    assert [everybody.filter(name="Друга").exists(), everybody.all().count()] == [True, 2]


def test_each_round_of_all_parts_is_one_statement(
    rows: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def twice() -> Asking[list[str]]:
        (companies,) = yield [Company.objects.all()]
        (contacts,) = yield [Contact.objects.filter(company=companies[0])]
        return [*map(str, companies), *map(str, contacts)]

    def never() -> Asking[str]:
        yield from ()
        return "nothing"

    with django_assert_num_queries(2):
        both, none, deals, again = together(twice(), never(), rows_of(Deal.objects.all()), twice())
    assert both == again == [str(rows), "Мария О'Конър"]
    assert (none, [one.name for one in deals], answered(never())) == ("nothing", ["Сайт"], "nothing")


def test_annotations_that_hold_several_rows_come_along(
    rows: Company, owner: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from tenant_apps.crm.queries.clients import reach_columns

    asked: Any = Company.objects.annotate(**reach_columns("company"))
    fetch([asked, Deal.objects.all()])
    alone: Any = visible_company(rows.pk, owner)
    assert (asked[0].kept_details, asked[0].kept_addresses) == (alone.kept_details, alone.kept_addresses)


def test_a_column_that_json_cannot_carry_is_refused(rows: Company) -> None:
    lasted = models.ExpressionWrapper(
        models.F("updated_at") - models.F("created_at"), output_field=models.DurationField()
    )
    with pytest.raises(TypeError, match="DurationField"):
        fetch(
            [
                Company.objects.annotate(lasted=lasted),
                Merge.objects.all(),
            ]
        )
