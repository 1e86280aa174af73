from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.crm.models import Pipeline, Stage
from tenant_apps.crm.operations import PipelineChange, StageChange

NAME_LENGTH = 80


class PipelineForm(forms.Form):
    """The name of a pipeline in both languages; one is enough."""

    name_bg = forms.CharField(label=_("name in Bulgarian"), max_length=NAME_LENGTH, required=False)
    name_en = forms.CharField(label=_("name in English"), max_length=NAME_LENGTH, required=False)

    def change(self) -> PipelineChange:
        return PipelineChange(**self.cleaned_data)

    @classmethod
    def of(cls, row: Pipeline | Stage) -> "PipelineForm":
        """The form as the pipeline or the stage stands now."""
        return cls(initial={name: getattr(row, name) for name in cls.base_fields})


class StageForm(PipelineForm):
    """A stage: names, how likely a sale is in it, and how long a deal may stay."""

    probability = forms.IntegerField(label=_("probability"), min_value=0, max_value=100, initial=50)
    rot_days = forms.IntegerField(
        label=_("days until it rots"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("A deal that stays longer is shown as stalled. Empty: never."),
    )

    takes_offers = forms.BooleanField(
        label=_("for sent offers"),
        required=False,
        help_text=_("A deal comes here when its offer is sent. One stage of a pipeline does this."),
    )

    def change(self) -> StageChange:  # type: ignore[override]
        return StageChange(**self.cleaned_data)


class WhereToForm(forms.Form):
    """Where the open deals of what is archived go; not asked where there are none."""

    to_stage_id = forms.TypedChoiceField(label=_("its open deals go to"), coerce=UUID, empty_value=None)

    def __init__(self, data: Any = None, *, stages: list[Stage]) -> None:
        super().__init__(data)
        choices = [(str(stage.pk), f"{stage.pipeline} · {stage}") for stage in stages]
        self.fields["to_stage_id"].choices = [("", ""), *choices]  # type: ignore[attr-defined]
