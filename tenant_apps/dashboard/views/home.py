from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.formats import locale_of
from shared_apps.core.http import ActorRequest, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.dashboard import queries
from tenant_apps.dashboard.actions import offers_on
from tenant_apps.dashboard.search import search_everything
from tenant_apps.dashboard.views.who_first import shown
from tenant_apps.invoices.queries import Radar, vat_radar
from tenant_apps.workspace.models import OrganizationProfile
from tenants.context import OrganizationRef

TOP = 6  # of the queue


class Request(ActorRequest):
    """A request of a signed-in member, on the organization's host."""

    organization: OrganizationRef


@page(Permission.DASHBOARD_VIEW)
def dashboard(request: Request) -> HttpResponse:
    on, actor = clock.today(request.organization.time_zone), request.actor
    steps = queries.first_steps()
    main = steps.profile.default_currency
    received = queries.received_per_month(actor, on=on)
    context = {
        "steps": _steps(steps) if steps.are_needed else [],
        "figures": _figures(queries.owed_per_currency(actor, on=on), received, main, on),
        "main": main,
        "months": _months(received[main], on) if received.get(main) else [],
        "queue": shown(request, limit=TOP),
        "activity": queries.recent_activity(actor),
        "on": on,
        "radar": _radar(steps.profile, request, on),
    }
    return partial(request, "dashboard/dashboard.html", "home", context)


@page(Permission.DASHBOARD_VIEW)
def search(request: Request) -> HttpResponse:
    """Everything that `?q=` finds: a page, or for the box in the top bar a list below it."""
    query = request.GET.get("q", "").strip()
    found = search_everything(query, request.actor, on=clock.today(request.organization.time_zone))
    context = {"query": query, "found": [{"noun": kind.noun, "hits": kind.hits} for kind in found]}
    return partial(request, "dashboard/search.html", "results", context)


@page(Permission.DASHBOARD_VIEW)
def palette_actions(request: Request) -> HttpResponse:
    """What the palette offers to one who stands at `?path=`."""
    offers = offers_on(request.GET.get("path", "/"), request.actor)
    return render(request, "dashboard/palette.html", {"offers": offers})


def _radar(profile: OrganizationProfile, request: Request, on: date) -> Radar | None:
    """How near an organization that is not registered is to the threshold of VAT registration."""
    if profile.is_vat_registered or not request.actor.may(Permission.BOOKS_VIEW):
        return None
    return vat_radar(request.actor, on=on)


def _figures(
    owed: dict[str, queries.Owed], received: dict[str, dict[date, Decimal]], main: str, on: date
) -> list[dict[str, Any]]:
    """A row of figures per currency: the organization's own first, whether or not there is money in it."""
    this_month, last_month = queries.months_up_to(on)[-1], queries.months_up_to(on)[-2]
    others = sorted((set(owed) | {code for code, sums in received.items() if this_month in sums}) - {main})
    return [
        {
            "currency": currency,
            "owed": owed.get(currency) or queries.Owed(currency, queries.ZERO, 0, queries.ZERO, 0),
            "received": received.get(currency, {}).get(this_month, queries.ZERO),
            "received_before": received.get(currency, {}).get(last_month, queries.ZERO),
        }
        for currency in [main, *others]
    ]


def _months(received: dict[date, Decimal], on: date) -> list[tuple[str, Decimal]]:
    """A bar for each of the last twelve months, named in the reader's language."""
    months = queries.months_up_to(on)
    return [
        (format_date(month, "LLL yy", locale=locale_of()), received.get(month, queries.ZERO))
        for month in months
    ]


def _steps(steps: queries.FirstSteps) -> list[dict[str, Any]]:
    """The way to the first invoice: each step with where it is done and the permission that it takes."""
    return [
        {
            "is_done": steps.has_details,
            "permission": Permission.ORGANIZATION_EDIT,
            "url": reverse("organization_edit"),
            "title": _("Fill in your company details"),
            "text": _("EIK, address and IBAN stand on every invoice."),
        },
        {
            "is_done": steps.has_client,
            "permission": Permission.COMPANIES_EDIT,
            "url": reverse("company_create"),
            "title": _("Add your first client"),
            "text": _("A company by its EIK, or a person."),
        },
        {
            "is_done": steps.has_product,
            "permission": Permission.PRODUCTS_EDIT,
            "url": reverse("product_create"),
            "title": _("Add your first product or service"),
            "text": _("Its price and VAT rate then fill themselves in."),
        },
        {
            "is_done": steps.has_invoice,
            "permission": Permission.INVOICES_EDIT,
            "url": reverse("invoice_create"),
            "title": _("Write your first invoice"),
            "text": _("You see it as it will print before you issue it."),
        },
    ]
