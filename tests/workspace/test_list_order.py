"""Lists by what not every record has: own fields and companies, page by page, either way."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core.actors import Actor
from shared_apps.core.ids import new_id
from shared_apps.core.keyset import keyset_page
from tenant_apps.crm.models import Company, Contact
from tenant_apps.workspace.models import CustomField, CustomValue
from tenant_apps.workspace.queries import arranged_by_query, in_order, walk
from tenants.context import OrganizationRef

quickly = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def a_field(code: str, kind: str, at: datetime, options: Any = ()) -> CustomField:
    return CustomField.objects.create(
        entity="contact",
        code=code,
        kind=kind,
        label=code,
        options=list(options),
        created_at=at,
        updated_at=at,
    )


def a_contact(number: int, at: datetime, company: Company | None = None) -> Contact:
    name = f"Лице {number}"
    told = {"name_folded": name, "search_text": name, "company": company, "created_at": at, "updated_at": at}
    return Contact.objects.create(first_name=name, **told)


def hold(field: CustomField, contact: Contact, **value: Any) -> None:
    CustomValue.objects.create(field=field, record_id=contact.pk, **value)


def paged(query: str, owner: Actor, at: datetime, size: int) -> tuple[list[UUID], list[UUID]]:
    """The rows read forwards page by page, and those of all pages but the last read backwards."""
    ordered = in_order(arranged_by_query("contact", query, owner, at))
    forwards: list[UUID] = []
    cursor, last = None, None
    while True:
        page = keyset_page(
            ordered.rows, ordering=ordered.ordering, cursor=cursor, limit=size, held=ordered.held
        )
        forwards += [row.pk for row in page.items]
        if page.next_cursor is None:
            last = page
            break
        cursor = page.next_cursor
    backwards: list[UUID] = []
    while last.previous_cursor:
        last = keyset_page(
            ordered.rows,
            ordering=ordered.ordering,
            cursor=last.previous_cursor,
            limit=size,
            held=ordered.held,
        )
        backwards = [row.pk for row in last.items] + backwards
    return forwards, backwards


def sorted_as_told(values: dict[UUID, Any], descending: bool) -> list[UUID]:
    """The order evaluated by hand: who holds nothing comes last, and by id, which is turned too."""
    holding = sorted(((value, pk) for pk, value in values.items() if value is not None), reverse=descending)
    lacking = sorted((pk for pk, value in values.items() if value is None), reverse=descending)
    return [pk for _value, pk in holding] + lacking


@quickly
@given(
    held=st.lists(st.none() | st.integers(-3, 3), max_size=9),
    descending=st.booleans(),
    size=st.integers(1, 4),
)
def test_a_list_by_an_own_number_is_whole_and_in_order(
    held: list[int | None], descending: bool, size: int, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    CustomField.objects.all().delete()
    Contact.objects.all().delete()
    field = a_field("score", "number", at)
    values: dict[UUID, Decimal | None] = {}
    for number, value in enumerate(held):
        contact = a_contact(number, at)
        values[contact.pk] = None if value is None else Decimal(value)
        if value is not None:
            hold(field, contact, number=value)
    wanted = sorted_as_told(values, descending)
    query = f"ordering={'-' if descending else ''}field.score"
    forwards, backwards = paged(query, owner, at, size)
    assert forwards == wanted
    assert backwards == wanted[: len(backwards)] and len(backwards) >= len(wanted) - size
    shown = arranged_by_query("contact", query, owner, at)
    assert [row.record.pk for rows in walk(shown, chunk=2) for row in rows] == wanted
    for place, pk in enumerate(wanted):
        before, after = in_order(shown).neighbours(pk)
        assert (before and before.pk) == (wanted[place - 1] if place else None)
        assert (after and after.pk) == (wanted[place + 1] if place + 1 < len(wanted) else None)


@pytest.mark.parametrize("descending", [False, True])
def test_a_list_by_company_ends_with_those_who_have_none(
    in_alpha: OrganizationRef, owner: Actor, at: datetime, descending: bool
) -> None:
    told = {"search_text": "", "created_at": at, "updated_at": at}
    firms = [Company.objects.create(name=name, name_folded=name, **told) for name in ("б", "а", "б")]
    people = [a_contact(number, at, (*firms, None)[number % 4]) for number in range(10)]
    values = {one.pk: one.company and one.company.name_folded for one in people}
    wanted = sorted_as_told(values, descending)
    forwards, backwards = paged(f"ordering={'-' if descending else ''}company", owner, at, 3)
    assert forwards == wanted and backwards == wanted[:9]


def test_one_who_is_not_in_the_list_has_no_neighbours(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    a_field("score", "number", at)
    a_contact(1, at)
    shown = arranged_by_query("contact", "ordering=field.score", owner, at)
    assert in_order(shown).neighbours(new_id()) == (None, None)
