"""Two people merge the same pair at once: one does it, the other is told."""

import threading
from datetime import datetime
from uuid import UUID

from django.db import connection

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Merge
from tenant_apps.crm.operations import AlreadyMerged, CompanyChange, create_company, merge_companies
from tenants.context import OrganizationRef, in_organization
from tests.conftest import member_of


def test_a_pair_is_merged_once(in_committed_alpha: OrganizationRef) -> None:
    owner, at = actor_of(member_of(in_committed_alpha, Role.OWNER)), clock.now()
    one, other = (create_company(details=CompanyChange(name=name), by=owner, at=at) for name in "AB")
    start, refused = threading.Barrier(4), []

    def merge(kept: Company, absorbed: Company) -> None:
        start.wait()
        if not _merged(in_committed_alpha, kept.pk, absorbed.pk, owner, at):
            refused.append(1)

    pairs = [(one, other), (other, one)] * 2
    threads = [threading.Thread(target=merge, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (Merge.objects.count(), len(refused)) == (1, 3)
    assert Company.objects.filter(merged_into__isnull=False).count() == 1


def _merged(organization: OrganizationRef, kept_id: UUID, absorbed_id: UUID, by: Actor, at: datetime) -> bool:
    try:
        with in_organization(organization):
            merge_companies(kept_id=kept_id, absorbed_id=absorbed_id, by=by, at=at)
        return True
    except AlreadyMerged:
        return False
    finally:
        connection.close()
