"""Many companies, contacts, deals or notes put into the archive at once, each as its own operation does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import Fact, record_all
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Company, Contact, Deal, Note
from tenant_apps.crm.operations.clients import AlreadyArchived, MergedAway
from tenant_apps.crm.queries.notes import subject_of_writing, visible_writings
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to

R = TypeVar("R", Company, Contact, Deal)


@operation(permission=Permission.COMPANIES_EDIT)
def archive_companies(*, company_ids: Sequence[UUID], by: Actor, at: datetime) -> list[Company]:
    """Take many companies out of the lists. One that is refused refuses all."""
    found = _locked(Company, company_ids, by)
    Company.objects.filter(pk__in=company_ids).update(archived_at=at, updated_at=at)
    record_all([Fact(CrmEvent.COMPANY_ARCHIVED, one, at) for one in found], by=by)
    return found


@operation(permission=Permission.CONTACTS_EDIT)
def archive_contacts(*, contact_ids: Sequence[UUID], by: Actor, at: datetime) -> list[Contact]:
    """Take many contacts out of the lists. One that is refused refuses all."""
    found = _locked(Contact, contact_ids, by)
    Contact.objects.filter(pk__in=contact_ids).update(archived_at=at, updated_at=at)
    record_all([Fact(CrmEvent.CONTACT_ARCHIVED, one, at, one.company_id) for one in found], by=by)
    return found


@operation(permission=Permission.DEALS_EDIT)
def archive_deals(*, deal_ids: Sequence[UUID], by: Actor, at: datetime) -> list[Deal]:
    """Take many deals out of board and lists. One that is refused refuses all."""
    found = _locked(Deal, deal_ids, by)
    Deal.objects.filter(pk__in=deal_ids).update(archived_at=at, updated_at=at, version=F("version") + 1)
    record_all([Fact(CrmEvent.DEAL_ARCHIVED, one, at, one.company_id) for one in found], by=by)
    return found


@operation(permission=Permission.NOTES_EDIT)
def archive_notes(*, note_ids: Sequence[UUID], by: Actor, at: datetime) -> list[Note]:
    """Take many notes away: one's own, or all for those who see everything. One refused refuses all."""
    rows = visible_writings(Note, by, archived=None).select_related("company", "contact", "deal")
    found = list(rows.select_for_update(of=("self",)).filter(pk__in=note_ids).order_by("pk"))
    _require_all(Note, found, note_ids)
    sees_all = by.may(Permission.RECORDS_VIEW_ALL)
    if not sees_all and any(one.author_id != by.id for one in found):
        raise NotAllowed()
    Note.objects.filter(pk__in=note_ids).update(archived_at=at)
    facts = [Fact(CrmEvent.NOTE_ARCHIVED, one, at, subject_of_writing(one).pk) for one in found]
    record_all(facts, by=by)
    return found


def _locked(model: type[R], ids: Sequence[UUID], by: Actor) -> list[R]:
    """The records, by id, for one who may change them all."""
    rows = visible_to(model.objects.select_for_update(no_key=True), by).filter(pk__in=ids)
    found = list(rows.order_by("pk"))
    _require_all(model, found, ids)
    for one in found:
        require_may_change(one, by)
        if getattr(one, "merged_into_id", None):
            raise MergedAway()
    return found


def _require_all(model: type[Any], found: Sequence[Any], ids: Sequence[UUID]) -> None:
    """Each is there, and none is in the archive."""
    if len(found) != len(set(ids)):
        raise model.DoesNotExist
    if any(one.archived_at for one in found):
        raise AlreadyArchived()
