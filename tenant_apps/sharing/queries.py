import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import structlog
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission as RowPermission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q, QuerySet, UUIDField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from shared_apps.accounts.roles import permissions_of
from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.arrays import is_among
from shared_apps.core.asking import Asking, together
from shared_apps.core.permissions import Permission
from shared_apps.core.sealing import CannotBeOpened, unseal
from tenant_apps.sharing.models import MemberRecordPermission, PublicLink
from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import active_members, names_of
from tenants.context import current_organization
from tenants.hosts import address_of as address_on_host

M = TypeVar("M", bound=Model)
log = structlog.get_logger(__name__)


class Record(Protocol):
    """A row that somebody owns and may share."""

    pk: Any
    owner_id: UUID | None
    shared_as: str

    def get_absolute_url(self) -> str: ...


class LinkedRecord(Record, Protocol):
    """A row that a client may be let see: `link_permission` is what one must be allowed to let it out,
    `may_be_opened` whether there is something to see yet.
    """

    link_permission: Permission

    @property
    def may_be_opened(self) -> bool: ...


@dataclass(frozen=True)
class LinkCard:
    """The client link of a record as its page shows it: `link` and `address` are None and "" where there is
    none, `address` also where it is revoked.
    """

    record: LinkedRecord
    link: PublicLink | None
    address: str
    may_make: bool
    template: str = "sharing/components/link_card.html"


@dataclass(frozen=True)
class Reader:
    """A member with whom a record is shared."""

    member: Member
    may_change: bool


def visible_to(queryset: QuerySet[M], actor: Actor) -> QuerySet[M]:
    """What of `queryset` the actor may see: everything with `records.view_all`, else own and shared records;
    a client what their link opens, and nothing else whatever they may do.

    The model has `owner_id`, the id of a user. An actor who is nobody in particular sees nothing.
    """
    if actor.kind is ActorKind.CLIENT:
        return queryset.filter(pk__in=actor.records)
    if actor.may(Permission.RECORDS_VIEW_ALL):
        return queryset
    if actor.id is None:
        return queryset.none()
    granted = _granted(queryset.model, user_id=actor.id).annotate(record_id=Cast("object_pk", UUIDField()))
    return queryset.filter(Q(owner_id=actor.id) | is_among("pk", granted.values("record_id")))


def may_change(record: Record, actor: Actor) -> bool:
    """Say whether one who sees this record may change it too: all but those who were only let to look, and
    clients.
    """
    if actor.kind is ActorKind.CLIENT:
        return False
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


def hash_of(token: str) -> str:
    """The SHA-256 of a link's token, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def public_link(token: str) -> PublicLink:
    """The link that this token opens; `DoesNotExist` for one that is altered, revoked, or another
    organization's.
    """
    wanted = hash_of(token)
    link = PublicLink.objects.get(token_hash=wanted, revoked_at=None)
    if not constant_time_compare(link.token_hash, wanted):
        raise PublicLink.DoesNotExist(token)
    return link


def visible_links(actor: Actor) -> QuerySet[PublicLink]:
    """The links of records that the actor sees and could let out."""
    seen = Q(pk__in=[])
    for model in linked_models():
        if actor.may(model.link_permission):
            rows = visible_to(model._default_manager.all(), actor)
            seen |= Q(record_type=model.shared_as, record_id__in=rows.values("pk"))
    return PublicLink.objects.filter(seen)


def linked_models() -> Iterator[Any]:
    """The models whose records can have a client link."""
    return (model for model in apps.get_models() if hasattr(model, "link_permission"))


def address_of(link: PublicLink) -> str:
    """Where the link leads, on the organization's host; "" when it is revoked, or was sealed with a key that
    is gone.
    """
    if link.is_revoked:
        return ""
    organization = current_organization()
    try:
        token = unseal(link.sealed_token, owner=organization.id)
    except CannotBeOpened:
        log.warning("public_link_cannot_be_opened", link_id=str(link.pk))
        return ""
    path = reverse("public_page", args=[token], urlconf=settings.ROOT_URLCONF)
    return address_on_host(organization.subdomain, path)


def addresses_of(record_ids: Collection[UUID]) -> dict[UUID, str]:
    """Record id → the address of its link, for those that have one, in one statement."""
    links = PublicLink.objects.filter(record_id__in=record_ids, revoked_at=None)
    found = {link.record_id: address_of(link) for link in links}
    return {record_id: address for record_id, address in found.items() if address}


def link_card(record: Any, actor: Actor) -> LinkCard | None:
    """What the page of a record shows of its link; None for one who may not see it, and for a record that
    nobody outside may see yet.
    """
    (card,) = together(link_card_asking(record, actor))
    return card


def link_card_asking(record: Any, actor: Actor) -> Asking[LinkCard | None]:
    """`link_card` as a part of a page that asks together with others."""
    if not may_see_link(record, actor):
        return None
    (found,) = yield [PublicLink.objects.filter(record_id=record.pk)]
    link = next(iter(found), None)
    may_make = actor.may(Permission.LINKS_MAKE) and may_change(record, actor)
    return LinkCard(record, link, address_of(link) if link else "", may_make)


def may_see_link(record: LinkedRecord, actor: Actor) -> bool:
    """Whether the actor may know the address by which a client sees the record, once there is something to
    see: one who could send it.
    """
    return record.may_be_opened and actor.may(Permission.LINKS_VIEW) and actor.may(record.link_permission)
