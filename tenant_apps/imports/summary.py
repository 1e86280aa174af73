"""What the pages say about an import: its figures, whether it can be undone, whether it waits for nobody."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model

from shared_apps.core.errors import Text
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.imports.models import UNDO_WITHIN, Import, ImportState, Outcome
from tenant_apps.imports.queries import kept_records
from tenant_apps.imports.words import ENTITIES

ENTITY_MODELS: dict[str, type[Model]] = {
    "company": Company,
    "contact": Contact,
    "deal": Deal,
    "product": Product,
}

SILENT_FOR = timedelta(minutes=3)
TONES = {
    Outcome.CREATED: "good",
    Outcome.UPDATED: "",
    Outcome.UNCHANGED: "",
    Outcome.SKIPPED: "warning",
    Outcome.FAILED: "bad",
}


def tallies(counts: dict[str, int]) -> list[dict[str, Any]]:
    """The figures of a step: an outcome, how many rows, a tone for those that need a look."""
    return [
        {
            "label": outcome.label,
            "value": counts.get(outcome, 0),
            "tone": TONES[outcome] if counts.get(outcome) else "",
        }
        for outcome in Outcome
    ]


def by_entity(counts: dict[str, int]) -> list[tuple[Text, int, int, int]]:
    """For each kind of record: its name, how many were created, updated and left as they were."""
    found = []
    for entity, name in ENTITIES.items():
        created, updated, same = (
            counts.get(f"{entity}.{what}", 0) for what in ("created", "updated", "unchanged")
        )
        same += counts.get(f"{entity}.present", 0)
        if created or updated or same:
            found.append((name, created, updated, same))
    return found


def rows_done(run: Import) -> int:
    return sum(run.counts.get(outcome, 0) for outcome in Outcome.values)


def kept(run: Import, count: int) -> list[tuple[str, str, str]]:
    """What the undo left as it is: name, address and reason of each record."""
    changes = list(kept_records(run)[:count])
    found: dict[UUID, Any] = {}
    for entity in {change.record_type for change in changes} & ENTITY_MODELS.keys():
        wanted = [change.record_id for change in changes if change.record_type == entity]
        found |= ENTITY_MODELS[entity]._default_manager.in_bulk(wanted)
    return [
        (str(found[change.record_id]), found[change.record_id].get_absolute_url(), change.kept_reason)
        for change in changes
        if change.record_id in found
    ]


def may_undo(run: Import, at: datetime) -> bool:
    """Whether the import can still be taken back as a whole."""
    is_over = run.state in {ImportState.DONE, ImportState.STOPPED}
    return is_over and run.finished_at is not None and at - run.finished_at < UNDO_WITHIN


def is_stuck(run: Import, at: datetime) -> bool:
    """Whether an import that should be at work has given no sign of life for minutes."""
    is_at_work = run.state in {ImportState.REHEARSING, ImportState.RUNNING, ImportState.UNDOING}
    return is_at_work and at - run.updated_at > SILENT_FOR
