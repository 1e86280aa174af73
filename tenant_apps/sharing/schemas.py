"""Client links as the API writes them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from shared_apps.core.api import Input, ListQuery
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.queries import address_of

LINK_ORDERINGS = {"created_at": "id"}
Linked = Literal["invoice", "offer", "company", "contact"]


class LinkIn(Input):
    """Which record a client is to see; of a company or contact that is the statement."""

    record_type: Linked
    record_id: UUID


class LinkFilters(ListQuery):
    record_type: Linked | None = None
    record_id: UUID | None = None

    def lookups(self) -> dict[str, Any]:
        named = {"record_type": self.record_type, "record_id": self.record_id}
        return {name: value for name, value in named.items() if value}


class LinkOut(Schema):
    id: UUID
    record_type: Linked
    record_id: UUID
    url: str | None = Field(description="Where the client sees the record; null once revoked.")
    opened_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    updated_at: datetime


def link_out(link: PublicLink) -> dict[str, Any]:
    """A link with the address that it leads to."""
    same = ("id", "record_type", "record_id", "opened_at", "revoked_at", "created_at", "updated_at")
    return {name: getattr(link, name) for name in same} | {"url": address_of(link) or None}
