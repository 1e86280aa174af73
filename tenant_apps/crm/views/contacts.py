from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page, partial
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.crm import operations, queries
from tenant_apps.crm.forms import ContactForm
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.views.duplicates import hints_for
from tenant_apps.crm.views.records import Fact, reach_facts, record_context, split
from tenant_apps.workspace.queries import custom_values

OPTIONS = 20


@page(Permission.CONTACTS_VIEW)
def contact_detail(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    contact = queries.visible_contact(contact_id, request.actor)
    if contact.merged_into_id:
        return redirect("contact_detail", contact.merged_into_id)
    context = {
        "contact": contact,
        **split(_facts(contact)),
        **record_context(request, contact),
    }
    return partial(request, "crm/contact_detail.html", "panel", context)


@page(Permission.CONTACTS_EDIT)
def contact_create(request: ActorRequest) -> HttpResponse:
    wanted = request.GET.get("company")
    form = ContactForm(initial={"company_id": wanted}, **_choices(request, wanted))
    return form_page(request, "crm/contact_create.html", form)


@contact_create.act
def create_contact(request: ActorRequest) -> HttpResponse:
    form = ContactForm(request.POST, **_choices(request, request.POST.get("company_id")))
    try:
        if form.is_valid():
            contact = operations.create_contact(details=form.change(), by=request.actor, at=clock.now())
            return done(request, to=contact, message=_("The contact was added."), event="crm.contact_created")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/contact_create.html", form, hints_for(request, "contact"))


@page(Permission.CONTACTS_EDIT)
def contact_edit(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    contact = queries.visible_contact(contact_id, request.actor)
    form = ContactForm(initial=_values(contact), company=contact.company, may_add=_may_add(request))
    context = {"contact": contact, "other_than": contact_id}
    return form_page(request, "crm/contact_edit.html", form, context)


@contact_edit.act
def change_contact(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    contact = queries.visible_contact(contact_id, request.actor)
    form = ContactForm(request.POST, **_choices(request, request.POST.get("company_id")))
    try:
        if form.is_valid():
            operations.change_contact(
                contact_id=contact_id, change=form.change(), by=request.actor, at=clock.now()
            )
            return done(request, to=contact, message=_("The contact was saved."), event="crm.contact_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    context = {"contact": contact, **hints_for(request, "contact", contact_id)}
    return form_page(request, "crm/contact_edit.html", form, context)


@act(Permission.CONTACTS_EDIT)
def archive_contact(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    contact = operations.archive_contact(contact_id=contact_id, by=request.actor, at=clock.now())
    return done(
        request,
        to=contact,
        message=_("%(name)s was archived.") % {"name": contact},
        event="crm.contact_archived",
        undo=reverse("unarchive_contact", args=[contact_id]),
    )


@act(Permission.CONTACTS_EDIT)
def unarchive_contact(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    contact = operations.unarchive_contact(contact_id=contact_id, by=request.actor, at=clock.now())
    message = _("%(name)s is back in the list.") % {"name": contact}
    return done(request, to=contact, message=message, event="crm.contact_unarchived")


@page(Permission.CONTACTS_VIEW)
def contact_options(request: ActorRequest) -> HttpResponse:
    """Contacts for a select that searches on the server; `company_id` narrows to one company's."""
    found = matching(queries.visible_contacts(request.actor), request.GET.get("q", ""))
    if company := _company(request, request.GET.get("company_id")):
        found = found.filter(company=company)
    rows = found.select_related("company").order_by("name_folded", "id")[:OPTIONS]
    return json_response({"items": [{"value": one.pk, "text": str(one), "hint": _hint(one)} for one in rows]})


def _facts(contact: Contact) -> list[Fact]:
    """What is known of a contact, in the order in which people look for it."""
    company = contact.company
    return [
        Fact(_("Company"), str(company or ""), href=company.get_absolute_url() if company else ""),
        Fact(pgettext("of a contact", "Job title"), contact.job_title, "job_title"),
        Fact(_("E-mail"), contact.email, "email", f"mailto:{contact.email}", is_copied=True),
        Fact(_("Phone"), contact.phone, "phone", f"tel:{contact.phone}", is_copied=True),
        *reach_facts(contact),
    ]


def _hint(contact: Contact) -> str:
    return " · ".join(filter(None, [contact.job_title, str(contact.company or "")]))


def _values(contact: Contact) -> dict[str, Any]:
    known = {name: getattr(contact, name) for name in ContactForm.base_fields}
    return known | {"custom": custom_values("contact", contact.pk)}


def _choices(request: ActorRequest, company_id: str | None) -> dict[str, Any]:
    return {"company": _company(request, company_id), "may_add": _may_add(request)}


def _company(request: ActorRequest, company_id: str | None) -> Company | None:
    """The company that the address or the form names, if it is one that the reader sees."""
    try:
        wanted = UUID(company_id or "")
    except ValueError:
        return None
    return queries.visible_companies(request.actor, archived=None).filter(pk=wanted).first()


def _may_add(request: ActorRequest) -> bool:
    return request.actor.may(Permission.COMPANIES_EDIT)
