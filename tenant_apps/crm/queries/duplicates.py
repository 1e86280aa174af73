"""Who may be the same: hints while one types, pairs to look at, and two records side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.db.models import Count, F, Model, Q, QuerySet
from django.db.models.functions import Length, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_among
from shared_apps.core.asking import Asking
from shared_apps.core.bulgaria.eik import normalize_eik
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.bulgaria.names import PHONE_DIGITS, company_key, person_key, phone_key
from shared_apps.core.bulgaria.vat import normalize_vat_number
from shared_apps.core.errors import Text
from shared_apps.core.merging import belongings_of, staying_with
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.crm.models import Company, Contact, DistinctPair, Merge, phone_key_of
from tenant_apps.sharing.queries import owner_name, visible_to
from tenant_apps.workspace.models import CustomField, CustomValue

Client = Company | Contact
CUSTOM = "custom:"
HINTS, GROUPS, IN_GROUP = 3, 20, 4
TYPED = ("name", "eik", "vat_number", "email", "phone", "first_name", "last_name")
NEAR = 0.6
SHORTEST_NEAR = 8  # the pieces of a shorter name are in too many others for the index to tell them apart


@dataclass(frozen=True)
class MergeKind:
    """How one kind of record is merged: choosable field → its columns, their words, and who may."""

    fields: Mapping[str, tuple[str, ...]]
    edit: Permission


@dataclass(frozen=True)
class Choice:
    """A field in which two records differ, as both have it. `is_taken`: the absorbed one's is proposed."""

    name: str
    label: Text
    kept: str
    absorbed: str
    is_taken: bool


