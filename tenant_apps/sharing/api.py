from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.sharing import operations, queries
from tenant_apps.sharing.schemas import LINK_ORDERINGS, LinkFilters, LinkIn, LinkOut, link_out

router = Router(tags=["links"])


class Request(HttpRequest):
    """A request of the API, after the token was read."""

    actor: Actor


@router.get("links/", response=ListOf[LinkOut], operation_id="list_public_links")
def list_public_links(request: Request, query: Query[LinkFilters]) -> HttpResponse:
    """The addresses by which clients see records without an account, newest first: those of records that you
    see and could send.
    """
    request.actor.require(Permission.LINKS_VIEW)
    links = queries.visible_links(request.actor).filter(**query.lookups())
    return list_response(links, query, orderings=LINK_ORDERINGS, item=link_out, default="-id")


@router.post("links/", response={201: LinkOut}, operation_id="make_public_link")
def make_public_link(request: Request, data: LinkIn) -> HttpResponse:
    """Make the link of a record; 409 when it has one, also a revoked one, and for a draft."""
    link = operations.make_public_link(
        record_type=data.record_type, record_id=data.record_id, by=request.actor, at=clock.now()
    )
    return json_response(link_out(link), status=201)


@router.post("links/{uuid:link_id}/renew/", response=LinkOut, operation_id="renew_public_link")
def renew_public_link(request: Request, link_id: UUID) -> HttpResponse:
    """Give the record another address; the one before leads nowhere, and a revoked link lives again."""
    link = operations.renew_public_link(link_id=link_id, by=request.actor, at=clock.now())
    return json_response(link_out(link))


@router.post("links/{uuid:link_id}/revoke/", response=LinkOut, operation_id="revoke_public_link")
def revoke_public_link(request: Request, link_id: UUID) -> HttpResponse:
    """Let the address lead nowhere; 409 when it does already."""
    link = operations.revoke_public_link(link_id=link_id, by=request.actor, at=clock.now())
    return json_response(link_out(link))
