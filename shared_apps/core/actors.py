"""Who acts. Built at the edge of the product (`accounts`, `integrations`), compared by `@operation`, kept
in events.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from shared_apps.core.errors import NotAllowed
from shared_apps.core.permissions import Permission


class ActorKind(StrEnum):
    MEMBER = "member"
    API_KEY = "api_key"
    CLIENT = "client"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """One who acts in one organization (or, with none, on the platform). `id` is the user's for people, the
    link's for a client. `records`: the ids of all that a client may see; others are not asked for it.
    """

    kind: ActorKind
    label: str
    id: UUID | None = None
    organization_id: UUID | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    language: str = "bg"
    records: frozenset[UUID] = field(default_factory=frozenset)

    def may(self, permission: Permission | str) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission | None) -> None:
        """Raise `NotAllowed` unless the actor holds `permission` (None asks for nothing)."""
        if permission is not None and permission not in self.permissions:
            raise NotAllowed()


def system_actor(organization_id: UUID | None = None, language: str = "bg") -> Actor:
    """The product itself at work: jobs, provisioning, commands of the operator. It may do everything."""
    return Actor(
        kind=ActorKind.SYSTEM,
        label="Tefter",
        organization_id=organization_id,
        permissions=frozenset(Permission),
        language=language,
    )