@dataclass(frozen=True)
class Hint:
    """A record that may be the one that is being typed, and why."""

    record: Client
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two records that may be one, and why."""

    first: Client
    second: Client
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class PairPage:
    """Pairs in the order of what they share; `next_key` asks for those that follow, None at the end."""

    pairs: list[Pair]
    next_key: str | None


CLIENTS: dict[str, type[Company] | type[Contact]] = {"company": Company, "contact": Contact}
KINDS = {
    "company": MergeKind(
        {
            "name": ("name",),
            "eik": ("eik",),
            "vat_number": ("vat_number",),
            "address": ("country", "city", "address", "postal_code"),
            "email": ("email",),
            "phone": ("phone",),
            "website": ("website",),
            "industry": ("industry",),
            "size": ("size",),
            "parent": ("parent_id",),
            "owner": ("owner_id",),
        },
        Permission.COMPANIES_EDIT,
    ),
    "contact": MergeKind(
        {
            "name": ("first_name", "last_name"),
            "email": ("email",),
            "phone": ("phone",),
            "job_title": ("job_title",),
            "company": ("company_id",),
            "owner": ("owner_id",),
        },
        Permission.CONTACTS_EDIT,
    ),
}
EVIDENCE: dict[str, Text] = {
    "eik": _("same EIK"),
    "vat_number": _("same VAT number"),
    "email": _("same e-mail"),
    "phone": _("same phone"),
    "name": _("same name"),
    "near": _("similar name"),
    "city": _("same city"),
}
_LABELS: dict[str, Text] = {
    "name": _("Name"),
    "address": _("Address"),
    "company": _("Company"),
    "owner": pgettext_lazy("of a record", "Owner"),
}
EVIDENCE_OF = {
    "company": ("eik", "vat_number", "email", "phone", "name"),
    "contact": ("email", "phone", "name"),
}


def client_model(entity: str) -> type[Company] | type[Contact]:
    """`company` or `contact`; `DoesNotExist` for what is not merged."""
    if entity not in CLIENTS:
        raise ObjectDoesNotExist(entity)
    return CLIENTS[entity]


def visible_client(entity: str, record_id: UUID, actor: Actor) -> Client:
    """One company or contact, absorbed or not; `DoesNotExist` when the actor may not see it."""
    rows: QuerySet[Any] = client_model(entity)._default_manager.all()
    found: Client = visible_to(rows, actor).get(pk=record_id)
    return found


def client_and_absorbed(entity: str, record_id: UUID) -> QuerySet[Any, UUID]:
    """The id of a record and of those that were merged into it, for `…_id__in`."""
    model: Any = client_model(entity)
    found: QuerySet[Any, UUID] = model._default_manager.filter(Q(pk=record_id) | Q(merged_into=record_id))
    return found.values("pk")  # type: ignore[return-value]


def kept_id_of(entity: str, record_id: UUID) -> UUID:
    """The id of the record that one was merged into, or its own."""
    kept = client_model(entity)._default_manager.filter(pk=record_id).values_list("merged_into_id", flat=True)
    return kept.first() or record_id


def absorbed_by(record: Model) -> QuerySet[Any, UUID]:
    """The ids of the companies or contacts that were merged into one, and into those; of none for others."""
    rows: Any = type(record)._default_manager
    ids = rows.values_list("pk", flat=True)
    if not isinstance(record, (Company, Contact)):
        return ids.none()
    first = rows.filter(merged_into=record.pk).order_by().values("pk")
    return ids.filter(Q(merged_into=record.pk) | is_among("merged_into_id", first))


def alike(
    entity: str, typed: Mapping[str, str], actor: Actor, *, other_than: UUID | None = None
) -> list[Hint]:
    """Up to three records in use that may be the one being typed, the surest first; a statement a key."""
    wanted = _keys_of(entity, typed)
    rows = _in_use(entity, actor)
    if other_than:
        rows = rows.exclude(pk=other_than)
    keyed, found = _with_keys(rows), {}
    for name, key in wanted.items():
        for one in keyed.filter(_has(name), **{f"{name}_key": key}).order_by("id")[:HINTS]:
            found[one.pk] = one
    hints = [Hint(one, _shared(entity, wanted, one)) for one in found.values()]
    hints.sort(key=lambda hint: _weight(hint.evidence))
    near = wanted.get("name", "")
    if not hints and len(near) >= SHORTEST_NEAR:
        hints = [Hint(one, ("near",)) for one in _near(rows, near)]
    return hints[:HINTS]


def suspects_of(record: Client, actor: Actor) -> Asking[list[Hint]]:
    """Up to three records in use that may be the same as this one and were not told apart from it; each kind
    of evidence is looked up in its own index.
    """
    entity = record.shared_as
    wanted = _keys_of(entity, {name: getattr(record, name, "") for name in TYPED})
    wanted = {name: key for name, key in wanted.items() if name in EVIDENCE_OF[entity]}
    if record.archived_at or not wanted:
        return []
    rows = _with_keys(_in_use(entity, actor)).exclude(pk=record.pk)
    first, *others = (
        rows.filter(_has(name), **{f"{name}_key": key}).values("pk").order_by()[:HINTS]
        for name, key in wanted.items()
    )
    pairs = DistinctPair.objects.filter(entity=entity)
    alive = rows.filter(pk__in=first.union(*others))
    alive = alive.exclude(pk__in=pairs.filter(first_id=record.pk).values("second_id"))
    alive = alive.exclude(pk__in=pairs.filter(second_id=record.pk).values("first_id"))
    (found,) = yield [alive.order_by("id")[: 2 * HINTS]]
    hints = [Hint(one, _shared(entity, wanted, one)) for one in found]
    return sorted(hints, key=lambda hint: _weight(hint.evidence))[:HINTS]


def suspects(
    entity: str, evidence: str, actor: Actor, *, after: str = "", search: str = "", most: int = GROUPS
) -> PairPage:
    """Pairs that share this evidence and were not told apart, both found by `search`. `most` groups of four
    are looked at.
    """
    column = f"{evidence}_key"
    if evidence not in EVIDENCE_OF[entity]:
        raise ObjectDoesNotExist(evidence)
    rows = _having(_with_keys(matching(_in_use(entity, actor), search)), evidence)
    groups = (
        rows.filter(**{f"{column}__gt": after})
        .values(column)
        .annotate(number=Count("id"), ids=ArrayAgg("id", order_by="id"))
        .filter(number__gt=1)
        .order_by(column)
    )
    found = list(groups[: most + 1])
    more = len(found) > most
    ids = [group["ids"][:IN_GROUP] for group in found[:most]]
    next_key = str(found[most - 1][column]) if more else None
    return PairPage(_pairs(entity, ids, actor), next_key)


def choices_between(kept: Client, absorbed: Client) -> list[Choice]:
    """The fields in which the two differ, custom ones too."""
    chosen = []
    for name, columns in KINDS[kept.shared_as].fields.items():
        mine, theirs = _shown(kept, name, columns), _shown(absorbed, name, columns)
        if mine != theirs:
            chosen.append(Choice(name, _label(kept, name), mine, theirs, is_taken=not mine))
    return chosen + _custom_choices(kept, absorbed)


def what_moves(entity: str, absorbed_id: UUID) -> list[tuple[Text, int]]:
    """What goes over at a merge and how many there are of it."""
    return _counted(belongings_of(entity), absorbed_id)


def what_stays(entity: str, absorbed_id: UUID) -> list[tuple[Text, int]]:
    """What keeps naming the absorbed record, and is shown with the kept one."""
    return _counted(staying_with(entity), absorbed_id)


def merges_into(record_id: UUID, *, since: datetime) -> Asking[list[tuple[Merge, Model]]]:
    """The merges into a record that may still be undone, newest first, each with the absorbed record."""
    undoable = Merge.objects.filter(kept_id=record_id, undone_at=None, at__gte=since)
    (merges,) = yield [undoable.order_by("-at")[:10]]
    if not merges:
        return []
    clients = CLIENTS[merges[0].entity]._default_manager
    (absorbed,) = yield [clients.filter(pk__in=[merge.absorbed_id for merge in merges])]
    rows = {one.pk: one for one in absorbed}
    return [(merge, rows[merge.absorbed_id]) for merge in merges]


def in_order(first_id: UUID, second_id: UUID) -> tuple[UUID, UUID]:
    return (first_id, second_id) if first_id < second_id else (second_id, first_id)


def _in_use(entity: str, actor: Actor) -> QuerySet[Any]:
    rows: QuerySet[Any] = client_model(entity)._default_manager.filter(archived_at=None)
    return visible_to(rows, actor)


def _with_keys(rows: QuerySet[Any]) -> QuerySet[Any]:
    found = rows.annotate(email_key=Lower("email"), phone_key=phone_key_of("phone"))
    if rows.model is Company:
        found = found.annotate(eik_key=F("eik"), vat_number_key=F("vat_number"))
    return found


def _having(rows: QuerySet[Any], evidence: str) -> QuerySet[Any]:
    """Those that have this at all, said as the partial indexes say it."""
    if evidence == "name":
        return rows.exclude(name_key="")
    rows = rows.exclude(**{evidence: ""})
    if evidence == "phone":
        rows = rows.annotate(phone_length=Length("phone_key")).filter(phone_length=PHONE_DIGITS)
    return rows


def _has(evidence: str) -> Q:
    """Said as the partial index of this evidence says it, or the index would not be used."""
    return Q() if evidence == "name" else ~Q(**{evidence: ""})


def _keys_of(entity: str, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, as the columns and their keys have it; without what is empty."""
    get = {name: (typed.get(name) or "").strip() for name in ("eik", "vat_number", "email", "phone", "name")}
    keys = {"email": get["email"].lower(), "phone": phone_key(get["phone"])}
    if entity == "company":
        keys |= {
            "eik": normalize_eik(get["eik"]),
            "vat_number": normalize_vat_number(get["vat_number"]),
            "name": company_key(get["name"]),
        }
    else:
        first, last = (typed.get("first_name") or "").strip(), (typed.get("last_name") or "").strip()
        keys["name"] = person_key(first, last) if first and last else ""
    return {name: key for name, key in keys.items() if key}


