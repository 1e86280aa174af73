"""Merges as the API reads and writes them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from shared_apps.core.api import Input, ListQuery, UnknownOrdering
from shared_apps.core.errors import Refused
from shared_apps.core.keyset import InvalidCursor
from tenant_apps.crm.models import DistinctPair, Merge
from tenant_apps.crm.queries import EVIDENCE_OF, Pair


class MergeIn(Input):
    """Which record goes into this one, and whose value stays."""

    absorb_id: UUID
    fields_taken: list[str] | None = Field(
        None,
        alias="fields",
        description="Fields whose value comes from the absorbed record (`custom:<id>` for a custom one); "
        "without it: those that the kept record has empty.",
    )


class ApartIn(Input):
    """Two companies or two contacts that are not the same. `record_type`: company or contact."""

    record_type: Literal["company", "contact"]
    first_id: UUID
    second_id: UUID


class ApartOut(Schema):
    record_type: str
    first_id: UUID
    second_id: UUID
    at: datetime


class SuspectFilters(ListQuery):
    """`by`: what the two share. `limit` counts groups that share one value; a group of more than four gives
    its first four.
    """

    by: str = ""

    def place(self, entity: str) -> tuple[str, str]:
        """The evidence, and the value after which the page begins. Refuses words that mean nothing here."""
        if self.ordering:
            raise UnknownOrdering()
        by = self.by or EVIDENCE_OF[entity][0]
        if by not in EVIDENCE_OF[entity]:
            raise UnknownEvidence()
        return by, _read_place(self.cursor, by) if self.cursor else ""


class UnknownEvidence(Refused):
    code = "not_a_choice"
    message = _("Nothing is suspected by this.")
    field = "by"


class SuspectOut(Schema):
    id: UUID
    name: str


class PairOut(Schema):
    """`evidence`: what the two share: eik, vat_number, email, phone, name, city."""

    first: SuspectOut
    second: SuspectOut
    evidence: list[str]


class StayedOut(Schema):
    fields: list[str]
    rows: dict[str, int]


class MergeOut(Schema):
    id: UUID
    entity: str
    kept_id: UUID
    absorbed_id: UUID
    moved: dict[str, int]
    stayed: StayedOut | None
    at: datetime
    undone_at: datetime | None


def apart_out(pair: DistinctPair) -> dict[str, Any]:
    return {
        "record_type": pair.entity,
        "first_id": pair.first_id,
        "second_id": pair.second_id,
        "at": pair.at,
    }


def pair_out(pair: Pair) -> dict[str, Any]:
    first, second = ({"id": one.pk, "name": str(one)} for one in (pair.first, pair.second))
    return {"first": first, "second": second, "evidence": list(pair.evidence)}


def next_cursor(by: str, key: str | None) -> str | None:
    """Where the next page begins, as clients carry it."""
    if key is None:
        return None
    return urlsafe_b64encode(json.dumps([by, key]).encode()).decode().rstrip("=")


def _read_place(cursor: str, by: str) -> str:
    try:
        kept = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise InvalidCursor() from error
    if not (isinstance(kept, list) and len(kept) == 2 and kept[0] == by and isinstance(kept[1], str)):
        raise InvalidCursor()
    return kept[1]


def merge_out(merge: Merge) -> dict[str, Any]:
    """A merge: how many rows went over, by `table.column`; after an undo what `stayed` as it was."""
    return {
        "id": merge.pk,
        "entity": merge.entity,
        "kept_id": merge.kept_id,
        "absorbed_id": merge.absorbed_id,
        "moved": {key: len(ids) for key, ids in merge.moved.items()},
        "stayed": merge.before.get("stayed"),
        "at": merge.at,
        "undone_at": merge.undone_at,
    }
