"""What Stripe's keys look like, and what that tells."""

import re

_SECRET_KEY = re.compile(r"(?P<prefix>(?:sk|rk)_(?P<mode>live|test)_)[A-Za-z0-9_]{8,240}")
_WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,240}")

PUBLISHABLE = "key_is_publishable"
NOT_A_KEY = "key_unknown"
NOT_A_WEBHOOK_SECRET = "webhook_secret_unknown"  # noqa: S105
WEBHOOK_SECRET_MISSING = "webhook_secret_missing"  # noqa: S105


def key_fault(key: str) -> str | None:
    """Why this cannot be a secret key (or a restricted one), as a code; None when it can."""
    if key.startswith("pk_"):
        return PUBLISHABLE
    return None if _SECRET_KEY.fullmatch(key) else NOT_A_KEY


def webhook_secret_fault(secret: str) -> str | None:
    """Why this cannot be the secret of a webhook; None when it can."""
    return None if _WEBHOOK_SECRET.fullmatch(secret) else NOT_A_WEBHOOK_SECRET


def prefix_of(key: str) -> str:
    """`sk_live_`, `rk_test_`, …: the part of a key that may be shown."""
    found = _SECRET_KEY.fullmatch(key)
    return found["prefix"] if found else ""


def is_key_live(key: str) -> bool:
    """Whether real money moves with this key."""
    found = _SECRET_KEY.fullmatch(key)
    return found is not None and found["mode"] == "live"
