"""Every operation names its permission, and every one that records nothing says why."""

from shared_apps.core.operation import REGISTER
from shared_apps.core.permissions import Permission

# Operations that need no permission: they are reached before there is a role, or from inside another operation.
OPEN = {
    "accounts.begin_handover", "accounts.complete_handover", "accounts.create_user", "accounts.found_organization",
    "files.store_file", "plans.choose_plan", "tenants.create_organization", "workspace.mirror_member",
    "workspace.take_number",
}


def test_the_operations_without_a_permission_are_these() -> None:
    assert {name for name, entry in REGISTER.items() if entry.permission is None} == OPEN


def test_every_operation_says_what_it_does() -> None:
    assert [name for name, entry in REGISTER.items() if not entry.function.__doc__] == []


def test_every_permission_is_used() -> None:
    named = {entry.permission for entry in REGISTER.values()}
    looks_only = {permission for permission in Permission if permission.reads}
    assert set(Permission) - named - looks_only == set()
