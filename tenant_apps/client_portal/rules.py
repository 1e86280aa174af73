"""What a client may do by their link, and who of those that come is a person."""

from collections.abc import Mapping

from shared_apps.core.permissions import Permission

INVOICE, OFFER, COMPANY, CONTACT = "invoice", "offer", "company", "contact"
STATEMENTS = frozenset({COMPANY, CONTACT})
# What the record is shared as → what its client may do, and with the records of the link alone.
PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    INVOICE: frozenset({Permission.INVOICES_VIEW}),
    OFFER: frozenset({Permission.OFFERS_VIEW, Permission.OFFERS_ANSWER}),
    COMPANY: frozenset({Permission.BOOKS_VIEW}),
    CONTACT: frozenset({Permission.BOOKS_VIEW}),
}

# Words in the name that a program gives itself: robots, previews of messengers, scanners of mail.
_PROGRAMS = (
    "bot",
    "crawl",
    "spider",
    "preview",
    "scan",
    "fetch",
    "monitor",
    "facebookexternalhit",
    "whatsapp",
    "telegram",
    "viber",
    "slack",
    "skype",
    "curl",
    "wget",
    "python",
    "java/",
    "okhttp",
    "headless",
    "http-client",
    "go-http",
)


def is_a_person(headers: Mapping[str, str]) -> bool:
    """Say whether a page was asked for by somebody who will look at it: by a browser, and not in advance.
    `headers` by lower-case name.
    """
    name = headers.get("user-agent", "").lower()
    purposes = (headers.get(header, "").lower() for header in ("sec-purpose", "purpose", "x-moz"))
    if any("prefetch" in purpose or "preview" in purpose for purpose in purposes):
        return False
    return name.startswith("mozilla/") and not any(word in name for word in _PROGRAMS)
