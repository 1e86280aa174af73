"""A list as one reader arranged it: rows, cells, groups, totals, and the views to choose from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shared_apps.core.actors import Actor
from shared_apps.core.formats import format_number
from shared_apps.core.keyset import InvalidCursor, KeysetPage
from shared_apps.core.listing import (
    Act,
    Arrangement,
    Column,
    Condition,
    Filter,
    Kind,
    Offer,
    Problem,
    Reading,
    ask,
    listing_of,
    offer_of,
    read_address,
    spoken,
    words_of,
)
from shared_apps.core.listing.registry import Field
from shared_apps.core.listing.trying import trials_of
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.workspace.models import SavedView
from tenant_apps.workspace.queries.groups import condition_of, gathered, group_fields, word_of
from tenant_apps.workspace.queries.ordering import Ordered, ordered
from tenant_apps.workspace.queries.rows import Row, classes_of, rows_of
from tenant_apps.workspace.queries.sums import (
    GroupTally,
    Tally,
    Totals,
    tallies_of_groups,
    tally_of,
    totals_of,
)
from tenant_apps.workspace.queries.views import saved_views
from tenants.context import current_organization

COUNTED, COUNTED_SLOWLY, MOST_GROUPS = 10_000, 1_000, 50
NO_VIEW = "all"


@dataclass(frozen=True)
class Head:
    """A column's heading with the address that sorts by it."""

    column: Column
    direction: str
    url: str

    @property
    def classes(self) -> str:
        """How the heading stands over its cells."""
        return classes_of(self.column)


@dataclass(frozen=True)
class Chip:
    """A part of the filter in words; `index` is its place, `without` the address of the list without it."""

    index: int
    label: str
    operator: str
    values: str
    without: str


@dataclass(frozen=True)
class Group:
    """Rows that share a value: how many, their totals, and the address that shows them."""

    label: str
    count: int
    totals: list[tuple[Decimal, str]]
    url: str


@dataclass(frozen=True)
class ViewTab:
    label: str
    url: str
    is_current: bool


