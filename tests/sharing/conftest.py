"""A company of the owner's, and one more plain user beside the one of the roles."""

from datetime import datetime

import pytest

from shared_apps.accounts.operations import create_user
from shared_apps.core.actors import Actor, ActorKind
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.workspace.operations import mirror_member
from tenants.context import OrganizationRef


@pytest.fixture
def company(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> Company:
    return create_company(details=CompanyChange(name="Щърк"), by=owner, at=at)


@pytest.fixture
def colleague(in_alpha: OrganizationRef, user: Actor, owner: Actor, at: datetime) -> Actor:
    """A second plain user."""
    person = create_user(
        email="second@alpha.example",
        password="correct-horse-7",
        name="Second User",
        language="en",
        by=owner,
        at=at,
    )
    mirror_member(
        user_id=person.pk, name=person.name, email=person.email, role="user", is_active=True, by=owner, at=at
    )
    return Actor(
        kind=ActorKind.MEMBER,
        label=person.name,
        id=person.pk,
        organization_id=in_alpha.id,
        permissions=user.permissions,
    )
