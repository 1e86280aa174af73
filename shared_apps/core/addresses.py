"""Addresses of records, cheap enough for every row of a list."""

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse

NOBODY = str(UUID(int=0))


def address_of(url_name: str, record_id: UUID) -> str:
    """The address of one record's page, as `reverse` tells it, which is asked once for each page."""
    return _address_of_nobody(url_name, get_urlconf(), get_script_prefix()).replace(NOBODY, str(record_id))


@cache
def _address_of_nobody(url_name: str, urlconf: str | None, script_prefix: str) -> str:
    """`script_prefix` is there to be remembered by: `reverse` knows it itself."""
    return reverse(url_name, urlconf, args=[NOBODY])
