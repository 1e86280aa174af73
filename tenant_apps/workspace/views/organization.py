from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import Refused
from shared_apps.core.http import ActorRequest, add_refusal, done, page
from shared_apps.core.permissions import Permission
from shared_apps.core.slots import fill
from tenant_apps.files.queries import read_bytes
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.forms import LogoForm, OrganizationForm


@page(Permission.ORGANIZATION_VIEW, to_act=Permission.ORGANIZATION_EDIT)
def organization_edit(request: ActorRequest) -> HttpResponse:
    return _settings_page(request)


@organization_edit.act
def change_organization(request: ActorRequest) -> HttpResponse:
    form = OrganizationForm(request.POST)
    if form.is_valid():
        try:
            operations.change_organization(change=form.change(), by=request.actor, at=clock.now())
            return done(request, to="organization_edit", message=_("The details were saved."))
        except Refused as refusal:
            add_refusal(form, refusal)
    return _settings_page(request, form=form)


@page(Permission.ORGANIZATION_VIEW, to_act=Permission.ORGANIZATION_EDIT)
def organization_logo(request: ActorRequest) -> HttpResponse:
    """The picture itself, for the settings page."""
    logo = queries.profile().logo
    if logo is None:
        raise Http404
    headers = {"Cache-Control": "private, max-age=300", "Content-Disposition": "inline"}
    return HttpResponse(read_bytes(logo), content_type=logo.content_type, headers=headers)


@organization_logo.act
def change_logo(request: ActorRequest) -> HttpResponse:
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        picture = form.cleaned_data["logo"]
        try:
            operations.change_logo(
                name=picture.name, content=picture.read(), by=request.actor, at=clock.now()
            )
            return done(request, to="organization_edit", message=_("The logo was saved."))
        except Refused as refusal:
            add_refusal(form, refusal)
    return _settings_page(request, logo_form=form)


def _settings_page(
    request: ActorRequest,
    form: Form | None = None,
    logo_form: Form | None = None,
) -> HttpResponse:
    """The page with its two forms; the one that came back with errors stands as it was typed."""
    profile = queries.profile()
    came_back = form or logo_form
    details = form or OrganizationForm.of(profile)
    if not request.actor.may(Permission.ORGANIZATION_EDIT):
        for field in details.fields.values():
            field.disabled = True
    context = {
        "profile": profile,
        "parts": fill(
            "organization.settings", actor=request.actor, is_vat_registered=profile.is_vat_registered
        ),
        "form": details,
        "logo_form": logo_form or LogoForm(),
    }
    return render(request, "workspace/organization_edit.html", context, status=422 if came_back else 200)
