"""What a token may do: its scopes, read as permissions."""

from collections.abc import Iterable

from shared_apps.core.permissions import Permission

EVERYTHING = "*"
HIDDEN_AREAS = frozenset({"platform"})


def areas() -> tuple[str, ...]:
    """Every noun that a scope may name, in the order of the permissions."""
    return tuple(dict.fromkeys(p.area for p in Permission if p.area not in HIDDEN_AREAS))


def known_scopes() -> tuple[str, ...]:
    """`*`, then `<area>:read` and `<area>:write` for each area that has such a permission."""
    return (EVERYTHING, *dict.fromkeys(_scope_of(p) for p in Permission if p.area not in HIDDEN_AREAS))


def permissions_in(scopes: Iterable[str]) -> frozenset[Permission]:
    """The permissions that the scopes reach; writing includes reading. What the role withholds is not added
    here.
    """
    wanted = frozenset(scopes)
    if EVERYTHING in wanted:
        return frozenset(Permission)
    return frozenset(
        p for p in Permission if _scope_of(p) in wanted or (p.reads and f"{p.area}:write" in wanted)
    )


def _scope_of(permission: Permission) -> str:
    return f"{permission.area}:{'read' if permission.reads else 'write'}"