@dataclass
class ShownList:
    """A list ready to be shown. What costs a statement is asked when the page asks for it.

    `rows_asked` and `rows_gathered` are the same rows: the former asked so that the first come soon, the
    latter so that all do.
    """

    offer: Offer
    arrangement: Arrangement
    rows_asked: QuerySet[Any]
    rows_gathered: QuerySet[Any]
    problems: tuple[Problem, ...]
    views: Sequence[SavedView]
    columns: list[Column] = field(default_factory=list)

    @cached_property
    def page(self) -> KeysetPage[Any]:
        """One page of rows, by the order of the address."""
        rows = in_order(self)
        try:
            return rows.page(self.arrangement.cursor or None)
        except InvalidCursor:
            return rows.page()

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of the page with their cells."""
        return list(rows_of(self.offer, self.columns, self.page.items))

    @property
    def entity(self) -> str:
        return self.offer.listing.entity

    @property
    def label(self) -> str:
        return str(self.offer.listing.label)

    @property
    def path(self) -> str:
        return reverse(self.offer.listing.list_url)

    @property
    def query(self) -> str:
        """The address without the place: what bulk acts, exports and views speak of."""
        return self.arrangement.query(cursor="")

    def address(self, **changes: Any) -> str:
        """This list, arranged differently, from its first page."""
        query = self.arrangement.query(**{"cursor": ""} | changes)
        return f"{self.path}?{query or f'view={NO_VIEW}'}"

    @cached_property
    def tally(self) -> Tally:
        """How many rows match and what they come to, as far as anybody counts with a page."""
        items, sums = self.page.items, self.offer.listing.sums
        if not sums and self.page.next_cursor is None and self.page.previous_cursor is None:
            return Tally(len(items), False, [])
        if trials_of(self.offer.reading).are_many:
            return tally_of(self.rows_asked, sums, COUNTED_SLOWLY)
        return tally_of(self.rows_gathered, sums, COUNTED)

    @property
    def count(self) -> tuple[int, bool]:
        """How many rows match, and whether there are more than anybody counts."""
        return self.tally.count, self.tally.has_more

    @property
    def count_words(self) -> str:
        """The count as people read it: `1,234`, or `10,000+`."""
        found, has_more = self.count
        return format_number(found) + ("+" if has_more else "")

    @property
    def may_edit(self) -> bool:
        """Whether the reader may change records of this kind."""
        return self.offer.reading.actor.may(self.offer.listing.edit)

    @cached_property
    def may_bulk(self) -> bool:
        """Whether there is anything that the reader may do to many of them together."""
        listing = self.offer.listing
        if not (self.may_edit and self.offer.reading.actor.may(Permission.LISTS_BULK)):
            return False
        return bool(self.may_edit_many or self.acts or listing.has_tags or listing.archive)

    @cached_property
    def may_edit_many(self) -> bool:
        """Whether a field of many can be changed together."""
        return any(one.in_bulk for one in self.offer.edits.values())

    @cached_property
    def acts(self) -> list[Act]:
        """What else the reader may do to many of them."""
        return [one for one in self.offer.listing.acts if self.offer.reading.actor.may(one.permission)]

    @property
    def all_url(self) -> str:
        """The list without filter and search."""
        return self.address(filter=Filter(), search="", group="")

    @property
    def ungrouped_url(self) -> str:
        return self.address(group="")

    @property
    def kept_words(self) -> list[tuple[str, str]]:
        """What a new search keeps of the address."""
        return [
            (name, text)
            for name, text in self.arrangement.words()
            if text and name not in ("search", "cursor")
        ]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.arrangement.search or self.arrangement.filter.parts)

    @cached_property
    def chips(self) -> list[Chip]:
        """The filter in words: one chip for each condition or group."""
        tree = self.arrangement.filter
        if tree.any_of:
            return [self._chip(0, tree, Filter())]
        return [self._chip(place, part, tree.without(place)) for place, part in enumerate(tree.parts)]

    def _chip(self, index: int, part: Condition | Filter, rest: Filter) -> Chip:
        without = self.address(filter=rest)
        if isinstance(part, Condition):
            return Chip(index, *spoken(self.offer, part), without)
        between = (
            pgettext("between conditions", " or ") if part.any_of else pgettext("between conditions", " and ")
        )
        return Chip(index, "", "", between.join(map(self._in_words, part.parts)), without)

    def _in_words(self, part: Condition | Filter) -> str:
        if isinstance(part, Filter):
            between = (
                pgettext("between conditions", " or ")
                if part.any_of
                else pgettext("between conditions", " and ")
            )
            return f"({between.join(map(self._in_words, part.parts))})"
        return " ".join(filter(None, spoken(self.offer, part)))

    @cached_property
    def heads(self) -> list[Head]:
        """The headings of the shown columns."""
        wanted = self.arrangement.ordering or self.offer.listing.order
        return [self._head(column, wanted) for column in self.columns]

    def _head(self, column: Column, wanted: str) -> Head:
        direction = {column.name: "ascending", f"-{column.name}": "descending"}.get(wanted, "")
        other = f"-{column.name}" if direction == "ascending" else column.name
        return Head(column, direction, self.address(ordering=other) if column.order else "")

    @cached_property
    def previous_url(self) -> str:
        cursor = self.page.previous_cursor
        return self.address(cursor=cursor) if cursor else ""

    @cached_property
    def next_url(self) -> str:
        cursor = self.page.next_cursor
        return self.address(cursor=cursor) if cursor else ""

    @property
    def totals(self) -> Totals:
        """The sums under the list, over all rows that match; none where those are too many to be added with
        the page, which asks for `all_totals` after it was shown.
        """
        return self.tally.totals

    @property
    def is_added_later(self) -> bool:
        """Whether the sums come after the page."""
        return bool(self.tally.has_more and self.offer.listing.sums)

    @cached_property
    def all_totals(self) -> Totals:
        """The sums over all rows that match, however many."""
        return totals_of(self.rows_gathered, self.offer.listing.sums)

    @cached_property
    def group(self) -> Field | None:
        """The field that the rows are gathered by."""
        return next((one for one in group_fields(self.offer) if one.name == self.arrangement.group), None)

    @property
    def group_choices(self) -> list[tuple[str, str, bool, str]]:
        """What the rows can be gathered by: name, label, whether it is chosen, address."""
        chosen = self.arrangement.group
        return [
            (one.name, str(one.label), one.name == chosen, self.address(group=one.name))
            for one in group_fields(self.offer)
        ]

    @cached_property
    def groups(self) -> list[Group]:
        """The groups with most rows, counted and summed by the database."""
        return _groups(self, self.group) if self.group else []

    @property
    def is_group_cut(self) -> bool:
        """Whether there may be more groups than are shown."""
        return len(self.groups) >= MOST_GROUPS

    @cached_property
    def view(self) -> SavedView | None:
        """The saved view that is shown, if the address names one that the reader may see."""
        return next((one for one in self.views if one.pk == self.arrangement.view), None)

    @property
    def is_view_changed(self) -> bool:
        """Whether what is shown differs from what the view keeps."""
        return self.view is not None and self.arrangement.lasting != self.view.query

    @property
    def view_url(self) -> str:
        """The saved view as it is kept."""
        return f"{self.path}?view={self.view.pk}&{self.view.query}".rstrip("&") if self.view else self.path

    @property
    def may_change_view(self) -> bool:
        """Whether the view is the reader's own, or the team's and theirs to change."""
        if self.view is None:
            return False
        return self.view.owner_id is not None or self.offer.reading.actor.may(Permission.VIEWS_SHARE)

    @property
    def is_arranged(self) -> bool:
        """Whether there is anything that a view could keep."""
        return bool(self.arrangement.lasting)

    @cached_property
    def view_tabs(self) -> list[ViewTab]:
        """All, the list's own views, the saved ones, the archive."""
        arranged = self.arrangement
        own = [
            ViewTab(one.name, f"{self.path}?view={one.pk}&{one.query}".rstrip("&"), one.pk == arranged.view)
            for one in self.views
        ]
        listing, is_plain = self.offer.listing, self.view is None
        built_in = [
            ViewTab(str(one.label), f"{self.path}?{one.query}", is_plain and arranged.filter == one.filter)
            for one in listing.views
        ]
        is_all = is_plain and not arranged.archived and not any(one.is_current for one in built_in)
        word = _("In use") if listing.archive else pgettext("every record", "All")
        tabs = [ViewTab(word, f"{self.path}?view={NO_VIEW}", is_all), *built_in, *own]
        if listing.archive:
            tabs.append(ViewTab(_("Archive"), f"{self.path}?archived=true", is_plain and arranged.archived))
        return tabs


