from datetime import UTC, datetime
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.crm import operations, queries
from tenant_apps.crm.schemas.tasks import TASK_ORDERINGS, TaskFilters, TaskIn, TaskOut, TaskPatch, task_out
from tenant_apps.workspace.queries import narrowed, with_custom

router = Router(tags=["tasks"])
FAR = datetime(9999, 12, 31, tzinfo=UTC)


@router.get("tasks/", response=ListOf[TaskOut], operation_id="list_tasks")
def list_tasks(request: ActorRequest, query: Query[TaskFilters]) -> HttpResponse:
    """Tasks, newest first; `done=false` are those to do, `ordering=due_at` puts those without a date last."""
    request.actor.require(Permission.TASKS_VIEW)
    rows = queries.visible_tasks(request.actor, archived=None if query.archived else False)
    rows = narrowed(rows.filter(query.lookups()), "task", query.filter, request.actor, clock.now())
    found = rows.annotate(due_order=Coalesce(F("due_at"), Value(FAR)))
    return list_response(
        with_custom("task", matching(found, query.search)),
        query,
        orderings=TASK_ORDERINGS,
        item=task_out,
        default="-id",
    )


@router.post("tasks/", response={201: TaskOut}, operation_id="create_task")
def create_task(request: ActorRequest, data: TaskIn) -> HttpResponse:
    """Add a task."""
    task = operations.create_task(details=data.change(), by=request.actor, at=clock.now())
    return json_response(task_out(task), status=201)


@router.get("tasks/{uuid:task_id}/", response=TaskOut, operation_id="read_task")
def read_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """One task, archived or not."""
    request.actor.require(Permission.TASKS_VIEW)
    return json_response(task_out(queries.visible_task(task_id, request.actor)))


@router.patch("tasks/{uuid:task_id}/", response=TaskOut, operation_id="change_task")
def change_task(request: ActorRequest, task_id: UUID, data: TaskPatch) -> HttpResponse:
    """Change the fields that are named; null takes dates, people and records away."""
    change = data.change()
    task = operations.change_task(task_id=task_id, change=change, by=request.actor, at=clock.now())
    return json_response(task_out(task))


@router.post("tasks/{uuid:task_id}/complete/", response=TaskOut, operation_id="complete_task")
def complete_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """Say that it is done; one that recurs leaves the next one. 409 when it is done already."""
    task = operations.complete_task(task_id=task_id, by=request.actor, at=clock.now())
    return json_response(task_out(task))


@router.post("tasks/{uuid:task_id}/reopen/", response=TaskOut, operation_id="reopen_task")
def reopen_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """Take back that it was done; 409 when it is not."""
    task = operations.reopen_task(task_id=task_id, by=request.actor, at=clock.now())
    return json_response(task_out(task))


@router.post("tasks/{uuid:task_id}/archive/", response=TaskOut, operation_id="archive_task")
def archive_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """Take a task out of the lists; 409 when it is in the archive already."""
    task = operations.archive_task(task_id=task_id, by=request.actor, at=clock.now())
    return json_response(task_out(task))


@router.post("tasks/{uuid:task_id}/unarchive/", response=TaskOut, operation_id="unarchive_task")
def unarchive_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """Bring a task back into the lists; 409 when it is there."""
    task = operations.unarchive_task(task_id=task_id, by=request.actor, at=clock.now())
    return json_response(task_out(task))
