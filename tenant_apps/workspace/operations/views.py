"""Views of lists: kept, changed, given to the team, taken away."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.listing import listing_of
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import SavedView
from tenant_apps.workspace.queries.lists import arranged_by_query
from tenant_apps.workspace.queries.views import saved_views

MOST_VIEWS = 50


class TooManyViews(Refused):
    code = "too_many_views"
    message = _("A list keeps at most 50 views. Delete one that nobody needs.")
    conflict = True


@operation(permission=None)
def save_view(
    *,
    entity: str,
    name: str,
    query: str,
    is_shared: bool = False,
    is_pinned: bool = False,
    is_default: bool = False,
    by: Actor,
    at: datetime,
) -> SavedView:
    """Keep a list as it is arranged under a name: for oneself, or (with `views.share`) for the team.

    What of `query` says nothing is left out.
    """
    by.require(listing_of(entity).view)
    if saved_views(by, entity).count() >= MOST_VIEWS:
        raise TooManyViews()
    view = SavedView(entity=entity, owner_id=None if is_shared else by.id, created_at=at)
    view.query = arranged_by_query(entity, query, by, at).arrangement.lasting
    _write(view, name, is_pinned, is_default, by, at)
    record(
        event=WorkspaceEvent.VIEW_SAVED, subject=view, by=by, at=at, new={"name": view.name, "entity": entity}
    )
    return view


@operation(permission=None)
def change_view(
    *,
    view_id: UUID,
    name: str,
    is_shared: bool,
    is_pinned: bool,
    is_default: bool,
    by: Actor,
    at: datetime,
) -> SavedView:
    """Rename a view, give it to the team or take it for oneself, pin it, make it the one shown first."""
    view = _view_for_change(view_id, by)
    before = _facts(view)
    view.owner_id = None if is_shared else by.id
    _write(view, name, is_pinned, is_default, by, at)
    old, new = changes_between(before, _facts(view))
    record(event=WorkspaceEvent.VIEW_CHANGED, subject=view, by=by, at=at, old=old, new=new)
    return view


@operation(permission=None)
def update_view(*, view_id: UUID, query: str, by: Actor, at: datetime) -> SavedView:
    """Let a view keep what the list shows now. A list that is merely changed leaves its view as it was."""
    view = _view_for_change(view_id, by)
    old, view.query = view.query, arranged_by_query(view.entity, query, by, at).arrangement.lasting
    view.updated_at = at
    view.save(update_fields=["query", "updated_at"])
    record(
        event=WorkspaceEvent.VIEW_CHANGED,
        subject=view,
        by=by,
        at=at,
        old={"query": old},
        new={"query": view.query},
    )
    return view


@operation(permission=None)
def delete_view(*, view_id: UUID, by: Actor, at: datetime) -> SavedView:
    """Take a view away; the records stay."""
    view = _view_for_change(view_id, by)
    record(
        event=WorkspaceEvent.VIEW_DELETED,
        subject=view,
        by=by,
        at=at,
        old=_facts(view) | {"query": view.query},
    )
    SavedView.objects.filter(pk=view_id).delete()
    return view


def _view_for_change(view_id: UUID, by: Actor) -> SavedView:
    view = saved_views(by).select_for_update().get(pk=view_id)
    if view.owner_id is None:
        by.require(Permission.VIEWS_SHARE)
    return view


def _facts(view: SavedView) -> dict[str, object]:
    return {
        "name": view.name,
        "is_shared": view.owner_id is None,
        "is_pinned": view.is_pinned,
        "is_default": view.is_default,
    }


def _write(view: SavedView, name: str, is_pinned: bool, is_default: bool, by: Actor, at: datetime) -> None:
    if view.owner_id is None:
        by.require(Permission.VIEWS_SHARE)
    view.name, view.is_pinned, view.is_default, view.updated_at = name.strip(), is_pinned, is_default, at
    errors = text_errors(SavedView, {"name": view.name})
    if not view.name:
        errors.append(FieldError("name", "required", _("Enter the name.")))
    refuse_all(errors)
    if is_default:
        others = SavedView.objects.filter(entity=view.entity, owner_id=view.owner_id, is_default=True)
        others.exclude(pk=view.pk).update(is_default=False)
    view.save()
