"""Forms of records with the fields that the organization added to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from shared_apps.core import slots
from shared_apps.core.errors import Text

PREFIX = "custom."
# Sent by pages that show the added fields: what is not sent by others is left alone, not emptied.
SHOWN = "custom_shown"


@dataclass(frozen=True)
class CustomSection:
    """Some added fields that stand together, by code. `label` is empty for those without a group."""

    label: Text
    fields: Mapping[str, forms.Field]


@dataclass(frozen=True)
class ShownSection:
    """The same on the page."""

    label: Text
    fields: list[forms.BoundField]


class WithCustomFields(forms.Form):
    """A form of one kind of record (`entity`). What is typed comes out as `cleaned_data["custom"]`, code →
    value, when the page showed such fields; the operation judges it.

    An `initial["custom"]` tells what the record holds; without it the record is new and takes the defaults.
    A short form asks for those that must be filled in alone.
    """

    entity: ClassVar[str]
    is_short: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._custom_sections = [
            section
            for sections in slots.fill("form.fields", form=self, held=self.initial.get("custom"))
            for section in sections
        ]
        for section in self._custom_sections:
            self.fields.update({f"{PREFIX}{code}": one for code, one in section.fields.items()})

    @property
    def custom_sections(self) -> list[ShownSection]:
        """The added fields as the page shows them."""
        return [
            ShownSection(section.label, [self[f"{PREFIX}{code}"] for code in section.fields])
            for section in self._custom_sections
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        names = [name for name in cleaned if name.startswith(PREFIX)]
        custom = {name.removeprefix(PREFIX): cleaned.pop(name) for name in names}
        return cleaned | ({"custom": custom} if custom and SHOWN in self.data else {})
