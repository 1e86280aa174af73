"""Own fields that must be filled in: asked of every new record, and of an old one where a form shows them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Task
from tenant_apps.crm.operations import CompanyChange, create_company
from tests.crm.selling import stages_of
from tests.workspace.fields import add_field

pytestmark = pytest.mark.usefixtures("in_alpha")
KINDS = [
    ("company", "/companies/new/", "companies", {"name": "А", "country": "BG"}),
    ("company", "/companies/quick/", "companies", {"name": "А", "country": "BG"}),
    ("contact", "/contacts/new/", "contacts", {"first_name": "А"}),
    ("deal", "/deals/new/", "deals", {"name": "А", "currency": "EUR", "value": "5"}),
    ("task", "/tasks/new/", "tasks", {"title": "А", "priority": "2"}),
    ("task", "/tasks/new/", "tasks", {"title": "А", "quick": "yes"}),
    ("product", "/products/new/", "products", {"name": "А", "unit_price": "5", "currency": "EUR"}),
]
PEOPLE = {
    "people-TOTAL_FORMS": "0",
    "people-INITIAL_FORMS": "0",
    "lines-TOTAL_FORMS": "0",
    "lines-INITIAL_FORMS": "0",
}


@pytest.fixture
def require(owner: Actor, at: datetime) -> Callable[..., None]:
    """`require("company")`: from now on each company must tell its source."""

    def added(entity: str) -> None:
        add_field(owner, at, "text", entity=entity, label_en="source", is_required=True)
        add_field(owner, at, "text", entity=entity, label_en="hint", default="обичайно")

    return added


@pytest.mark.parametrize(("entity", "page", "noun", "body"), KINDS)
def test_a_new_record_wants_them_on_every_page(
    entity: str, page: str, noun: str, body: dict[str, str], require: Any, browser: Client, api: Client
) -> None:
    require(entity)
    sent = body | PEOPLE | {"custom_shown": "1", "stage_id": str(stages_of()[0].pk)}
    refused = browser.post(page, sent)
    assert refused.status_code == 422, refused.content.decode()[:2000]
    assert 'name="custom.source"' in refused.content.decode()

    assert browser.post(page, sent | {"custom.source": "панаир"}).status_code in {200, 204, 302}
    [made] = api.get(f"/api/v1/{noun}/").json()["items"]
    assert made["custom"]["source"] == "панаир"


@pytest.mark.parametrize(
    ("noun", "entity", "body"),
    [(noun, entity, body) for entity, page, noun, body in KINDS if "/new/" in page],
)
def test_a_new_record_wants_them_over_the_api(
    noun: str, entity: str, body: dict[str, str], require: Any, api: Client
) -> None:
    require(entity)
    given = {name: value for name, value in body.items() if name not in {"quick", "priority"}}
    answer = api.post(f"/api/v1/{noun}/", given, content_type="application/json")
    assert (answer.status_code, answer.json()["field"]) == (422, "custom.source")


def test_the_quick_task_asks_for_them_and_keeps_the_defaults_of_the_rest(
    require: Any, browser: Client, api: Client
) -> None:
    require("task")
    page = browser.get("/tasks/today/").content.decode()
    assert 'name="custom.source"' in page and 'name="custom.hint"' not in page
    sent = {"title": "Обади се", "quick": "yes", "custom_shown": "1", "custom.source": "сайт"}
    assert browser.post("/tasks/new/", sent).status_code == 302
    [task] = api.get("/api/v1/tasks/").json()["items"]
    assert task["custom"] == {"source": "сайт", "hint": "обичайно"}


def test_a_refused_quick_task_comes_back_as_the_whole_form(require: Any, browser: Client) -> None:
    require("task")
    refused = browser.post("/tasks/new/", {"title": "Обади се", "quick": "yes"})
    assert refused.status_code == 422 and 'value="Обади се"' in refused.content.decode()
    assert not Task.objects.exists()


@pytest.fixture
def old(owner: Actor, at: datetime, require: Any) -> Company:
    """A company that was there before the field."""
    company = create_company(details=CompanyChange(name="Стара"), by=owner, at=at)
    require("company")
    return company


def test_an_old_record_is_changed_elsewhere_without_them(old: Company, browser: Client, api: Client) -> None:
    url = f"/api/v1/companies/{old.pk}/"
    assert api.patch(url, {"city": "Русе"}, content_type="application/json").status_code == 200
    cell = browser.post(f"/lists/company/{old.pk}/cells/city/", {"value": "Варна"})
    assert cell.status_code == 302
    old.refresh_from_db()
    assert old.city == "Варна"


def test_what_names_the_field_fills_it_in(old: Company, browser: Client, api: Client) -> None:
    url = f"/api/v1/companies/{old.pk}/"
    emptied = api.patch(url, {"custom": {"source": ""}}, content_type="application/json")
    assert (emptied.status_code, emptied.json()["field"]) == (422, "custom.source")
    assert browser.post(f"/lists/company/{old.pk}/cells/field.source/", {"value": ""}).status_code == 422
    assert (
        browser.post(f"/companies/{old.pk}/edit/", {"name": "Стара", "custom_shown": "1"}).status_code == 422
    )
