"""host → organization → schema. A host that leads nowhere is 404; a suspended organization shows its own
page.
"""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import set_urlconf

from tenants.context import in_organization, in_public
from tenants.hosts import organization_at

Respond = Callable[[HttpRequest], HttpResponse]


class OrganizationMiddleware:
    """Enter the organization of the request's host for as long as the request lasts."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
        if host == settings.BASE_DOMAIN:
            return self._public(request)
        organization = organization_at(host)
        request.organization = organization  # type: ignore[attr-defined]
        if organization is None:
            return _closed(request, "tenants/unknown_host.html", 404, "unknown_host")
        if not organization.is_active:
            return _closed(request, "tenants/suspended.html", 403, "organization_suspended")
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


def _closed(request: HttpRequest, template: str, status: int, code: str) -> HttpResponse:
    request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
    set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
    if request.path.startswith("/api/"):
        error = {"code": code, "message": code.replace("_", " "), "field": None}
        return JsonResponse({**error, "errors": [error]}, status=status)
    return render(request, template, status=status)
