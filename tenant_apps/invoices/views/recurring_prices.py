from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.formats import format_day
from shared_apps.core.http import act, add_refusal, done, form_page, page
from shared_apps.core.ids import ids_in
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import operations, queries, rules
from tenant_apps.invoices.forms import drafts
from tenant_apps.invoices.forms import recurring as forms
from tenant_apps.invoices.models import RecurringInvoice
from tenant_apps.invoices.views import Request, today
from tenant_apps.workspace.queries import profile


@page(Permission.INVOICES_EDIT)
def terms_create(request: Request, recurring_id: UUID) -> HttpResponse:
    """The lines as they hold, to be given other prices from a day on."""
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    if recurring.next_on is None:
        return redirect(recurring)
    items = queries.terms_on(recurring, recurring.next_on).items.all()
    form = forms.TermsForm(initial={"from_on": recurring.next_on})
    return _terms_page(request, recurring, form, _lines(request, initial=drafts.initial_lines(items)))


@terms_create.act
def plan_terms(request: Request, recurring_id: UUID) -> HttpResponse:
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    form, lines = forms.TermsForm(request.POST), _lines(request, request.POST)
    try:
        if form.is_valid() & lines.is_valid():
            terms = operations.plan_terms(
                recurring_id=recurring_id,
                from_on=form.cleaned_data["from_on"],
                items=lines.items(),
                by=request.actor,
                at=clock.now(),
            )
            message = _("Planned from %(day)s on.") % {"day": format_day(form.cleaned_data["from_on"])}
            return done(
                request, to=terms.recurring, message=message, event="invoices.recurring_terms_planned"
            )
    except DomainError as refusal:
        drafts.add_draft_refusal(form, lines, refusal)
    return _terms_page(request, recurring, form, lines)


@act(Permission.INVOICES_EDIT)
def drop_terms(request: Request, terms_id: UUID) -> HttpResponse:
    recurring = operations.drop_terms(terms_id=terms_id, by=request.actor, at=clock.now())
    message = _("The planned prices are forgotten.")
    return done(request, to=recurring, message=message, event="invoices.recurring_terms_dropped")


@page(Permission.INVOICES_EDIT)
def raise_prices(request: Request) -> HttpResponse:
    """What raising prices would do, before it is done: `?percent=`, `?from_on=`, for all that the reader may
    raise.
    """
    asked = "percent" in request.GET
    form = forms.RaiseForm(request.GET if asked else None, initial={"from_on": _next_year(today(request))})
    return _raise_page(request, form)


@raise_prices.act
def raise_chosen_prices(request: Request) -> HttpResponse:
    form = forms.RaiseForm(request.POST)
    chosen = ids_in(request.POST.getlist("recurring_ids"))
    try:
        if form.is_valid():
            raised = operations.raise_prices(
                recurring_ids=chosen,
                percent=form.cleaned_data["percent"],
                from_on=form.cleaned_data["from_on"],
                by=request.actor,
                at=clock.now(),
            )
            message = ngettext(
                "%(count)d recurring invoice has other prices from %(day)s on.",
                "%(count)d recurring invoices have other prices from %(day)s on.",
                len(raised),
            ) % {"count": len(raised), "day": format_day(form.cleaned_data["from_on"])}
            return done(
                request,
                to="recurring_invoice_list",
                message=message,
                event="invoices.recurring_terms_planned",
            )
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _raise_page(request, form, set(chosen))


def _raise_page(request: Request, form: forms.RaiseForm, chosen: set[UUID] | None = None) -> HttpResponse:
    """The preview of what is typed; everything is chosen until somebody chooses."""
    rows, has_more = queries.recurring_to_raise(request.actor)
    preview = []
    if form.is_bound:
        form.is_valid()
        told = form.cleaned_data
        if {"percent", "from_on"} <= told.keys():
            preview = queries.raise_preview(rows, percent=told["percent"], from_on=told["from_on"])
    context = {
        "preview": preview,
        "sums": _sums(preview),
        "chosen": chosen if chosen is not None else {one.recurring.pk for one in preview},
        "has_any": bool(rows),
        "has_more": has_more,
    }
    return form_page(request, "invoices/raise_prices.html", form, context)


def _sums(preview: list[queries.Raised]) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """What it comes to in a year for each currency: before, after, the difference."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for one in preview:
        before, after = found.get(one.recurring.currency, (Decimal(0), Decimal(0)))
        found[one.recurring.currency] = (before + one.year_before, after + one.year_after)
    return [(currency, before, after, after - before) for currency, (before, after) in sorted(found.items())]


def _next_year(day: date) -> date:
    return date(day.year + 1, 1, 1)


def _lines(request: Request, data: Any = None, **options: Any) -> drafts.InvoiceLines:
    registered = profile().is_vat_registered
    return drafts.InvoiceLines(data, registered=registered, on=today(request), **options)


def _terms_page(
    request: Request, recurring: RecurringInvoice, form: forms.TermsForm, lines: drafts.InvoiceLines
) -> HttpResponse:
    pricing = {
        "prices_include_vat": recurring.prices_include_vat,
        "discount": rules.Discount(recurring.discount_percent, recurring.discount_amount),
    }
    context = {"lines": lines, "totals": lines.totals(pricing), "recurring": recurring, "remains": {}}
    answer = form_page(request, "invoices/terms_create.html", form, context)
    if lines.is_bound and not lines.is_valid():
        answer.status_code = 422
    return answer
