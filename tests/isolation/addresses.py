"""Every address of the organization's host, read from the URL table, so that new ones enter the tests by
themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

CONVERTER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Address:
    """One pattern: `route` with its converters, the URL's name, and whether it belongs to the API."""

    route: str
    name: str

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    @property
    def parameters(self) -> list[str]:
        return [match["name"] for match in CONVERTER.finditer(self.route)]

    def path(self, values: dict[str, Any]) -> str:
        """The path with its converters filled in; a parameter that nobody gave fails."""
        return "/" + CONVERTER.sub(lambda match: str(values[match["name"]]), self.route)


def addresses_of(urlconf: str) -> list[Address]:
    """Every address of a URL table, once."""
    found = {address.route: address for address in _walk(get_resolver(urlconf).url_patterns, "")}
    return [found[route] for route in sorted(found)]


def _walk(patterns: list[Any], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Address(route, pattern.name or route)


def _plain(pattern: str) -> str:
    """A regular expression of a third party's URL as a route: `^confirm/(?P<key>[-:\\w]+)/$` →
    `confirm/<key>/`.
    """
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern).lstrip("^").removesuffix("$").removesuffix("\\Z")
