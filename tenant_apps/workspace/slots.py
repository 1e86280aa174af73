"""What this app shows on the pages of lower ones, and what it adds to every list: people and tags."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, Func, Model, OuterRef, Q, QuerySet, UUIDField
from django.db.models import Value as Constant
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Cast, Coalesce
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from shared_apps.core.custom_forms import CustomSection, WithCustomFields
from shared_apps.core.errors import Text
from shared_apps.core.form_fields import DayField, NumberField
from shared_apps.core.keyset import Held as HeldOrder
from shared_apps.core.listing import Column, Edit, Extension, Field, Kind, Listing, Reading, Test
from shared_apps.core.listing.kinds import TRUTHS
from shared_apps.core.money import Money
from shared_apps.core.numbers import written
from shared_apps.core.permissions import Permission
from tenant_apps.workspace.models import CustomField, CustomValue, FieldKind, Member, Tag, Tagging
from tenant_apps.workspace.queries import (
    Held,
    active_members,
    all_custom_fields,
    custom_fields,
    held_by,
    holding_own,
    option_choices,
    option_label,
    taggings_of,
    tags,
    tags_of_rows,
    values_of,
    values_of_rows,
    with_tags,
    with_values,
)
from tenant_apps.workspace.rules import LONGEST_TEXT, Value, as_json, folded

OWN = _("Own fields")
GATHERING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.YES_NO, FieldKind.PERSON})
# The kind of a custom field → how lists treat it, and the column that is asked.
KINDS: Mapping[str, tuple[Kind, str]] = {
    FieldKind.TEXT: (Kind.TEXT, "folded"),
    FieldKind.LINK: (Kind.LINK, "folded"),
    FieldKind.NUMBER: (Kind.NUMBER, "number"),
    FieldKind.MONEY: (Kind.MONEY, "number"),
    FieldKind.DATE: (Kind.DATE, "day"),
    FieldKind.CHOICE: (Kind.CHOICE, "folded"),
    FieldKind.CHOICES: (Kind.CHOICE, "folded"),
    FieldKind.YES_NO: (Kind.YES_NO, "flag"),
    FieldKind.PERSON: (Kind.PERSON, "user_id"),
}


def people_of_the_audit() -> list[tuple[UUID, str]]:
    """Everybody whose deeds the audit page can be narrowed to, by name; those who left too."""
    return [(member.user_id, str(member)) for member in Member.objects.order_by("name", "id")]


def people_of_lists(*, reading: Reading) -> list[tuple[str, str]]:
    """Everybody whom a list can be asked for, by name; asked once for each reading."""
    if "people" not in reading.memory:
        reading.memory["people"] = [(str(user_id), name) for user_id, name in people_of_the_audit()]
    found: list[tuple[str, str]] = reading.memory["people"]
    return found


def tags_of_lists(listing: Listing, reading: Reading) -> Extension:
    """The tags of a list's records: a field and a column."""
    if not listing.has_tags:
        return Extension()

    def borne(records: Sequence[Any], reading: Reading) -> Mapping[Any, Any]:
        return tags_of_rows(listing.entity, records)

    def bring(rows: QuerySet[Any]) -> QuerySet[Any]:
        return with_tags(listing.entity, rows)

    def where(test: Test) -> Q:
        return _tagged(listing.entity, test)

    def group_by() -> Combinable:
        return each_of(Tagging.objects.filter(record_type=listing.entity), "tag_id")

    return Extension(
        fields=(
            Field(
                "tags",
                _("Tags"),
                Kind.TAGS,
                choices=tag_choices,
                where=where,
                group_by=group_by,
            ),
        ),
        columns=(Column("tags", _("Tags"), Kind.TAGS, many=borne, bring=bring, is_shown=False),),
    )


