from collections.abc import Callable

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenant_apps.integrations.operations import create_api_token
from tenants.context import OrganizationRef
from tenants.hosts import host_of
from tests.conftest import member_of


@pytest.fixture
def api_of_committed(in_committed_alpha: OrganizationRef) -> Callable[[], Client]:
    """Clients with one token of alpha's owner, whose requests really commit."""
    _token, secret = create_api_token(
        user_id=member_of(in_committed_alpha, Role.OWNER).user_id,
        name="race",
        by=system_actor(in_committed_alpha.id),
        at=clock.now(),
    )
    host = host_of(in_committed_alpha.subdomain)
    return lambda: Client(
        headers={"host": host, "authorization": f"Bearer {secret}", "accept-language": "en"}
    )
