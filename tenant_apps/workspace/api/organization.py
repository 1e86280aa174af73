from django.http import HttpResponse
from ninja import Router

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.schemas.organization import OrganizationOut, OrganizationPatch, organization_out
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


def _answer(request: ActorRequest, profile: OrganizationProfile) -> HttpResponse:
    return json_response(organization_out(profile, current_organization().id))
