from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.core.cells import DAY_FIRST, MONTH_FIRST
from tenant_apps.imports.models import Import
from tenant_apps.imports.operations import Choices
from tenant_apps.imports.queries import all_targets, own_labels
from tenant_apps.imports.rules.targets import BOTH, CREATE, MATCH_FIELDS, UPDATE, entities_of, usable_match
from tenant_apps.imports.words import DELIMITERS, ENCODINGS, ENTITIES, FIELDS


class UploadForm(forms.Form):
    """The file that is to come in."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, Excel (.xlsx) or vCard (.vcf), up to 50,000 rows and 30 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.vcf,text/csv,text/vcard"}),
    )


class ReadingForm(forms.Form):
    """How the file is taken apart, where it was found out wrongly."""

    encoding = forms.ChoiceField(label=_("Encoding of letters"), choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label=_("Between the cells"), choices=DELIMITERS, required=False)
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    header_row = forms.IntegerField(
        label=_("Row with the headers"), min_value=0, max_value=1000, help_text=_("0: there are none.")
    )

    def __init__(self, *args: Any, run: Import, sheets: list[str], **kwargs: Any) -> None:
        reading = run.reading
        encoding = {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(
            reading["encoding"], reading["encoding"]
        )
        kwargs.setdefault("initial", reading | {"encoding": encoding})
        super().__init__(*args, **kwargs)
        if reading["format"] == "xlsx":
            del self.fields["encoding"], self.fields["delimiter"]
            self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]
        if reading["format"] == "vcard":
            del self.fields["delimiter"], self.fields["header_row"]

    def wanted(self) -> dict[str, Any]:
        """What is asked for otherwise than it is."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.changed_data}


class MappingForm(forms.Form):
    """A target for each column, and what to do with the rows."""

    mode = forms.ChoiceField(
        label=_("What to do"),
        choices=[
            (BOTH, _("Add what is new and update what is there")),
            (CREATE, _("Only add what is new")),
            (UPDATE, _("Only update what is there")),
        ],
        initial=BOTH,
    )
    date_order = forms.ChoiceField(
        label=_("Dates with slashes"),
        choices=[
            ("", _("Choose")),
            (DAY_FIRST, _("Day first: 31/12/2026")),
            (MONTH_FIRST, _("Month first: 12/31/2026")),
        ],
        required=False,
    )
    unknown_owner = forms.ChoiceField(
        label=_("An owner who is not in the team"),
        choices=[("mine", _("The record is mine")), ("fail", _("The row is an error"))],
        initial="mine",
    )

    def __init__(self, *args: Any, run: Import, **kwargs: Any) -> None:
        self.run = run
        orders = {column["dates"] for column in run.columns} & {DAY_FIRST, MONTH_FIRST}
        told = orders.pop() if len(orders) == 1 else ""
        options = run.options | {"date_order": run.options.get("date_order") or told}
        match = {f"match_{entity}": fields for entity, fields in run.options.get("match", {}).items()}
        kwargs.setdefault("initial", {**options, **match})
        super().__init__(*args, **kwargs)
        if not any(column["dates"] for column in run.columns):
            del self.fields["date_order"]
        self._add_columns()
        self._add_matches()

    def _add_columns(self) -> None:
        choices = target_choices()
        for place, column in enumerate(self.run.columns):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=column["header"],
                choices=choices,
                required=False,
                initial=self.run.mapping[place],
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def _add_matches(self) -> None:
        for entity in entities_of(self.run.mapping):
            usable = usable_match(entity, self.run.mapping)
            if not usable:
                continue
            self.fields[f"match_{entity}"] = forms.MultipleChoiceField(
                label=str(ENTITIES[entity]),
                choices=[(name, FIELDS[name]) for name in MATCH_FIELDS[entity] if name in usable],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    @property
    def columns(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """Each column of the file with its field."""
        return [(column, self[f"column_{place}"]) for place, column in enumerate(self.run.columns)]

    @property
    def matches(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("match_")]

    def choices(self) -> Choices:
        """What was chosen. A match field whose column was given to something else is let go."""
        given = self.cleaned_data
        mapping = [given[f"column_{place}"] for place in range(len(self.run.columns))]
        match = {
            entity: [one for one in given.get(f"match_{entity}", []) if one in usable_match(entity, mapping)]
            for entity in entities_of(mapping)
        }
        return Choices(
            mapping=tuple(mapping),
            match=match,
            mode=given["mode"],
            date_order=given.get("date_order", ""),
            unknown_owner=given["unknown_owner"],
        )


def target_choices() -> list[tuple[Any, Any]]:
    """Where a column can go, grouped by kind of record."""
    own = own_labels()
    groups = [
        (
            ENTITIES[entity],
            [
                (f"{entity}.{name}", f"{ENTITIES[entity]} · {FIELDS.get(name) or own[f'{entity}.{name}']}")
                for name in names
            ],
        )
        for entity, names in all_targets().items()
    ]
    return [("", _("Leave out")), *groups]
