import json
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking, rows_of
from shared_apps.core.countries import country_name
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, is_htmx, page, partial
from shared_apps.core.ids import id_in
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.crm import operations, queries
from tenant_apps.crm.forms import CompanyForm, QuickCompanyForm
from tenant_apps.crm.models import Company, CompanySize
from tenant_apps.crm.views.duplicates import hints_for
from tenant_apps.crm.views.records import Fact, reach_facts, record_context, split

OPTIONS, CONTACTS_SHOWN, SUBSIDIARIES_SHOWN = 20, 20, 20


@page(Permission.COMPANIES_VIEW)
def company_detail(request: ActorRequest, company_id: UUID) -> HttpResponse:
    actor = request.actor
    company = queries.visible_company(company_id, actor)
    if company.merged_into_id:
        return redirect("company_detail", company.merged_into_id)
    seen = queries.visible_companies(actor)
    context = {
        "company": company,
        **record_context(
            request,
            company,
            contacts=rows_of(queries.contacts_of_company(company_id, actor)[:CONTACTS_SHOWN]),
            subsidiaries=rows_of(seen.filter(parent=company).order_by("name_folded")[:SUBSIDIARIES_SHOWN]),
            facts=_facts_asked(company, actor),
        ),
    }
    context |= split(context["facts"])
    return partial(request, "crm/company_detail.html", "panel", context)


@page(Permission.COMPANIES_EDIT)
def company_create(request: ActorRequest) -> HttpResponse:
    form = CompanyForm(initial={"name": request.GET.get("name", "")})
    return form_page(request, "crm/company_create.html", form)


@company_create.act
def create_company(request: ActorRequest) -> HttpResponse:
    form = CompanyForm(request.POST, parent=_chosen_parent(request))
    company = _created(request, form)
    if company is None:
        return form_page(request, "crm/company_create.html", form, hints_for(request, "company"))
    return done(request, to=company, message=_("The company was added."), event="crm.company_created")


@page(Permission.COMPANIES_EDIT)
def company_edit(request: ActorRequest, company_id: UUID) -> HttpResponse:
    company = queries.visible_company(company_id, request.actor)
    context = {"company": company, "other_than": company_id}
    return form_page(request, "crm/company_edit.html", CompanyForm.of(company), context)


@company_edit.act
def change_company(request: ActorRequest, company_id: UUID) -> HttpResponse:
    company = queries.visible_company(company_id, request.actor)
    form = CompanyForm(request.POST, other_than=company_id, parent=_chosen_parent(request))
    try:
        if form.is_valid():
            operations.change_company(
                company_id=company_id, change=form.change(), by=request.actor, at=clock.now()
            )
            return done(request, to=company, message=_("The company was saved."), event="crm.company_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    context = {"company": company, **hints_for(request, "company", company_id)}
    return form_page(request, "crm/company_edit.html", form, context)


@act(Permission.COMPANIES_EDIT)
def archive_company(request: ActorRequest, company_id: UUID) -> HttpResponse:
    company = operations.archive_company(company_id=company_id, by=request.actor, at=clock.now())
    return done(
        request,
        to=company,
        message=_("%(name)s was archived.") % {"name": company},
        event="crm.company_archived",
        undo=reverse("unarchive_company", args=[company_id]),
    )


@act(Permission.COMPANIES_EDIT)
def unarchive_company(request: ActorRequest, company_id: UUID) -> HttpResponse:
    company = operations.unarchive_company(company_id=company_id, by=request.actor, at=clock.now())
    message = _("%(name)s is back in the list.") % {"name": company}
    return done(request, to=company, message=message, event="crm.company_unarchived")


@page(Permission.COMPANIES_VIEW)
def company_options(request: ActorRequest) -> HttpResponse:
    """Companies for a select that searches on the server."""
    found = matching(queries.visible_companies(request.actor), request.GET.get("q", ""))
    rows = found.order_by("name_folded", "id").values_list("id", "name", "eik", "city")[:OPTIONS]
    items = [
        {"value": key, "text": name, "hint": " · ".join(filter(None, rest))} for key, name, *rest in rows
    ]
    return json_response({"items": items})


@page(Permission.COMPANIES_EDIT)
def company_quick_create(request: ActorRequest) -> HttpResponse:
    """The small form that opens in the side panel of another page."""
    form = QuickCompanyForm(initial={"name": request.GET.get("name", "")})
    return partial(request, "crm/company_quick_create.html", "panel", {"form": form})


@company_quick_create.act
def quick_create_company(request: ActorRequest) -> HttpResponse:
    form = QuickCompanyForm(request.POST)
    company = _created(request, form)
    if company is None:
        context = {"form": form, **hints_for(request, "company")}
        return partial(request, "crm/company_quick_create.html", "panel", context, status=422)
    if not is_htmx(request):
        return done(request, to=company, message=_("The company was added."))
    created = {"tefter:created": {"value": str(company.pk), "text": str(company)}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(created)})


def _facts_asked(company: Company, actor: Actor) -> Asking[list[Fact]]:
    """What is known of a company, in the order in which people look for it; the parent company leads to its
    page for one who sees it.
    """
    above = Q(subsidiaries=company.pk)
    visible = queries.visible_companies(actor, archived=None)
    parents, seen = yield [Company.objects.filter(above), visible.filter(above)]
    parent = next(iter(parents), None)
    sizes = dict(CompanySize.choices)
    return [
        Fact(_("EIK"), company.eik, "eik", is_copied=True),
        Fact(_("VAT number"), company.vat_number, "vat_number", is_copied=True),
        Fact(_("E-mail"), company.email, "email", f"mailto:{company.email}", is_copied=True),
        Fact(_("Phone"), company.phone, "phone", f"tel:{company.phone}", is_copied=True),
        *reach_facts(company),
        Fact(_("Website"), company.website, "website", company.website_url),
        Fact(_("Address"), company.address, "address", is_copied=True),
        Fact(_("City"), company.city, "city"),
        Fact(_("Postal code"), company.postal_code, "postal_code"),
        Fact(_("Country"), str(country_name(company.country))),
        Fact(_("Industry"), company.industry, "industry"),
        Fact(_("Size"), str(sizes.get(company.size, company.size)), "size"),
        Fact(
            _("Parent company"),
            str(parent or ""),
            href=parent.get_absolute_url() if parent and seen else "",
        ),
    ]


def _created(request: ActorRequest, form: QuickCompanyForm) -> Company | None:
    """The company that the form describes; None when it was refused and the form says why."""
    if not form.is_valid():
        return None
    try:
        return operations.create_company(details=form.change(), by=request.actor, at=clock.now())
    except DomainError as refusal:
        add_refusal(form, refusal)
        return None


def _chosen_parent(request: ActorRequest) -> Company | None:
    """The parent company that the form names, if it is one that the reader sees."""
    wanted = id_in(request.POST.get("parent_id"))
    return (
        queries.visible_companies(request.actor, archived=None).filter(pk=wanted).first() if wanted else None
    )
