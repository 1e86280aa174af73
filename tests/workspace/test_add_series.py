"""Several series of tax documents never meet."""

import pytest
from django.test import Client

from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.workspace.models import NumberSeries
from tenant_apps.workspace.operations import SeriesTooClose, add_series, change_series_start
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, draft, events_of, issued

pytestmark = pytest.mark.usefixtures("in_alpha")
JSON = "application/json"
FAR = 1_000_000_000


def test_each_has_its_own_numbers(owner):
    branch = add_series(name="Варна", first_number=FAR, by=owner, at=AT)
    assert events_of(branch) == ["workspace.series_added"]
    numbers = [issued(owner, series=branch.code).number, issued(owner).number]
    numbers += [issued(owner, series=branch.code).number]
    assert numbers == ["1000000000", "0000000001", "1000000001"]


@pytest.mark.parametrize("near", [1, 999_999, 1_000_000])
def test_they_start_far_from_each_other(owner, near):
    with pytest.raises(SeriesTooClose):
        add_series(name="Варна", first_number=near, by=owner, at=AT)
    assert add_series(name="Варна", first_number=1_000_001, by=owner, at=AT).next_number == 1_000_001


def test_none_is_moved_into_another(owner):
    add_series(name="Варна", first_number=FAR, by=owner, at=AT)
    for near in (FAR, FAR + 5, FAR - 999_999):
        with pytest.raises(SeriesTooClose):
            change_series_start(next_number=near, by=owner, at=AT)
    # A proforma bears a prefix: its numbers are nobody else's.
    assert change_series_start(next_number=FAR, code="proforma", by=owner, at=AT).next_number == FAR


def test_a_name_and_a_number_are_needed(owner):
    for name, number in ((" ", FAR), ("я" * 81, FAR), ("Варна", 0), ("Варна", 10**10)):
        with pytest.raises(Refused):
            add_series(name=name, first_number=number, by=owner, at=AT)
    assert NumberSeries.objects.filter(kind="tax").count() == 1


def test_a_document_takes_a_series_of_its_kind(owner):
    for series in ("proforma", "nowhere"):
        with pytest.raises(Refused):
            draft(owner, series=series)
    with pytest.raises(Refused):
        draft(owner, kind="proforma", series="tax")


def test_who_may(manager):
    with pytest.raises(NotAllowed):
        add_series(name="Варна", first_number=FAR, by=manager, at=AT)


def test_the_page_opens_one_and_tells_what_is_wrong(browser: Client, in_alpha: OrganizationRef) -> None:
    page = "/settings/numbers/"
    assert "PF-000001" in browser.get(page).content.decode()
    near = browser.post(page, {"name": "Варна", "first_number": "5"})
    assert near.status_code == 422 and "1,000,000 away" in near.content.decode()
    assert browser.post(page, {"name": "Варна", "first_number": str(FAR)}).status_code == 302
    assert "Варна" in browser.get(page).content.decode()


def test_the_api_does_the_same(api, in_alpha: OrganizationRef) -> None:
    made = api.post("/api/v1/number-series/", {"name": "Варна", "first_number": FAR}, content_type=JSON)
    assert made.status_code == 201, made.content
    assert made.json()["next"] == "1000000000"
    rows = api.get("/api/v1/number-series/").json()["items"]
    assert [row["kind"] for row in rows] == ["tax", "proforma", "offer", "tax"]
    address = f"/api/v1/number-series/{made.json()['id']}/"
    moved = api.patch(address, {"next_number": FAR + 5}, content_type=JSON)
    assert moved.json()["next"] == "1000000005"
