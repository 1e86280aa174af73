from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, ListQuery, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.schemas.organization import (
    OrganizationOut,
    OrganizationPatch,
    SeriesIn,
    SeriesOut,
    StartIn,
    organization_out,
    series_out,
)
from tenants.context import current_organization

router = Router(tags=["organization"])


@router.get("organization/", response=OrganizationOut)
def get_organization(request: ActorRequest) -> HttpResponse:
    """The organization's legal facts and defaults."""
    request.actor.require(Permission.ORGANIZATION_VIEW)
    return _answer(request, queries.profile())


@router.patch("organization/", response=OrganizationOut)
def change_organization(request: ActorRequest, data: OrganizationPatch) -> HttpResponse:
    """Change what is named; invoices already issued keep the seller they were issued with."""
    return _answer(
        request, operations.change_organization(change=data.change(), by=request.actor, at=clock.now())
    )


@router.get("number-series/", response=ListOf[SeriesOut], operation_id="list_number_series")
def list_number_series(request: ActorRequest, query: Query[ListQuery]) -> HttpResponse:
    """The series that number documents, and what number comes next in each."""
    request.actor.require(Permission.ORGANIZATION_VIEW)
    found = queries.every_series().order_by()
    return list_response(found, query, orderings={"created_at": "id"}, item=series_out, default="id")


@router.post("number-series/", response={201: SeriesOut}, operation_id="add_series")
def add_series(request: ActorRequest, data: SeriesIn) -> HttpResponse:
    """Open one more series of tax documents, far from the numbers of the others."""
    series = operations.add_series(**data.model_dump(), by=request.actor, at=clock.now())
    return json_response(series_out(series), status=201)


@router.patch("number-series/{uuid:series_id}/", response=SeriesOut, operation_id="change_series_start")
def change_series_start(request: ActorRequest, series_id: UUID, data: StartIn) -> HttpResponse:
    """Set the first number of a series that has not begun; 409 afterwards."""
    code = queries.series_by_id(series_id).code
    series = operations.change_series_start(
        code=code, next_number=data.next_number, by=request.actor, at=clock.now()
    )
    return json_response(series_out(series))


def _answer(request: ActorRequest, profile: OrganizationProfile) -> HttpResponse:
    return json_response(organization_out(profile, current_organization().id))
