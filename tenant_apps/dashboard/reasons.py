"""Why somebody waits, in one sentence."""

from collections.abc import Callable, Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.core.formats import format_day
from tenant_apps.crm.models import TaskKind
from tenant_apps.dashboard.queries import Waiting


def why(item: Waiting) -> str:
    """What is late and for how long; the money stands beside it."""
    return REASONS[item.kind](item)


def days(number: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", number) % {"count": number}


def _late(number: int) -> str:
    if number < 1:
        return _("late since today")
    return ngettext("%(count)d day late", "%(count)d days late", number) % {"count": number}


def _task(item: Waiting) -> str:
    return f"{TaskKind(item.detail).label}, {_late(item.days)}"


def _deal(item: Waiting) -> str:
    told = {
        "stage": item.detail,
        "days": days(int(item.late + item.patience)),
        "limit": days(int(item.patience)),
    }
    return _("%(days)s in “%(stage)s”, where %(limit)s is the limit") % told


def _invoice(item: Waiting) -> str:
    count = ngettext("%(count)d invoice", "%(count)d invoices", item.count) % {"count": item.count}
    return f"{count}, {_late(item.days)}"


def _offer(item: Waiting) -> str:
    last_day = format_day(date.fromisoformat(item.detail.split(" ")[0]))
    return _("Valid until %(day)s, no answer yet") % {"day": last_day}


def _customer(item: Waiting) -> str:
    silence = days(int(item.late + 2 * item.patience))
    told = {"silence": silence, "habit": days(int(item.detail))}
    return _("Quiet for %(silence)s, used to buy every %(habit)s") % told


REASONS: Mapping[str, Callable[[Waiting], str]] = {
    "task": _task,
    "deal": _deal,
    "invoice": _invoice,
    "offer": _offer,
    "customer": _customer,
}
