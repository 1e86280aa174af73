"""Files on their way in, through the pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenant_apps.imports.models import Import
from tenants.context import OrganizationRef, in_organization


@dataclass
class Desk:
    """One who imports at the browser, in English."""

    browser: Client
    organization: OrganizationRef
    run_jobs: Callable[[], list[str]]

    def upload(self, content: bytes | str, name: str = "people.csv") -> Any:
        """The answer to the upload of a file."""
        content = content.encode() if isinstance(content, str) else content
        return self.browser.post("/imports/new/", {"file": SimpleUploadedFile(name, content)})

    def arrived(self, content: bytes | str, name: str = "people.csv") -> Import:
        """The import of an uploaded file, at its columns."""
        answer = self.upload(content, name)
        assert answer.status_code == 302, answer.context["form"].errors
        found = re.fullmatch(r"/imports/([0-9a-f-]+)/columns/", answer["Location"])
        assert found
        return self.now(found[1])

    def choose(self, run: Import, **changes: Any) -> Any:
        """Send the form of the columns as it is shown, with changes: a header gives its column another
        target.
        """
        page = self.browser.get(f"/imports/{run.pk}/columns/")
        form = page.context["form"]
        values = {name: form[name].value() for name in form.fields}
        headers = {column["header"]: f"column_{place}" for place, column in enumerate(run.columns)}
        for name, value in changes.items():
            values[headers.get(name, name)] = value
        return self.browser.post(
            f"/imports/{run.pk}/columns/",
            {name: value for name, value in values.items() if value is not None},
        )

    def rehearsed(self, content: bytes | str, name: str = "people.csv", **changes: Any) -> Import:
        """The import of a file, rehearsed."""
        run = self.arrived(content, name)
        answer = self.choose(run, **changes)
        assert answer.status_code == 302, answer.context["form"].errors
        self.run_jobs()
        return self.now(run.pk)

    def imported(self, content: bytes | str, name: str = "people.csv", **changes: Any) -> Import:
        """The import of a file, done."""
        return self.run(self.rehearsed(content, name, **changes))

    def run(self, run: Import) -> Import:
        """A rehearsed import, done."""
        assert self.browser.post(f"/imports/{run.pk}/run/").status_code == 302
        self.run_jobs()
        return self.now(run.pk)

    def undo(self, run: Import) -> Import:
        assert self.browser.post(f"/imports/{run.pk}/undo/").status_code == 302
        self.run_jobs()
        return self.now(run.pk)

    def now(self, import_id: Any) -> Import:
        with in_organization(self.organization):
            return Import.objects.get(pk=import_id)

    def problems(self, run: Import) -> dict[int, tuple[str, str, str]]:
        """Row → outcome, column and message of every row that something is told about."""
        with in_organization(self.organization):
            rows = run.rows.exclude(message="").order_by("number", "is_rehearsal")
            return {row.number: (row.outcome, row.column, row.message) for row in rows}


@pytest.fixture
def desk(browser: Client, alpha: OrganizationRef, run_jobs: Callable[[], list[str]]) -> Desk:
    return Desk(browser, alpha, run_jobs)
