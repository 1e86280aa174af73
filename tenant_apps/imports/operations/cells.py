"""A row's texts as the values that operations take."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from shared_apps.core.bulgaria.eik import is_valid_eik, normalize_eik
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.cells import DAY_FIRST, NotReadable, read_amount, read_date
from shared_apps.core.countries import country_choices, is_country
from shared_apps.core.tables import MAX_CELL
from tenant_apps.crm.models import CompanySize
from tenant_apps.imports.adapters import SourceRow
from tenant_apps.imports.queries import own_fields
from tenant_apps.imports.reasons import CELL
from tenant_apps.imports.rules.targets import NAMES, REPEATABLE
from tenant_apps.imports.rules.values import split_list, split_name
from tenant_apps.workspace.models import FieldKind
from tenant_apps.workspace.queries import PREFIX, active_members

_COUNTRY_NAMES = {
    "usa": "US",
    "us": "US",
    "uk": "GB",
    "england": "GB",
    "korea": "KR",
    "bg": "BG",
    "chehia": "CZ",
}
_SIZES = ((1, CompanySize.ONE), (9, CompanySize.MICRO), (49, CompanySize.SMALL), (249, CompanySize.MEDIUM))
# A formula that an export of ours, or of another program, put behind an apostrophe.
_NEUTRALISED = re.compile(r"'[=+\-@]")


class CellProblem(ValueError):
    """A cell that cannot be used. `target` names its column."""

    def __init__(self, target: str, message: str) -> None:
        self.target = target
        super().__init__(message)


@dataclass
class Plan:
    """What a row asks for: entity → field → value. `owner_missing`: it names an owner whom nobody knows."""

    number: int
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    owner_missing: bool = False
    problem: str = ""
    target: str = ""


class Planner:
    """Reads rows by one mapping. Knows the team and the countries for as long as it lives."""

    def __init__(self, mapping: list[str], options: Mapping[str, Any]) -> None:
        self.mapping = mapping
        self.order = options.get("date_order") or DAY_FIRST
        self.is_strict = options.get("unknown_owner") == "fail"
        self.people = _people()
        self.countries = _countries()
        self.own = {f"{one.entity}.{PREFIX}{one.code}": one for one in own_fields()}

    def plan(self, row: SourceRow) -> Plan:
        """What the row asks for; with `problem` set when it cannot be had."""
        plan = Plan(row.number, problem=row.problem)
        if row.problem:
            return plan
        try:
            self._fill(plan, row.cells)
        except CellProblem as problem:
            plan.problem, plan.target = str(problem), problem.target
        return plan

    def _fill(self, plan: Plan, cells: list[str]) -> None:
        found: dict[str, dict[str, Any]] = {}
        for target, written in zip(self.mapping, cells, strict=False):
            text = written[1:] if _NEUTRALISED.match(written) else written
            if not target or not text:
                continue
            entity, _dot, name = target.partition(".")
            value = self._value(target, text, plan)
            if value is None:
                continue
            values = found.setdefault(entity, {})
            if target in self.own:
                values.setdefault("custom", {})[self.own[target].code] = value
            elif name not in REPEATABLE:
                values[name] = value
            elif isinstance(value, list):
                values[name] = [*values.get(name, []), *value]
            else:
                values[name] = f"{values[name]}\n{value}" if name in values else value
        plan.values = {entity: values for entity, values in found.items() if NAMES[entity] & values.keys()}
        _name_contact(plan.values.get("contact", {}))

    def _value(self, target: str, text: str, plan: Plan) -> Any:
        _require_storable(target, text)
        name = target.partition(".")[2]
        if name == "owner":
            return self._owner(target, text, plan)
        read = _READERS.get(name)
        try:
            if target in self.own:
                return self._own(self.own[target].kind, text)
            if name == "country":
                return self._country(text)
            if name.endswith("_on"):
                return read_date(text, self.order)
            return read(text) if read else text.strip()
        except NotReadable as problem:
            raise CellProblem(target, CELL[problem.code] % {"value": text[:60]}) from None

    def _own(self, kind: str, text: str) -> Any:
        """A value of the organization's own field, as its operation takes it."""
        if kind == FieldKind.DATE:
            return read_date(text, self.order).isoformat()
        if kind == FieldKind.NUMBER:
            return read_amount(text)[0]
        if kind == FieldKind.MONEY:
            amount, currency = read_amount(text)
            return {"amount": amount, "currency": currency} if currency else {"amount": amount}
        return text.strip()

    def _owner(self, target: str, text: str, plan: Plan) -> UUID | None:
        found = self.people.get(text.strip().lower()) or self.people.get(fold(text))
        if found is None:
            if self.is_strict:
                raise CellProblem(target, CELL["owner"] % {"value": text[:60]})
            plan.owner_missing = True
        return found

    def _country(self, text: str) -> str:
        code = text.strip().upper()
        if len(code) == 2 and is_country(code):
            return code
        name = fold(text)
        close = [name] if name in self.countries else get_close_matches(name, self.countries, 1, cutoff=0.88)
        if not close:
            raise NotReadable("country")
        return self.countries[close[0]]


