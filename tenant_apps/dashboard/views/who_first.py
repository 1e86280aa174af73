from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.dashboard import queries
from tenant_apps.dashboard.queries import Queue, Waiting
from tenant_apps.dashboard.reasons import why
from tenants.context import current_organization

SHOWN = 50
ICONS = {
    "task": "checkbox",
    "deal": "layout-kanban",
    "invoice": "file-invoice",
    "offer": "file-text",
    "customer": "moon",
}


@dataclass(frozen=True)
class Step:
    """One thing that can be done about it at once. `key`: the letter that does it; `posts`: what is sent,
    None where the step only leads somewhere; `confirm`: what is asked first.
    """

    key: str
    label: str
    icon: str
    url: str
    posts: dict[str, str] | None = None
    confirm: str = ""


@dataclass(frozen=True)
class Row:
    """One of the queue as the page shows it."""

    item: Waiting
    url: str
    why: str
    icon: str
    steps: list[Step] = field(default_factory=list)


@page(Permission.DASHBOARD_VIEW)
def who_first(request: ActorRequest) -> HttpResponse:
    """Everything that waits for a person, who comes first on top."""
    context = {
        "queue": shown(request, limit=SHOWN, kind=request.GET.get("kind", "")),
        "kinds": kinds(),
        "people": [("", _("Mine")), ("all", _("Everybody's"))],
        "most": SHOWN,
    }
    return partial(request, "dashboard/who_first.html", "list", context)


def kinds() -> list[tuple[str, str]]:
    """The reasons to wait, with their words."""
    return [
        ("task", _("Overdue tasks")),
        ("deal", _("Stalled deals")),
        ("invoice", _("Overdue invoices")),
        ("offer", _("Expiring offers")),
        ("customer", _("Quiet customers")),
    ]


def shown(request: ActorRequest, *, limit: int, kind: str = "") -> dict[str, Any]:
    """The top of the queue: what is the reader's or nobody's, or with `who=all` everything they see."""
    at = clock.now()
    queue: Queue = queries.who_first(
        request.actor,
        at=at,
        on=clock.day_in(current_organization().time_zone, at),
        mine=request.GET.get("who") != "all",
        kind=kind if kind in dict(kinds()) else "",
        limit=limit,
    )
    rows = [_row(item, request) for item in queue.waiting]
    keys = {step.key: step.label for row in rows for step in row.steps}
    return {"rows": rows, "total": queue.total, "keys": keys}


def address_of(item: Waiting) -> str:
    """Where one looks at it: its own page, the offer, or the invoices that are late."""
    if item.kind == "offer":
        return reverse("offer_detail", args=[_offer_id(item)])
    if item.kind == "invoice" and item.count == 1:
        return reverse("invoice_detail", args=[_oldest(item)[0]])
    if item.kind == "invoice" and item.record_type == "company":
        asked = f"status:is:overdue,company:is:{item.record_id},currency:is:{item.currency}"
        return f"{reverse('invoice_list')}?filter={asked}"
    return reverse(f"{item.record_type}_detail", args=[item.record_id])


def _row(item: Waiting, request: ActorRequest) -> Row:
    steps = _steps_of_task(item) if item.kind == "task" else _steps_of_client(item, request)
    allowed = [step for permission, step in steps if request.actor.may(permission)]
    return Row(item, address_of(item), why(item), ICONS[item.kind], allowed)


def _steps_of_task(item: Waiting) -> list[tuple[Permission, Step]]:
    done, later = (reverse(name, args=[item.record_id]) for name in ("complete_task", "postpone_task"))
    tomorrow = Step("s", pgettext("put off to", "Tomorrow"), "clock", later, {"due_on": "tomorrow"})
    return [
        (Permission.TASKS_EDIT, Step("d", _("Done"), "check", done, {})),
        (Permission.TASKS_EDIT, tomorrow),
    ]


def _steps_of_client(item: Waiting, request: ActorRequest) -> list[tuple[Permission, Step]]:
    steps = [SENDING[item.kind](item)] if item.kind in SENDING else []
    about = {f"{item.record_type}_id": str(item.record_id), "back": request.get_full_path()}
    title = {"title": (_("Get back to %(name)s") % {"name": item.title})[:200]}
    tomorrow = {"quick": "yes", "due_on": "tomorrow", **title, **about}
    create = reverse("task_create")
    talk = reverse(f"{item.record_type}_detail", args=[item.record_id])
    return [
        *steps,
        (
            Permission.TASKS_EDIT,
            Step("s", pgettext("put off to", "Tomorrow"), "clock", create, tomorrow),
        ),
        (
            Permission.TASKS_EDIT,
            Step("t", _("Plan a task"), "calendar", f"{create}?{urlencode(title | about)}"),
        ),
        (Permission.NOTES_EDIT, Step("c", _("Log a call"), "phone", f"{talk}#compose-talk")),
    ]


def _sending(item: Waiting) -> tuple[Permission, Step]:
    """The oldest of the late invoices once more to the client."""
    invoice_id, number = _oldest(item)
    sentence = _("Invoice %(number)s goes to %(name)s by e-mail, once more.")
    return Permission.INVOICES_SEND, Step(
        "m",
        _("Send again"),
        "send",
        reverse("send_invoice", args=[invoice_id]),
        {},
        sentence % {"number": number, "name": item.title},
    )


def _offering(item: Waiting) -> tuple[Permission, Step]:
    """The offer once more to the client."""
    return Permission.OFFERS_SEND, Step(
        "m",
        _("Send again"),
        "send",
        reverse("resend_offer", args=[_offer_id(item)]),
        {},
        _("Offer %(number)s goes to %(name)s by e-mail, once more.")
        % {"number": item.about, "name": item.title},
    )


SENDING = {"invoice": _sending, "offer": _offering}


def _offer_id(item: Waiting) -> UUID:
    return UUID(item.detail.split(" ")[1])


def _oldest(item: Waiting) -> tuple[UUID, str]:
    _due, key, number = item.detail.split(" ")
    return UUID(key), number
