"""Tasks as the API reads and writes them. Days and times are in the organization's zone."""

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from ninja import Schema
from pydantic import Field

from shared_apps.core.api import Custom, FilteredQuery, Input
from tenant_apps.crm.models import Task
from tenant_apps.crm.operations import TaskChange, task_facts
from tenant_apps.workspace.queries import custom_in

TASK_ORDERINGS = {
    "created_at": "id",
    "updated_at": "updated_at",
    "due_at": "due_order",
    "priority": "priority",
}
EMPTIED = {"title": "", "notes": "", "recurrence": ""}


class TaskPatch(Input):
    """Only what is named changes. `due_on` without `due_time` is the whole day; `remind_minutes`: how long
    before it is due, null for no reminder; `recurrence`: empty, daily, workdays, weekly, monthly, yearly.
    """

    title: str | None = None
    kind: str | None = None
    priority: int | None = None
    notes: str | None = None
    due_on: date | None = None
    due_time: time | None = None
    recurrence: str | None = None
    remind_minutes: Annotated[int | None, Field(ge=0, le=43_200)] = None
    assignee_id: UUID | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    custom: Custom | None = None

    def change(self) -> TaskChange:
        named = self.model_dump(exclude_unset=True)
        wanted: dict[str, Any] = {name: EMPTIED.get(name) if v is None else v for name, v in named.items()}
        return TaskChange(**wanted)


class TaskIn(TaskPatch):
    """A new task; without an assignee it is the token's person's own to do."""

    title: str


class TaskOut(Schema):
    id: UUID
    title: str
    kind: str
    priority: int
    notes: str
    due_on: date | None
    due_time: str | None
    due_at: datetime | None
    recurrence: str
    remind_at: datetime | None
    assignee_id: UUID | None
    owner_id: UUID | None
    company_id: UUID | None
    contact_id: UUID | None
    deal_id: UUID | None
    custom: dict[str, Any]
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class TaskFilters(FilteredQuery):
    archived: bool = False
    done: bool | None = None
    assignee_id: UUID | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    due_before: datetime | None = None
    due_from: datetime | None = None

    def lookups(self) -> Q:
        """The filters that were given."""
        names = ("assignee_id", "company_id", "contact_id", "deal_id")
        found = Q(**{name: value for name in names if (value := getattr(self, name))})
        if self.done is not None:
            found &= Q(done_at__isnull=not self.done)
        if self.due_before:
            found &= Q(due_at__lt=self.due_before)
        return found & Q(due_at__gte=self.due_from) if self.due_from else found


def task_out(task: Task) -> dict[str, Any]:
    kept = ("id", "due_at", "owner_id", "done_at", "created_at", "updated_at", "archived_at")
    told = {name: getattr(task, name) for name in kept} | task_facts(task)
    return told | {"custom": custom_in("task", task)}
