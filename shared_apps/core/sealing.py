"""Secrets of organizations at rest: a sealed text tells nothing to one who reads the table or a backup.

Each organization's key is derived (HKDF, RFC 5869) from those of `settings.SEALING_KEYS`, so a text that was
sealed for one organization does not open for another. The first key seals, all of them open: a new one is put
in front, and the old one may go once everything is sealed again.
"""

import base64
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class CannotBeOpened(ValueError):
    """The text was sealed for somebody else, with a key that is gone, or was changed since."""


def seal(text: str, *, owner: UUID) -> str:
    """The text, sealed for the organization `owner` (Fernet: AES-128-CBC and HMAC-SHA256, base64url). Twice
    the same text gives two different ones.
    """
    return _box(owner).encrypt(text.encode()).decode()


def unseal(sealed: str, *, owner: UUID) -> str:
    """What was sealed for the organization `owner`. Raises `CannotBeOpened`."""
    try:
        return _box(owner).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotBeOpened() from error


def _box(owner: UUID) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, owner)) for key in settings.SEALING_KEYS])


def _derived(key: str, owner: UUID) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=owner.bytes, info=b"tefter sealing")
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
