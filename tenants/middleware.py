"""host → organization → schema. A host that leads nowhere is 404; a suspended or closed organization shows
its own page; an address that an organization has left leads to the new one.
"""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import set_urlconf

from shared_apps.core.http import address_on, is_htmx
from tenants.context import OrganizationRef, in_organization, in_public
from tenants.hosts import Destination, destination_of
from tenants.models import OrganizationStatus

Respond = Callable[[HttpRequest], HttpResponse]


class OrganizationMiddleware:
    """Enter the organization of the request's host for as long as the request lasts."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host().rsplit(":", 1)[0].lower().removesuffix(".")
        if host == settings.BASE_DOMAIN:
            return self._public(request)
        destination = destination_of(host)
        request.organization = destination.organization if destination else None  # type: ignore[attr-defined]
        if destination is None:
            return _closed(request, "tenants/unknown_host.html", 404, "unknown_host")
        if destination.moved_to:
            return _moved(request, destination)
        organization = destination.organization
        if not organization.is_active:
            return _shut(request, organization)
        with (
            in_organization(organization),
            structlog.contextvars.bound_contextvars(organization=organization.subdomain),
        ):
            return self._answer(request, settings.ROOT_URLCONF)

    def _public(self, request: HttpRequest) -> HttpResponse:
        request.organization = None  # type: ignore[attr-defined]
        with in_public():
            return self._answer(request, settings.PUBLIC_SCHEMA_URLCONF)

    def _answer(self, request: HttpRequest, urlconf: str) -> HttpResponse:
        request.urlconf = urlconf
        set_urlconf(urlconf)
        return self.respond(request)


def _shut(request: HttpRequest, organization: OrganizationRef) -> HttpResponse:
    if organization.status == OrganizationStatus.CLOSED:
        return _closed(request, "tenants/closed.html", 403, "organization_closed")
    return _closed(request, "tenants/suspended.html", 403, "organization_suspended")


def _moved(request: HttpRequest, destination: Destination) -> HttpResponse:
    """To the same path at the new address. Whoever wrote is asked to write again (307, for programs 308),
    never turned into a reader. Nothing is remembered: in a month the old name may be somebody else's.
    """
    address = address_on(request, destination.moved_to, request.get_full_path())
    if request.path.startswith("/api/"):
        error = {
            "code": "organization_moved",
            "message": f"This organization moved to {address}",
            "field": None,
        }
        response: HttpResponse = JsonResponse({**error, "errors": [error]}, status=308)
    elif is_htmx(request):
        response = HttpResponse(
            status=204, headers={"HX-Redirect": address_on(request, destination.moved_to)}
        )
    else:
        response = HttpResponse(status=302 if request.method in {"GET", "HEAD"} else 307)
    if not is_htmx(request):
        response["Location"] = address
    response["Cache-Control"] = "no-store"
    return response


def _closed(request: HttpRequest, template: str, status: int, code: str) -> HttpResponse:
    request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
    set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
    if request.path.startswith("/api/"):
        error = {"code": code, "message": code.replace("_", " "), "field": None}
        return JsonResponse({**error, "errors": [error]}, status=status)
    return render(request, template, status=status)
