"""Which host leads where. Names that must never become a company's subdomain are listed here."""

import time
from threading import Lock

from django.conf import settings

from tenants.context import OrganizationRef, in_public, reference_to
from tenants.models import Domain

RESERVED_SUBDOMAINS = frozenset(
    "admin administrator api app apps assets auth billing blog cdn cms dashboard demo-data dev docs email ftp git help"
    " imap info invoice invoices login mail media metrics mx my ns ns1 ns2 payments pop portal public root secure"
    " shop signin signup smtp sso staging static status stripe support system team tefter test tests webhook"
    " webhooks www".split()
)
_LIFETIME = 5.0
_known: dict[str, tuple[float, OrganizationRef]] = {}
_lock = Lock()


def host_of(subdomain: str) -> str:
    """The host, without port, of an organization."""
    return f"{subdomain}.{settings.BASE_DOMAIN}"


def organization_at(host: str) -> OrganizationRef | None:
    """The organization that `host` (no port) leads to. Remembered for five seconds in each process."""
    entry = _known.get(host)
    if entry and entry[0] > time.monotonic():
        return entry[1]
    with in_public():
        domain = Domain.objects.select_related("tenant").filter(domain=host).first()
    if domain is None:
        return None
    organization = reference_to(domain.tenant)
    with _lock:
        _known[host] = (time.monotonic() + _LIFETIME, organization)
    return organization


def forget_hosts() -> None:
    """Look every host up again: called after a change of an organization, and between tests."""
    with _lock:
        _known.clear()
