from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.formats import format_day
from shared_apps.core.http import act, add_refusal, done, form_page, page, partial
from shared_apps.core.ids import id_in
from shared_apps.core.keyset import InvalidCursor, KeysetPage, keyset_page
from shared_apps.core.permissions import Permission
from tenant_apps.activity.queries import timeline_of
from tenant_apps.invoices import operations, queries, rules
from tenant_apps.invoices.forms import drafts
from tenant_apps.invoices.forms import recurring as forms
from tenant_apps.invoices.models import Occurrence, RecurringInvoice
from tenant_apps.invoices.recurring_texts import period_words
from tenant_apps.invoices.views import Request, today
from tenant_apps.sharing.queries import may_change
from tenant_apps.workspace.queries import listed, names_of, profile

SHOWN_TO_COME, SHOWN_WHILE_WRITING, SHOWN_MADE = 12, 6, 25


@page(Permission.INVOICES_VIEW)
def recurring_invoice_list(request: Request) -> HttpResponse:
    shown = listed("recurring_invoice", request.GET, request.actor, clock.now())
    return partial(request, "invoices/recurring_invoice_list.html", "list", {"list": shown})


@page(Permission.INVOICES_VIEW)
def recurring_invoice_detail(request: Request, recurring_id: UUID) -> HttpResponse:
    """What comes next, what was made, and the prices that hold and are planned."""
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    on, made = today(request), _made_page(request, recurring)
    context = {
        "recurring": recurring,
        "planned": queries.upcoming(recurring, today=on, count=SHOWN_TO_COME),
        "missed": queries.missed_days(recurring, today=on) if not recurring.is_active else [],
        "terms_now": queries.terms_on(recurring, recurring.next_on or on),
        "page": made,
        "made": [(one, one.invoice.status_on(on) if one.invoice else "") for one in made.items],
        "owner": names_of([recurring.owner_id]),
        "timeline": timeline_of(recurring_id, by=request.actor),
        "today": on,
        "may_edit": request.actor.may(Permission.INVOICES_EDIT) and may_change(recurring, request.actor),
    }
    return partial(request, "invoices/recurring_invoice_detail.html", "panel", context)


@page(Permission.INVOICES_EDIT)
def recurring_invoice_create(request: Request) -> HttpResponse:
    """An empty one; `?invoice=` begins it like an invoice, `?company_id=` with its client."""
    organization, written = profile(), None
    initial: dict[str, Any] = {
        "currency": organization.default_currency,
        "language": organization.default_language,
        "starts_on": today(request),
    }
    initial |= {name: request.GET[name] for name in ("company_id", "contact_id") if request.GET.get(name)}
    if invoice_id := id_in(request.GET.get("invoice", "")):
        invoice = queries.visible_invoice(invoice_id, request.actor)
        starts_on = _a_month_after(invoice.issue_date or today(request), today(request))
        details = operations.recurring_of_invoice_draft(invoice, starts_on=starts_on)
        initial, written = forms.initial_of_recurring(details), drafts.initial_lines(details.items)
    form = forms.RecurringForm(by=request.actor, initial=initial)
    return _form_page(
        request, "invoices/recurring_invoice_create.html", form, _lines(request, initial=written)
    )


@recurring_invoice_create.act
def create_recurring_invoice(request: Request) -> HttpResponse:
    form, lines = forms.RecurringForm(request.POST, by=request.actor), _lines(request, request.POST)
    try:
        if form.is_valid() & lines.is_valid():
            details = forms.as_recurring(form, lines)
            recurring = operations.create_recurring_invoice(details=details, by=request.actor, at=clock.now())
            message = _("It recurs from %(day)s on.") % {
                "day": format_day(recurring.next_on or today(request))
            }
            return done(request, to=recurring, message=message, event="invoices.recurring_invoice_created")
    except DomainError as refusal:
        drafts.add_draft_refusal(form, lines, refusal)
    return _form_page(request, "invoices/recurring_invoice_create.html", form, lines)