def each_of(held: QuerySet[Any], column: str) -> Combinable:
    """Each value that a row of a list has in `held`, by `record_id`; null for a row that has none."""
    values = held.filter(record_id=OuterRef("pk"), **{f"{column}__isnull": False}).values(column)
    kept: Any = held.model._meta.get_field(column)
    kept = UUIDField() if column.endswith("_id") else kept
    several = Func(ArraySubquery(values), Constant("{}"), function="NULLIF", output_field=ArrayField(kept))
    nothing = Cast(Constant("{NULL}"), output_field=ArrayField(kept))
    return Func(Coalesce(several, nothing), function="unnest", output_field=kept)


def truths(reading: Reading) -> list[tuple[str, Text]]:
    return list(TRUTHS.items())


@dataclass(frozen=True)
class RecordTags:
    """The tags of a record beside its name, and the way to change them."""

    tags: list[Tag]
    record_type: str
    record_id: UUID
    may_change: bool
    template: str = "workspace/lists/tags.html"


def tags_of_record(
    *, record_type: str, record: Any, actor: Actor, may_change: bool, **unknown: Any
) -> Asking[RecordTags]:
    """What stands beside the name of a record."""
    (taggings,) = yield [taggings_of(record_type, [record.pk])]
    borne = [one.tag for one in taggings]
    return RecordTags(borne, record_type, record.pk, may_change and actor.may(Permission.TAGS_EDIT))


def tag_choices(reading: Reading) -> list[tuple[str, str]]:
    """Every tag by name; asked once for each reading."""
    if "tags" not in reading.memory:
        reading.memory["tags"] = [(str(tag.pk), tag.name) for tag in tags()]
    found: list[tuple[str, str]] = reading.memory["tags"]
    return found


def _tagged(entity: str, test: Test) -> Q:
    """Rows that bear tags as the test wants, without a join that would show a row twice."""
    of_entity = Tagging.objects.filter(record_type=entity)
    if test.operator in ("empty", "filled"):
        some = Q(pk__in=of_entity.values("record_id"))
        return some if test.operator == "filled" else ~some
    if test.operator == "all":
        wanted = Q()
        for tag_id in test.values:
            wanted &= Q(pk__in=of_entity.filter(tag_id=tag_id).values("record_id"))
        return wanted
    bearing = Q(pk__in=of_entity.filter(tag_id__in=test.values).values("record_id"))
    return bearing if test.operator == "any" else ~bearing


# Custom fields ----------------------------------------------------------------------------------------------


def fields_of_forms(
    *, form: WithCustomFields, held: Mapping[str, Value | None] | None
) -> list[CustomSection]:
    """The organization's own fields of a record, by their groups: those without a group first."""
    groups: dict[str, dict[str, forms.Field]] = {}
    fields = [one for one in custom_fields(form.entity) if one.is_required or not form.is_short]
    people = _members() if any(one.kind == FieldKind.PERSON for one in fields) else []
    for one in sorted(fields, key=lambda field: field.group != ""):
        value = one.default if held is None else held.get(one.code)
        groups.setdefault(one.group, {})[one.code] = form_field(one, value, people)
    return [CustomSection(label, found) for label, found in groups.items()]


def form_field(one: CustomField, value: Any, people: list[tuple[str, str]]) -> forms.Field:
    """The control for a field; `value`: what it begins with. The operation judges what is typed."""
    told: dict[str, Any] = {
        "label": one.label,
        "help_text": escape(one.help_text),
        "required": one.is_required,
    }
    value = as_json(value)
    match one.kind:
        case FieldKind.NUMBER:
            number = Decimal(value) if value else None
            return NumberField(max_digits=20, decimal_places=4, initial=number, **told)
        case FieldKind.DATE:
            return DayField(initial=date.fromisoformat(value) if value else None, **told)
        case FieldKind.MONEY:
            money = f"{written(Decimal(value['amount']), 2)} {value['currency']}" if value else ""
            return forms.CharField(initial=money, widget=MoneyInput(), **told)
        case FieldKind.CHOICE:
            choices = [("", "—"), *option_choices(one, [value] if value else [])]
            return forms.CharField(initial=value, widget=forms.Select(choices=choices), **told)
        case FieldKind.CHOICES:
            ticks = forms.CheckboxSelectMultiple()
            return Several(choices=option_choices(one, value or []), initial=value, widget=ticks, **told)
        case FieldKind.YES_NO:
            answers = forms.Select(choices=[("", "—"), ("true", _("Yes")), ("false", _("No"))])
            answer = "" if value is None else str(value).lower()
            return forms.CharField(initial=answer, widget=answers, **told)
        case FieldKind.PERSON:
            names = [("", "—"), *people]
            return forms.CharField(initial=value, widget=forms.Select(choices=names), **told)
        case FieldKind.LINK:
            return forms.CharField(initial=value, widget=LinkInput(), **told)
    return forms.CharField(initial=value, max_length=LONGEST_TEXT, **told)


