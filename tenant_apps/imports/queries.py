"""Imports, their rows, and where columns can go."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from shared_apps.core.actors import Actor
from tenant_apps.imports.models import Import, ImportRow, Outcome
from tenant_apps.imports.rules.targets import TARGETS
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import ChangedRecord, CustomField
from tenant_apps.workspace.queries import PREFIX

SHOWN = 100


def visible_imports(actor: Actor) -> QuerySet[Import]:
    """The imports that the actor sees: own ones, or all."""
    return visible_to(Import.objects.all(), actor)


def visible_import(import_id: UUID, actor: Actor) -> Import:
    return visible_to(Import.objects.select_related("file", "change_set"), actor).get(pk=import_id)


def last_alike(headers_key: str) -> Import | None:
    """The last import of a file with the same headers that was rehearsed or run."""
    alike = Import.objects.filter(headers_key=headers_key).exclude(counts={})
    return alike.order_by("-id").first()


def problem_rows(run: Import, *, is_rehearsal: bool) -> QuerySet[ImportRow]:
    """The rows that failed or were skipped, failed ones first."""
    wanted = (Outcome.FAILED, Outcome.SKIPPED)
    found = ImportRow.objects.filter(source=run, is_rehearsal=is_rehearsal, outcome__in=wanted)
    return found.order_by("outcome", "number")


def outcomes(run: Import) -> Iterator[ImportRow]:
    """What became of every row, in their order, a thousand at a time."""
    rows = ImportRow.objects.filter(source=run, is_rehearsal=False).order_by("number")
    return rows.iterator(chunk_size=1_000)


def failed_rows(run: Import) -> dict[int, tuple[str, str]]:
    """Row number → column and message of each row that failed."""
    rows = ImportRow.objects.filter(source=run, is_rehearsal=False, outcome=Outcome.FAILED)
    return {
        number: (column, message)
        for number, column, message in rows.values_list("number", "column", "message")
    }


def kept_records(run: Import) -> QuerySet[ChangedRecord]:
    """The records that the undo left as they are, each with its reason."""
    return ChangedRecord.objects.filter(change_set=run.change_set_id).exclude(kept_reason="").order_by("id")


def all_targets() -> dict[str, tuple[str, ...]]:
    """Entity → the fields that a column can be given to, the organization's own among them."""
    own: dict[str, list[str]] = {}
    for field in own_fields():
        own.setdefault(field.entity, []).append(f"{PREFIX}{field.code}")
    return {entity: (*names, *own.get(entity, [])) for entity, names in TARGETS.items()}


def own_fields() -> list[CustomField]:
    """The fields that the organization added to what an import makes."""
    found = CustomField.objects.filter(entity__in=TARGETS, archived_at=None)
    return list(found.order_by("entity", "position", "id"))


def own_labels() -> dict[str, str]:
    """Target → label, in both languages, of the organization's own fields: `company.custom.region`."""
    return {
        f"{field.entity}.{PREFIX}{field.code}": " / ".join(dict.fromkeys(filter(None, _labels(field))))
        for field in own_fields()
    }


def own_headers() -> dict[str, str]:
    """What the organization's own fields are called in a file → their target."""
    return {
        label: f"{field.entity}.{PREFIX}{field.code}"
        for field in own_fields()
        for label in _labels(field)
        if label
    }


def _labels(field: CustomField) -> tuple[str, str]:
    return field.label_bg, field.label_en  # type: ignore[attr-defined]
