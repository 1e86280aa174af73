"""What one does to many documents of a list together."""

from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Invoice
from tenant_apps.workspace.models import ChangeSet
from tenant_apps.workspace.operations import BulkAct, UndoTooLate, start_bulk_change, undo_bulk_change
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, client, draft, fresh, issued

pytestmark = pytest.mark.usefixtures("in_alpha")


def test_drafts_are_issued_and_what_is_issued_is_left_out(owner: Actor, browser: Client) -> None:
    first, second, done = draft(owner), draft(owner), issued(owner)
    sent = {"act": "issue", "id": [str(one.pk) for one in (first, second, done)], "query": ""}
    asked = browser.get("/lists/invoice/bulk/", sent).text
    assert "3 records are chosen." in asked and "It cannot be undone." in asked

    answer = browser.post("/lists/invoice/bulk/", sent, follow=True).text

    numbers = [int(fresh(one).number) for one in (done, first, second)]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    changes = ChangeSet.objects.get()
    assert (changes.kind, changes.done_count, changes.failed_count) == ("issue", 2, 1)
    assert f"/changes/{changes.pk}/undo/" not in answer and str(done.number) in answer


def test_it_is_never_undone(owner: Actor) -> None:
    act, one = BulkAct("issue", {}), draft(owner)
    changes = start_bulk_change(entity="invoice", act=act, record_ids=[one.pk], label="x", by=owner, at=AT)
    with pytest.raises(UndoTooLate):
        undo_bulk_change(change_set_id=changes.pk, by=owner, at=AT)
    assert fresh(one).is_issued


def test_drafts_are_deleted_and_nothing_else(owner: Actor, browser: Client) -> None:
    gone, kept = draft(owner), issued(owner)
    sent = {"act": "delete_draft", "id": [str(gone.pk), str(kept.pk)], "query": ""}
    browser.post("/lists/invoice/bulk/", sent)
    assert list(Invoice.objects.all()) == [kept]


def test_sent_to_those_who_have_an_address(owner: Actor, browser: Client) -> None:
    reached = issued(owner, client(owner, email="a@a.bg"))
    mute = issued(owner, client(owner, name="Ням ООД", eik="175074752"))
    sent = {"act": "send", "id": [str(reached.pk), str(mute.pk)], "query": ""}
    answer = browser.post("/lists/invoice/bulk/", sent, follow=True).text
    assert fresh(reached).sent_at and not fresh(mute).sent_at
    assert "no e-mail address" in answer


def test_a_user_issues_none(user: Actor, browser_of: Any, alpha: OrganizationRef) -> None:
    mine = draft(user)
    sent = {"act": "issue", "id": [str(mine.pk)], "query": ""}
    answer = browser_of(alpha, "user").post("/lists/invoice/bulk/", sent)
    assert answer.status_code in (403, 422) and fresh(mine).is_draft


def test_what_is_no_act_changes_nothing(owner: Actor, browser: Client) -> None:
    kept = draft(owner)
    for act in ("archive", "edit", "tag", "annul"):
        answer = browser.post("/lists/invoice/bulk/", {"act": act, "id": [str(kept.pk)], "query": ""})
        assert answer.status_code == 422
    assert fresh(kept).is_draft
