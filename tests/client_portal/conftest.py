"""A client of alpha's, and a stranger's browser on its host."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.sharing.queries import addresses_of
from tenants.context import OrganizationRef
from tests.invoices.stories import client

CHROME = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture
def company(in_alpha: OrganizationRef, owner: Actor) -> Company:
    return client(owner, email="office@klient.example")


@pytest.fixture
def stranger(alpha: OrganizationRef, browser_of: Callable[..., Client]) -> Client:
    """Somebody at a phone, without an account."""
    visitor = browser_of(alpha)
    visitor.defaults["HTTP_USER_AGENT"] = CHROME
    return visitor


def path_to(record_id: UUID, more: str = "") -> str:
    """The path behind the link of a record, in English."""
    path = addresses_of([record_id])[record_id].split(":8000", 1)[1]
    return f"{path}{more}?lang=en"