def _key_of(row: Client, evidence: str) -> str:
    if evidence == "name":
        return row.name_key
    if evidence == "email":
        return row.email.lower()
    return phone_key(row.phone) if evidence == "phone" else getattr(row, evidence)


def _shared(entity: str, wanted: Mapping[str, str], row: Client) -> tuple[str, ...]:
    return tuple(
        name for name in EVIDENCE_OF[entity] if name in wanted and wanted[name] == _key_of(row, name)
    )


def _weight(evidence: Iterable[str]) -> tuple[int, int]:
    named = list(evidence)
    return min((list(EVIDENCE).index(name) for name in named), default=len(EVIDENCE)), -len(named)


def _near(rows: QuerySet[Any], key: str) -> list[Any]:
    """Names with most of their three-letter pieces in common: the index itself leaves out all others."""
    near = rows.filter(name_key__trigram_similar=key)
    near = near.annotate(nearness=TrigramSimilarity("name_key", key)).order_by("-nearness", "id")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.similarity_threshold = {NEAR}")
        return list(near[:HINTS])


def _pairs(entity: str, groups: list[list[UUID]], actor: Actor) -> list[Pair]:
    rows = _in_use(entity, actor).in_bulk([one for group in groups for one in group])
    couples = [in_order(group[0], other) for group in groups for other in group[1:]]
    apart = set(
        DistinctPair.objects.filter(first_id__in={one for one, _ in couples}).values_list(
            "first_id", "second_id"
        )
    )
    return [
        Pair(rows[one], rows[other], _evidence_of(entity, rows[one], rows[other]))
        for one, other in couples
        if (one, other) not in apart and one in rows and other in rows
    ]


