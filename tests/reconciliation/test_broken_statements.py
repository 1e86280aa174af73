"""Whatever is uploaded ends in lines, in a clear error of an entry, or in a clear refusal; never in a 500."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenant_apps.reconciliation.models import BankLine, Statement
from tenants.context import OrganizationRef
from tests.reconciliation.broken_statements import BROKEN, Broken
from tests.reconciliation.conftest import Till


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_well(
    name: str, till: Till, browser: Client, run_jobs: Callable[[], list[str]], in_alpha: OrganizationRef
) -> None:
    broken = BROKEN[name]
    till.account()

    answer = browser.post(
        "/bank/statements/new/", {"file": SimpleUploadedFile(broken.name, broken.content())}
    )
    if broken.refused and answer.status_code == 422:
        assert broken.says in str(answer.context["form"].errors)
        assert not Statement.objects.exists()
        return
    assert answer.status_code == 302, answer.context["form"].errors
    run_jobs()
    if broken.refused or broken.chosen:
        answer = choose(browser, broken)
        if broken.refused:
            assert answer.status_code == 422
            assert broken.says in answer.content.decode()
            return
        assert answer.status_code == 302, answer.context["form"].errors
        run_jobs()

    statement = Statement.objects.get()
    assert statement.state == "rehearsed", (statement.state, statement.problem)
    rehearsed = statement.rehearsal
    assert browser.get(f"/bank/statements/{statement.pk}/").status_code == 200
    assert browser.post(f"/bank/statements/{statement.pk}/import/").status_code == 302
    run_jobs()

    statement.refresh_from_db()
    assert (statement.state, statement.problem) == ("imported", "")
    skipped = statement.counts.get("pending", 0) + statement.counts.get("information", 0)
    found = (statement.counts.get("added", 0), statement.counts.get("failed", 0), skipped)
    assert found == (broken.added, broken.failed, broken.skipped), list(
        statement.rows.values_list("place", "outcome", "field", "problem", "texts")
    )
    assert BankLine.objects.count() == broken.added
    assert {name: rehearsed.get(name, 0) for name in ("added", "failed")} == {
        name: statement.counts.get(name, 0) for name in ("added", "failed")
    }
    page = browser.get(f"/bank/statements/{statement.pk}/")
    assert page.status_code == 200
    assert not broken.failed or broken.says in page.content.decode()
    for row in statement.rows.filter(outcome="failed"):
        assert browser.get(f"/bank/rows/{row.pk}/").status_code == 200


def choose(browser: Client, broken: Broken) -> Any:
    """Send the form of account and columns as it is shown, with what the file wants chosen."""
    statement = Statement.objects.get()
    page = browser.get(f"/bank/statements/{statement.pk}/columns/")
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields} | broken.chosen
    return browser.post(
        f"/bank/statements/{statement.pk}/columns/",
        {name: value for name, value in values.items() if value is not None},
    )


def test_they_are_more_than_forty_and_no_two_are_the_same() -> None:
    assert len({one.content() for one in BROKEN.values()}) >= len(BROKEN) - 1 >= 40
