"""The organization as its owner holds it: its address, its archives, its end."""

from uuid import UUID

from django.contrib.auth import logout
from django.forms import Form
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shared_apps.accounts.forms import AddressForm, ClosingForm
from shared_apps.accounts.views.hosts import hand_over
from shared_apps.core import clock
from shared_apps.core.errors import Refused
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page, partial
from shared_apps.core.permissions import Permission
from tenants import operations, queries
from tenants.context import current_organization
from tenants.operations import GRACE


@page(Permission.ORGANIZATION_EDIT)
def address_edit(request: ActorRequest) -> HttpResponse:
    """Where the organization is found, and the old addresses that still lead there."""
    return _address_page(request, AddressForm(initial={"subdomain": current_organization().subdomain}))


@address_edit.act
def rename_organization(request: ActorRequest) -> HttpResponse:
    """Move, and take the browser along: it is signed in at the new address, too."""
    form, here = AddressForm(request.POST), current_organization()
    if form.is_valid():
        try:
            operations.rename_organization(
                organization_id=here.id,
                subdomain=form.cleaned_data["subdomain"],
                by=request.actor,
                at=clock.now(),
            )
            return hand_over(request, here.id, then=f"{reverse('address_edit')}?moved=1")
        except Refused as refusal:
            add_refusal(form, refusal)
    return _address_page(request, form)


def _address_page(request: ActorRequest, form: AddressForm) -> HttpResponse:
    context = {
        "old_hosts": queries.redirecting_hosts(current_organization().id),
        "has_moved": "moved" in request.GET,
    }
    return form_page(request, "accounts/address_edit.html", form, context)


@page(Permission.ORGANIZATION_EXPORT)
def organization_data(request: ActorRequest) -> HttpResponse:
    """The archives of the organization; htmx asks for them again while one is being made."""
    return partial(request, "accounts/organization_data.html", "archives", _data(ClosingForm()))


@act(Permission.ORGANIZATION_EXPORT)
def ask_for_archive(request: ActorRequest) -> HttpResponse:
    operations.ask_for_archive(organization_id=current_organization().id, by=request.actor, at=clock.now())
    return done(request, to="organization_data", message=_("An archive is being made."))


@never_cache
@page(Permission.ORGANIZATION_EXPORT)
def archive_download(request: ActorRequest, archive_id: UUID) -> HttpResponse:
    """The file itself, as a stream; nobody on the way keeps it."""
    archive = operations.note_archive_taken(
        archive_id=archive_id, organization_id=current_organization().id, by=request.actor, at=clock.now()
    )
    path = queries.archive_path(archive)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)  # type: ignore[return-value]


@organization_data.act
def close_organization(request: ActorRequest) -> HttpResponse:
    """Close, sign out, and lead to the public host, which says what happens next."""
    form = ClosingForm(request.POST)
    if form.is_valid():
        try:
            operations.close_organization(
                organization_id=current_organization().id,
                name=form.cleaned_data["name"],
                by=request.actor,
                at=clock.now(),
            )
            logout(request)
            return redirect("/")
        except Refused as refusal:
            add_refusal(form, refusal)
    return render(request, "accounts/organization_data.html", _data(form), status=422)


def _data(form: Form) -> dict[str, object]:
    organization_id = current_organization().id
    return {
        "archives": queries.archives_of(organization_id),
        "is_awaited": queries.is_archive_awaited(organization_id),
        "form": form,
        "grace_days": GRACE.days,
    }
