"""Companies and contacts that the stories are about."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import CompanyChange, ContactChange, create_company, create_contact
from tenants.context import OrganizationRef


@pytest.fixture
def add_company(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> Callable[..., Company]:
    """`add_company("Алфа ООД", eik="…")`: a company of the owner's, or `by` another."""

    def add(name: str = "Ателие Щърк ООД", *, by: Actor = owner, **details: Any) -> Company:
        return create_company(details=CompanyChange(name=name, **details), by=by, at=at)

    return add


@pytest.fixture
def add_contact(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> Callable[..., Contact]:
    """`add_contact("Мария", "Петрова")`: a contact of the owner's, or `by` another."""

    def add(
        first_name: str = "Мария", last_name: str = "Петрова", *, by: Actor = owner, **details: Any
    ) -> Contact:
        given = ContactChange(first_name=first_name, last_name=last_name, **details)
        return create_contact(details=given, by=by, at=at)

    return add