class Several(forms.MultipleChoiceField):
    """Some of a list; the operation knows which options there are."""

    def valid_value(self, value: Any) -> bool:
        return True


class MoneyInput(forms.TextInput):
    def __init__(self) -> None:
        super().__init__({"inputmode": "text", "autocomplete": "off", "placeholder": "1234,50 EUR"})


class LinkInput(forms.TextInput):
    def __init__(self) -> None:
        super().__init__({"inputmode": "url", "autocomplete": "off", "placeholder": "https://"})


def _members() -> list[tuple[str, str]]:
    return [(str(one.user_id), str(one)) for one in active_members()]


@dataclass(frozen=True)
class HeldFields:
    """The organization's own fields of one record, by their groups."""

    record_type: str
    record_id: UUID
    may_change: bool
    groups: list[tuple[str, list[Held]]]
    template: str = "workspace/components/held_fields.html"


def fields_of_records(
    *, record_type: str, record: Any, actor: Actor, may_change: bool
) -> Asking[HeldFields | None]:
    """What a record's page shows below its facts."""
    groups = yield from held_by(record_type, record.pk)
    return HeldFields(record_type, record.pk, may_change, groups) if groups else None


def fields_of_lists(listing: Listing, reading: Reading) -> Extension:
    """The organization's own fields of a list's records: asked for once, filtered, shown, sorted, edited."""
    if "custom fields" not in reading.memory:
        reading.memory["custom fields"] = list(all_custom_fields())
    fields = [one for one in reading.memory["custom fields"] if one.entity == listing.entity]

    def values(records: Sequence[Any]) -> dict[UUID, dict[str, Any]]:
        key = ("custom", listing.entity, tuple(record.pk for record in records))
        if key not in reading.memory:
            reading.memory[key] = values_of_rows(fields, records)
        found: dict[UUID, dict[str, Any]] = reading.memory[key]
        return found

    def bring(rows: QuerySet[Any]) -> QuerySet[Any]:
        return with_values(fields, rows)

    return Extension(
        fields=tuple(_asked(one) for one in fields),
        columns=tuple(_shown(one, values, bring) for one in fields),
        edits=_edited(listing, fields),
    )


def _asked(one: CustomField) -> Field:
    kind, column = KINDS[one.kind]

    def where(test: Test) -> Q:
        return _holding(one, column, test)

    def group_by() -> Combinable:
        return each_of(CustomValue.objects.filter(field_id=one.pk), column)

    return Field(
        f"field.{one.code}",
        one.label,
        kind,
        choices=_choices_of(one) or (truths if kind is Kind.YES_NO else None),
        where=where,
        section=OWN,
        group_by=group_by if one.kind in GATHERING else None,
    )


def _holding(one: CustomField, column: str, test: Test) -> Q:
    """Rows that hold what the test wants: the index of the column finds them, no join multiplies rows."""
    filled = Q(**{f"{column}__isnull": False})
    match test.operator:
        case "filled":
            return holding_own(one.pk, filled, test.reading)
        case "empty":
            return ~holding_own(one.pk, filled, test.reading, can_lead=False)
        case "not" | "lacks":
            opposite = replace(test, operator={"not": "is", "lacks": "contains"}[test.operator])
            wanted = filled & _wanted(column, opposite)
            return ~holding_own(one.pk, wanted, test.reading, can_lead=False)
    return holding_own(one.pk, filled & _wanted(column, test), test.reading)


