"""The list of documents: its pages follow each other, merged clients are one, letters say how they fared."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from tenant_apps.crm.operations import merge_companies
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import send_invoice
from tenant_apps.messages.models import OutgoingMessage
from tenant_apps.messages.operations import note_message_bounced, note_message_opened
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


def test_how_the_letter_fared_is_told_and_asked(
    owner: Actor, found: Found, run_jobs: Callable[[], list[str]], browser: Client
) -> None:
    company = client(owner, email="office@client.example")
    never, opened, back, again = (issued(owner, company) for _one in range(4))
    by = system_actor(owner.organization_id)
    for one in (opened, back, again):
        send_invoice(invoice_id=one.pk, by=owner, at=AT)
    run_jobs()
    letters = {one.about_id: one.pk for one in OutgoingMessage.objects.all()}
    note_message_opened(message_id=letters[opened.pk], by=by, at=AT)
    for one in (back, again):
        note_message_bounced(message_id=letters[one.pk], error="hard", by=by, at=AT)
    send_invoice(invoice_id=again.pk, by=owner, at=AT)
    run_jobs()
    assert ids(found("filter=letter:is:opened")) == {opened.pk}
    assert ids(found("filter=letter:is:bounced")) == {back.pk}
    assert ids(found("filter=letter:is:sent|opened")) == {opened.pk, again.pk}
    assert ids(found("filter=letter:not:bounced")) == {never.pk, opened.pk, again.pk}
    assert ids(found("filter=letter:empty")) == {never.pk}
    assert ids(found("filter=letter:filled")) == {opened.pk, back.pk, again.pk}
    page = browser.get("/invoices/?view=all&columns=number,letter").content.decode()
    assert page.count("Bounced") >= 1 and "Opened" in page
