"""A file brought in, looked at, and told what its columns mean."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.cells import DAY_FIRST, MONTH_FIRST, slash_evidence
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.tables import MAX_ROWS, Reading, Unusable, headers_and_rows, headers_key
from tenant_apps.activity.operations import record
from tenant_apps.files.operations import store_file
from tenant_apps.files.queries import read_bytes
from tenant_apps.imports.adapters import recognise, rows_in
from tenant_apps.imports.events import ImportEvent
from tenant_apps.imports.models import Import, ImportState
from tenant_apps.imports.queries import all_targets, last_alike, own_headers
from tenant_apps.imports.rules.headers import guess_mapping
from tenant_apps.imports.rules.targets import (
    BOTH,
    CREATE,
    DATES,
    NAMES,
    REPEATABLE,
    UPDATE,
    default_match,
    entities_of,
    usable_match,
)
from tenant_apps.sharing.queries import visible_to

SAMPLES, SAMPLE_LENGTH = 4, 60
BEFORE_RUN = (ImportState.MAPPING, ImportState.REHEARSED)


class NotNow(Refused):
    """The import is at another step."""

    code = "import_elsewhere"
    message = gettext_lazy("The import has moved on meanwhile. Look at where it is now.")
    conflict = True


@dataclass(frozen=True)
class Choices:
    """What a person chose for a file. `mapping`: a target or "" for each column; `match`: entity → fields;
    `unknown_owner`: `mine` or `fail`.
    """

    mapping: tuple[str, ...]
    match: dict[str, list[str]]
    mode: str = BOTH
    date_order: str = ""
    unknown_owner: str = "mine"


@operation(permission=Permission.IMPORTS_RUN)
def upload_import(*, name: str, content: bytes, by: Actor, at: datetime) -> Import:
    """Take a file in: find out how to read it, what its columns are and, by their headers, what they mean.

    Files with the same headers begin with what was chosen for the last. Raises `Unusable`.
    """
    reading = recognise(content)
    run = Import(name=name[:200], owner_id=by.id, owner_label=by.label[:250], created_at=at)
    _look(run, content, reading, at)
    run.file = store_file(
        name=name[:200], content_type="application/octet-stream", content=content, by=by, at=at
    )
    run.save()
    record(event=ImportEvent.UPLOADED, subject=run, by=by, at=at, new={"rows": run.row_count})
    return run


@operation(permission=Permission.IMPORTS_RUN)
def reread_import(
    *,
    import_id: UUID,
    by: Actor,
    at: datetime,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Import:
    """Read the file in another way than the one that was found out. Raises `Unusable`, `NotNow`."""
    run = locked_import(import_id, by, *BEFORE_RUN)
    asked: dict[str, Any] = {
        "encoding": encoding,
        "delimiter": delimiter,
        "sheet": sheet,
        "header_row": header_row,
    }
    reading = replace(reading_of(run), **{name: value for name, value in asked.items() if value is not None})
    _look(run, read_bytes(run.file), reading, at)
    run.state = ImportState.MAPPING
    run.save()
    record(event=ImportEvent.MAPPED, subject=run, by=by, at=at, new=asdict(reading))
    return run


@operation(permission=Permission.IMPORTS_RUN)
def map_columns(*, import_id: UUID, choices: Choices, by: Actor, at: datetime) -> Import:
    """Say what the columns are and what to do with what is there already. Raises `NotNow`."""
    run = locked_import(import_id, by, *BEFORE_RUN)
    refuse_all(_errors(run, choices))
    entities = entities_of(list(choices.mapping))
    match = {name: fields for name, fields in choices.match.items() if name in entities and fields}
    run.mapping = list(choices.mapping)
    run.options = {
        "mode": choices.mode,
        "match": default_match(run.mapping) | match,
        "date_order": choices.date_order,
        "unknown_owner": choices.unknown_owner,
    }
    run.state, run.updated_at = ImportState.MAPPING, at
    run.save()
    record(event=ImportEvent.MAPPED, subject=run, by=by, at=at, new={"mapping": run.mapping, **run.options})
    return run


def locked_import(import_id: UUID, by: Actor, *states: str) -> Import:
    """The import, locked, in one of these states; `NotNow` in another."""
    rows = visible_to(Import.objects.select_for_update(of=("self",)).select_related("file"), by)
    run = rows.get(pk=import_id)
    if run.state not in states:
        raise NotNow()
    return run


def reading_of(run: Import) -> Reading:
    return Reading(**run.reading)


def _look(run: Import, content: bytes, reading: Reading, at: datetime) -> None:
    """Fill in what the file holds, and what its columns probably mean."""
    headers, rows = headers_and_rows(rows_in(content, reading), reading)
    columns, count = _describe(headers, rows)
    if not count:
        raise Unusable(message=_("There is no row below the headers."))
    run.reading, run.columns, run.row_count = asdict(reading), columns, count
    run.headers_key = headers_key(headers)
    targets = all_targets()
    last = last_alike(run.headers_key)
    known = {f"{entity}.{name}" for entity, names in targets.items() for name in names} | {""}
    run.mapping = (
        [target if target in known else "" for target in last.mapping]
        if last
        else guess_mapping(headers, targets, own_headers())
    )
    run.options = last.options if last else _options(run)
    run.updated_at = at


def _options(run: Import) -> dict[str, Any]:
    return {
        "mode": BOTH,
        "match": default_match(run.mapping),
        "date_order": "",
        "unknown_owner": "mine",
    }


def _describe(headers: list[str], rows: Any) -> tuple[list[dict[str, Any]], int]:
    """Each column with a few of its values and how its dates are written; and how many rows there are."""
    samples: list[list[str]] = [[] for _header in headers]
    slashed: list[list[str]] = [[] for _header in headers]
    count = 0
    for row in rows:
        count += 1
        if count > MAX_ROWS:
            told = {"most": MAX_ROWS}
            raise Unusable(message=_("The file has more than %(most)d rows. Split it.") % told)
        for place, text in enumerate(row.cells[: len(headers)]):
            if text and len(samples[place]) < SAMPLES and text[:SAMPLE_LENGTH] not in samples[place]:
                samples[place].append(text[:SAMPLE_LENGTH].replace("\x00", ""))
            if "/" in text and len(text) <= 20:
                slashed[place].append(text)
    columns = [
        {"header": header, "samples": samples[place], "dates": slash_evidence(slashed[place])}
        for place, header in enumerate(headers)
    ]
    return columns, count


def _errors(run: Import, choices: Choices) -> list[FieldError]:
    errors = []
    targets = {f"{entity}.{name}" for entity, names in all_targets().items() for name in names}
    chosen = [target for target in choices.mapping if target]
    if len(choices.mapping) != len(run.columns) or set(chosen) - targets:
        errors.append(FieldError("mapping", "mapping_invalid", _("Choose from the list for every column.")))
    twice = {one for one in chosen if chosen.count(one) > 1 and one.partition(".")[2] not in REPEATABLE}
    if twice:
        errors.append(FieldError("mapping", "mapped_twice", _("Two columns are given to the same field.")))
    made = [entity for entity in entities_of(chosen) if _is_named(entity, chosen)]
    if not made or made == ["note"]:
        message = _("Choose a column for the name of a company, a contact, a deal or a product.")
        errors.append(FieldError("mapping", "nothing_named", message))
    if choices.mode not in {CREATE, UPDATE, BOTH}:
        errors.append(FieldError("mode", "mode_unknown", _("Choose what to do with the rows.")))
    if choices.date_order not in {DAY_FIRST, MONTH_FIRST} and _is_order_needed(run, choices.mapping):
        message = _("Say whether 03/04/2026 is the third of April or the fourth of March.")
        errors.append(FieldError("date_order", "dates_unclear", message))
    for entity, fields in choices.match.items():
        if set(fields) - set(usable_match(entity, chosen)):
            message = _("Records can only be recognised by a field that has a column.")
            errors.append(FieldError("match", "match_without_column", message))
    return errors


def _is_named(entity: str, chosen: list[str]) -> bool:
    return any(f"{entity}.{name}" in chosen for name in NAMES[entity])


def _is_order_needed(run: Import, mapping: Sequence[str]) -> bool:
    """Whether a column of dates has slashes."""
    return any(
        (target in DATES or ".custom." in target) and column["dates"]
        for target, column in zip(mapping, run.columns, strict=False)
    )
