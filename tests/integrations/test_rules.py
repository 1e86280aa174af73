from shared_apps.core.permissions import Permission
from tenant_apps.integrations.rules import known_scopes, permissions_in


def test_the_star_reaches_every_permission() -> None:
    assert permissions_in(["*"]) == frozenset(Permission)


def test_reading_does_not_write_and_writing_reads() -> None:
    assert permissions_in(["contacts:read"]) == {Permission.CONTACTS_VIEW}
    assert permissions_in(["contacts:write"]) == {Permission.CONTACTS_VIEW, Permission.CONTACTS_EDIT}


def test_every_permission_of_an_organization_is_reached_by_some_scope() -> None:
    reached = permissions_in([scope for scope in known_scopes() if scope != "*"])
    assert frozenset(Permission) - reached == {Permission.PLATFORM_OPERATE}
