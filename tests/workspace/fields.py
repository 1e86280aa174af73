"""Custom fields as the tests add them."""

from datetime import datetime
from typing import Any

from shared_apps.core.actors import Actor
from tenant_apps.workspace.models import CustomField
from tenant_apps.workspace.operations import FieldChange, Option, create_field

COLORS = (Option(bg="Червен", en="Red"), Option(bg="Син", en="Blue"), Option(bg="Зелен", en="Green"))


def add_field(
    by: Actor, at: datetime, kind: str = "text", entity: str = "company", **details: Any
) -> CustomField:
    """A field of a kind of record, named after its kind unless told otherwise; lists offer three colours."""
    options = COLORS if kind in ("choice", "choices") else None
    wanted = {"label_bg": f"Поле {kind}", "label_en": f"My {kind}", "options": options} | details
    return create_field(entity=entity, kind=kind, details=FieldChange(**wanted), by=by, at=at)
