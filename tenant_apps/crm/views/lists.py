"""The lists of companies, contacts and deals, as their addresses arrange them."""

from django.http import HttpResponse

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.workspace.queries import listed


@page(Permission.COMPANIES_VIEW)
def company_list(request: ActorRequest) -> HttpResponse:
    shown = listed("company", request.GET, request.actor, clock.now())
    return partial(request, "crm/company_list.html", "list", {"list": shown})


@page(Permission.CONTACTS_VIEW)
def contact_list(request: ActorRequest) -> HttpResponse:
    shown = listed("contact", request.GET, request.actor, clock.now())
    return partial(request, "crm/contact_list.html", "list", {"list": shown})


@page(Permission.DEALS_VIEW)
def deal_list(request: ActorRequest) -> HttpResponse:
    shown = listed("deal", request.GET, request.actor, clock.now())
    return partial(request, "crm/deal_list.html", "list", {"list": shown})
