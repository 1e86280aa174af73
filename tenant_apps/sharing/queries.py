from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Permission as RowPermission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q, QuerySet, UUIDField
from django.db.models.functions import Cast

from shared_apps.accounts.roles import permissions_of
from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_among
from shared_apps.core.permissions import Permission
from tenant_apps.sharing.models import MemberRecordPermission
from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import active_members, names_of

M = TypeVar("M", bound=Model)


class Record(Protocol):
    """A row that somebody owns and may share."""

    pk: Any
    owner_id: UUID | None
    shared_as: str

    def get_absolute_url(self) -> str: ...


@dataclass(frozen=True)
class Reader:
    """A member with whom a record is shared."""

    member: Member
    may_change: bool


def visible_to(queryset: QuerySet[M], actor: Actor) -> QuerySet[M]:
    """What of `queryset` the actor may see: everything with `records.view_all`, else own and shared records.

    The model has `owner_id`, the id of a user. An actor who is nobody in particular sees nothing.
    """
    if actor.may(Permission.RECORDS_VIEW_ALL):
        return queryset
    if actor.id is None:
        return queryset.none()
    granted = _granted(queryset.model, user_id=actor.id).annotate(record_id=Cast("object_pk", UUIDField()))
    return queryset.filter(Q(owner_id=actor.id) | is_among("pk", granted.values("record_id")))


def may_change(record: Record, actor: Actor) -> bool:
    """Say whether one who sees this record may change it too: all but those who were only let to look."""
    if actor.may(Permission.RECORDS_VIEW_ALL) or (actor.id is not None and record.owner_id == actor.id):
        return True
    change = permission_for("change", _model_of(record))
    held = _granted(_model_of(record), user_id=actor.id).filter(object_pk=str(record.pk))
    return held.filter(permission_id=change.pk).exists()


def owner_name(record: Record, known: Mapping[UUID, str] | None = None) -> str:
    """The name of the member whose record it is; empty when it is nobody's. `known`: names by user id."""
    return next(iter(names_of([record.owner_id], known).values()), "")


def shareable_model(record_type: str) -> type[Model]:
    """The model that is shared under this name; `ObjectDoesNotExist` for a name that none bears."""
    for model in apps.get_models():
        if getattr(model, "shared_as", None) == record_type:
            return model
    raise ObjectDoesNotExist(record_type)


def visible_record(record_type: str, record_id: UUID, actor: Actor, *, for_update: bool = False) -> Record:
    """The record of a shareable model, locked with `for_update`. `DoesNotExist` when not seen."""
    records = visible_to(shareable_model(record_type)._default_manager.all(), actor)
    return cast(Record, (records.select_for_update() if for_update else records).get(pk=record_id))


def record_readers(record: Record) -> list[Reader]:
    """With whom the record is shared, by name."""
    granted = _granted(_model_of(record)).filter(object_pk=str(record.pk))
    held: dict[UUID, set[int]] = {}
    for user_id, permission_id in granted.values_list("user_id", "permission_id"):
        held.setdefault(user_id, set()).add(permission_id)
    if not held:
        return []
    change = permission_for("change", _model_of(record)).pk
    members = Member.objects.filter(user_id__in=held).order_by("name", "id")
    return [Reader(member, change in held[member.user_id]) for member in members]


def possible_readers(record: Record, readers: list[Reader]) -> list[Member]:
    """Members who do not see the record yet, by name: not its owner, none of `readers`, none who sees all."""
    taken = {reader.member.user_id for reader in readers} | {record.owner_id}
    return [one for one in active_members() if one.user_id not in taken and not sees_everything(one)]


def sees_everything(member: Member) -> bool:
    return Permission.RECORDS_VIEW_ALL in permissions_of(member.role)


def permission_for(verb: str, model: type[Model]) -> RowPermission:
    """Django's own permission `view_…` or `change_…` of a model. It is in public: no query here joins it."""
    codename = f"{verb}_{model._meta.model_name}"
    return RowPermission.objects.get(content_type_id=_content_type_id(model), codename=codename)


def _content_type_id(model: type[Model]) -> int:
    return ContentType.objects.get_for_model(model).pk


def _model_of(record: Record) -> type[Model]:
    return cast(type[Model], type(record))


def _granted(model: type[Model], user_id: UUID | None = None) -> QuerySet[MemberRecordPermission]:
    granted = MemberRecordPermission.objects.filter(content_type_id=_content_type_id(model))
    return granted if user_id is None else granted.filter(user_id=user_id)
