from typing import Any
from uuid import UUID

from shared_apps.accounts.models import TeamMember
from shared_apps.accounts.queries import actor_of, membership_for_mirror, team_of
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.jobs.actors import Queue, current_actor, job
from tenant_apps.workspace.operations import (
    BulkAct,
    add_usual_series,
    apply_bulk_batch,
    mirror_member,
    undo_bulk_batch,
    write_export,
)
from tenant_apps.workspace.queries import list_export, mirrored_members, profile
from tenants.context import current_organization
from tenants.operations import set_home


@job()
def mirror_team_member(*, subject_id: str, **unknown: Any) -> None:
    """After a change of the team: bring this organization's picture of the person up to date."""
    member = membership_for_mirror(UUID(subject_id))
    mirror_member(user_id=member.user_id, **_facts(member), by=current_actor(), at=clock.now())


@job()
def follow_home(**unknown: Any) -> None:
    """After a change of zone or language: let this organization's requests and jobs run in them."""
    home = profile()
    set_home(
        organization_id=current_organization().id,
        time_zone=home.time_zone,
        language=home.default_language,
        by=current_actor(),
        at=clock.now(),
    )


@job()
def add_series_of_offers(**unknown: Any) -> None:
    """Once, for organizations that are older than proformas and offers: give them their series."""
    add_usual_series(by=current_actor(), at=clock.now())


@job()
def compare_team_mirror(**unknown: Any) -> None:
    """Nightly, in every organization: write again whatever differs; one who is no longer in the team is
    switched off.
    """
    known = {member.user_id: member for member in mirrored_members()}
    by, at = current_actor(), clock.now()
    for member in team_of(current_organization().id):
        mirror, facts = known.pop(member.user_id, None), _facts(member)
        if mirror is None or any(getattr(mirror, name) != value for name, value in facts.items()):
            mirror_member(user_id=member.user_id, **facts, by=by, at=at)
    for mirror in known.values():
        if mirror.is_active:
            mirror_member(
                user_id=mirror.user_id,
                name=mirror.name,
                email=mirror.email,
                role=mirror.role,
                is_active=False,
                by=by,
                at=at,
            )


@job(queue=Queue.PATIENT)
def apply_bulk_change(*, change_set_id: str, user_id: str, act: dict[str, Any], **unknown: Any) -> None:
    """A change of many records, a hundred at a time, with the rights of the person who asked for it."""
    by, wanted = _member(user_id), BulkAct(act["kind"], act["values"], tuple(act["tag_ids"]))
    finished = None
    while not finished:
        changes = apply_bulk_batch(change_set_id=UUID(change_set_id), act=wanted, by=by, at=clock.now())
        finished = changes.finished_at


@job(queue=Queue.PATIENT)
def undo_bulk_change(*, change_set_id: str, user_id: str, **unknown: Any) -> None:
    """The way back of a change of many records."""
    by = _member(user_id)
    while undo_bulk_batch(change_set_id=UUID(change_set_id), by=by, at=clock.now()):
        pass


@job(queue=Queue.PATIENT)
def write_list_export(*, export_id: str, user_id: str, **unknown: Any) -> None:
    """A long list as a file, seen with the eyes of the person who asked for it."""
    by = _member(user_id)
    export = list_export(UUID(export_id), by)
    if export.file is None:
        write_export(export, by, clock.now())


def _member(user_id: str) -> Actor:
    """The person whom a job works for, as the team knows them now. `DoesNotExist` for one who left."""
    team = team_of(current_organization().id)
    return actor_of(team.get(user_id=UUID(user_id), is_active=True, user__is_active=True))


def _facts(member: TeamMember) -> dict[str, Any]:
    return {
        "name": member.user.name,
        "email": member.user.email,
        "role": member.role,
        "is_active": member.is_active and member.user.is_active,
    }
