"""Whatever is uploaded ends in records, in a clear row error, or in a clear refusal; never in a 500."""

import pytest

from tenants.context import OrganizationRef
from tests.imports.broken_files import BROKEN
from tests.imports.conftest import Desk


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_well(name: str, desk: Desk, in_alpha: OrganizationRef) -> None:
    broken = BROKEN[name]

    if broken.refused:
        answer = desk.upload(broken.content(), broken.name)
        assert answer.status_code == 422
        assert broken.says in str(answer.context["form"].errors), answer.context["form"].errors
        return

    rehearsed = desk.rehearsed(broken.content(), broken.name, **broken.chosen)
    run = desk.run(rehearsed)

    assert run.state == "imported", run.problem
    found = {outcome: run.counts.get(outcome, 0) for outcome in ("created", "failed", "skipped")}
    wanted = {"created": broken.created, "failed": broken.failed, "skipped": broken.skipped}
    assert found == wanted, (desk.problems(run), run.mapping)
    reasons = " ".join(f"{column}: {message}" for _outcome, column, message in desk.problems(run).values())
    assert broken.says in reasons
    assert rehearsed.counts == run.counts
    for page in ("", "result/", "failed-rows/"):
        assert desk.browser.get(f"/imports/{run.pk}/{page}").status_code == 200


def test_37_of_them_are_tables_of_text_and_no_two_are_the_same() -> None:
    tables = {one.content(): one.chosen for one in BROKEN.values() if one.name.endswith((".csv", ".tsv"))}
    assert len(tables) >= 37
    assert len({one.content() for one in BROKEN.values()}) == len(BROKEN)