def _evidence_of(entity: str, first: Client, second: Client) -> tuple[str, ...]:
    shared = [name for name in EVIDENCE_OF[entity] if _key_of(first, name) == _key_of(second, name) != ""]
    if (
        isinstance(first, Company)
        and isinstance(second, Company)
        and fold(first.city) == fold(second.city) != ""
    ):
        shared.append("city")
    return tuple(shared)


def _shown(row: Client, name: str, columns: tuple[str, ...]) -> str:
    if name == "owner":
        return owner_name(row)
    if name in ("parent", "company"):
        return str(getattr(row, name) or "")
    if name == "size" and isinstance(row, Company):
        return row.get_size_display()
    if name == "address" and not any(getattr(row, one) for one in columns[1:]):
        return ""
    return " ".join(filter(None, (getattr(row, one) for one in columns)))


def _label(row: Client, name: str) -> Text:
    if name in _LABELS:
        return _LABELS[name]
    column: Any = row._meta.get_field(name)
    label: Text = column.verbose_name
    return label


def _custom_choices(kept: Client, absorbed: Client) -> list[Choice]:
    """Custom fields that both have, with different values."""
    shown: dict[UUID, dict[UUID, list[str]]] = {}
    values = CustomValue.objects.filter(record_id__in=(kept.pk, absorbed.pk)).order_by("id")
    for value in values:
        shown.setdefault(value.field_id, {}).setdefault(value.record_id, []).append(str(value))
    both = {key: held for key, held in shown.items() if len(held) == 2}
    fields = CustomField.objects.filter(pk__in=both).order_by("position", "id")
    pairs = [(field, both[field.pk][kept.pk], both[field.pk][absorbed.pk]) for field in fields]
    return [
        Choice(f"{CUSTOM}{field.pk}", field.label, ", ".join(mine), ", ".join(theirs), is_taken=False)
        for field, mine, theirs in pairs
        if mine != theirs
    ]


def _counted(rows: Iterable[Any], record_id: UUID) -> list[tuple[Text, int]]:
    counts = [
        (one.title, one.model._default_manager.filter(one.where, **{one.column: record_id}).count())
        for one in rows
    ]
    return [(title, number) for title, number in counts if number]
