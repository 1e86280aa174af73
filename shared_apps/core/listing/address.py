"""The address of a list, whole: what it is filtered by, how it is ordered and what it shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

from shared_apps.core.ids import id_in
from shared_apps.core.listing.conditions import Filter, Problem, parse_filter, write_filter

_SAFE = ",:()|"
_NAME = re.compile(r"-?[a-z][a-z0-9_.]{0,60}")
MOST_COLUMNS, LONGEST_SEARCH = 20, 200


@dataclass(frozen=True)
class Arrangement:
    """A list as one arranged it. Every word is checked by who shows the list; `cursor` is the place in it."""

    filter: Filter = field(default_factory=Filter)
    search: str = ""
    ordering: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""
    archived: bool = False
    view: UUID | None = None
    cursor: str = ""

    def query(self, **changes: Any) -> str:
        """The part of an address after `?`, always in the same order: the same list has one address."""
        wanted = replace(self, **changes) if changes else self
        return "&".join(f"{name}={quote_plus(text, safe=_SAFE)}" for name, text in wanted.words() if text)

    def words(self) -> list[tuple[str, str]]:
        """Each parameter with its text; empty for what is not asked."""
        return [
            ("view", str(self.view or "")),
            ("archived", "true" if self.archived else ""),
            ("search", self.search),
            ("filter", write_filter(self.filter)),
            ("ordering", self.ordering),
            ("columns", ",".join(self.columns)),
            ("group", self.group),
            ("cursor", self.cursor),
        ]

    @property
    def lasting(self) -> str:
        """What a saved view keeps: everything but the place, the search and the view's own name."""
        return self.query(view=None, cursor="", search="")


def read_address(address: Mapping[str, str]) -> tuple[Arrangement, list[Problem]]:
    """The arrangement that an address asks for, and the parts of it that cannot be read."""
    tree, problems = parse_filter(_clean(address.get("filter", "")))
    names = [name for name in address.get("columns", "").split(",") if _NAME.fullmatch(name)]
    return (
        Arrangement(
            filter=tree,
            search=_clean(address.get("search", ""))[:LONGEST_SEARCH],
            ordering=_name(address.get("ordering", "")),
            columns=tuple(dict.fromkeys(names))[:MOST_COLUMNS],
            group=_name(address.get("group", "")),
            archived=address.get("archived") == "true",
            view=id_in(address.get("view", "")),
            cursor=address.get("cursor", ""),
        ),
        problems,
    )


def _clean(text: str) -> str:
    """Without what no database can be asked for."""
    return "".join(one for one in text if one != "\x00" and not "\ud800" <= one <= "\udfff")


def _name(text: str) -> str:
    return text if _NAME.fullmatch(text) else ""
