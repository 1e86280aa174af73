"""Which record a row is about: recognised by the chosen fields, in the organization and inside the file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Model, Q
from django.db.models.functions import Lower

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.folding import fold_phone
from shared_apps.core.errors import Refused
from shared_apps.core.search import order_key
from tenant_apps.imports.operations.cells import Plan
from tenant_apps.imports.operations.entities import ENTITIES
from tenant_apps.imports.reasons import SEVERAL_MATCH
from tenant_apps.sharing.queries import visible_to

Key = tuple[str, str, str]  # entity, match field, value


class SeveralMatch(Refused):
    code = "several_match"


@dataclass
class Made:
    """A record that an earlier row made and that is not there: a rehearsal took it back, or it waits to be
    written. The row it came from, and what it holds, as hashes.
    """

    number: int
    pk: UUID
    held: dict[str, int] = field(default_factory=dict)


def key_of(entity: str, name: str, values: dict[str, Any]) -> str:
    """What the record is recognised by; "" when the row does not say."""
    if name == "name":
        full = " ".join(filter(None, [values.get("first_name"), values.get("last_name")]))
        return order_key(full if entity == "contact" else values.get("name", ""))
    text = str(values.get(name) or "")
    if name == "phone":
        return dialled(text)
    return text.strip().lower() if name in {"email", "code"} else text


def dialled(text: str) -> str:
    """One spelling of a phone: `+359 88 812 3456` and `0888123456` are the same."""
    digits = fold_phone(text).removeprefix("00")
    return f"0{digits.removeprefix('359')}" if digits.startswith("359") else digits


class Register:
    """The records that rows may be about. Of the organization's, only those of the present batch are held."""

    def __init__(self, match: dict[str, list[str]], by: Actor) -> None:
        self.match, self.by = match, by
        self.known: dict[Key, list[Model]] = {}
        self.made: dict[Key, Made] = {}
        self.seen_in_row: dict[UUID, int] = {}

    def prepare(self, plans: Iterable[Plan]) -> None:
        """Read all the records that these rows may be about: one statement for each match field, in which
        only rows are asked for that no surer field has found.
        """
        self.known = defaultdict(list)
        asked = defaultdict(list)
        for plan in plans:
            for entity, values in plan.values.items():
                asked[entity].append(values)
                if parent := values.get("parent"):
                    asked["parent"].append({"name": parent})
        self._prepare("company", ["name"], asked.pop("parent", []))
        for entity, some in asked.items():
            self._prepare(entity, self.match.get(entity, ()), some)

    def _prepare(self, entity: str, names: Iterable[str], asked: list[dict[str, Any]]) -> None:
        for name in names:
            keyed = [(key_of(entity, name, values), values) for values in asked]
            keys = {key for key, _values in keyed if key}
            for record in self._read(entity, name, keys) if keys else ():
                self._keep(entity, name, record)
            asked = [values for key, values in keyed if not (key and self.known[entity, name, key])]

    def find(
        self, entity: str, values: dict[str, Any], company_id: UUID | None, by_name: bool = False
    ) -> Model | Made | None:
        """The one record that the row is about; `by_name`: whatever was chosen. Raises `SeveralMatch`."""
        for name in ("name",) if by_name else self.match.get(entity, ()):
            key = key_of(entity, name, values)
            if not key:
                continue
            found = [
                one
                for one in self.known.get((entity, name, key), ())
                if _agrees(one, values, name, company_id)
            ]
            if len(found) > 1:
                raise SeveralMatch(message=SEVERAL_MATCH % {"value": key[:60]})
            if found:
                return found[0]
            if (entity, name, key) in self.made:
                return self.made[entity, name, key]
        return None

    def add(self, entity: str, record: Model) -> None:
        """A record that a row made, so that later rows of the batch find it."""
        for name in {*self.match.get(entity, ()), "name"}:
            self._keep(entity, name, record)

    def note(self, entity: str, values: dict[str, Any], made: Made) -> None:
        """A record that a row made, and that is gone again or waits to be written."""
        for name in {*self.match.get(entity, ()), "name"}:
            if key := key_of(entity, name, values):
                self.made.setdefault((entity, name, key), made)

    def records(self, entity: str) -> list[Any]:
        """The records of this kind that the rows of the batch may be about."""
        found = {
            one.pk: one for (kind, _name, _key), some in self.known.items() for one in some if kind == entity
        }
        return list(found.values())

    def replace(self, entity: str, record: Model) -> None:
        """A record as it is after a row changed it."""
        for found in self.known.values():
            for index, one in enumerate(found):
                if one.pk == record.pk and type(one) is type(record):
                    found[index] = record
        self.add(entity, record)

    def _keep(self, entity: str, name: str, record: Model) -> None:
        key = key_of(entity, name, {**vars(record), "id": record.pk})
        if key and record not in self.known[entity, name, key]:
            self.known[entity, name, key].append(record)

    def _read(self, entity: str, name: str, keys: set[str]) -> Iterable[Model]:
        rows = ENTITIES[entity].rows()
        rows = visible_to(rows, self.by) if ENTITIES[entity].is_owned else rows
        return rows.filter(_condition(name, keys)) if name != "email" else _by_email(rows, keys)


def _by_email(rows: Any, keys: set[str]) -> Any:
    return rows.annotate(email_key=Lower("email")).filter(email_key__in=keys)


def _condition(name: str, keys: set[str]) -> Q:
    if name == "phone":
        found = Q(pk=None)
        for key in keys:
            found |= Q(search_text__contains=key)
        return found
    if name == "code":
        found = Q(pk=None)
        for key in keys:
            found |= Q(code__iexact=key)
        return found
    return Q(**{{"id": "pk", "name": "name_folded"}.get(name, name) + "__in": keys})


def _agrees(record: Any, values: dict[str, Any], name: str, company_id: UUID | None) -> bool:
    """A name alone is not enough where the register numbers or the firms differ."""
    if name != "name":
        return True
    if values.get("eik") and getattr(record, "eik", ""):
        return bool(values["eik"] == record.eik)
    theirs = getattr(record, "company_id", None)
    return not (company_id and theirs and theirs != company_id)
