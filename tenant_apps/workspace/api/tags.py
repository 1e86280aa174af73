from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, ListQuery, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.listing import listing_of
from shared_apps.core.permissions import Permission
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.schemas.tags import (
    TAG_ORDERINGS,
    MergeTagsIn,
    RecordTagsOut,
    TaggingIn,
    TagIn,
    TagListOut,
    TagOut,
    TagPatch,
    UntaggingIn,
    listed_tag_out,
    record_tags_out,
    tag_out,
)

router = Router(tags=["tags"])
OF_RECORD = "tags/of/{slug:record_type}/{uuid:record_id}/"


@router.get("tags/", response=ListOf[TagListOut], operation_id="list_tags")
def list_tags(request: ActorRequest, query: Query[ListQuery]) -> HttpResponse:
    """Every tag with the number of records that bear it."""
    request.actor.require(Permission.TAGS_EDIT)
    found = queries.tags_with_counts().filter(name__icontains=query.search)
    return list_response(found, query, orderings=TAG_ORDERINGS, item=listed_tag_out)


@router.post("tags/", response={201: TagOut}, operation_id="create_tag")
def create_tag(request: ActorRequest, data: TagIn) -> HttpResponse:
    """Make a tag; 409 when one bears the name already."""
    tag = operations.create_tag(name=data.name, color=data.color, by=request.actor, at=clock.now())
    return json_response(tag_out(tag), status=201)


@router.patch("tags/{uuid:tag_id}/", response=TagOut, operation_id="change_tag")
def change_tag(request: ActorRequest, tag_id: UUID, data: TagPatch) -> HttpResponse:
    """Give a tag another name or colour."""
    wanted = data.over(queries.tag(tag_id))
    return json_response(
        tag_out(operations.change_tag(tag_id=tag_id, **wanted, by=request.actor, at=clock.now()))
    )


@router.post("tags/{uuid:tag_id}/merge/", response=TagOut, operation_id="merge_tags")
def merge_tags(request: ActorRequest, tag_id: UUID, data: MergeTagsIn) -> HttpResponse:
    """Put the tag `into_id` on everything that bears this one, which is no more. Answers what stays."""
    kept = operations.merge_tags(tag_id=tag_id, into_id=data.into_id, by=request.actor, at=clock.now())
    return json_response(tag_out(kept))


@router.post("tags/{uuid:tag_id}/delete/", response=TagOut, operation_id="delete_tag")
def delete_tag(request: ActorRequest, tag_id: UUID) -> HttpResponse:
    """Take a tag off everything and away. Answers it as it was."""
    return json_response(tag_out(operations.delete_tag(tag_id=tag_id, by=request.actor, at=clock.now())))


@router.get(OF_RECORD, response=RecordTagsOut, operation_id="read_record_tags")
def read_record_tags(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """The tags of one record: a company, contact, deal, task or product."""
    listing = listing_of(record_type)
    request.actor.require(listing.view)
    listing.rows(request.actor, None).get(pk=record_id)
    return _tags_of(record_type, record_id)


@router.post(f"{OF_RECORD}tag/", response=RecordTagsOut, operation_id="tag_record")
def tag_record(request: ActorRequest, record_type: str, record_id: UUID, data: TaggingIn) -> HttpResponse:
    """Put tags on a record; those that it bears already stay."""
    operations.tag_record(
        record_type=record_type,
        record_id=record_id,
        tag_ids=data.tag_ids,
        new_names=data.names,
        by=request.actor,
        at=clock.now(),
    )
    return _tags_of(record_type, record_id)


@router.post(f"{OF_RECORD}untag/", response=RecordTagsOut, operation_id="untag_record")
def untag_record(request: ActorRequest, record_type: str, record_id: UUID, data: UntaggingIn) -> HttpResponse:
    """Take tags off a record; those that it does not bear change nothing."""
    operations.untag_record(
        record_type=record_type,
        record_id=record_id,
        tag_ids=data.tag_ids,
        by=request.actor,
        at=clock.now(),
    )
    return _tags_of(record_type, record_id)


def _tags_of(record_type: str, record_id: UUID) -> HttpResponse:
    borne = queries.tags_of(record_type, [record_id]).get(record_id, [])
    return json_response(record_tags_out(record_type, record_id, borne))
