"""Filters by own fields give the rows that one would pick by hand, whichever way they are asked."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core.actors import Actor
from shared_apps.core.listing import trying
from tenant_apps.crm.models import Contact
from tenant_apps.workspace.models import CustomField, Tag, Tagging
from tenant_apps.workspace.queries import arranged_by_query, values_of, values_of_rows, with_values
from tenants.context import OrganizationRef
from tests.workspace.test_list_order import a_contact, a_field, hold

quickly = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FIRST = date(2026, 1, 1)
# A condition as the address has it → whether a record that holds this passes.
CONDITIONS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "field.score:above:1": lambda held: held["score"] is not None and held["score"] > 1,
    "field.score:is:2": lambda held: held["score"] == 2,
    "field.score:not:2": lambda held: held["score"] != 2,
    "field.score:between:0|1": lambda held: held["score"] in (0, 1),
    "field.score:empty": lambda held: held["score"] is None,
    "field.score:filled": lambda held: held["score"] is not None,
    "field.agreed:is:yes": lambda held: held["agreed"] is True,
    "field.agreed:is:no": lambda held: held["agreed"] is False,
    "field.source:is:web|fair": lambda held: held["source"] in ("web", "fair"),
    "field.source:not:web": lambda held: held["source"] != "web",
    "field.remark:contains:ба": lambda held: "ба" in (held["remark"] or ""),
    "field.remark:lacks:ба": lambda held: "ба" not in (held["remark"] or ""),
    "field.remark:starts:аб": lambda held: (held["remark"] or "").startswith("аб"),
    "field.renewal:before:2026-01-02": lambda held: held["renewal"] == FIRST,
}
A_RECORD = st.fixed_dictionaries(
    {
        "score": st.none() | st.integers(0, 3),
        "agreed": st.none() | st.booleans(),
        "source": st.none() | st.sampled_from(["web", "fair", "call"]),
        "remark": st.none() | st.sampled_from(["аб", "ба", "аба"]),
        "renewal": st.none() | st.sampled_from([FIRST, FIRST + timedelta(days=1)]),
    }
)
# Thresholds under which every condition is looked up, gathered, or either, by how many pass it.
WAYS = {
    "looked up": (0, 0),
    "gathered": (10**6, 10**6),
    "together": (10**6, 0),
    "mixed": (10**6, 3),
    "as it comes": (20, 50),
}


def a_record(fields: dict[str, CustomField], number: int, held: dict[str, Any], at: datetime) -> Contact:
    contact = a_contact(number, at)
    folded = {"аб": "ab", "ба": "ba", "аба": "aba"}.get(held["remark"], "")
    columns: dict[str, dict[str, Any]] = {
        "score": {"number": held["score"]},
        "agreed": {"flag": held["agreed"]},
        "source": {"text": held["source"], "folded": held["source"]},
        "remark": {"text": held["remark"], "folded": folded},
        "renewal": {"day": held["renewal"]},
    }
    for code, field in fields.items():
        if held[code] is not None:
            hold(field, contact, **columns[code])
    return contact


def own_fields(at: datetime) -> dict[str, CustomField]:
    options = [{"code": code, "bg": code, "en": code, "archived": False} for code in ("web", "fair", "call")]
    kinds = {"score": "number", "agreed": "yes_no", "source": "choice", "remark": "text", "renewal": "date"}
    return {
        code: a_field(code, kind, at, options if kind == "choice" else ()) for code, kind in kinds.items()
    }


@pytest.mark.parametrize("way", WAYS)
@quickly
@given(
    records=st.lists(A_RECORD, max_size=8),
    asked=st.lists(st.sampled_from(sorted(CONDITIONS)), min_size=1, max_size=3, unique=True),
    any_of=st.booleans(),
)
def test_every_way_gives_what_one_would_pick_by_hand(
    records: list[dict[str, Any]],
    asked: list[str],
    any_of: bool,
    way: str,
    in_alpha: OrganizationRef,
    owner: Actor,
    at: datetime,
) -> None:
    CustomField.objects.all().delete()
    Contact.objects.all().delete()
    fields = own_fields(at)
    made = [(a_record(fields, number, held, at), held) for number, held in enumerate(records)]
    rule = any if any_of else all
    wanted = {contact.pk for contact, held in made if rule(CONDITIONS[one](held) for one in asked)}
    text = ",".join(asked)
    query = f"filter=any({text})" if any_of else f"filter={text}"
    page, many = WAYS[way]
    with patch.object(trying, "FILLS_A_PAGE", page), patch.object(trying, "MANY", many):
        shown = arranged_by_query("contact", query, owner, at)
    assert {row.pk for row in shown.rows_asked} == wanted
    assert {row.pk for row in shown.rows_gathered} == wanted
    assert shown.count == (len(wanted), False)


def test_trying_a_filter_takes_one_statement_and_none_without_own_fields(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    own_fields(at)
    counts = []
    for query in ("filter=job_title:empty", "filter=field.score:above:1,field.agreed:is:yes"):
        with CaptureQueriesContext(
            connection,
        ) as sent:
            arranged_by_query("contact", query, owner, at)
        counts.append(len([one for one in sent.captured_queries if "COUNT(" in one["sql"]]))
    assert counts == [0, 1]


def test_where_most_pass_the_list_is_not_counted_to_its_end(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    field = a_field("agreed", "yes_no", at)
    for number in range(60):
        hold(field, a_contact(number, at), flag=True)
    with (
        patch.object(trying, "FILLS_A_COUNT", 50),
        patch("tenant_apps.workspace.queries.lists.COUNTED_SLOWLY", 55),
    ):
        shown = arranged_by_query("contact", "filter=field.agreed:is:yes", owner, at)
        assert shown.count == (55, True) and shown.count_words == "55+"


def test_the_page_brings_own_fields_and_tags_with_its_rows(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    fields = own_fields(at) | {
        "budget": a_field("budget", "money", at),
        "adviser": a_field("adviser", "person", at),
        "page": a_field("page", "link", at),
    }
    held = {"score": 0, "agreed": False, "source": "web", "remark": "аб", "renewal": FIRST}
    contact = a_record({code: fields[code] for code in held}, 1, held, at)
    hold(fields["budget"], contact, number=Decimal("12.50"), currency="EUR")
    hold(fields["adviser"], contact, user_id=owner.id)
    a_record({}, 2, held, at)
    for name in ("втори", "първи"):
        tag = Tag.objects.create(name=name, created_at=at)
        Tagging.objects.create(tag=tag, record_type="contact", record_id=contact.pk)
    columns = ",".join([*(f"field.{code}" for code in fields), "tags"])
    shown = arranged_by_query("contact", f"columns={columns}&ordering=created_at", owner, at)
    with CaptureQueriesContext(connection) as sent:
        cells = {cell.column.name: cell for cell in shown.rows[0].cells}
    assert len([one for one in sent.captured_queries if "custom" in one["sql"] or "tag" in one["sql"]]) == 1
    told = {name.removeprefix("field."): cell.value for name, cell in cells.items() if "." in name}
    money = {"budget": Decimal("12.50"), "adviser": owner.id, "page": None}
    assert told == held | money and cells["field.budget"].currency == "EUR"
    assert [tag.name for tag in cells["tags"].value] == ["втори", "първи"]
    assert values_of(fields.values(), [contact.pk]) == values_of_rows(
        list(fields.values()), list(with_values(list(fields.values()), Contact.objects.filter(pk=contact.pk)))
    )
