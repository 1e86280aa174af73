from typing import Any
from uuid import UUID

from shared_apps.accounts.queries import membership_for_mirror
from shared_apps.core import clock
from shared_apps.jobs.actors import current_actor, job
from tenant_apps.workspace.operations import mirror_member


@job()
def mirror_team_member(*, subject_id: str, **unknown: Any) -> None:
    """After a change of the team: bring this organization's picture of the person up to date."""
    member = membership_for_mirror(UUID(subject_id))
    mirror_member(
        user_id=member.user_id,
        name=member.user.name,
        email=member.user.email,
        role=member.role,
        is_active=member.is_active and member.user.is_active,
        by=current_actor(),
        at=clock.now(),
    )
