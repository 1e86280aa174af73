"""The money page: what is owed, when it will come, what came and waits."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from shared_apps.core import clock
from shared_apps.core.errors import Text
from shared_apps.core.formats import format_day, format_short_day
from shared_apps.core.http import ActorRequest, page, partial
from shared_apps.core.listing import Condition
from shared_apps.core.permissions import Permission
from tenant_apps.dashboard import rules
from tenant_apps.dashboard.queries import NOT_DUE, Money
from tenant_apps.dashboard.queries import money as money_of
from tenant_apps.dashboard.queries.reports.tables import list_address
from tenant_apps.workspace.queries import profile
from tenants.context import current_organization

AGE_NAMES: dict[str, Text] = {
    NOT_DUE: _("Not due yet"),
    "days_30": _("1–30 days late"),
    "days_60": _("31–60 days late"),
    "days_90": _("61–90 days late"),
    "older": _("More than 90 days late"),
}


@page(Permission.BOOKS_VIEW)
def money(request: ActorRequest) -> HttpResponse:
    """The money of each currency, the organization's own first."""
    zone = current_organization().time_zone
    on = clock.today(zone)
    main = profile().default_currency
    found = sorted(money_of(request.actor, on=on, zone=zone), key=lambda one: one.currency != main)
    context = {"on": on, "shown": [_shown(one, on) for one in found]}
    return partial(request, "dashboard/money.html", "list", context)


def _shown(one: Money, on: date) -> dict[str, Any]:
    """The figures of a currency with the addresses of the lists that they count."""
    currency = Condition("currency", "is", (one.currency,))
    still_open = Condition("open", "is", ("yes",))
    overdue = Condition("status", "is", ("overdue",))
    waiting = Condition("status", "is", ("unmatched", "partly_matched"))
    return {
        "money": one,
        "owed_url": list_address("invoice_list", still_open, currency),
        "overdue_url": list_address("invoice_list", overdue, currency),
        "unmatched_url": _payments(waiting, currency, is_known="no"),
        "credits_url": _payments(waiting, currency, is_known="yes"),
        "ages": [
            (
                AGE_NAMES[name],
                counted,
                list_address("invoice_list", still_open, currency, *_of_age(name, on)),
            )
            for name, counted in one.by_age.items()
        ],
        "weeks": [
            (format_short_day(week.monday), f"{format_day(week.monday)} – {format_day(week.sunday)}", week)
            for week in one.weeks
        ],
    }


def _payments(waiting: Condition, currency: Condition, *, is_known: str) -> str:
    return list_address("payment_list", waiting, currency, Condition("has_client", "is", (is_known,)))


def _of_age(name: str, on: date) -> list[Condition]:
    """The condition of the list of invoices for debts of this age."""
    if name == NOT_DUE:
        return [Condition("due_date", "after", ((on - timedelta(days=1)).isoformat(),))]
    newest, oldest = rules.days_of_age(name, on)
    if oldest is None:
        return [Condition("due_date", "before", ((newest + timedelta(days=1)).isoformat(),))]
    return [Condition("due_date", "between", (oldest.isoformat(), newest.isoformat()))]
