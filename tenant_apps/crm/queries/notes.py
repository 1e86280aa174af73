"""What was written down about a client or deal: notes, logged conversations, files."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias, cast
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q, QuerySet

from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_among
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Attachment, Company, Contact, Conversation, Deal, Note
from tenant_apps.sharing.queries import record_readers, sees_everything, visible_to
from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import active_members

Subject: TypeAlias = Company | Contact | Deal
Writing: TypeAlias = Note | Conversation | Attachment
SUBJECT_MODELS: dict[str, type[Any]] = {"company": Company, "contact": Contact, "deal": Deal}


def visible_subject(record_type: str, record_id: UUID, actor: Actor, *, for_update: bool = False) -> Subject:
    """The company, contact or deal; `ObjectDoesNotExist` when there is none or the actor may not see it."""
    model = SUBJECT_MODELS.get(record_type)
    if model is None:
        raise ObjectDoesNotExist(record_type)
    rows = visible_to(model._default_manager.all(), actor)
    found: Subject = (rows.select_for_update() if for_update else rows).get(pk=record_id)
    return found


def subject_of_writing(writing: Writing) -> Subject:
    """What it is about."""
    return cast(Subject, writing.deal or writing.contact or writing.company)


def visible_writing(model: type[Any], writing_id: UUID, actor: Actor) -> Any:
    """A note, conversation or file of a record that the actor sees; archived or not."""
    found = model.objects.select_related("company", "contact", "deal").get(pk=writing_id)
    subject = subject_of_writing(found)
    visible_subject(subject.shared_as, subject.pk, actor)
    return found


def visible_writings(model: type[Any], actor: Actor, *, archived: bool | None = False) -> QuerySet[Any]:
    """Everything of one kind that is about records which the actor sees."""
    about = Q()
    seen_by_all = actor.may(Permission.RECORDS_VIEW_ALL)
    for name, subject in () if seen_by_all else SUBJECT_MODELS.items():
        about |= Q(**{f"{name}__in": visible_to(subject._default_manager.all(), actor).values("pk")})
    rows = model.objects.filter(about)
    return rows if archived is None else rows.filter(archived_at__isnull=not archived)


def about(subject: Subject, actor: Actor) -> Q:
    """Which rows are about a record; the contacts and deals of a company that are seen bring theirs."""
    found = Q(**{subject.shared_as: subject})
    if isinstance(subject, Company):
        for name in ("contact", "deal"):
            theirs = SUBJECT_MODELS[name].objects.filter(company=subject)
            found |= is_among(f"{name}_id", visible_to(theirs, actor).values("pk"))
    if isinstance(subject, Contact):
        theirs = Deal.objects.filter(participations__contact=subject)
        found |= is_among("deal_id", visible_to(theirs, actor).values("pk"))
    return found


def notes_about(subject: Subject, actor: Actor) -> QuerySet[Note]:
    """The notes of a record, the newest first."""
    return _about(Note, subject, actor).order_by("-created_at", "-id")


def conversations_about(subject: Subject, actor: Actor) -> QuerySet[Conversation]:
    """The logged conversations of a record, the latest first."""
    return _about(Conversation, subject, actor).order_by("-took_place_at", "-id")


def attachments_about(subject: Subject, actor: Actor) -> QuerySet[Attachment]:
    """The files of a record, the newest first."""
    return _about(Attachment, subject, actor).select_related("file").order_by("-created_at", "-id")


def who_sees(subject: Subject) -> list[Member]:
    """The active members who may see a record, by name."""
    readers = {reader.member.user_id for reader in record_readers(subject)} | {subject.owner_id}
    return [one for one in active_members() if one.user_id in readers or sees_everything(one)]


def mentioned_in(text: str, members: Sequence[Member]) -> list[Member]:
    """The members whose name stands in the text after an @; the longer name wins over its beginning."""
    rest, found = text.casefold(), []
    for member in sorted(members, key=lambda one: -len(str(one))):
        mark = f"@{member}".casefold()
        if mark in rest:
            rest = rest.replace(mark, " ")
            found.append(member)
    return found


def mentioned_in_vain(note: Note, subject: Subject) -> list[Member]:
    """Those who are named in a note about a record that they do not see."""
    told = set(note.mentions)
    return [one for one in mentioned_in(note.text, list(active_members())) if one.user_id not in told]


def names_of_members() -> list[str]:
    """Who can be named in a note."""
    return [str(member) for member in active_members()]


def before(rows: QuerySet[Any], moment: str, at: datetime | None) -> QuerySet[Any]:
    """Only what is older than `at`; everything for None."""
    return rows.filter(**{f"{moment}__lt": at}) if at else rows


def _about(model: type[Any], subject: Subject, actor: Actor) -> QuerySet[Any]:
    rows = model.objects.select_related("company", "contact", "deal")
    return rows.filter(about(subject, actor), archived_at=None)
