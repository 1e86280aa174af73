"""Which host leads where. Names that must never become a company's subdomain are listed here."""

import time
from dataclasses import dataclass
from threading import Lock

from django.conf import settings

from shared_apps.core import clock
from tenants.context import OrganizationRef, in_public, reference_to
from tenants.models import Domain

# The product's own hosts, mail and name servers, words that a stranger would take for the product speaking.
RESERVED_SUBDOMAINS = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "ads",
        "admin",
        "administration",
        "administrator",
        "alerts",
        "analytics",
        "api",
        "app",
        "apps",
        "assets",
        "auth",
        "autoconfig",
        "autodiscover",
        "backup",
        "bank",
        "banking",
        "billing",
        "blog",
        "broker",
        "cache",
        "calendar",
        "careers",
        "cdn",
        "chat",
        "client",
        "clients",
        "cloud",
        "cms",
        "community",
        "config",
        "connect",
        "contact",
        "contacts",
        "cpanel",
        "crm",
        "customer",
        "customers",
        "dashboard",
        "data",
        "database",
        "db",
        "debug",
        "demo-data",
        "dev",
        "developer",
        "developers",
        "dns",
        "docs",
        "documentation",
        "domain",
        "download",
        "downloads",
        "email",
        "example",
        "faq",
        "feedback",
        "files",
        "forum",
        "ftp",
        "git",
        "grafana",
        "graphql",
        "guest",
        "health",
        "help",
        "helpdesk",
        "home",
        "hostmaster",
        "id",
        "image",
        "images",
        "imap",
        "info",
        "internal",
        "intranet",
        "invoice",
        "invoices",
        "jobs",
        "js",
        "kibana",
        "ldap",
        "legal",
        "live",
        "localhost",
        "log",
        "login",
        "logout",
        "logs",
        "mail",
        "mailer",
        "marketing",
        "media",
        "metrics",
        "mobile",
        "monitor",
        "monitoring",
        "mta-sts",
        "mx",
        "mx1",
        "mx2",
        "my",
        "mysql",
        "nap",
        "network",
        "news",
        "newsletter",
        "no-reply",
        "noreply",
        "nra",
        "ns",
        "ns1",
        "ns2",
        "ns3",
        "ns4",
        "oauth",
        "official",
        "openid",
        "ops",
        "partner",
        "partners",
        "password",
        "pay",
        "payment",
        "payments",
        "ping",
        "platform",
        "pop",
        "pop3",
        "portal",
        "postgres",
        "postmaster",
        "press",
        "preview",
        "pricing",
        "privacy",
        "private",
        "prod",
        "production",
        "profile",
        "prometheus",
        "proxy",
        "public",
        "redis",
        "register",
        "registration",
        "reports",
        "root",
        "sales",
        "sandbox",
        "search",
        "secure",
        "security",
        "sentry",
        "server",
        "service",
        "services",
        "settings",
        "setup",
        "shop",
        "signin",
        "signout",
        "signup",
        "site",
        "smtp",
        "sql",
        "ssl",
        "sso",
        "stage",
        "staging",
        "static",
        "stats",
        "status",
        "store",
        "stripe",
        "subdomain",
        "subscribe",
        "support",
        "sys",
        "sysadmin",
        "system",
        "tax",
        "team",
        "tefter",
        "tefter-bg",
        "tenant",
        "terms",
        "test",
        "testing",
        "tests",
        "tls",
        "token",
        "tools",
        "trial",
        "upload",
        "uploads",
        "user",
        "users",
        "verify",
        "video",
        "vpn",
        "web",
        "webhook",
        "webhooks",
        "webmail",
        "webmaster",
        "wiki",
        "wpad",
        "ws",
        "www",
        "www1",
        "www2",
        "www3",
        "xmpp",
    ]
)
_LIFETIME = 5.0
_lock = Lock()


@dataclass(frozen=True)
class Destination:
    """Where a host leads: to an organization, or (`moved_to`, a host without port) to its present address."""

    organization: OrganizationRef
    moved_to: str = ""


_known: dict[str, tuple[float, Destination]] = {}


def host_of(subdomain: str) -> str:
    """The host, without port, of an organization."""
    return f"{subdomain}.{settings.BASE_DOMAIN}"


def address_of(subdomain: str, path: str) -> str:
    """The address of a path on the organization's host, for letters, which no request is there to tell it.
    Without TLS nobody stands in front of us, so the port is our own.
    """
    port = f":{settings.PORT}" if settings.PUBLIC_SCHEME == "http" and settings.PORT != 80 else ""
    return f"{settings.PUBLIC_SCHEME}://{host_of(subdomain)}{port}{path}"


def destination_of(host: str) -> Destination | None:
    """Where `host` (no port) leads; None for nowhere. Remembered for five seconds in each process."""
    entry = _known.get(host)
    if entry and entry[0] > time.monotonic():
        return entry[1]
    destination = _look_up(host)
    if destination is not None:
        with _lock:
            _known[host] = (time.monotonic() + _LIFETIME, destination)
    return destination


def _look_up(host: str) -> Destination | None:
    with in_public():
        domain = Domain.objects.select_related("tenant").filter(domain=host).first()
    if domain is None:
        return None
    organization = reference_to(domain.tenant)
    if domain.is_primary:
        return Destination(organization)
    if domain.redirects_until is None or domain.redirects_until <= clock.now():
        return None
    return Destination(organization, moved_to=host_of(organization.subdomain))


def forget_hosts() -> None:
    """Look every host up again: called after a change of an organization, and between tests."""
    with _lock:
        _known.clear()
