"""The entries of a file in their order, each with its account and with what tells it from every other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from tenant_apps.reconciliation.adapters import SourceEntry, SourcePart, StatementFile
from tenant_apps.reconciliation.models import BankAccount
from tenant_apps.reconciliation.rules.accounts import account_of_row
from tenant_apps.reconciliation.rules.entries import (
    BOOKED,
    INFORMATION,
    Entry,
    EntryProblem,
    balance_difference,
    fingerprint_of,
    occurrences_of,
    read_entry,
)


@dataclass(frozen=True)
class Planned:
    """One entry of a file. `number` counts from 1. Of a booked one either `entry` or `problem` is told."""

    number: int
    part: int
    place: str
    status: str
    texts: Mapping[str, str]
    is_reversal: bool = False
    account: BankAccount | None = None
    entry: Entry | None = None
    problem: tuple[str, str] | None = None
    fingerprint: str = ""
    occurrence: int = 1

    @property
    def key(self) -> tuple[UUID | None, str, int]:
        """What is unique among all lines."""
        return self.account.pk if self.account else None, self.fingerprint, self.occurrence


@dataclass
class Plan:
    """All entries of a file; `differences` of the balances of its parts, and which parts are said twice."""

    entries: list[Planned] = field(default_factory=list)
    differences: list[Decimal | None] = field(default_factory=list)
    repeated: set[int] = field(default_factory=set)


def plan_of(
    source: StatementFile, accounts: Sequence[BankAccount | None], ours: Sequence[BankAccount]
) -> Plan:
    """What the file holds, entry by entry. `accounts` are those of its parts, in their order."""
    read = [
        _planned(number, entry, source, accounts[entry.part], ours)
        for number, entry in enumerate(source.entries, start=1)
    ]
    by_part: dict[int, list[Planned]] = defaultdict(list)
    for one in read:
        by_part[one.part].append(one)
    twin = _twins(source.parts, accounts, by_part)
    first = [one for one in read if one.part not in twin]
    numbers = dict(
        zip(
            (one.number for one in first),
            occurrences_of((one.account, one.fingerprint) for one in first),
            strict=True,
        )
    )
    for part, other in twin.items():
        pairs = zip(by_part[part], by_part[other], strict=True)
        numbers |= {again.number: numbers[one.number] for again, one in pairs}
    entries = [replace(one, occurrence=numbers[one.number]) for one in read]
    return Plan(entries, [_difference(part, by_part[at]) for at, part in enumerate(source.parts)], set(twin))


def _planned(
    number: int,
    source: SourceEntry,
    file: StatementFile,
    default: BankAccount | None,
    ours: Sequence[BankAccount],
) -> Planned:
    texts = dict(source.texts)
    account = _account(texts, default, ours)
    planned = Planned(
        number,
        source.part,
        source.place,
        source.status,
        texts,
        source.is_reversal,
        account,
        problem=source.problem,
    )
    if source.status != BOOKED or source.problem or account is None:
        return planned
    try:
        entry = read_entry(
            texts,
            currency=account.currency,
            is_reversal=source.is_reversal,
            date_order=file.date_order,
            mark=file.mark,
        )
    except EntryProblem as problem:
        if problem.code == "zero":
            return replace(planned, status=INFORMATION)
        return replace(planned, problem=(problem.field, problem.code))
    return replace(planned, entry=entry, fingerprint=fingerprint_of(entry))


def _account(
    texts: dict[str, str], default: BankAccount | None, ours: Sequence[BankAccount]
) -> BankAccount | None:
    """The account of a row that names one of ours; another's number in that column is the other side's."""
    told = texts.pop("account", "")
    account = account_of_row(told, ours, texts.get("currency", "").upper(), default)
    if told and not texts.get("payer_iban") and account == default and default and told != default.iban:
        texts["payer_iban"] = told if len(told) > 14 else ""
    return account


def _twins(
    parts: Sequence[SourcePart], accounts: Sequence[BankAccount | None], entries: Mapping[int, list[Planned]]
) -> dict[int, int]:
    """Parts that say again, word for word, what an earlier part of the file said → that part."""
    seen: dict[object, int] = {}
    twins: dict[int, int] = {}
    for at, part in enumerate(parts):
        if not part.number and part.closing is None:
            continue
        told = tuple((one.fingerprint, one.problem, one.status) for one in entries.get(at, []))
        key = (accounts[at], part.number, part.opening, part.closing, part.opened_on, part.closed_on, told)
        if key in seen and told:
            twins[at] = seen[key]
        else:
            seen.setdefault(key, at)
    return twins


def _difference(part: SourcePart, entries: Sequence[Planned]) -> Decimal | None:
    return balance_difference(
        part.opening, part.closing, (one.entry.amount for one in entries if one.entry is not None)
    )
