"""Whether texts fit where they are going to be kept."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import FieldError, Text


def text_errors(model: type[Model], values: Mapping[str, Any]) -> list[FieldError]:
    """One error for each text that is longer than its column, or holds what no column can hold."""
    errors = []
    message: Text
    for name, value in values.items():
        if not isinstance(value, str):
            continue
        longest = getattr(model._meta.get_field(name), "max_length", None)
        if longest and len(value) > longest:
            message = _("This is too long: at most %(count)d characters fit.") % {"count": longest}
            errors.append(FieldError(name, "too_long", message))
        if not _is_storable(value):
            message = _("This holds characters that cannot be kept.")
            errors.append(FieldError(name, "invalid_characters", message))
    return errors


def _is_storable(value: str) -> bool:
    return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