@page(Permission.INVOICES_EDIT)
def recurring_invoice_edit(request: Request, recurring_id: UUID) -> HttpResponse:
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    if recurring.next_on is None:
        return redirect(recurring)
    form = forms.RecurringForm(by=request.actor, initial=forms.initial_of_recurring(recurring))
    items = queries.terms_on(recurring, recurring.next_on).items.all()
    lines = _lines(request, initial=drafts.initial_lines(items))
    return _form_page(request, "invoices/recurring_invoice_edit.html", form, lines, recurring)


@recurring_invoice_edit.act
def change_recurring_invoice(request: Request, recurring_id: UUID) -> HttpResponse:
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    form = forms.RecurringForm(request.POST, by=request.actor, initial={"way": recurring.way})
    lines = _lines(request, request.POST)
    try:
        if form.is_valid() & lines.is_valid():
            operations.change_recurring_invoice(
                recurring_id=recurring_id,
                change=forms.as_recurring_change(form, lines),
                by=request.actor,
                at=clock.now(),
            )
            return done(
                request, to=recurring, message=_("Saved."), event="invoices.recurring_invoice_changed"
            )
    except DomainError as refusal:
        drafts.add_draft_refusal(form, lines, refusal)
    return _form_page(request, "invoices/recurring_invoice_edit.html", form, lines, recurring)


@act(Permission.INVOICES_EDIT)
def recurring_preview(request: Request) -> HttpResponse:
    """The next days and amounts of what is typed so far; nothing is written."""
    form, lines = forms.RecurringForm(request.POST, by=request.actor), _lines(request, request.POST)
    rhythm, amount = form.rhythm, lines.totals(form.pricing).total
    language = request.POST.get("language", "").split("-")[0]
    days: list[tuple[date, str]] = []
    if rhythm and language in ("bg", "en"):
        shift = form.cleaned_data.get("billed_period", 0)
        ends_on, limit = (form.cleaned_data.get(name) for name in ("ends_on", "occurrence_limit"))
        for day in rhythm.days_from(rhythm.first):
            is_over = (ends_on and day > ends_on) or (limit and len(days) >= limit)
            if is_over or len(days) == SHOWN_WHILE_WRITING:
                break
            days.append((day, period_words(rhythm.period_of(day, shift), language)))
    context = {"days": days, "amount": amount, "currency": request.POST.get("currency", "EUR")[:3]}
    return render(request, "invoices/components/recurring_preview.html", context)


@act(Permission.INVOICES_EDIT)
def pause_recurring_invoice(request: Request, recurring_id: UUID) -> HttpResponse:
    recurring = operations.pause_recurring_invoice(
        recurring_id=recurring_id, by=request.actor, at=clock.now()
    )
    message = _("Nothing is made until you resume it.")
    return done(request, to=recurring, message=message, event="invoices.recurring_invoice_paused")


@page(Permission.INVOICES_EDIT)
def resume_recurring_invoice(request: Request, recurring_id: UUID) -> HttpResponse:
    """Asks what becomes of the days that were missed."""
    return _resume_page(request, recurring_id, forms.ResumeForm())


