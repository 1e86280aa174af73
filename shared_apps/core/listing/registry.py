"""How an app describes a list, and how a higher app adds fields, columns and edits to a lower one's."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Text
from shared_apps.core.keyset import Held
from shared_apps.core.listing.conditions import Filter, parse_filter
from shared_apps.core.listing.kinds import Kind, Reading, Test
from shared_apps.core.permissions import Permission

Choices = Sequence[tuple[str, Text]]
ChoicesOf = Callable[[Reading], Choices]


@dataclass(frozen=True)
class Field:
    """Something that a list can be filtered by. `name` stands in addresses and never changes.

    `path` is the column (or a way through to-one keys) that it asks; a field that needs more gives `where`,
    which turns a test into a Q about the listed model (an `Exists`, never a join that multiplies rows). One
    that asks for records by their ids is searched in at `options_url` (the name of an address that takes
    `?q=`); `words` names those of the ids that the reader may see.
    `group_path` is the column that rows are gathered by; a field without one gives `group_by`, which tells an
    expression whose rows (`unnest`) put a record into several groups.
    """

    name: str
    label: Text
    kind: Kind
    path: str = ""
    choices: ChoicesOf | None = None
    where: Callable[[Test], Q] | None = None
    permission: Permission | None = None
    group_path: str = ""
    group_by: Callable[[], Combinable] | None = None
    section: Text = ""
    options_url: str = ""
    words: Callable[[Sequence[str], Reading], Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Relation:
    """A way to another list: its fields can be asked here as `name.field`. `where` gets the rows of the other
    list that pass (those that the reader sees) and says which rows of this list belong to them, as a
    subquery: `lambda rows: Q(company_id__in=rows.values("pk"))`.
    """

    name: str
    label: Text
    entity: str
    where: Callable[[QuerySet[Any]], Q]


@dataclass(frozen=True)
class Column:
    """Something that a list shows. `value`: an attribute of the row, or a function of it.

    `many` gives the values of all rows of a page (key → value) with one statement instead, or with none for
    rows that `bring` annotated: it is called once for all columns that share it. `order` is the
    column, or a named expression, to sort by: never null; what some rows lack is sorted as `Held`. `join`:
    what `value` follows. `currency`: the attribute that holds it. Choices are told by `choices`; `is_shown`:
    in the list until somebody chooses. `struck`: of which rows the value is crossed out. `template` draws the
    cell on the page in the value's stead; it gets the row as `record`.
    """

    name: str
    label: Text
    kind: Kind = Kind.TEXT
    value: str | Callable[[Any], Any] = ""
    many: Callable[[Sequence[Any], Reading], Mapping[Any, Any]] | None = None
    bring: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    order: str | Combinable | Held = ""
    join: tuple[str, ...] = ()
    currency: str = "currency"
    choices: ChoicesOf | None = None
    is_shown: bool = True
    is_minor: bool = False
    struck: Callable[[Any], bool] | None = None
    template: str = ""
    permission: Permission | None = None

    def read(self, row: Any) -> Any:
        """The value of one row."""
        return self.value(row) if callable(self.value) else getattr(row, self.value or self.name)


@dataclass(frozen=True)
class Edit:
    """Something that can be changed in the list: in its cell, and for many rows at once.

    `write(record_id=…, values={name: value}, by=…, at=…)` calls the operation; edits with the same `write`
    are written by one call. `read` gives what the row holds, comparable with what was written. `options_url`:
    the name of the address that a select searches (`?q=`). `is_several`: some of the choices, as a list.
    The operation checks rights and values; a
    `Refused` with `FieldError`s named like the edits stands beside the cell.
    """

    name: str
    label: Text
    kind: Kind
    write: Callable[..., Model]
    read: str | Callable[[Any], Any] = ""
    choices: ChoicesOf | None = None
    options_url: str = ""
    is_required: bool = False
    is_several: bool = False
    in_cell: bool = True
    in_bulk: bool = True

    def value_of(self, row: Any) -> Any:
        """What the row holds now."""
        return self.read(row) if callable(self.read) else getattr(row, self.read or self.name)


@dataclass(frozen=True)
class Sum:
    """A total under the list and beside each group, for each currency. `path`: a column, or an expression
    that is null for rows that are not added.
    """

    label: Text
    path: str | Combinable
    currency: str


@dataclass(frozen=True)
class View:
    """A way to look at a list that comes with it: `asked` is a filter as addresses write it."""

    label: Text
    asked: str

    @property
    def query(self) -> str:
        """The part of the list's address after `?`."""
        return f"filter={self.asked}"

    @property
    def filter(self) -> Filter:
        """What the view asks for."""
        return parse_filter(self.asked)[0]


@dataclass(frozen=True)
class Act:
    """Something done to many records at once that changes no field and cannot be undone: sending, deleting.

    `perform` is called `(record_id=…, by=…, at=…)` for each; what it refuses is listed and stops no other.
    `sentence` says before it is done what will be.
    """

    name: str
    label: Text
    icon: str
    permission: Permission
    sentence: Text
    perform: Callable[..., Any]