def reading_of(actor: Actor, now: datetime) -> Reading:
    """Who reads, and when, in the organization's zone."""
    return Reading(actor, now, current_organization().time_zone)


def listed(entity: str, address: Mapping[str, str], actor: Actor, now: datetime) -> ShownList:
    """The list that an address asks for. A bare address shows the default view: one's own, or the team's."""
    offer = offer_of(listing_of(entity), reading_of(actor, now))
    actor.require(offer.listing.view)
    views = list(saved_views(actor, entity))
    asked_for = address if any(address.values()) else _default_address(views, offer.listing.start)
    return arranged(offer, asked_for, views)


def arranged(offer: Offer, address: Mapping[str, str], views: Sequence[SavedView] = ()) -> ShownList:
    """A list as an address arranges it, with what of the address says nothing."""
    arrangement, unread = read_address(address)
    asked = ask(offer, arrangement.filter)
    columns, unknown = _columns(offer, arrangement.columns)
    arrangement = replace(arrangement, filter=asked.filter, columns=_chosen(arrangement.columns, columns))
    problems = (*unread, *asked.problems, *unknown)
    rows = offer.listing.rows(offer.reading.actor, arrangement.archived)
    rows = matching(rows, arrangement.search)
    first, whole_list = trials_of(offer.reading).narrow(rows, asked.q)
    joins = {path for column in columns for path in column.join}
    first = first.select_related(*sorted(joins))
    for bring in dict.fromkeys(column.bring for column in columns if column.bring):
        first = bring(first)
    return ShownList(offer, arrangement, first, whole_list, problems, views, columns)


def arranged_by_query(entity: str, query: str, actor: Actor, now: datetime) -> ShownList:
    """A list by the part of its address after `?`, as saved views, bulk acts and exports keep it."""
    return arranged(offer_of(listing_of(entity), reading_of(actor, now)), dict(parse_qsl(query)))


def in_order(shown: ShownList) -> Ordered:
    """The rows as the address orders them."""
    return ordered(shown.rows_asked, shown.offer, shown.arrangement.ordering)


def walk(shown: ShownList, chunk: int = 1_000) -> Iterator[list[Row]]:
    """Every row in the order of the list, a chunk at a time."""
    records = in_order(shown).records(chunk)
    while gathered := list(islice(records, chunk)):
        yield list(rows_of(shown.offer, shown.columns, gathered))


def _default_address(views: Sequence[SavedView], start: str) -> Mapping[str, str]:
    default = sorted((one for one in views if one.is_default), key=lambda one: one.owner_id is None)
    if not default:
        return dict(parse_qsl(start))
    return {"view": str(default[0].pk), **dict(parse_qsl(default[0].query))}


def _columns(offer: Offer, names: Sequence[str]) -> tuple[list[Column], list[Problem]]:
    """The columns to show, the title first, and the names of none."""
    title = next(one for one in offer.columns.values() if one.kind is Kind.TITLE)
    unknown = [
        Problem(name, _("There is no such column here any more."))
        for name in names
        if name not in offer.columns
    ]
    chosen = [offer.columns[name] for name in names if name in offer.columns]
    if not chosen:
        chosen = [one for one in offer.columns.values() if one.is_shown]
    return [title, *(one for one in chosen if one is not title)], unknown


def _chosen(names: Sequence[str], columns: Sequence[Column]) -> tuple[str, ...]:
    known = {column.name for column in columns}
    return tuple(name for name in names if name in known)


def _groups(shown: ShownList, by: Field) -> list[Group]:
    rows, path = gathered(shown.rows_gathered.order_by(), by)
    found = tallies_of_groups(rows, path, shown.offer.listing.sums, MOST_GROUPS)
    known = [word_of(by, one.value) for one in found if one.value not in (None, "")]
    words = words_of(by, known, shown.offer.reading)
    return [_group(shown, by, one, words) for one in found]


def _group(shown: ShownList, by: Field, tally: GroupTally, words: Mapping[str, str]) -> Group:
    condition, word = condition_of(by, tally.value), word_of(by, tally.value)
    label = _("None") if tally.value in (None, "") else words.get(word, word)
    asked = shown.arrangement.filter
    url = shown.address(group="", filter=asked.joined_by(condition)) if condition else ""
    return Group(label, tally.count, tally.totals, url)
