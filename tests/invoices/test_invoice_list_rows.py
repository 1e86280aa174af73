"""The list of documents: its pages follow each other, and clients that were merged are one."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.crm.operations import merge_companies
from tenant_apps.invoices.models import Invoice
from tenant_apps.workspace.queries import arranged_by_query
from tests.invoices.stories import AT, client, draft, issued, line

pytestmark = pytest.mark.usefixtures("in_alpha")
Found = Callable[[str], list[Invoice]]


@pytest.fixture
def found(owner: Actor) -> Found:
    """The documents of an address, in its order."""
    return lambda query: list(arranged_by_query("invoice", query, owner, clock.now()).page.items)


def ids(rows: Iterable[Any]) -> set[Any]:
    return {one.pk for one in rows}


def test_pages_follow_each_other_in_every_order(owner: Actor, found: Found) -> None:
    buyer = client(owner)
    for number in range(53):
        draft(owner, buyer, items=(line("1", str(number % 7)),))
    for name in ("total", "-outstanding", "number", "-due_date"):
        first = arranged_by_query("invoice", f"ordering={name}", owner, clock.now())
        second = arranged_by_query(
            "invoice", f"ordering={name}&cursor={first.page.next_cursor}", owner, clock.now()
        )
        seen = [one.pk for one in (*first.page.items, *second.page.items)]
        assert len(seen) == len(set(seen)) == 53, name


def test_a_company_in_a_filter_is_named_and_has_what_was_merged_into_it(
    owner: Actor, user: Actor, browser: Client, found: Found
) -> None:
    kept, absorbed = client(owner, name="Нова ООД"), client(owner, name="Стара ООД")
    old, new = issued(owner, absorbed), issued(owner, kept)
    other = issued(owner, client(owner, name="Друга ООД", eik="175074752"))
    merge_companies(kept_id=kept.pk, absorbed_id=absorbed.pk, by=owner, at=AT)
    assert ids(found(f"filter=company:is:{kept.pk}")) == {old.pk, new.pk}
    assert ids(found(f"filter=company:not:{kept.pk}")) == {other.pk}
    assert "<strong>Нова ООД</strong>" in browser.get(f"/invoices/?filter=company:is:{kept.pk}").text
    form = browser.get(f"/lists/invoice/filter/?filter=company:is:{kept.pk}").text
    assert 'data-select-url="/companies/options/"' in form and ">Нова ООД</option>" in form
    hidden = arranged_by_query("invoice", f"filter=company:is:{kept.pk}", user, clock.now())
    assert [chip.values for chip in hidden.chips] == ["Not yours to see, or gone"] and not hidden.page.items
