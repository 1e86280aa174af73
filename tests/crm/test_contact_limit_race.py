import threading
from datetime import datetime

import pytest
from django.db import connection

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import LimitReached
from shared_apps.plans import catalog
from shared_apps.plans.catalog import Limit
from shared_apps.plans.operations import choose_plan
from tenant_apps.crm.models import Contact
from tenant_apps.crm.operations import ContactChange, create_contact
from tenants.context import OrganizationRef, in_organization
from tests.conftest import member_of


def test_the_last_place_of_the_plan_is_given_once(
    monkeypatch: pytest.MonkeyPatch, in_committed_alpha: OrganizationRef
) -> None:
    owner, at = actor_of(member_of(in_committed_alpha, Role.OWNER)), clock.now()
    choose_plan(organization_id=in_committed_alpha.id, plan_code="free", by=owner, at=at)
    monkeypatch.setitem(catalog.FREE.limits, Limit.CONTACTS, 1)
    start, refused = threading.Barrier(4), []

    def add() -> None:
        start.wait()
        if not _added(in_committed_alpha, owner, at):
            refused.append(1)

    threads = [threading.Thread(target=add) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (Contact.objects.count(), len(refused)) == (1, 3)


def _added(organization: OrganizationRef, by: Actor, at: datetime) -> bool:
    try:
        with in_organization(organization):
            create_contact(details=ContactChange(first_name="Мария"), by=by, at=at)
        return True
    except LimitReached:
        return False
    finally:
        connection.close()