@dataclass(frozen=True)
class Extension:
    """What another app, or the organization's own fields, add to a list."""

    fields: tuple[Field, ...] = ()
    columns: tuple[Column, ...] = ()
    edits: tuple[Edit, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A list of one kind of record. `rows(actor, archived)`: what the actor sees, `archived` None for all.

    `lock(record_id, by)` loads one row for update and refuses one that may not be changed. `change` is the
    operation, called `(record_id=…, values={…}, by=…, at=…)` with values named as the dataclass `shape` names
    them; `facts` are the row's values as its events tell them, where they are no attributes. `archive` and
    `unarchive` are called `(record_id=…, by=…, at=…)`. `order`: a column's name, `-` before it for
    descending. `start`: what a bare address shows where nobody chose a view, as its part after `?`. `views`
    and `acts` are what the list has beside saved views and edits; `sums_note` says what of the rows is not
    added. Tags can be put on the records unless `has_tags` is False.
    """

    entity: str
    model: type[Model]
    label: Text
    rows: Callable[[Actor, bool | None], QuerySet[Any]]
    view: Permission
    edit: Permission
    list_url: str
    columns: tuple[Column, ...]
    lock: Callable[[UUID, Actor], Model]
    fields: tuple[Field, ...] = ()
    relations: tuple[Relation, ...] = ()
    edits: tuple[Edit, ...] = ()
    sums: tuple[Sum, ...] = ()
    groups: tuple[str, ...] = ()
    order: str = "name"
    start: str = ""
    change: Callable[..., Model] | None = None
    shape: type | None = None
    facts: Callable[[Any], Mapping[str, Any]] | None = None
    archive: Callable[..., Model] | None = None
    unarchive: Callable[..., Model] | None = None
    has_tags: bool = True
    views: tuple[View, ...] = ()
    acts: tuple[Act, ...] = ()
    sums_note: Text = ""
    sections: Mapping[str, Text] = field(default_factory=dict)

    def act(self, name: str) -> Act | None:
        """The act of a name; None for none."""
        return next((one for one in self.acts if one.name == name), None)


Source = Callable[[Reading], Extension]
SourceOfAll = Callable[[Listing, Reading], Extension]
_sources_of_all: list[SourceOfAll] = []
_listings: dict[str, Listing] = {}
_sources: dict[str, list[Source]] = defaultdict(list)


def register_listing(listing: Listing) -> None:
    """Make a list known under its entity."""
    _listings[listing.entity] = listing


def extend(entity: str, source: Source) -> None:
    """Let `source` add to the list of `entity`, each time that it is read."""
    if source not in _sources[entity]:
        _sources[entity].append(source)


def extend_all(source: SourceOfAll) -> None:
    """Let `source` add to every list."""
    if source not in _sources_of_all:
        _sources_of_all.append(source)


def listing_of(entity: str) -> Listing:
    """The list of an entity; `ObjectDoesNotExist` for a word that names none."""
    if entity not in _listings:
        raise ObjectDoesNotExist(entity)
    return _listings[entity]


def entities() -> tuple[str, ...]:
    """Every entity with a list."""
    return tuple(_listings)


@dataclass(frozen=True)
class Offer:
    """What one reader can do with a list: its own fields, columns and edits, and those added to it."""

    listing: Listing
    reading: Reading
    fields: Mapping[str, Field]
    columns: Mapping[str, Column]
    edits: Mapping[str, Edit]
    relations: Mapping[str, Relation]

    def field(self, name: str) -> "tuple[Relation | None, Field] | None":
        """The field of a name, with the relation that it is asked through; None for a name of nothing."""
        if name in self.fields:
            return None, self.fields[name]
        head, dot, rest = name.partition(".")
        relation = self.relations.get(head) if dot else None
        found = related(relation, self.reading).fields.get(rest) if relation else None
        return (relation, found) if relation and found else None


def offer_of(listing: Listing, reading: Reading) -> Offer:
    """The list as one reader may use it."""
    parts = [
        Extension(listing.fields, listing.columns, listing.edits, listing.relations),
        *(source(listing, reading) for source in _sources_of_all),
        *(source(reading) for source in _sources[listing.entity]),
    ]
    may_edit = reading.actor.may(listing.edit)
    return Offer(
        listing,
        reading,
        _named(one for part in parts for one in part.fields if _may(one, reading)),
        _named(one for part in parts for one in part.columns if _may(one, reading)),
        _named(one for part in parts for one in part.edits if may_edit),
        _named(
            one
            for part in parts
            for one in part.relations
            if one.entity in _listings and reading.actor.may(_listings[one.entity].view)
        ),
    )


def related(relation: Relation, reading: Reading) -> Offer:
    """What the other list of a relation offers; asked once for each reading."""
    key = ("offer", relation.entity)
    if key not in reading.memory:
        reading.memory[key] = offer_of(listing_of(relation.entity), reading)
    found: Offer = reading.memory[key]
    return found


def _named(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.name: thing for thing in things}


def _may(thing: Any, reading: Reading) -> bool:
    return thing.permission is None or reading.actor.may(thing.permission)