@resume_recurring_invoice.act
def resume_recurring_invoice_with_choice(request: Request, recurring_id: UUID) -> HttpResponse:
    form = forms.ResumeForm(request.POST)
    try:
        if form.is_valid():
            recurring = operations.resume_recurring_invoice(
                recurring_id=recurring_id,
                catch_up=form.cleaned_data["missed"] == "catch_up",
                by=request.actor,
                at=clock.now(),
            )
            day = format_day(recurring.next_on or today(request))
            message = _("It goes on: the next day is %(day)s.") % {"day": day}
            return done(request, to=recurring, message=message, event="invoices.recurring_invoice_resumed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _resume_page(request, recurring_id, form)


@act(Permission.INVOICES_EDIT)
def end_recurring_invoice(request: Request, recurring_id: UUID) -> HttpResponse:
    recurring = operations.end_recurring_invoice(recurring_id=recurring_id, by=request.actor, at=clock.now())
    message = _("Nothing is made any more. What was made stays.")
    return done(request, to=recurring, message=message, event="invoices.recurring_invoice_ended")


@act(Permission.INVOICES_EDIT)
def skip_occurrence(request: Request, recurring_id: UUID) -> HttpResponse:
    day = _day_asked(request)
    operations.skip_occurrence(recurring_id=recurring_id, occurs_on=day, by=request.actor, at=clock.now())
    undo = f"{reverse('unskip_occurrence', args=[recurring_id])}?occurs_on={day.isoformat()}"
    message = _("%(day)s is skipped.") % {"day": format_day(day)}
    to = reverse("recurring_invoice_detail", args=[recurring_id])
    return done(request, to=to, message=message, event="invoices.occurrence_skipped", undo=undo)


@act(Permission.INVOICES_EDIT)
def unskip_occurrence(request: Request, recurring_id: UUID) -> HttpResponse:
    day = _day_asked(request)
    recurring = operations.unskip_occurrence(
        recurring_id=recurring_id, occurs_on=day, by=request.actor, at=clock.now()
    )
    message = _("The invoice of %(day)s will be made.") % {"day": format_day(day)}
    return done(request, to=recurring, message=message, event="invoices.occurrence_unskipped")


@act(Permission.INVOICES_EDIT)
def make_occurrence(request: Request, occurrence_id: UUID) -> HttpResponse:
    day = operations.make_occurrence(occurrence_id=occurrence_id, by=request.actor, at=clock.now())
    message = day.reason or _("The invoice was made.")
    return done(request, to=day.invoice or day.recurring, message=message, event="invoices.occurrence_made")


def _day_asked(request: Request) -> date:
    """The day that the form names, or for an undo the address."""
    try:
        return date.fromisoformat(request.POST.get("occurs_on") or request.GET.get("occurs_on", ""))
    except ValueError:
        raise operations.NotADayOfIt() from None


def _made_page(request: Request, recurring: RecurringInvoice) -> KeysetPage[Occurrence]:
    """A page of its days so far; an address that is no longer good shows the first."""
    rows = queries.occurrences_of(recurring, request.actor).filter(occurs_on__lte=today(request))
    options: dict[str, Any] = {"ordering": "-occurs_on", "limit": SHOWN_MADE}
    try:
        return keyset_page(rows, cursor=request.GET.get("cursor"), **options)
    except InvalidCursor:
        return keyset_page(rows, **options)


def _resume_page(request: Request, recurring_id: UUID, form: forms.ResumeForm) -> HttpResponse:
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    missed = [] if recurring.has_ended else queries.missed_days(recurring, today=today(request))
    words = ngettext(
        "On %(count)d day an invoice was due meanwhile.",
        "On %(count)d days an invoice was due meanwhile.",
        len(missed),
    ) % {"count": len(missed)}
    context = {"form": form, "recurring": recurring, "missed": missed, "words": words if missed else ""}
    status = 422 if form.errors else 200
    return partial(request, "invoices/resume_recurring_invoice.html", "panel", context, status=status)


def _a_month_after(day: date, earliest: date) -> date:
    """The same day of a later month than a document's, not before `earliest`."""
    return rules.Rhythm(rules.MONTH, 1, day, day.day).on_or_after(
        max(earliest, day.fromordinal(day.toordinal() + 1))
    )


def _lines(request: Request, data: Any = None, **options: Any) -> drafts.InvoiceLines:
    registered = profile().is_vat_registered
    return drafts.InvoiceLines(data, registered=registered, on=today(request), **options)


def _form_page(
    request: Request,
    template: str,
    form: forms.RecurringForm,
    lines: drafts.InvoiceLines,
    recurring: RecurringInvoice | None = None,
) -> HttpResponse:
    context = {"lines": lines, "totals": lines.totals(form.pricing), "recurring": recurring, "remains": {}}
    answer = form_page(request, template, form, context)
    if lines.is_bound and not lines.is_valid():
        answer.status_code = 422
    return answer
