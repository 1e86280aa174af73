"""A stage of payment reminders as it is typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.invoices.models import ReminderStage, ReminderTone
from tenant_apps.invoices.operations import StageChange


class ReminderStageForm(forms.Form):
    """When a stage comes and what it says, in both languages of documents."""

    offset_days = forms.IntegerField(
        label=_("days from the due date"), help_text=_("Below 0: before it. 0: on the day.")
    )
    tone = forms.ChoiceField(label=_("tone"), choices=ReminderTone.choices)
    subject_bg = forms.CharField(label=_("subject in Bulgarian"), max_length=200)
    text_bg = forms.CharField(
        label=_("text in Bulgarian"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("{client}, {seller} and {total} are filled in."),
    )
    subject_en = forms.CharField(label=_("subject in English"), max_length=200)
    text_en = forms.CharField(
        label=_("text in English"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    shows_interest = forms.BooleanField(
        label=_("tell the statutory interest"),
        required=False,
        help_text=_("With its rate and its source, below each invoice."),
    )

    @classmethod
    def of(cls, stage: ReminderStage) -> "ReminderStageForm":
        return cls(initial={name: getattr(stage, name) for name in cls.base_fields})

    def change(self) -> StageChange:
        """What was typed, for the operation; call it when the form is valid."""
        values: dict[str, Any] = self.cleaned_data
        return StageChange(**values)
