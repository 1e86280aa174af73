"""A deal as it is typed: its head, the people in it, its lines."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.custom_forms import WithCustomFields
from shared_apps.core.errors import DomainError, Refused
from shared_apps.core.form_fields import DayField, NumberField, currency_choices, offer
from shared_apps.core.http import add_refusal
from shared_apps.core.ids import id_in
from shared_apps.core.line_forms import LineForm, LineForms
from tenant_apps.crm.models import Deal, DealContact, DealItem, Stage
from tenant_apps.crm.operations import DealChange, DealItemInput, Participant
from tenant_apps.crm.queries import visible_companies, visible_company
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.queries import custom_values

SPARE_PEOPLE = 2


class DealForm(WithCustomFields):
    """The head of a deal. Its lines are `LineForms`, its people `PeopleForms`."""

    entity = "deal"

    name = forms.CharField(label=_("name"), max_length=200, required=False)
    company_id = forms.UUIDField(
        label=_("company"),
        required=False,
        widget=forms.Select(
            {
                "data-select-url": reverse_lazy("company_options"),
                "data-select-create": reverse_lazy("company_quick_create"),
                "data-placeholder": _("Type a name or EIK"),
            }
        ),
    )
    value = NumberField(
        label=_("value"),
        least_places=2,
        required=False,
        max_digits=14,
        decimal_places=2,
        help_text=_("With lines below, the value is their total before VAT."),
    )
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)
    expected_close_on = DayField(label=_("expected close"), required=False)
    owner_id = forms.TypedChoiceField(label=_("owner"), required=False, coerce=id_in, empty_value=None)
    stage_id = forms.TypedChoiceField(label=_("stage"), coerce=UUID)

    def __init__(
        self,
        data: Any = None,
        *,
        by: Actor,
        owners: Iterable[tuple[UUID, str]],
        stages: Iterable[Stage] = (),
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        people = [(str(user_id), name) for user_id, name in owners]
        self.fields["owner_id"].choices = [("", _("Nobody")), *people]  # type: ignore[attr-defined]
        offer(self, "company_id", visible_companies(by), visible_company, by)
        found = list(stages)
        if not found:
            del self.fields["stage_id"]
            return
        several = len({stage.pipeline_id for stage in found}) > 1
        self.fields["stage_id"].choices = [  # type: ignore[attr-defined]
            (str(stage.pk), f"{stage.pipeline} · {stage}" if several else str(stage)) for stage in found
        ]

    def values(self) -> dict[str, Any]:
        """What was typed, for the operation, without the stage; no value is none."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if name != "stage_id"}
        return {**cleaned, "value": cleaned["value"] or Decimal("0.00")}


class PersonForm(forms.Form):
    """Somebody who takes part in a deal. A row without a person counts for nothing."""

    contact_id = forms.UUIDField(
        label=_("contact"),
        required=False,
        widget=forms.Select(
            {"data-select-url": reverse_lazy("contact_options"), "data-placeholder": _("Type a name")}
        ),
    )
    role = forms.CharField(
        label=_("role in the deal"),
        required=False,
        max_length=80,
        widget=forms.TextInput({"list": "deal-roles", "autocomplete": "off"}),
    )

    def offer_chosen(self, names: Mapping[str, str]) -> None:
        """Show the name of the chosen person in the select that searches on the server."""
        chosen = str(self["contact_id"].value() or "")
        choices = [("", ""), *([(chosen, names[chosen])] if chosen in names else [])]
        self.fields["contact_id"].widget.choices = choices


class PeopleForms(forms.BaseFormSet):
    """The people of a deal and some empty rows."""

    form = PersonForm
    min_num, max_num, absolute_max, extra = 0, 50, 60, SPARE_PEOPLE
    can_order = can_delete = can_delete_extra = False
    validate_min = validate_max = False
    renderer = None
    edit_only = False

    def __init__(
        self, data: Any = None, *, names: Mapping[str, str], initial: list[dict[str, Any]] | None = None
    ) -> None:
        super().__init__(data, prefix="people", initial=initial)
        for row in self.forms:
            row.offer_chosen(names)

    def participants(self) -> tuple[Participant, ...]:
        rows = [form.cleaned_data for form in self.forms]
        return tuple(Participant(row["contact_id"], row["role"]) for row in rows if row.get("contact_id"))


class DealLines(LineForms):
    """The lines of a deal; it may have none."""

    def items(self) -> tuple[DealItemInput, ...]:
        return tuple(DealItemInput(**line.values()) for line in self.filled)


class LoseForm(forms.Form):
    """Why a deal was lost; earlier reasons are offered."""

    reason = forms.CharField(
        label=_("reason"),
        required=False,
        max_length=250,
        widget=forms.TextInput({"list": "lost-reasons", "autocomplete": "off", "data-autofocus": ""}),
    )


def as_change(form: DealForm, people: PeopleForms, lines: DealLines) -> DealChange:
    """What was typed, for the operation; call it when all three are valid."""
    return DealChange(**form.values(), contacts=people.participants(), items=lines.items())


def initial_of(deal: Deal) -> dict[str, Any]:
    """The head of a deal, for its form; with items the value is theirs, so it is not typed."""
    head = {name: getattr(deal, name) for name in DealForm.base_fields if name != "stage_id"}
    return head | {"custom": custom_values("deal", deal.pk)}


def initial_people(people: Iterable[DealContact]) -> list[dict[str, Any]]:
    return [{"contact_id": one.contact_id, "role": one.role} for one in people]


def initial_lines(items: Iterable[DealItem]) -> list[dict[str, Any]]:
    """The lines of a deal, for their forms; no discount is an empty cell."""
    return [
        {name: getattr(item, name) for name in LineForm.base_fields}
        | {"discount_percent": item.discount_percent or None}
        for item in items
    ]


def add_deal_refusal(form: DealForm, lines: DealLines, refusal: DomainError) -> None:
    """Put a refusal where it belongs: `items.2.quantity` beside that cell of the third filled line."""
    errors = getattr(refusal, "errors", ())
    in_lines = [error for error in errors if error.field.startswith("items.")]
    for error in in_lines:
        _items, position, name = error.field.split(".")
        lines.filled[int(position)].add_error(name, str(error.message))
    others = [error for error in errors if error not in in_lines]
    if others or not in_lines:
        add_refusal(form, Refused(refusal.code, refusal.message, errors=others) if in_lines else refusal)


def usual_rate(profile: OrganizationProfile) -> Decimal | None:
    """The VAT rate of a new line: the standard one, or none where the organization is not registered."""
    return Decimal("20.00") if profile.is_vat_registered else None
