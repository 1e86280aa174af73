"""From one host to another, and the address that letters point to."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from shared_apps.accounts import operations, queries
from shared_apps.accounts.models import TeamMember
from shared_apps.core import clock
from shared_apps.core.http import address_on
from tenants.queries import primary_host


def hand_over(request: HttpRequest, organization_id: UUID, then: str = "/") -> HttpResponse:
    """Send the signed-in person to the organization's host, where they are signed in too and come to
    `then`.
    """
    user: Any = request.user
    try:
        token = operations.begin_handover(
            user_id=user.pk, organization_id=organization_id, by=queries.person_actor(user), at=clock.now()
        )
    except TeamMember.DoesNotExist as missing:
        raise Http404 from missing
    return redirect(address_on(request, primary_host(organization_id), queries.handover_path(token, then)))


def origin_of(request: HttpRequest) -> str:
    """Scheme and host of this request, for the links in letters."""
    return f"{request.scheme}://{request.get_host()}"
