"""Cache keys carry the organization. Settings name `key_for` as KEY_FUNCTION."""

from tenants.context import current_organization_or_none


def key_for(key: str, prefix: str, version: int) -> str:
    """`<prefix>:<organization or public>:<version>:<key>`; one organization cannot name another's entry."""
    organization = current_organization_or_none()
    return f"{prefix}:{organization.id if organization else 'public'}:{version}:{key}"
