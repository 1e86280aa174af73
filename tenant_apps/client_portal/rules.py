"""What a client may do by their link, who of those that come is a person, and what one who pays is told."""

from collections.abc import Mapping
from enum import StrEnum

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


class Stage(StrEnum):
    """What the page of a card payment tells its client."""

    PREPARING = "preparing"
    LATE = "late"
    READY = "ready"
    LEFT = "left"
    ASKING = "asking"
    UNHEARD = "unheard"
    PAID = "paid"
    PROCESSING = "processing"
    FAILED = "failed"
    OVER = "over"


ASKED_BEFORE_GIVING_UP = 15
AWAITED_BEFORE_GIVING_UP = 40  # a minute


def stage_of(state: str, payment_status: str, came: str, asked_count: int) -> Stage:
    """Return what to tell of a checkout. `came`: "back" for one whom Stripe sent back after paying, "left"
    for one who left its page. One who came back while we have not heard is asked for, some times, and then
    told just that: what we do not know is called neither paid nor failed. Nor does one wait for ever for a
    page that Stripe does not make.
    """
    if payment_status in (Stage.PAID, Stage.PROCESSING, Stage.FAILED):
        return Stage(payment_status)
    if state == "failed":
        return Stage.FAILED
    if came == "back" and state in ("open", "expired"):
        return Stage.ASKING if asked_count < ASKED_BEFORE_GIVING_UP else Stage.UNHEARD
    if state == "expired":
        return Stage.OVER
    if state == "open":
        return Stage.LEFT if came == "left" else Stage.READY
    return Stage.PREPARING if asked_count < AWAITED_BEFORE_GIVING_UP else Stage.LATE
