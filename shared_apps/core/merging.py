"""What hangs on a record that may be merged with another of its kind, and who objects to a merge.

Apps register in `AppConfig.ready`; a test fails for a foreign key to a client that nobody named.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from shared_apps.core.errors import Text

ALL = Q()


@dataclass(frozen=True)
class Belonging:
    """Rows that name a record in `column` (`company_id`, `record_id`) and go over to the one that is kept.

    `where` says which of them; `once_for` are the columns that with `column` are unique: a row for which the
    kept record has its twin does not go over. With `gives_way` it is taken out until the merge is undone,
    else it stays with the record that was absorbed.
    """

    model: type[Model]
    column: str
    title: Text
    where: Q = ALL
    once_for: tuple[str, ...] = ()
    gives_way: bool = False

    @property
    def key(self) -> str:
        """Names it in the record of a merge: `crm_deal.company_id`."""
        return f"{self.model._meta.db_table}.{self.column}"


@dataclass(frozen=True)
class Staying:
    """Rows that law or ledger bind to the absorbed record; reads of the kept one show them too."""

    model: type[Model]
    column: str
    title: Text
    where: Q = ALL


Objection = Callable[..., None]
_belongings: dict[str, list[Belonging]] = defaultdict(list)
_staying: dict[str, list[Staying]] = defaultdict(list)
_objections: dict[str, list[Objection]] = defaultdict(list)


def moves_with(entity: str, *belongings: Belonging) -> None:
    """These rows go over when two records of `entity` (`company`, `contact`) are merged."""
    _belongings[entity].extend(one for one in belongings if one not in _belongings[entity])


def stays_behind(entity: str, *rows: Staying) -> None:
    """These rows keep naming the record that was absorbed."""
    _staying[entity].extend(one for one in rows if one not in _staying[entity])


def objects_to_merge(entity: str, objection: Objection) -> None:
    """Ask `objection(kept=…, absorbed=…)` before a merge; it raises `Refused` to forbid it."""
    if objection not in _objections[entity]:
        _objections[entity].append(objection)


def belongings_of(entity: str) -> list[Belonging]:
    return list(_belongings[entity])


def staying_with(entity: str) -> list[Staying]:
    return list(_staying[entity])


def ask_for_objections(entity: str, *, kept: Any, absorbed: Any) -> None:
    """Raise the first `Refused` that an app has against this merge."""
    for objection in _objections[entity]:
        objection(kept=kept, absorbed=absorbed)
