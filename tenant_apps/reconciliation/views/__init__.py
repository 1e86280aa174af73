"""Pages of bank accounts, statements, their lines, the rules about them, and the workbench, by noun."""

from datetime import date
from typing import Any
from uuid import UUID

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest
from shared_apps.core.ids import id_in
from shared_apps.core.keyset import InvalidCursor, KeysetPage, keyset_page
from tenants.context import OrganizationRef


class Request(ActorRequest):
    """A request of a signed-in member, on the organization's host."""

    organization: OrganizationRef


def today(request: Request) -> date:
    """Today where the organization is."""
    return clock.today(request.organization.time_zone)


def chosen_payment(request: ActorRequest) -> UUID:
    """The payment that was chosen; an id of none for what is no id, so that it is not found."""
    return id_in(request.POST.get("payment_id", "")) or UUID(int=0)


def asked_page(rows: Any, request: ActorRequest, ordering: str) -> KeysetPage[Any]:
    """The page that the address asks for; the first one where its cursor is none."""
    try:
        return keyset_page(rows, ordering=ordering, cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return keyset_page(rows, ordering=ordering)
