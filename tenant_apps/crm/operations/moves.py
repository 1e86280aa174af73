"""What hangs on a record goes over to the one that it is merged into, and back."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db.models import Exists, Model, OuterRef, QuerySet

from shared_apps.core.merging import Belonging, belongings_of
from tenant_apps.crm.models import Address, ContactDetail, Merge
from tenant_apps.crm.operations.rows import columns_of, put_columns
from tenant_apps.workspace.models import CustomValue

CUSTOM_VALUES = f"{CustomValue._meta.db_table}.record_id"
Removed = dict[str, list[dict[str, Any]]]


def move_belongings(entity: str, kept_id: UUID, absorbed_id: UUID) -> tuple[dict[str, list[str]], Removed]:
    """Let everything name the kept record. Returns the moved ids by key, and the rows that gave way."""
    moved: dict[str, list[str]] = {}
    removed: Removed = {}
    for belonging in belongings_of(entity):
        rows = _rows(belonging, absorbed_id)
        twins = _with_twin(belonging, rows, kept_id)
        if belonging.gives_way and (gone := list(twins)):
            removed.setdefault(belonging.model._meta.label, []).extend(map(columns_of, gone))
            twins.delete()
        if ids := _ids(rows.exclude(pk__in=twins.values("pk"))):
            belonging.model._default_manager.filter(pk__in=ids).update(**{belonging.column: kept_id})
            moved[belonging.key] = ids
    return moved, removed


def swap_custom_values(
    kept_id: UUID, absorbed_id: UUID, field_ids: Sequence[UUID]
) -> tuple[list[str], list[str]]:
    """Exchange both records' values of these fields, by way of a third record, so that no two rows are ever
    alike. Returns the ids that went to the kept record, and those that went to the absorbed one.
    """
    values, between = CustomValue.objects.filter(field_id__in=field_ids), uuid4()
    come, gone = (_ids(values.filter(record_id=one)) for one in (absorbed_id, kept_id))
    CustomValue.objects.filter(pk__in=gone).update(record_id=between)
    CustomValue.objects.filter(pk__in=come).update(record_id=kept_id)
    CustomValue.objects.filter(pk__in=gone).update(record_id=absorbed_id)
    return come, gone


def bring_back(merge: Merge, kept_id: UUID, absorbed_id: UUID) -> dict[str, int]:
    """Undo the moves. What was changed or deleted since stays as it is: key → how many rows."""
    stayed: dict[str, int] = {}
    swapped, between = merge.before["swapped"], uuid4()
    aside = CustomValue.objects.filter(pk__in=swapped, record_id=absorbed_id).update(record_id=between)
    _count(stayed, CUSTOM_VALUES, len(swapped) - aside)
    for table, ids in merge.before["added"].items():
        _count(stayed, table, len(ids) - _take_away(table, ids))
    for belonging in belongings_of(merge.entity):
        if ids := merge.moved.get(belonging.key):
            _count(stayed, belonging.key, len(ids) - _back(belonging, ids, kept_id, absorbed_id))
    CustomValue.objects.filter(record_id=between).update(record_id=kept_id)
    for label, rows in merge.before["removed"].items():
        _count(stayed, label, len(rows) - _restore(apps.get_model(label), rows))
    return stayed


def _rows(belonging: Belonging, record_id: UUID) -> QuerySet[Model]:
    return belonging.model._default_manager.filter(belonging.where, **{belonging.column: record_id})


def _with_twin(belonging: Belonging, rows: QuerySet[Model], kept_id: UUID) -> QuerySet[Model]:
    """The rows that the kept record has already."""
    if not belonging.once_for:
        return rows.none()
    same = {column: OuterRef(column) for column in belonging.once_for}
    kept = belonging.model._default_manager.filter(**{belonging.column: kept_id}, **same)
    return rows.filter(Exists(kept))


def _back(belonging: Belonging, ids: list[str], kept_id: UUID, absorbed_id: UUID) -> int:
    still = belonging.model._default_manager.filter(pk__in=ids, **{belonging.column: kept_id})
    return still.update(**{belonging.column: absorbed_id})


def _ids(rows: QuerySet[Any]) -> list[str]:
    return [str(one) for one in rows.values_list("pk", flat=True)]


def _take_away(table: str, ids: Iterable[str]) -> int:
    model = {one._meta.db_table: one for one in (ContactDetail, Address)}[table]
    return model._default_manager.filter(pk__in=ids).delete()[0]


def _restore(model: type[Model], rows: list[dict[str, Any]]) -> int:
    """Write removed rows again, but for those whose other side is gone."""
    restored = 0
    for columns in rows:
        row = model()
        put_columns(row, columns)
        if _has_its_sides(row):
            restored += len(model._default_manager.bulk_create([row], ignore_conflicts=True))
    return restored


def _has_its_sides(row: Model) -> bool:
    keys: list[Any] = [field for field in row._meta.concrete_fields if field.is_relation]
    return all(
        field.related_model._default_manager.filter(pk=getattr(row, field.attname)).exists()
        for field in keys
        if getattr(row, field.attname) is not None
    )


def _count(stayed: dict[str, int], key: str, number: int) -> None:
    if number:
        stayed[key] = stayed.get(key, 0) + number
