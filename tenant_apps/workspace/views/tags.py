"""Tags: the page that keeps them, and those of one record."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page, partial
from shared_apps.core.ids import id_in
from shared_apps.core.listing import listing_of
from shared_apps.core.permissions import Permission
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.forms import TagForm


@page(Permission.TAGS_EDIT)
def tag_list(request: ActorRequest) -> HttpResponse:
    """Every tag, and the form of a new one."""
    return _list_page(request, TagForm())


@tag_list.act
def create_tag(request: ActorRequest) -> HttpResponse:
    """Make a tag."""
    form = TagForm(request.POST)
    try:
        if form.is_valid():
            operations.create_tag(by=request.actor, at=clock.now(), **form.cleaned_data)
            return done(request, to="tag_list", message=_("The tag was added."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _list_page(request, form)


@page(Permission.TAGS_EDIT)
def tag_edit(request: ActorRequest, tag_id: UUID) -> HttpResponse:
    """A tag's name and colour; the ways to merge and to delete it."""
    tag = queries.tag(tag_id)
    form = TagForm(initial={"name": tag.name, "color": tag.color})
    return _edit_page(request, form, tag_id)


@tag_edit.act
def change_tag(request: ActorRequest, tag_id: UUID) -> HttpResponse:
    """Give a tag another name or colour."""
    form = TagForm(request.POST)
    try:
        if form.is_valid():
            operations.change_tag(tag_id=tag_id, by=request.actor, at=clock.now(), **form.cleaned_data)
            return done(request, to="tag_list", message=_("The tag was saved."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _edit_page(request, form, tag_id)


@act(Permission.TAGS_EDIT)
def merge_tags(request: ActorRequest, tag_id: UUID) -> HttpResponse:
    """Put another tag on everything that bears this one."""
    into = id_in(request.POST.get("into_id", ""))
    tag = operations.merge_tags(tag_id=tag_id, into_id=into or tag_id, by=request.actor, at=clock.now())
    return done(request, to="tag_list", message=_("Merged into %(name)s.") % {"name": tag})


@act(Permission.TAGS_EDIT)
def delete_tag(request: ActorRequest, tag_id: UUID) -> HttpResponse:
    """Take a tag off everything and away."""
    tag = operations.delete_tag(tag_id=tag_id, by=request.actor, at=clock.now())
    return done(request, to="tag_list", message=_("The tag %(name)s was deleted.") % {"name": tag})


@page(Permission.TAGS_EDIT)
def record_tags(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """The tags of one record, to choose from all."""
    listing = listing_of(record_type)
    request.actor.require(listing.edit)
    row = listing.rows(request.actor, None).get(pk=record_id)
    chosen = queries.tags_of(record_type, [record_id]).get(record_id, [])
    context = {
        "record": row,
        "tags": queries.tags(),
        "chosen": {tag.pk for tag in chosen},
        "address": request.path,
    }
    return partial(request, "workspace/lists/record_tags.html", "panel", context)


@record_tags.act
def set_tags(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """Let a record bear the chosen tags; names of none become tags."""
    row = operations.set_tags(
        record_type=record_type,
        record_id=record_id,
        tag_ids=[one for one in map(id_in, request.POST.getlist("tag")) if one],
        new_names=request.POST.get("new", "").split(","),
        by=request.actor,
        at=clock.now(),
    )
    return done(request, to=row, message=_("The tags were saved."))


def _list_page(request: ActorRequest, form: TagForm) -> HttpResponse:
    return form_page(request, "workspace/tag_list.html", form, {"tags": queries.tags_with_counts()})


def _edit_page(request: ActorRequest, form: TagForm, tag_id: UUID) -> HttpResponse:
    tag = queries.tags_with_counts().get(pk=tag_id)
    context = {"tag": tag, "others": queries.tags().exclude(pk=tag_id)}
    return form_page(request, "workspace/tag_edit.html", form, context)
