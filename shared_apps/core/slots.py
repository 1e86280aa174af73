"""Places that a higher app fills: sentences of events, looks of notifications, and parts of pages.

Registration happens in `AppConfig.ready`; a slot's function takes the page's context and returns one object
to show. One that asks the database may be a generator (`core.asking`): then all are asked together.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from shared_apps.core.asking import Asking, answered, side_by_side
from shared_apps.core.errors import Text

_sentences: dict[str, Text] = {}
_caused: dict[tuple[str, str], Text] = {}
_notices: dict[str, "Notice"] = {}
_slots: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def register_sentences(sentences: Mapping[Any, Text]) -> None:
    """Say how each event type is told. `%(subject)s` and `%(actor)s` are put in by the timeline."""
    _sentences.update({str(event): sentence for event, sentence in sentences.items()})


def register_caused(sentences: Mapping[Any, Text]) -> None:
    """Say how events of a type are told that have a certain cause: (type, cause) → sentence."""
    _caused.update({(str(event), str(cause)): sentence for (event, cause), sentence in sentences.items()})


@dataclass(frozen=True)
class Notice:
    """How a kind of notification looks: an icon, and the words before its text."""

    icon: str
    label: Text


def register_notices(notices: Mapping[str, Notice]) -> None:
    """Say how each kind of notification is shown."""
    _notices.update(notices)


def notice_of(kind: str) -> Notice:
    """How the kind is shown; a bell for one that no app of this version sends."""
    return _notices.get(kind, Notice("bell", _("Notification")))


def sentence_for(event_type: str, cause: str = "") -> Text:
    """How the event is told; the bare type for one that nobody registered."""
    return _caused.get((event_type, cause)) or _sentences.get(event_type, event_type)


def is_told_by_cause(event_type: str, cause: str) -> bool:
    """Whether the sentence says the cause, too."""
    return (event_type, cause) in _caused


def registered_sentences() -> Mapping[str, Text]:
    return dict(_sentences)


def register(place: str, function: Callable[..., Any]) -> None:
    """Fill `place`, such as `company.related`, with what `function(**context)` returns."""
    if function not in _slots[place]:
        _slots[place].append(function)


def fill(place: str, **context: Any) -> list[Any]:
    """What the higher apps show at `place`; entries of None are left out."""
    return answered(filling(place, **context))


def filling(place: str, **context: Any) -> Asking[list[Any]]:
    """`fill` as a part of a page that asks together with others."""
    shown = [function(**context) for function in _slots[place]]
    asking = [entry for entry in shown if isinstance(entry, Generator)]
    told = iter((yield from side_by_side(*asking)))
    entries = (next(told) if isinstance(entry, Generator) else entry for entry in shown)
    return [entry for entry in entries if entry is not None]
