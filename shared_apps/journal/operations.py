from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Model

from shared_apps.core.actors import Actor
from shared_apps.core.operation import note_event
from shared_apps.core.reactions import follow
from shared_apps.journal.models import PlatformEvent


def record(
    *,
    event: StrEnum,
    subject: Model,
    by: Actor,
    at: datetime,
    organization_id: UUID | None = None,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> PlatformEvent:
    """Write down what an operation made true, in that operation's transaction. Never put a secret into
    old or new.
    """
    written = PlatformEvent.objects.create(
        type=str(event),
        organization_id=organization_id,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:250],
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label[:250],
        at=at,
        old=old or {},
        new=new or {},
    )
    note_event()
    follow(
        event_type=written.type,
        event_id=written.pk,
        subject_id=written.subject_id,
        organization_id=organization_id,
        by=by,
    )
    return written
