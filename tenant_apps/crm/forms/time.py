"""The form of logged time."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.form_fields import DayField, NumberField, currency_choices, offer
from tenant_apps.crm.models import TimeEntry
from tenant_apps.crm.operations import TimeChange
from tenant_apps.crm.queries import visible_companies, visible_company, visible_deal, visible_deals
from tenant_apps.crm.rules import read_minutes
from tenant_apps.workspace.models import Member


class MinutesField(forms.CharField):
    """How long something took: `90`, `1:30`, `1,5 ч`."""

    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "off", "placeholder": "1:30"}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=20, **options)

    def clean(self, value: Any) -> Any:
        minutes = read_minutes(super().clean(value))
        if minutes is None:
            raise ValidationError(_("Write it as 90, 1:30 or 1.5 h."), code="invalid")
        return minutes

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60}:{value % 60:02d}" if isinstance(value, int) else value


class TimeForm(forms.Form):
    """Time that was worked. `people`: whose it can be."""

    description = forms.CharField(label=_("what was done"), max_length=500)
    minutes = MinutesField(label=_("time"), help_text=_("90, 1:30 or 1.5 h"))
    worked_on = DayField(label=_("day"))
    owner_id = forms.TypedChoiceField(label=_("who"), coerce=UUID, empty_value=None)
    hourly_rate = NumberField(
        label=_("rate per hour"), least_places=2, min_value=0, max_digits=8, decimal_places=2
    )
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)
    is_billable = forms.BooleanField(label=_("billable"), required=False)
    company_id = forms.UUIDField(
        label=_("company"),
        required=False,
        widget=forms.Select(
            {"data-select-url": reverse_lazy("company_options"), "data-placeholder": _("Type a name or EIK")}
        ),
    )
    deal_id = forms.UUIDField(
        label=_("deal"),
        required=False,
        help_text=_("It brings its company."),
        widget=forms.Select(
            {"data-select-url": reverse_lazy("deal_options"), "data-placeholder": _("Type a name")}
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        by: Actor,
        people: Iterable[Member],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        members = [(str(one.user_id), str(one)) for one in people]
        self.fields["owner_id"].choices = members  # type: ignore[attr-defined]
        offer(self, "company_id", visible_companies(by), visible_company, by)
        offer(self, "deal_id", visible_deals(by), visible_deal, by)

    def change(self) -> TimeChange:
        """What was typed, for the operation; call it when the form is valid."""
        return TimeChange(**self.cleaned_data)


def initial_of_entry(entry: TimeEntry) -> dict[str, Any]:
    """The entry as it stands now."""
    said = {name: getattr(entry, name) for name in TimeForm.base_fields}
    return said | {"owner_id": str(entry.owner_id or "")}
