"""The forms of tasks."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.custom_forms import WithCustomFields
from shared_apps.core.form_fields import DayField, TimeField
from tenant_apps.crm.models import Company, Contact, Deal, Recurrence, Task, TaskKind, TaskPriority
from tenant_apps.crm.operations import TaskChange
from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import active_members, custom_values

REMINDERS = (
    ("", _("No reminder")),
    ("0", _("When it is due")),
    ("10", _("10 minutes before")),
    ("30", _("30 minutes before")),
    ("60", _("An hour before")),
    ("1440", _("A day before")),
    ("10080", _("A week before")),
)
RECORDS: dict[str, tuple[type[Company] | type[Contact] | type[Deal], str]] = {
    "company_id": (Company, "company_options"),
    "contact_id": (Contact, "contact_options"),
    "deal_id": (Deal, "deal_options"),
}


class QuickTaskForm(WithCustomFields):
    """The little that a task needs, and the own fields that must be filled in; the rest is as usual."""

    entity, is_short = "task", True

    title = forms.CharField(label=_("title"), max_length=200)
    due_on = DayField(label=_("day"), required=False)
    due_time = TimeField(label=_("time"), required=False)
    assignee_id = forms.TypedChoiceField(
        label=_("who does it"), coerce=UUID, required=False, empty_value=None
    )
    kind = forms.ChoiceField(label=_("kind"), choices=TaskKind.choices, initial=TaskKind.TODO, required=False)
    company_id = forms.UUIDField(label=_("company"), required=False)
    contact_id = forms.UUIDField(label=_("contact"), required=False)
    deal_id = forms.UUIDField(label=_("deal"), required=False)

    def __init__(self, *args: Any, people: Iterable[Member] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = [(str(one.user_id), str(one)) for one in people or active_members()]
        self.fields["assignee_id"].choices = [("", _("Nobody yet")), *members]  # type: ignore[attr-defined]

    def change(self) -> TaskChange:
        given = self.cleaned_data
        return TaskChange(**{**given, "kind": given["kind"] or TaskKind.TODO})


class TaskForm(QuickTaskForm):
    """Everything that is known of a task. `records`: those chosen so far, by the field's name."""

    is_short = False

    priority = forms.TypedChoiceField(
        label=_("priority"),
        choices=TaskPriority.choices,
        coerce=int,
        empty_value=None,
        initial=TaskPriority.NORMAL,
        required=False,
    )
    recurrence = forms.ChoiceField(label=_("repeats"), choices=Recurrence.choices, required=False)
    remind_minutes = forms.TypedChoiceField(
        label=_("reminder"), choices=REMINDERS, coerce=int, empty_value=None, required=False
    )
    notes = forms.CharField(label=_("notes"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, records: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (_model, options) in RECORDS.items():
            chosen = (records or {}).get(name)
            choices = [("", ""), *([(str(chosen.pk), str(chosen))] if chosen else [])]
            self.fields[name].widget = forms.Select(
                {"data-select-url": reverse_lazy(options)}, choices=choices
            )

    @classmethod
    def of(cls, task: Task, facts: dict[str, Any], remind_minutes: int | None) -> "TaskForm":
        """The form as the task stands now."""
        names = ("title", "kind", "priority", "notes", "recurrence", "due_on", "due_time", *RECORDS)
        values = {name: facts[name] for name in names} | {
            "assignee_id": str(facts["assignee_id"] or ""),
            "remind_minutes": "" if remind_minutes is None else str(remind_minutes),
            "custom": custom_values("task", task.pk),
        }
        form = cls(initial=values, records=records_of(task))
        form.offer_reminder(remind_minutes)
        return form

    def offer_reminder(self, minutes: int | None) -> None:
        """Let a reminder that no choice stands for (the API set it) stay chosen."""
        field: Any = self.fields["remind_minutes"]
        if minutes is not None and str(minutes) not in dict(REMINDERS):
            text = _("%(count)d minutes before") % {"count": minutes}
            field.choices = [*field.choices, (str(minutes), text)]


def records_of(task: Task) -> dict[str, Any]:
    """The records of a task by the name of the field that chooses them."""
    return {"company_id": task.company, "contact_id": task.contact, "deal_id": task.deal}
