from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shared_apps.core.asking import Asking, together
from shared_apps.core.http import is_htmx, page, partial
from shared_apps.core.keyset import InvalidCursor
from shared_apps.core.permissions import Permission
from tenant_apps.reconciliation import queries
from tenant_apps.reconciliation.filters import asked_for, kept
from tenant_apps.reconciliation.models import BankAccount, DecisionKind, DecisionState, Sign
from tenant_apps.reconciliation.queries import AGES, LARGEST, NO_ACCOUNT, Waiting, Workbench
from tenant_apps.reconciliation.views import Request, today

VIEW = Permission.BANK_VIEW
AGE_TEXTS = {7: _("Older than a week"), 30: _("Older than a month"), 90: _("Older than three months")}


@page(VIEW)
def workbench(request: Request) -> HttpResponse:
    """What waits, with the first of it at hand on a screen that is wide enough."""
    bench = _asked(request)
    item = bench.items[0] if bench.items else None
    if item is not None:
        item = queries.visible_item(item.id, request.actor)
    return _page(request, "reconciliation/workbench.html", bench, item, is_chosen=False)


@page(VIEW)
def waiting_detail(request: Request, item_id: UUID) -> HttpResponse:
    """One thing that waits, beside the list; for htmx alone."""
    bench, item = _beside_list(request, item_id)
    return _page(request, "reconciliation/workbench.html", bench, item, is_chosen=True)


@page(VIEW)
def certain_list(request: Request) -> HttpResponse:
    """A rehearsal: what would be linked, how much is left to people. Nothing is written."""
    context = {"rehearsal": queries.rehearse_certain(request.actor), "kept": kept(request.GET)}
    return partial(request, "reconciliation/certain_list.html", "list", context)


@page(VIEW)
def decision_detail(request: Request, decision_id: UUID) -> HttpResponse:
    """What came of a decision. While a job is at it, the part with the bar is asked for again and again."""
    decision = queries.visible_decision(decision_id, request.actor)
    if is_htmx(request) and not decision.is_at_work:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {
        "decision": decision,
        "is_undoing": decision.state == DecisionState.UNDOING,
        "is_certain": decision.kind == DecisionKind.CERTAIN,
        "left_count": decision.wanted_count - decision.linked_count,
        "links": queries.links_of(decision)[: queries.SHOWN],
    }
    return partial(request, "reconciliation/decision_detail.html", "progress", context)


def bench_context(request: Request, bench: Workbench | None, item: Waiting | None) -> dict[str, Any]:
    """What the list beside a case shows."""
    on = today(request)
    return {
        "bench": bench,
        "item": item,
        "on": on,
        "kept": kept(request.GET),
        "accounts": _account_choices(bench.accounts) if bench else [],
        "ages": [(str(age), AGE_TEXTS[age]) for age in AGES],
        "signs": Sign.choices,
        "orders": [("", _("Oldest first")), (LARGEST, _("Largest first"))],
        "oldest_days": _days(bench.tally.oldest_on, on) if bench else 0,
        "certain_url": reverse("certain_list"),
    }


def _page(
    request: Request, template: str, bench: Workbench | None, item: Waiting | None, *, is_chosen: bool
) -> HttpResponse:
    context = bench_context(request, bench, item)
    search = request.GET.get("search", "")
    if item is not None:
        context["case"] = queries.case_of(item, request.actor, on=context["on"], search=search)
    context |= {"search": search, "is_chosen": is_chosen}
    return partial(request, template, "case", context)


def _beside_list(request: Request, item_id: UUID) -> tuple[Workbench | None, Waiting]:
    """The list and one of it, in one statement; htmx has the list already."""
    item = queries.showing_item(item_id, request.actor)
    if is_htmx(request):
        return None, together(item)[0]
    bench, shown = asked_beside(request, item)
    return bench, shown


def asked_beside(request: Request, item: Asking[Waiting]) -> tuple[Workbench, Waiting]:
    """The list and an item; a cursor that no longer fits leads to the first page."""
    asked = asked_for(request.GET, today(request))
    try:
        showing = queries.showing_workbench(request.actor, asked, cursor=request.GET.get("cursor"))
        bench, shown = together(showing, item)
    except InvalidCursor:
        bench, shown = together(queries.showing_workbench(request.actor, asked), item)
    return bench, shown


def _asked(request: Request) -> Workbench:
    asked = asked_for(request.GET, today(request))
    try:
        return queries.workbench(request.actor, asked, cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return queries.workbench(request.actor, asked)


def _account_choices(accounts: Sequence[BankAccount]) -> list[tuple[str, Any]]:
    return [*((str(one.pk), one.name) for one in accounts), (NO_ACCOUNT, _("Through no bank account"))]


def _days(day: date | None, on: date) -> int:
    return max((on - day).days, 0) if day else 0
