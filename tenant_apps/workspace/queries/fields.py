"""Custom fields and what records hold in them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shared_apps.core.asking import Asking
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.formats import format_day, format_money, format_number
from shared_apps.core.listing import listing_of
from shared_apps.core.money import Money
from shared_apps.core.prepared import prepared
from tenant_apps.workspace.models import CustomField, CustomValue, FieldKind, Member
from tenant_apps.workspace.queries.organization import active_members, member_by_user, profile
from tenant_apps.workspace.rules import Value, Words, as_json, from_columns

FIELD_ENTITIES = ("company", "contact", "deal", "task", "product")
MOST_FIELDS = 100
PREFIX = "custom."
_KEPT = ("text", "number", "currency", "day", "flag", "user_id")
# The columns as JSON tells them, and how those are read that JSON has no kind for.
_KEPT_AS_TEXT = {**{name: name for name in _KEPT}, "number": Cast("number", CharField())}
_READ: dict[str, Callable[[str], Any]] = {"number": Decimal, "day": date.fromisoformat, "user_id": UUID}
_LISTS = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


def custom_fields(entity: str, *, archived: bool = False) -> QuerySet[CustomField]:
    """The fields that the organization added to a kind of record, in its order; or those in the archive."""
    found = CustomField.objects.filter(entity=entity, archived_at__isnull=not archived)
    return found.order_by("position", "id")


def all_custom_fields() -> QuerySet[CustomField]:
    """The fields in use of every kind of record, in their order."""
    return CustomField.objects.filter(archived_at=None).order_by("position", "id")


def custom_field(field_id: UUID) -> CustomField:
    return CustomField.objects.get(pk=field_id)


def records_holding(field_id: UUID) -> int:
    """How many records hold something in a field."""
    return CustomValue.objects.filter(field_id=field_id).values("record_id").distinct().count()


def values_of(
    fields: Iterable[CustomField], record_ids: Iterable[UUID]
) -> dict[UUID, dict[str, Value | None]]:
    """Record id → code → value, in one statement; what holds nothing is left out."""
    kinds = {one.pk: one for one in fields}
    rows: dict[tuple[UUID, UUID], list[dict[str, Any]]] = defaultdict(list)
    held = CustomValue.objects.filter(record_id__in=list(record_ids), field_id__in=kinds).order_by("id")
    for row in held.values("record_id", "field_id", *_KEPT) if kinds else ():
        rows[row["record_id"], row["field_id"]].append(row)
    found: dict[UUID, dict[str, Value | None]] = defaultdict(dict)
    for (record_id, field_id), kept in rows.items():
        one = kinds[field_id]
        found[record_id][one.code] = from_columns(one.kind, kept)
    return dict(found)


def with_values(fields: Collection[CustomField], rows: QuerySet[Any]) -> QuerySet[Any]:
    """Records with what they hold in these fields, in the same statement, for `values_of_rows`."""
    held = CustomValue.objects.filter(field_id__in=[one.pk for one in fields], record_id=OuterRef("pk"))
    kept = JSONObject(field_id="field_id", **_KEPT_AS_TEXT)
    return rows.annotate(kept_values=ArraySubquery(held.order_by("id").values(kept=kept)))


def values_of_rows(
    fields: Collection[CustomField], records: Sequence[Any]
) -> dict[UUID, dict[str, Value | None]]:
    """Record id → code → value; asked for unless `with_values` brought them."""
    if not all(hasattr(record, "kept_values") for record in records):
        return values_of(fields, [record.pk for record in records])
    return {record.pk: _typed_values(fields, record.kept_values) for record in records}


def _typed_values(fields: Collection[CustomField], kept: list[dict[str, Any]]) -> dict[str, Value | None]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in kept:
        rows[one["field_id"]].append(
            one | {name: one[name] and read(one[name]) for name, read in _READ.items()}
        )
    known = {str(one.pk): one for one in fields}
    return {known[key].code: from_columns(known[key].kind, found) for key, found in rows.items()}


def custom_values(entity: str, record_id: UUID) -> dict[str, Value | None]:
    """What one record holds in the fields in use."""
    return values_of(custom_fields(entity), [record_id]).get(record_id, {})


def custom_of(entity: str, record_id: UUID) -> dict[str, Any]:
    """What one record holds, by code, as the API tells it."""
    return customs_of(entity, [record_id]).get(record_id, {})


def customs_of(entity: str, record_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Record id → what it holds, by code, as the API tells it; what holds nothing is left out."""
    held = values_of(custom_fields(entity), record_ids)
    return {pk: {code: as_json(value) for code, value in some.items()} for pk, some in held.items()}


@cache
def custom_column(entity: str) -> Mapping[str, RawSQL]:
    """What records hold, as one column of a list of values: give it to `values()`, then `told_custom`."""
    held = CustomValue.objects.filter(
        field__entity=entity, field__archived_at=None, record_id=OuterRef("pk")
    ).order_by("id")
    kept = JSONObject(
        code="field__code",
        kind="field__kind",
        **_KEPT_AS_TEXT,
    )
    return {"custom": prepared(listing_of(entity).model, ArraySubquery(held.values(kept=kept)))}


