from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shared_apps.core import clock, slots
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm import operations, queries
from tenant_apps.crm.forms.time import TimeForm, initial_of_entry
from tenant_apps.crm.views.tasks import back_in
from tenant_apps.workspace.queries import active_members, listed, names_of, profile
from tenants.context import current_organization


@page(Permission.TIME_VIEW)
def time_entry_list(request: ActorRequest) -> HttpResponse:
    shown = listed("time_entry", request.GET, request.actor, clock.now())
    return partial(request, "crm/time_entry_list.html", "list", {"list": shown})


@page(Permission.TIME_VIEW)
def time_entry_detail(request: ActorRequest, time_entry_id: UUID) -> HttpResponse:
    entry = queries.visible_time_entry(time_entry_id, request.actor)
    may_change = request.actor.may(Permission.TIME_EDIT) and queries.may_change_time(entry, request.actor)
    context = {
        "entry": entry,
        "people": names_of([entry.owner_id]),
        "may_change": may_change and not entry.billed_at,
        "parts": slots.fill("time.billed", entry=entry, actor=request.actor) if entry.billed_at else [],
        "timeline": timeline_of(time_entry_id, by=request.actor),
    }
    return partial(request, "crm/time_entry_detail.html", "panel", context)


@page(Permission.TIME_EDIT)
def time_entry_create(request: ActorRequest) -> HttpResponse:
    asked = {name: request.GET[name] for name in ("company_id", "deal_id") if request.GET.get(name)}
    form = TimeForm(by=request.actor, people=active_members(), initial=_usual(request) | asked)
    return form_page(request, "crm/time_entry_create.html", form, {"back": back_in(request.GET.get("back"))})


@time_entry_create.act
def log_time(request: ActorRequest) -> HttpResponse:
    """From the page, or with `quick` from the line on a record's page, which leaves out what is usual."""
    sent = _with_usual(request) if request.POST.get("quick") else request.POST
    form, back = TimeForm(sent, by=request.actor, people=active_members()), back_in(request.POST.get("back"))
    try:
        if form.is_valid():
            entry = operations.log_time(details=form.change(), by=request.actor, at=clock.now())
            return done(request, to=back or entry, message=_("The time was logged."), event="crm.time_logged")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/time_entry_create.html", form, {"back": back})


@page(Permission.TIME_EDIT)
def time_entry_edit(request: ActorRequest, time_entry_id: UUID) -> HttpResponse:
    entry = queries.visible_time_entry(time_entry_id, request.actor)
    if entry.billed_at:
        return redirect(entry)
    form = TimeForm(by=request.actor, people=active_members(), initial=initial_of_entry(entry))
    return form_page(request, "crm/time_entry_edit.html", form, {"entry": entry})


@time_entry_edit.act
def change_time_entry(request: ActorRequest, time_entry_id: UUID) -> HttpResponse:
    entry = queries.visible_time_entry(time_entry_id, request.actor)
    form = TimeForm(request.POST, by=request.actor, people=active_members())
    try:
        if form.is_valid():
            operations.change_time_entry(
                time_entry_id=time_entry_id, change=form.change(), by=request.actor, at=clock.now()
            )
            return done(request, to=entry, message=_("Saved."), event="crm.time_entry_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/time_entry_edit.html", form, {"entry": entry})


@act(Permission.TIME_EDIT)
def delete_time_entry(request: ActorRequest, time_entry_id: UUID) -> HttpResponse:
    operations.delete_time_entry(time_entry_id=time_entry_id, by=request.actor, at=clock.now())
    message = _("The entry was deleted.")
    return done(request, to="time_entry_list", message=message, event="crm.time_entry_deleted")


def _usual(request: ActorRequest) -> dict[str, Any]:
    """How an empty form starts: today, one's own time, at the rate of the last time."""
    rate, currency = queries.usual_rate_of(request.actor.id) or (None, profile().default_currency)
    return {
        "worked_on": clock.today(current_organization().time_zone),
        "owner_id": str(request.actor.id or ""),
        "hourly_rate": rate,
        "currency": currency,
        "is_billable": True,
    }


def _with_usual(request: ActorRequest) -> Any:
    """What the quick form leaves out."""
    data, usual = request.POST.copy(), _usual(request)
    for name in ("worked_on", "owner_id", "currency"):
        if not data.get(name):
            data[name] = str(usual[name])
    return data
