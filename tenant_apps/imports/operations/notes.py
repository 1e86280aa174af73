"""Notes of rows: written once, however often the file is imported."""

from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Note
from tenant_apps.crm.operations import write_note

ABOUT = ("deal", "contact", "company")


def take_note(text: str, records: dict[str, UUID], by: Actor, at: datetime) -> Note | None:
    """Write the note about the nearest record of its row; None when the same one is there already."""
    about = next(entity for entity in ABOUT if entity in records)
    if Note.objects.filter(text=text.strip(), archived_at=None, **{f"{about}_id": records[about]}).exists():
        return None
    note: Note = write_note(record_type=about, record_id=records[about], text=text, by=by, at=at)
    return note
