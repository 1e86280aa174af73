"""One box over everything: one statement says what is found of which kind, one for each such kind brings it;
and once more as other keyboard layouts write it when the plain words find nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, CharField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.folding import fold, fold_phone
from shared_apps.core.bulgaria.layouts import other_layouts
from shared_apps.core.errors import Text
from shared_apps.core.permissions import Permission
from shared_apps.core.search import order_key, search_words
from tenant_apps.catalog.queries import products
from tenant_apps.crm.queries import visible_companies, visible_contacts, visible_deals, visible_tasks
from tenant_apps.invoices.queries import visible_invoices, visible_offers, visible_payments

FOUND_PER_KIND = 5
SHORTEST_WORD = 3  # what a trigram index can look for
LONGEST_QUERY = 100
NUMBER_DIGITS = 10
Fields = tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Hit:
    """A record that was found, and the field that did it where the title does not show it."""

    record: Any
    field: Text = ""
    value: str = ""


@dataclass(frozen=True)
class Found:
    """What the search found of one kind; `noun` is its name in addresses."""

    noun: str
    hits: list[Hit]


@dataclass(frozen=True)
class _Kind:
    """How one kind is searched: `fields` may be what matched, `short` finds by less than three letters."""

    noun: str
    permission: Permission
    rows: Callable[[Actor, date], QuerySet[Any]]
    fields: Fields
    short: Callable[[str], Q] | None = None


_REACH: Fields = (("email", _("E-mail")), ("phone", _("Phone")))
_KINDS = (
    _Kind(
        "company",
        Permission.COMPANIES_VIEW,
        lambda actor, on: visible_companies(actor),
        (
            ("eik", _("EIK")),
            ("vat_number", _("VAT number")),
            *_REACH,
            ("website", _("Website")),
            ("city", _("City")),
        ),
        lambda query: Q(name_key__startswith=fold(query).replace(" ", "")),
    ),
    _Kind(
        "contact",
        Permission.CONTACTS_VIEW,
        lambda actor, on: visible_contacts(actor).select_related("company"),
        (*_REACH, ("job_title", pgettext_lazy("of a contact", "Job title"))),
        lambda query: Q(name_folded__startswith=order_key(query)),
    ),
    _Kind(
        "deal",
        Permission.DEALS_VIEW,
        lambda actor, on: visible_deals(actor).select_related("company", "stage"),
        (),
        lambda query: Q(name_folded__startswith=order_key(query)),
    ),
    _Kind(
        "task",
        Permission.TASKS_VIEW,
        lambda actor, on: visible_tasks(actor),
        (("notes", _("Notes")),),
    ),
    _Kind(
        "invoice",
        Permission.INVOICES_VIEW,
        lambda actor, on: visible_invoices(actor, on=on),
        (),
        lambda query: Q(number=_number(query)),
    ),
    _Kind("offer", Permission.OFFERS_VIEW, lambda actor, on: visible_offers(actor), ()),
    _Kind(
        "payment",
        Permission.PAYMENTS_VIEW,
        lambda actor, on: visible_payments(actor),
        (("reference", _("Reference")), ("payer_iban", _("IBAN"))),
    ),
    _Kind(
        "product",
        Permission.PRODUCTS_VIEW,
        lambda actor, on: products(),
        (("code", _("Code")), ("description", _("Description"))),
    ),
)


def search_everything(query: str, actor: Actor, *, on: date) -> list[Found]:
    """The first finds of each kind that the actor may see; none for an empty query."""
    query = query.strip()[:LONGEST_QUERY]
    if not search_words(query):
        return []
    found = _search([query], actor, on)
    return found or _search(_meant(query), actor, on)


def _meant(query: str) -> list[str]:
    """The query as other layouts write it; none for digits, which every layout writes alike."""
    if not any(letter.isalpha() for letter in query):
        return []
    return [text for text in other_layouts(query) if search_words(text)]


def _search(texts: list[str], actor: Actor, on: date) -> list[Found]:
    kinds = [kind for kind in _KINDS if actor.may(kind.permission)]
    ids = _ids(kinds, texts, actor, on)
    return [
        Found(kind.noun, _hits(kind, ids[kind.noun], texts, actor, on)) for kind in kinds if kind.noun in ids
    ]


def _ids(kinds: list[_Kind], texts: list[str], actor: Actor, on: date) -> dict[str, list[UUID]]:
    """Noun → the ids of its first finds, in one statement."""
    asked = [(kind, condition) for kind in kinds if (condition := _condition(kind, texts))]
    parts = [
        _in_order(kind, kind.rows(actor, on).filter(condition).select_related(None), texts)
        .annotate(noun=Value(kind.noun, CharField()))
        .values_list("noun", "pk")[:FOUND_PER_KIND]
        for kind, condition in asked
    ]
    found: dict[str, list[UUID]] = {}
    for noun, record_id in parts[0].union(*parts[1:], all=True) if parts else ():
        found.setdefault(noun, []).append(record_id)
    return found


def _hits(kind: _Kind, ids: list[UUID], texts: list[str], actor: Actor, on: date) -> list[Hit]:
    rows = kind.rows(actor, on).filter(pk__in=ids)
    return [_hit(kind, record, texts) for record in _in_order(kind, rows, texts)]


def _in_order(kind: _Kind, rows: QuerySet[Any], texts: list[str]) -> QuerySet[Any]:
    """The newest first, before them the document of that number."""
    if kind.noun != "invoice":
        return rows.order_by("-id")
    exact = When(number__in=[_number(text) for text in texts], then=Value(True))
    rows = rows.annotate(is_it=Case(exact, default=Value(False), output_field=BooleanField()))
    return rows.order_by("-is_it", "-id")


def _condition(kind: _Kind, texts: list[str]) -> Q | None:
    """Every word of one of the texts; None where that could only be found by reading all rows."""
    ways = [way for way in (_way(kind, text) for text in texts) if way is not None]
    if not ways:
        return None
    condition = ways[0]
    for way in ways[1:]:
        condition |= way
    return condition


def _way(kind: _Kind, text: str) -> Q | None:
    words = search_words(text)
    if all(len(word) < SHORTEST_WORD for word in words):
        return kind.short(text) if kind.short else None
    condition = Q()
    for word in words:
        condition &= Q(search_text__contains=word)
    return condition


def _number(query: str) -> str:
    """A query as the number of an invoice, with its leading zeros; "" when it is none."""
    digits = query.strip()
    return digits.zfill(NUMBER_DIGITS) if digits.isascii() and digits.isdecimal() else ""


def _hit(kind: _Kind, record: Any, texts: Iterable[str]) -> Hit:
    """With the field that holds a word which the title does not hold."""
    words = {word for text in texts for word in search_words(text)}
    missing = [word for word in words if word not in fold(str(record))]
    for name, label in kind.fields:
        value = str(getattr(record, name) or "")
        if value and any(_holds(value, word, name) for word in missing):
            return Hit(record, label, value)
    return Hit(record)


def _holds(value: str, word: str, name: str) -> bool:
    if name == "phone":
        return word.isdecimal() and word.lstrip("0").removeprefix("359") in fold_phone(value)
    return word in fold(value)
