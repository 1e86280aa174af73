from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.api import decimal_text
from shared_apps.core.bulgaria.vat_treatments import Supply, buyer_kind, suggested_code, treatment
from shared_apps.core.errors import DomainError
from shared_apps.core.formats import format_day, format_money
from shared_apps.core.http import act, done, form_page, page
from shared_apps.core.ids import id_in
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Company, Deal
from tenant_apps.crm.queries import unbilled_sums, visible_companies, visible_deal
from tenant_apps.invoices import operations, queries, rules
from tenant_apps.invoices.forms import drafts as forms
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import visible_invoice
from tenant_apps.invoices.treatment_texts import written_treatment
from tenant_apps.invoices.views import Request, today
from tenant_apps.invoices.views.invoices import RulesPanel
from tenant_apps.workspace.queries import profile

NO_CLIENT: dict[str, Any] = {"client": None, "treatment": "", "must_ask": False}


@page(Permission.INVOICES_EDIT)
def invoice_create(request: Request) -> HttpResponse:
    """An empty draft; `?kind=proforma`, `?advance=1`, `?deal=`, `?company_id=` begin it otherwise."""
    organization, written = profile(), None
    kind = rules.PROFORMA if request.GET.get("kind") == rules.PROFORMA else rules.INVOICE
    chosen: dict[str, Any] = {
        name: request.GET[name] for name in ("company_id", "contact_id") if request.GET.get(name)
    }
    if deal := deal_in_address(request):
        draft = operations.draft_of_deal(deal)
        chosen, written = forms.initial_of(draft), forms.initial_lines(draft.items)
    chosen |= {"kind": kind, "is_advance": bool(request.GET.get("advance"))}
    initial = forms.initial_draft(organization, **chosen)
    form = forms.InvoiceForm(by=request.actor, initial=initial, kind=kind)
    return _form_page(request, "invoices/invoice_create.html", form, _lines(request, initial=written))


@invoice_create.act
def create_invoice(request: Request) -> HttpResponse:
    form, lines = _typed(request)
    try:
        if form.is_valid() & lines.is_valid():
            draft = forms.as_draft(form, lines)
            invoice = operations.create_invoice(draft=draft, by=request.actor, at=clock.now())
            if _saves_itself(request):
                return _saved(invoice, 201)
            return done(
                request, to=invoice, message=_("The draft was saved."), event="invoices.invoice_created"
            )
    except DomainError as refusal:
        forms.add_draft_refusal(form, lines, refusal)
    return _form_page(request, "invoices/invoice_create.html", form, lines)


@page(Permission.INVOICES_EDIT)
def invoice_edit(request: Request, invoice_id: UUID) -> HttpResponse:
    invoice = visible_invoice(invoice_id, request.actor, on=today(request))
    if not invoice.is_draft:
        return redirect(invoice)
    initial = forms.initial_of(invoice)
    form = forms.InvoiceForm(by=request.actor, initial=initial, deal_id=invoice.deal_id, kind=invoice.kind)
    lines = _lines(request, initial=forms.initial_lines(invoice.items.all()))
    return _form_page(request, "invoices/invoice_edit.html", form, lines, invoice)


@invoice_edit.act
def change_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    invoice = visible_invoice(invoice_id, request.actor, on=today(request))
    form, lines = _typed(request, invoice)
    act = operations.autosave_invoice if _saves_itself(request) else operations.change_invoice
    try:
        if form.is_valid() & lines.is_valid():
            change = forms.as_change(form, lines)
            act(invoice_id=invoice_id, change=change, by=request.actor, at=clock.now())
            if _saves_itself(request):
                return _saved(invoice, 200)
            return done(
                request, to=invoice, message=_("The draft was saved."), event="invoices.invoice_changed"
            )
    except DomainError as refusal:
        forms.add_draft_refusal(form, lines, refusal)
    return _form_page(request, "invoices/invoice_edit.html", form, lines, invoice)


@page(Permission.INVOICES_EDIT)
def invoice_client(request: Request) -> HttpResponse:
    """What the writer of an invoice wants to know of the client `?company_id=`: what they owe, how they pay,
    their last invoice, and how VAT is to be treated (`?supply=` goods or service).
    """
    found = _asked_company(request)
    context = _client_facts(request, found) if found else NO_CLIENT
    return render(request, "invoices/components/client_facts.html", context)


@page(Permission.INVOICES_EDIT)
def price_memory(request: Request) -> HttpResponse:
    """For what `?company_id=` last bought `?product_id=`, or a thing called `?description=`."""
    found, company = None, _asked_company(request)
    if company:
        found = queries.last_sold(
            company.pk,
            request.actor,
            product_id=id_in(request.GET.get("product_id")),
            description=request.GET.get("description", "").strip(),
        )
    if found is None:
        return JsonResponse({"text": ""})
    item, invoice = found, found.invoice
    facts = {"day": format_day(invoice.issued_on), "price": format_money(item.unit_price, invoice.currency)}
    text = _("last sold to this client on %(day)s at %(price)s") % facts
    return JsonResponse({"text": text, "unit_price": decimal_text(item.unit_price, 4)})


