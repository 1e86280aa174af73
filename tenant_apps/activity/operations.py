from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Model

from shared_apps.core.actors import Actor
from shared_apps.core.bulk import insert_rows
from shared_apps.core.ids import new_id
from shared_apps.core.operation import note_event
from shared_apps.core.reactions import Happened, follow_all
from tenant_apps.activity.models import Event
from tenants.context import current_organization


@dataclass(frozen=True, slots=True)
class Subject:
    """A record as events name it, for one who deals with whole sets and has no instance of its model."""

    model: type[Model]
    pk: UUID
    label: str

    def __str__(self) -> str:
        return self.label

    @property
    def _meta(self) -> Any:
        return self.model._meta


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that became true. `parent_id`: the record whose timeline tells it too."""

    event: StrEnum
    subject: Model | Subject
    at: datetime
    parent_id: UUID | None = None
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)
    cause: str = ""


def record(
    *,
    event: StrEnum,
    subject: Model,
    by: Actor,
    at: datetime,
    parent: Model | None = None,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    cause: str = "",
) -> Event:
    """Write down what an operation made true, in its own transaction, and enqueue the jobs that follow it.

    `parent` is the record whose timeline tells it too. `old` and `new` may hold dates, decimals and ids;
    never a secret.
    """
    parent_id = parent.pk if parent else None
    written = _event_of(Fact(event, subject, at, parent_id, old or {}, new or {}, cause), by)
    written.save(force_insert=True)
    _tell([Happened(written.type, written.pk, written.subject_id)], by)
    return written


def record_all(facts: Sequence[Fact], *, by: Actor) -> None:
    """Write down many facts in one statement, in their order, each as `record` does."""
    rows = [_row_of(fact, by) for fact in facts]
    insert_rows(Event, rows)
    _tell([Happened(row["type"], row["id"], row["subject_id"]) for row in rows], by)


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields whose values differ, as (old, new)."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}


def _event_of(fact: Fact, by: Actor) -> Event:
    return Event(
        type=str(fact.event),
        subject_type=fact.subject._meta.label_lower,
        subject_id=fact.subject.pk,
        subject_label=str(fact.subject)[:250],
        parent_id=fact.parent_id,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label[:250],
        at=fact.at,
        old=_plain(fact.old),
        new=_plain(fact.new),
        cause=fact.cause,
    )


def _row_of(fact: Fact, by: Actor) -> dict[str, Any]:
    """The columns of one of many; what is plain there (`insert_rows`) is plain here."""
    return {
        "id": new_id(),
        "type": str(fact.event),
        "subject_type": fact.subject._meta.label_lower,
        "subject_id": fact.subject.pk,
        "subject_label": str(fact.subject)[:250],
        "parent_id": fact.parent_id,
        "actor_kind": str(by.kind),
        "actor_id": by.id,
        "actor_label": by.label[:250],
        "at": fact.at,
        "old": fact.old,
        "new": fact.new,
        "cause": fact.cause,
    }


def _tell(happened: Sequence[Happened], by: Actor) -> None:
    """Ask for the jobs that follow."""
    if happened:
        note_event()
        follow_all(happened, organization_id=current_organization().id, by=by)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, dict):
        return _plain(value)
    return [_plain_value(item) for item in value] if isinstance(value, (list, tuple)) else value
