from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.bulgaria.statutory_interest import is_rate_confirmed, rate_on
from shared_apps.core.errors import DomainError
from shared_apps.core.http import act, add_refusal, done, form_page, page, partial
from shared_apps.core.keyset import InvalidCursor, KeysetPage, keyset_page
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import operations, queries
from tenant_apps.invoices.forms.reminders import ReminderStageForm
from tenant_apps.invoices.models import PaymentReminder
from tenant_apps.invoices.views import Request, today

SETTINGS = "reminder_settings"


@page(Permission.INVOICES_VIEW)
def reminder_list(request: Request) -> HttpResponse:
    """What leaves tomorrow, what is held and why; or what was told."""
    wanted = request.GET.get("view", "")
    on = today(request) + timedelta(days=1)
    planned = [] if wanted == "told" else queries.planned_reminders(request.actor, on=on)
    context = {
        "on": on,
        "is_on": queries.are_reminders_on(),
        "leaving": [one for one in planned if not one.held],
        "held": [one for one in planned if one.held],
        "page": _told_page(request) if wanted == "told" else None,
        "views": [("", _("Tomorrow")), ("told", _("Sent"))],
    }
    return partial(request, "invoices/reminder_list.html", "list", context)


def _told_page(request: Request) -> KeysetPage[PaymentReminder]:
    """A page of what was told; an address that is no longer good shows the first."""
    rows = queries.reminders_told(request.actor)
    try:
        return keyset_page(rows, cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return keyset_page(rows)


@page(Permission.ORGANIZATION_EDIT)
def reminder_settings(request: Request) -> HttpResponse:
    on = today(request)
    context = {
        "is_on": queries.are_reminders_on(),
        "stages": queries.reminder_stages(),
        "rate": rate_on(on),
        "is_rate_confirmed": is_rate_confirmed(on),
    }
    return partial(request, "invoices/reminder_settings.html", "list", context)


@act(Permission.ORGANIZATION_EDIT)
def switch_reminders(request: Request) -> HttpResponse:
    is_on = request.POST.get("is_on") == "1"
    operations.switch_reminders(is_on=is_on, by=request.actor, at=clock.now())
    message = _("Reminders leave every morning from now on.") if is_on else _("No reminders leave any more.")
    return done(request, to=SETTINGS, message=message, event="invoices.reminders_switched")


@act(Permission.ORGANIZATION_EDIT)
def lay_usual_stages(request: Request) -> HttpResponse:
    operations.lay_usual_stages(by=request.actor, at=clock.now())
    return done(request, to=SETTINGS, message=_("Saved."), event="invoices.reminder_stages_laid")


@page(Permission.ORGANIZATION_EDIT)
def reminder_stage_create(request: Request) -> HttpResponse:
    return form_page(request, "invoices/reminder_stage_create.html", ReminderStageForm(), {})


@reminder_stage_create.act
def create_reminder_stage(request: Request) -> HttpResponse:
    form = ReminderStageForm(request.POST)
    try:
        if form.is_valid():
            operations.create_reminder_stage(details=form.change(), by=request.actor, at=clock.now())
            return done(
                request,
                to=SETTINGS,
                message=_("The stage was added."),
                event="invoices.reminder_stage_created",
            )
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "invoices/reminder_stage_create.html", form, {})


@page(Permission.ORGANIZATION_EDIT)
def reminder_stage_edit(request: Request, reminder_stage_id: UUID) -> HttpResponse:
    stage = queries.reminder_stage(reminder_stage_id)
    form = ReminderStageForm.of(stage)
    return form_page(request, "invoices/reminder_stage_edit.html", form, {"stage": stage})


@reminder_stage_edit.act
def change_reminder_stage(request: Request, reminder_stage_id: UUID) -> HttpResponse:
    stage, form = queries.reminder_stage(reminder_stage_id), ReminderStageForm(request.POST)
    try:
        if form.is_valid():
            operations.change_reminder_stage(
                stage_id=reminder_stage_id, change=form.change(), by=request.actor, at=clock.now()
            )
            return done(request, to=SETTINGS, message=_("Saved."), event="invoices.reminder_stage_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "invoices/reminder_stage_edit.html", form, {"stage": stage})


@act(Permission.ORGANIZATION_EDIT)
def delete_reminder_stage(request: Request, reminder_stage_id: UUID) -> HttpResponse:
    operations.delete_reminder_stage(stage_id=reminder_stage_id, by=request.actor, at=clock.now())
    return done(
        request, to=SETTINGS, message=_("The stage was deleted."), event="invoices.reminder_stage_deleted"
    )


@act(Permission.INVOICES_SEND)
def pause_invoice_reminders(request: Request, invoice_id: UUID) -> HttpResponse:
    pause = operations.pause_invoice_reminders(invoice_id=invoice_id, by=request.actor, at=clock.now())
    message = _("Nobody is reminded of this until you resume it.")
    return done(request, to=pause.invoice, message=message, event="invoices.reminders_paused")


@act(Permission.INVOICES_SEND)
def resume_invoice_reminders(request: Request, invoice_id: UUID) -> HttpResponse:
    invoice = operations.resume_invoice_reminders(invoice_id=invoice_id, by=request.actor, at=clock.now())
    message = _("The client is reminded of this again.")
    return done(request, to=invoice, message=message, event="invoices.reminders_resumed")


@act(Permission.INVOICES_SEND)
def pause_client_reminders(request: Request, record_type: str, record_id: UUID) -> HttpResponse:
    operations.pause_client_reminders(kind=record_type, client_id=record_id, by=request.actor, at=clock.now())
    message = _("This client is reminded of nothing until you resume it.")
    to = reverse(f"{record_type}_detail", args=[record_id])
    return done(request, to=to, message=message, event="invoices.reminders_paused")


@act(Permission.INVOICES_SEND)
def resume_client_reminders(request: Request, record_type: str, record_id: UUID) -> HttpResponse:
    client = operations.resume_client_reminders(
        kind=record_type, client_id=record_id, by=request.actor, at=clock.now()
    )
    message = _("This client is reminded again.")
    return done(request, to=client, message=message, event="invoices.reminders_resumed")