def _wanted(column: str, test: Test) -> Q:
    """Values as the test wants them."""
    if column != "folded" or test.kind is Kind.CHOICE:
        return test.on(column)
    ways = {"contains": "contains", "starts": "startswith", "is": "exact"}
    return Q(**{f"folded__{ways[test.operator]}": folded(test.values[0])})


def _shown(
    one: CustomField,
    values: Callable[[Sequence[Any]], dict[UUID, dict[str, Any]]],
    bring: Callable[[QuerySet[Any]], QuerySet[Any]],
) -> Column:
    kind, column = KINDS[one.kind]

    def many(records: Sequence[Any], reading: Reading) -> Mapping[Any, Any]:
        held = values(records)
        return {key: _cell(found.get(one.code)) for key, found in held.items()}

    return Column(
        f"field.{one.code}",
        one.label,
        kind,
        many=many,
        bring=bring,
        order="" if one.kind == FieldKind.CHOICES else _ordered(one, column),
        choices=_choices_of(one),
        is_shown=False,
    )


def _cell(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _ordered(one: CustomField, column: str) -> HeldOrder:
    """Rows by what they hold, read along the index of the column; those that hold nothing come last."""
    table = CustomValue._meta.db_table
    kept: Any = CustomValue._meta.get_field(column)

    def having(rows: QuerySet[Any]) -> QuerySet[Any]:
        ours = rows.model._meta.db_table
        joined = rows.extra(  # noqa: S610 — a table without a key to this one; the names are our own
            tables=[table],
            where=[
                f'"{table}"."record_id" = "{ours}"."id"',
                f'"{table}"."field_id" = %s',
                f'"{table}"."{column}" IS NOT NULL',
            ],
            params=[one.pk],
        )
        return joined.annotate(in_order=RawSQL(f'"{table}"."{column}"', (), output_field=kept))  # noqa: S611

    def lacking(rows: QuerySet[Any]) -> QuerySet[Any]:
        held = CustomValue.objects.filter(field_id=one.pk, **{f"{column}__isnull": False})
        return rows.exclude(Exists(held.filter(record_id=OuterRef("pk"))))

    return HeldOrder(having, lacking)


def _choices_of(one: CustomField) -> Callable[[Reading], Sequence[tuple[str, Text]]] | None:
    if one.kind == FieldKind.PERSON:
        return lambda reading: people_of_lists(reading=reading)
    if one.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        return lambda reading: [(option["code"], option_label(option)) for option in one.options]
    return None


def _edited(listing: Listing, fields: Sequence[CustomField]) -> tuple[Edit, ...]:
    """Cells that write through the record's own operation."""
    change = listing.change
    if change is None:
        return ()

    def write(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Model:
        custom = {name.removeprefix("field."): value for name, value in values.items()}
        return change(record_id=record_id, values={"custom": custom}, by=by, at=at)

    return tuple(_edit(one, write) for one in fields)


def _edit(one: CustomField, write: Callable[..., Model]) -> Edit:
    def read(record: Any) -> Any:
        value = values_of([one], [record.pk]).get(record.pk, {}).get(one.code)
        return value.amount if isinstance(value, Money) else value

    return Edit(
        f"field.{one.code}",
        one.label,
        KINDS[one.kind][0],
        write=write,
        read=read,
        choices=_choices_of(one),
        is_required=one.is_required,
        is_several=one.kind == FieldKind.CHOICES,
    )


class OneFieldForm(forms.Form):
    """The editor of one custom field of a record."""

    def __init__(self, one: CustomField, value: Value | None, data: Any = None) -> None:
        super().__init__(data)
        people = _members() if one.kind == FieldKind.PERSON else []
        self.custom_field = one
        self.fields["value"] = form_field(one, value, people)
