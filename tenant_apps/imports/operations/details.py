"""A row's values as the changes that operations take, and which of them say something new."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared_apps.core.bulgaria.vat import normalize_vat_number
from shared_apps.core.search import order_key
from tenant_apps.crm.operations import Detail
from tenant_apps.imports.operations.cells import CellProblem
from tenant_apps.imports.operations.entities import ENTITIES, as_json, held_by
from tenant_apps.imports.reasons import CELL
from tenant_apps.workspace.operations import CustomChange

# In capitals or not, a name is the same name.
NAMES = {"name", "first_name", "last_name"}
_MORE = {"more_emails": "email", "more_phones": "phone", "links": "link"}


def change_of(entity: str, values: dict[str, Any], company_id: UUID | None) -> dict[str, Any]:
    """The fields of the entity's change that the row gives."""
    fields = ENTITIES[entity].fields
    wanted = {name: value for name, value in values.items() if name in fields}
    if more := _more(values):
        wanted["details"] = more
    if company_id and entity in {"contact", "deal"}:
        wanted["company_id"] = company_id
    if entity == "deal" and values.get("owner"):
        wanted["owner_id"] = values["owner"]
    if entity == "product":
        _price(wanted)
    return wanted


def differing(
    entity: str,
    record: Any,
    wanted: dict[str, Any],
    custom_for: Callable[[UUID, dict[str, Any]], CustomChange],
) -> dict[str, Any]:
    """What of `wanted` the record does not hold yet. Further e-mails and phones are added to those it has.
    `custom_for` judges what is given for own fields.
    """
    wanted = dict(wanted)
    if "details" in wanted:
        wanted["details"] = _merged(held_by(record, "details"), wanted["details"])
    if entity == "deal":
        _leave_items(record, wanted)
    if "custom" in wanted:
        change = custom_for(record.pk, wanted["custom"])
        if not (change.after or change.errors):
            wanted.pop("custom")
    return {
        name: value
        for name, value in wanted.items()
        if name in {"items", "custom"} or not _is_held(record, name, value)
    }


def is_taken_as_given(old: Any, new: Any) -> bool:
    """Whether a change left the field as it was: written otherwise, it said the same."""
    return bool(old == new)


def _more(values: dict[str, Any]) -> tuple[Detail, ...]:
    return tuple(
        Detail(kind, value) for name, kind in _MORE.items() for value in values.get(name, ()) if value
    )


def _merged(held: tuple[Detail, ...], added: tuple[Detail, ...]) -> tuple[Detail, ...]:
    known = {(one.kind, one.value.lower()) for one in held}
    return held + tuple(one for one in added if (one.kind, one.value.strip().lower()) not in known)


def _price(wanted: dict[str, Any]) -> None:
    if "unit_price" not in wanted:
        return
    amount, currency = wanted["unit_price"]
    if amount < 0:
        raise CellProblem("product.unit_price", CELL["negative"] % {"value": amount})
    wanted["unit_price"] = amount
    if currency:
        wanted.setdefault("currency", currency)


def _leave_items(deal: Any, wanted: dict[str, Any]) -> None:
    """A deal's lines are replaced only when the row's one line says something else than its one line."""
    lines = list(deal.items.all())
    if not lines:
        return
    if "items" not in wanted or len(lines) > 1:
        wanted.pop("items", None)
        wanted.pop("value", None)
        return
    line, item = lines[0], wanted["items"][0]
    if ("value" in wanted and (line.product_id, line.net_total) == (item.product_id, wanted["value"])) or (
        "value" not in wanted and line.product_id == item.product_id
    ):
        wanted.pop("items")


def _is_held(record: Any, name: str, value: Any) -> bool:
    held = held_by(record, name)
    if name == "vat_number":
        number = normalize_vat_number(value)
        return held in {number, f"{record.country}{number}", f"EL{number}"}
    if isinstance(value, Decimal):
        return held is not None and Decimal(held) == value
    if name in NAMES:
        return order_key(held) == order_key(value)
    text = value.strip() if isinstance(value, str) else value
    return bool(as_json(held) == as_json(text))