def _people() -> dict[str, UUID]:
    """The team by e-mail and by folded name; a name that two bear names nobody."""
    people: dict[str, UUID] = {}
    names: dict[str, list[UUID]] = {}
    for member in active_members():
        people[member.email.lower()] = member.user_id
        names.setdefault(fold(member.name), []).append(member.user_id)
    return people | {name: found[0] for name, found in names.items() if len(found) == 1}


def _countries() -> dict[str, str]:
    named = {fold(name): code for language in ("bg", "en") for code, name in country_choices(language)}
    return named | _COUNTRY_NAMES


def _require_storable(target: str, text: str) -> None:
    if len(text) > MAX_CELL:
        raise CellProblem(target, CELL["too_long"] % {"count": len(text)})
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise CellProblem(target, str(CELL["invalid_characters"]))
    if "\ufffd" in text:
        raise CellProblem(target, str(CELL["misread"]))


def _name_contact(values: dict[str, Any]) -> None:
    """A full name serves where first and last are not given; an e-mail's first half where no name is."""
    first, last = split_name(values.pop("full_name", ""))
    if not (values.get("first_name") or values.get("last_name")):
        values |= {"first_name": first, "last_name": last} if first or last else {}
    if values.get("email") and not (values.get("first_name") or values.get("last_name")):
        values["first_name"] = values["email"].partition("@")[0][:100]


def _eik(text: str) -> str:
    """Without a `BG` before it; with the zeros that a spreadsheet drops."""
    number = normalize_eik(text).upper().removeprefix("BG")
    padded = number.zfill(9)
    return padded if number.isdigit() and len(number) < 9 and is_valid_eik(padded) else number


def _size(text: str) -> str:
    if text in CompanySize.values:
        return text
    if bounds := re.fullmatch(r"\s*(\d+)\s*[-–—]\s*(\d+)\s*", text):
        text = bounds[2]
    count, _currency = read_amount(text.rstrip("+ "))
    return next((str(size) for most, size in _SIZES if count <= most), str(CompanySize.LARGE))


def _id(text: str) -> str:
    try:
        return str(UUID(text.strip()))
    except ValueError:
        raise NotReadable("id") from None


def _rate(text: str) -> Any:
    return read_amount(text.replace("%", ""))[0]


_READERS: dict[str, Callable[[str], Any]] = {
    "eik": _eik,
    "size": _size,
    "id": _id,
    "value": read_amount,
    "unit_price": read_amount,
    "vat_rate": _rate,
    "tags": split_list,
    "more_emails": split_list,
    "more_phones": split_list,
    "links": split_list,
    "currency": lambda text: text.strip().upper(),
}