@act(Permission.INVOICES_EDIT)
def delete_draft_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    operations.delete_draft_invoice(invoice_id=invoice_id, by=request.actor, at=clock.now())
    return done(
        request, to="invoice_list", message=_("The draft was deleted."), event="invoices.invoice_deleted"
    )


@act(Permission.INVOICES_EDIT)
def duplicate_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    draft = operations.duplicate_invoice(invoice_id=invoice_id, by=request.actor, at=clock.now())
    message = _("This is a new draft with the same client and lines.")
    return done(request, to=draft, message=message, event="invoices.invoice_created")


def deal_in_address(request: Request) -> Deal | None:
    """The deal that the address names, for its invoice."""
    wanted = id_in(request.GET.get("deal"))
    if not wanted or not request.actor.may(Permission.DEALS_VIEW):
        return None
    return visible_deal(wanted, request.actor)


def _asked_company(request: Request) -> Company | None:
    wanted = id_in(request.GET.get("company_id"))
    return visible_companies(request.actor).filter(pk=wanted).first() if wanted else None


def _client_facts(request: Request, company: Company) -> dict[str, Any]:
    buyer = buyer_kind(is_consumer=False, country=company.country, vat_number=company.vat_number)
    supply = Supply(request.GET["supply"]) if request.GET.get("supply") in set(Supply) else None
    code = suggested_code(registered=profile().is_vat_registered, buyer=buyer, supply=supply)
    rule = treatment(code, on=today(request)) if code else None
    manners = queries.payment_manners([company.pk], request.actor, on=today(request))
    return {
        "client": company,
        "manners": [_manner(one) for one in manners],
        "last": queries.last_invoice_of(company.pk, request.actor),
        "unbilled": _unbilled(company, request),
        "must_ask": not code,
        "treatment": written_treatment(rule.rate, code) if rule else "",
    }


def _unbilled(company: Company, request: Request) -> list[Any]:
    """What of the client's logged time waits to be billed, for one who sees it."""
    if not request.actor.may(Permission.TIME_VIEW):
        return []
    return list(unbilled_sums(request.actor, company_id=company.pk))


def _manner(told: dict[str, Any]) -> dict[str, Any]:
    """How the client pays in one currency, with the average days that paid invoices waited."""
    return {**told, "days": told["waited"].days // told["paid_count"] if told["paid_count"] else 0}


def _saves_itself(request: Request) -> bool:
    """Whether the page saves while somebody is still writing."""
    return request.headers.get("X-Autosave") == "1"


def _saved(invoice: Invoice, status: int) -> HttpResponse:
    """Where the draft is edited from now on."""
    return JsonResponse({"edit_url": reverse("invoice_edit", args=[invoice.pk])}, status=status)


def _lines(request: Request, data: Any = None, **options: Any) -> forms.InvoiceLines:
    registered = profile().is_vat_registered
    return forms.InvoiceLines(data, registered=registered, on=today(request), **options)


def _typed(request: Request, invoice: Invoice | None = None) -> tuple[forms.InvoiceForm, forms.InvoiceLines]:
    """What came back from the form's page."""
    said = rules.PROFORMA if request.POST.get("kind") == rules.PROFORMA else rules.INVOICE
    form = forms.InvoiceForm(
        request.POST,
        by=request.actor,
        deal_id=invoice.deal_id if invoice else None,
        kind=invoice.kind if invoice else said,
    )
    return form, _lines(request, request.POST)


def _form_page(
    request: Request,
    template: str,
    form: forms.InvoiceForm,
    lines: forms.InvoiceLines,
    invoice: Invoice | None = None,
) -> HttpResponse:
    """The form with its lines and what they come to, and what the rules say of the draft: 422 when either
    came back with errors.
    """
    pricing = form.pricing
    if invoice and invoice.is_credit:
        pricing["remaining"] = queries.remaining_of(invoice.amended.pk)
    context: dict[str, Any] = {
        "lines": lines,
        "totals": lines.totals(pricing),
        "invoice": invoice,
        "kind": invoice.kind if invoice else form["kind"].value() or rules.INVOICE,
        "remains": _remains(pricing.get("remaining", {})),
    }
    if invoice:
        context["rules"] = RulesPanel(queries.findings_of(invoice, on=today(request)))
    answer = form_page(request, template, form, context)
    if lines.is_bound and not lines.is_valid():
        answer.status_code = 422
    return answer


def _remains(remaining: Mapping[rules.GroupKey, rules.VatGroup]) -> dict[str, list[str]]:
    """What is left of an invoice, in cents by group, as `lines.js` counts with it."""
    return {
        f"{'' if rate is None else int(rate * 100)}:{code}": [
            str(int(left.base * 100)),
            str(int(left.vat * 100)),
        ]
        for (rate, code), left in remaining.items()
    }
