"""Views of lists: kept under a name, changed, deleted."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, page, partial
from shared_apps.core.listing import listing_of
from shared_apps.core.permissions import Permission
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.forms import ViewForm
from tenant_apps.workspace.models import SavedView


@page(None)
def view_create(request: ActorRequest, record_type: str) -> HttpResponse:
    """A name for the list as it is arranged now."""
    request.actor.require(listing_of(record_type).view)
    return _form_page(request, ViewForm(), record_type, request.GET.get("query", ""))


@view_create.act
def save_view(request: ActorRequest, record_type: str) -> HttpResponse:
    """Keep the list as it is arranged now."""
    form, query = ViewForm(request.POST), request.POST.get("query", "")
    try:
        if form.is_valid():
            view = operations.save_view(
                entity=record_type, query=query, by=request.actor, at=clock.now(), **form.cleaned_data
            )
            return done(request, to=_address(view), message=_("The view was saved."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form_page(request, form, record_type, query)


@page(None)
def view_edit(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """A view's name, and to whom it belongs."""
    view = queries.saved_view(view_id, request.actor)
    facts = {name: getattr(view, name) for name in ("name", "is_pinned", "is_default")}
    form = ViewForm(initial=facts | {"is_shared": view.owner_id is None})
    return _form_page(request, form, view.entity, view.query, view)


@view_edit.act
def change_view(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """Rename a view, or change to whom it belongs."""
    view, form = queries.saved_view(view_id, request.actor), ViewForm(request.POST)
    try:
        if form.is_valid():
            view = operations.change_view(
                view_id=view_id, by=request.actor, at=clock.now(), **form.cleaned_data
            )
            return done(request, to=_address(view), message=_("The view was saved."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form_page(request, form, view.entity, view.query, view)


@act(None)
def update_view(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """Let the view keep what the list shows now."""
    query = request.POST.get("query", "")
    view = operations.update_view(view_id=view_id, query=query, by=request.actor, at=clock.now())
    return done(request, to=_address(view), message=_("The view was updated."))


@act(None)
def delete_view(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """Take the view away; the records stay."""
    view = operations.delete_view(view_id=view_id, by=request.actor, at=clock.now())
    return done(request, to=listing_of(view.entity).list_url, message=_("The view was deleted."))


def _address(view: SavedView) -> str:
    return f"{reverse(listing_of(view.entity).list_url)}?view={view.pk}&{view.query}".rstrip("&")


def _form_page(
    request: ActorRequest, form: ViewForm, entity: str, query: str, view: SavedView | None = None
) -> HttpResponse:
    if not request.actor.may(Permission.VIEWS_SHARE):
        form.fields["is_shared"].disabled = True
    listing = listing_of(entity)
    context = {
        "form": form,
        "view": view,
        "query": query,
        "list_label": listing.label,
        "list_url": reverse(listing.list_url),
        "address": request.path,
    }
    status = 422 if form.is_bound and form.errors else 200
    return partial(request, "workspace/lists/view_form.html", "panel", context, status=status)
