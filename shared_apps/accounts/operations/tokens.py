"""Random one-time tokens: the person gets the token, the database its hash."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """The SHA-256 under which a token is found again. Random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
