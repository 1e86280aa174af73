"""Custom fields over the API: `custom: {code: value}`, read and written."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tests.workspace.fields import add_field

pytestmark = pytest.mark.usefixtures("in_alpha")


def send(client: Client, method: str, url: str, body: dict[str, Any]) -> Any:
    return getattr(client, method)(url, body, content_type="application/json")


BODIES: list[tuple[str, str, dict[str, Any]]] = [
    ("companies", "company", {"name": "A"}),
    ("contacts", "contact", {"first_name": "A"}),
    ("products", "product", {"name": "A", "unit_price": "5"}),
    ("deals", "deal", {"name": "A"}),
    ("tasks", "task", {"title": "A"}),
]


@pytest.mark.parametrize(("path", "entity", "body"), BODIES)
def test_written_read_changed_and_listed(
    path: str, entity: str, body: dict[str, Any], owner: Actor, at: datetime, api: Client
) -> None:
    add_field(owner, at, "number", entity=entity, label_en="size")
    add_field(owner, at, "choices", entity=entity, label_en="colors")

    made = send(api, "post", f"/api/v1/{path}/", body | {"custom": {"size": 12.5, "colors": ["blue", "red"]}})
    assert made.status_code == 201, made.content
    assert made.json()["custom"] == {"size": "12.5", "colors": ["red", "blue"]}

    address = f"/api/v1/{path}/{made.json()['id']}/"
    changed = send(api, "patch", address, {"custom": {"size": None}})
    assert changed.json()["custom"] == {"colors": ["red", "blue"]}
    assert api.get(address).json()["custom"] == {"colors": ["red", "blue"]}
    assert send(api, "patch", address, {"custom": None}).json()["custom"] == {"colors": ["red", "blue"]}
    [listed] = api.get(f"/api/v1/{path}/").json()["items"]
    assert listed["custom"] == {"colors": ["red", "blue"]}


def test_a_wrong_value_names_its_field(owner: Actor, at: datetime, api: Client) -> None:
    add_field(owner, at, "date", label_en="renewal")

    answer = send(
        api, "post", "/api/v1/companies/", {"name": "A", "custom": {"renewal": "soon", "nothing": 1}}
    )

    assert answer.status_code == 422
    assert "custom.renewal" in answer.content.decode()
    assert "custom.nothing" in answer.content.decode()