def told_custom(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a list with its `custom_column` told as the API tells it."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    kinds: dict[str, str] = {}
    for kept in row["custom"]:
        kinds[kept["code"]] = kept["kind"]
        rows[kept["code"]].append(kept | {"number": Decimal(kept["number"]) if kept["number"] else None})
    told = {code: as_json(from_columns(kinds[code], kept)) for code, kept in rows.items()}
    return row | {"custom": told}


def with_custom(entity: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Records with what they hold, in the same statement, for `custom_in`."""
    return rows.annotate(kept_custom=custom_column(entity)["custom"])


def custom_in(entity: str, record: Any) -> dict[str, Any]:
    """What a record holds, as the API tells it; asked for unless `with_custom` brought it."""
    kept = getattr(record, "kept_custom", None)
    if kept is None:
        return custom_of(entity, record.pk)
    told: dict[str, Any] = told_custom({"custom": kept})["custom"]
    return told


def option_label(option: dict[str, Any]) -> str:
    """An option in the reader's language, or in the one that it was written in."""
    first, other = ("bg", "en") if (get_language() or "bg").startswith("bg") else ("en", "bg")
    return str(option.get(first) or option.get(other) or option["code"])


def option_choices(field: CustomField, keep: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The options in use, and those to `keep` though they are archived: code and label."""
    kept = set(keep)
    return [
        (one["code"], option_label(one))
        for one in field.options
        if not one.get("archived") or one["code"] in kept
    ]


def written_value(field: CustomField, value: Value | None, names: Mapping[UUID, str]) -> str:
    """A value as its reader sees it; `names`: those of the people it may mean."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Money):
        return format_money(value.amount, value.currency)
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, UUID):
        return names.get(value, _("Somebody who left"))
    if isinstance(value, date):
        return format_day(value)
    if field.kind not in _LISTS:
        return str(value)
    labels = {one["code"]: option_label(one) for one in field.options}
    return ", ".join(labels.get(one, one) for one in ([value] if isinstance(value, str) else value))


@dataclass(frozen=True)
class Held:
    """A field of one record with its value, in words."""

    field: CustomField
    value: Value | None
    text: str

    @property
    def url(self) -> str:
        """Where a link leads; empty for other kinds."""
        return self.text if self.field.kind == FieldKind.LINK else ""


def held_by(entity: str, record_id: UUID) -> Asking[list[tuple[str, list[Held]]]]:
    """The fields of a record by their groups: those without a group first."""
    held = CustomValue.objects.filter(record_id=record_id).order_by("id").values("field_id", *_KEPT)
    fields, kept = yield [custom_fields(entity), held]
    rows: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in kept:
        rows[row["field_id"]].append(row)
    values = {one.code: from_columns(one.kind, rows[one.pk]) for one in fields if one.pk in rows}
    people = {value for value in values.values() if isinstance(value, UUID)}
    (members,) = yield [Member.objects.filter(user_id__in=people)]
    names = {one.user_id: str(one) for one in members}
    groups: dict[str, list[Held]] = {}
    for one in sorted(fields, key=lambda field: field.group != ""):
        value = values.get(one.code)
        groups.setdefault(one.group, []).append(Held(one, value, written_value(one, value, names)))
    return list(groups.items())


def words_for(fields: Iterable[CustomField], today: date) -> Callable[[CustomField], Words]:
    """What it takes to read what was written for these fields, asked of the database once for all."""
    kinds = {one.kind for one in fields}
    currency = profile().default_currency if FieldKind.MONEY in kinds else ""
    people = _people() if FieldKind.PERSON in kinds else {}

    def words(field: CustomField) -> Words:
        return Words(today, currency, _option_words(field), people)

    return words


def _people() -> dict[str, UUID]:
    """Every word for an active member: id, e-mail, name as long as only one bears it."""
    members = list(active_members())
    names = Counter(fold(one.name) for one in members)
    words = {fold(one.name): one.user_id for one in members if one.name and names[fold(one.name)] == 1}
    return words | {key: one.user_id for one in members for key in (str(one.user_id), one.email.casefold())}


def _option_words(field: CustomField) -> dict[str, str]:
    """Every word for an option in use: its labels, before them its code."""
    in_use = [one for one in field.options if not one.get("archived")]
    labels = {fold(one[tongue]): one["code"] for one in in_use for tongue in ("en", "bg") if one.get(tongue)}
    return {one["code"]: one["code"] for one in in_use} | {
        label: code for label, code in labels.items() if label not in {one["code"] for one in in_use}
    }


def typed_default(field: CustomField) -> str:
    """The default of a field as somebody would type it."""
    value = field.default
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return f"{value['amount']} {value['currency']}"
    if isinstance(value, list):
        return ", ".join(value)
    if field.kind == FieldKind.PERSON and value:
        return member_by_user(UUID(value)).email
    return str(value or "")
