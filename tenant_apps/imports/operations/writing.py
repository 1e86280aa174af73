"""What becomes of rows: those that only add are written together, others each in a savepoint of its own; all
by the operations that everybody uses.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError
from shared_apps.core.ids import new_id
from tenant_apps.imports.adapters import SourceRow
from tenant_apps.imports.models import Import, ImportRow, Outcome
from tenant_apps.imports.operations.cells import CellProblem, Plan, Planner
from tenant_apps.imports.operations.deals import Course, Desk, add_deal, follow, state_of, steps_for
from tenant_apps.imports.operations.details import change_of, differing, is_taken_as_given
from tenant_apps.imports.operations.entities import ENTITIES, as_json, held_json
from tenant_apps.imports.operations.gathering import Gathering, Sheaf
from tenant_apps.imports.operations.matching import Made, Register
from tenant_apps.imports.operations.notes import ABOUT, take_note
from tenant_apps.imports.operations.tagging import add_tags
from tenant_apps.imports.operations.touches import (
    MISSING,
    PLACEHOLDERS,
    PRESENT,
    Batch,
    Touch,
    hashes_of,
)
from tenant_apps.imports.reasons import ALREADY_THERE, NOT_FOUND, NOTHING_TO_MAKE, SAME_AS_ROW, UNEXPECTED
from tenant_apps.imports.rules.targets import CREATE, UPDATE
from tenant_apps.workspace.models import ChangedRecord
from tenant_apps.workspace.operations import custom_change
from tenant_apps.workspace.queries import PREFIX

log = structlog.get_logger(__name__)
WRITTEN = {Outcome.CREATED, Outcome.UPDATED}


class Hand:
    """Writes the rows of one import, or rehearses them. Lives as long as its worker stays with the import."""

    def __init__(self, run: Import, by: Actor, *, is_rehearsal: bool) -> None:
        self.run, self.by, self.is_rehearsal = run, by, is_rehearsal
        self.mode = run.options["mode"]
        self.planner = Planner(run.mapping, run.options)
        self.register = Register(run.options["match"], by)
        self.desk = Desk()
        self.headers = {
            target: column["header"]
            for target, column in zip(run.mapping, run.columns, strict=True)
            if target
        }

    def write(self, rows: Sequence[SourceRow], at: datetime) -> Batch:
        """Write rows, or in a rehearsal find out what would become of them. Inside the caller's transaction.

        Rows that only add records are gathered and written together; one that changes something is written
        by itself, after those before it.
        """
        batch, plans = Batch(), [self.planner.plan(row) for row in rows]
        self.register.prepare(plans)
        gathering = Gathering(
            self.register, self.desk, self.mode, is_rehearsal=self.is_rehearsal, by=self.by, at=at
        )
        for plan in plans:
            if not self._gather(plan, gathering, batch):
                self._flush(gathering, batch, at)
                gathering.touched.update(self._write_row(plan, batch, at))
        self._flush(gathering, batch, at)
        return batch

    def recall(self, rows: Sequence[SourceRow], failed: set[int]) -> None:
        """Remember what a rehearsal made of these rows before it was interrupted."""
        plans = [self.planner.plan(row) for row in rows if row.number not in failed]
        self.register.prepare(plans)
        for plan in plans:
            for entity, values in () if plan.problem else plan.values.items():
                if (
                    entity in ENTITIES
                    and self.mode != UPDATE
                    and self.register.find(entity, values, None) is None
                ):
                    self.register.note(entity, values, Made(plan.number, new_id(), hashes_of(values)))

    def _gather(self, plan: Plan, gathering: Gathering, batch: Batch) -> bool:
        """Whether the row is done with: it waits to be written with others, or it is refused."""
        try:
            if plan.problem or not plan.values:
                raise CellProblem(plan.target, plan.problem or str(NOTHING_TO_MAKE))
            touches = gathering.take(plan)
        except (CellProblem, DomainError) as problem:
            self._refuse(plan, batch, *self._told(problem))
            return True
        if touches is None:
            return False
        for touch in touches:
            if touch.noted and touch.pk:
                self.register.note(touch.entity, touch.noted[0], Made(plan.number, touch.pk, touch.noted[1]))
        return True

    def _flush(self, gathering: Gathering, batch: Batch, at: datetime) -> None:
        """Write the rows that wait; one by one when they cannot be written together."""
        waiting = gathering.handed_over()
        if not waiting.rows:
            return
        try:
            if not self.is_rehearsal:
                with transaction.atomic():
                    waiting.write(self.by, at)
        except (OperationalError, InterfaceError):
            raise
        except (DomainError, ObjectDoesNotExist, DatabaseError) as problem:
            log.info("import_rows_one_by_one", rows=len(waiting.rows), problem=type(problem).__name__)
            self.register.made.clear()
            for plan, _touches in waiting.rows:
                gathering.touched.update(self._write_row(plan, batch, at))
            return
        self._settle_all(waiting, gathering, batch)

    def _settle_all(self, waiting: Sheaf, gathering: Gathering, batch: Batch) -> None:
        if not self.is_rehearsal:
            self.register.made.clear()
            gathering.touched.update(waiting.records)
        for plan, touches in waiting.rows:
            for touch in touches:
                waiting.complete(touch)
            self._count(self._settled(touches, batch, plan), batch)

    def _write_row(self, plan: Plan, batch: Batch, at: datetime) -> set[UUID]:
        """Write one row by itself; the records that it made or changed."""
        touches: list[Touch] = []
        try:
            with transaction.atomic():
                touches = self._make(plan, at)
                if self.is_rehearsal:
                    transaction.set_rollback(True)
        except (CellProblem, DomainError) as problem:
            self._refuse(plan, batch, *self._told(problem))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("import_row_failed", row=plan.number)
            self._refuse(plan, batch, "", str(UNEXPECTED))
        else:
            self._count(self._settled(touches, batch, plan), batch)
        return {touch.pk for touch in touches if touch.pk and touch.what in WRITTEN}

    def _refuse(self, plan: Plan, batch: Batch, column: str, message: str) -> None:
        row = self._row(plan)
        row.outcome, row.column, row.message = Outcome.FAILED, column, message
        self._count(row, batch)

    def _row(self, plan: Plan) -> ImportRow:
        return ImportRow(source=self.run, is_rehearsal=self.is_rehearsal, number=plan.number)

    def _count(self, row: ImportRow, batch: Batch) -> None:
        batch.counts[row.outcome] += 1
        if not self.is_rehearsal or row.outcome in {Outcome.FAILED, Outcome.SKIPPED}:
            batch.rows.append(row)

    def _told(self, problem: CellProblem | DomainError) -> tuple[str, str]:
        """The column and the message of a problem."""
        if isinstance(problem, CellProblem):
            return self.headers.get(problem.target, "")[:200], str(problem)[:500]
        error = next(iter(getattr(problem, "errors", ())), None)
        if error is None:
            return "", str(problem)[:500]
        field = error.field if error.field.startswith(PREFIX) else error.field.partition(".")[0]
        ends = f".{field.removesuffix('_id')}"
        column = next((header for target, header in self.headers.items() if target.endswith(ends)), "")
        return column[:200], str(error.message)[:500]

    def _settled(self, touches: list[Touch], batch: Batch, plan: Plan) -> ImportRow:
        """What a row did that came through."""
        row = self._row(plan)
        whats = {touch.what for touch in touches}
        order = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
        row.outcome = next((one for one in order if one in whats), Outcome.SKIPPED)
        if row.outcome == Outcome.SKIPPED:
            row.message = self._why_skipped(touches)
        batch.counts["owner.unknown"] += plan.owner_missing
        for touch in touches:
            batch.counts[f"{touch.entity}.{touch.what}"] += 1
            if self.is_rehearsal:
                if touch.noted and touch.pk:
                    self.register.note(
                        touch.entity, touch.noted[0], Made(plan.number, touch.pk, touch.noted[1])
                    )
                continue
            self._keep(touch, row, batch)
        return row

    def _keep(self, touch: Touch, row: ImportRow, batch: Batch) -> None:
        if touch.pk is None:
            return
        row.records.append([touch.entity, str(touch.pk), touch.label[:120]])
        self.register.seen_in_row.setdefault(touch.pk, row.number)
        if touch.what in WRITTEN:
            if touch.record is not None and touch.entity in ENTITIES:
                keep = self.register.add if touch.what == Outcome.CREATED else self.register.replace
                keep(touch.entity, touch.record)
            batch.changes.append(
                ChangedRecord(
                    change_set=self.run.change_set,
                    record_type=touch.entity,
                    record_id=touch.pk,
                    old=touch.old,
                    new=touch.new,
                )
            )

    def _why_skipped(self, touches: list[Touch]) -> str:
        for touch in touches:
            number = touch.number or (touch.pk and self.register.seen_in_row.get(touch.pk))
            if number:
                return SAME_AS_ROW % {"number": number}
        return str(NOT_FOUND if any(touch.what == MISSING for touch in touches) else ALREADY_THERE)

    def _make(self, plan: Plan, at: datetime) -> list[Touch]:
        """Every record of the row, the firm first."""
        touches: list[Touch] = []
        company = self._company(plan, at, touches)
        company_id = company.pk if company else None
        if "product" in plan.values:
            touches.append(self._put("product", plan.values["product"], None, at))
        contact_id = None
        if "contact" in plan.values:
            touches.append(self._put("contact", plan.values["contact"], company_id, at))
            contact_id = touches[-1].pk
        if "deal" in plan.values:
            touches.append(self._put_deal(plan.values["deal"], company_id, contact_id, at))
        if "note" in plan.values:
            touches.append(self._note(plan.values["note"]["text"], touches, at))
        return touches

    def _company(self, plan: Plan, at: datetime, touches: list[Touch]) -> Touch | None:
        if "company" not in plan.values:
            return None
        values = dict(plan.values["company"])
        if parent := values.pop("parent", None):
            above = self._put("company", {"name": parent}, None, at, by_name=True)
            if above.what == Outcome.CREATED:
                touches.append(above)
            if above.pk:
                values["parent_id"] = above.pk
        touches.append(self._put("company", values, None, at))
        return touches[-1]

    def _put(
        self,
        entity: str,
        values: dict[str, Any],
        company_id: UUID | None,
        at: datetime,
        *,
        by_name: bool = False,
    ) -> Touch:
        """Make or change one record, as the mode allows."""
        found = self.register.find(entity, values, company_id, by_name)
        if found is None and self.mode == UPDATE:
            return Touch(entity, MISSING)
        owner_id, tags = values.get("owner"), values.get("tags", [])
        wanted = change_of(entity, values, company_id)
        if found is None or isinstance(found, Made):
            touch = self._create(entity, values, wanted, found, at)
            touch = self._assign(entity, touch, owner_id, at)
        elif self.mode == CREATE or by_name:
            return Touch(entity, PRESENT, found.pk, str(found), self.register.seen_in_row.get(found.pk))
        else:
            touch = self._assign(entity, self._change(entity, found, wanted, at), owner_id, at)
        return self._tag(touch, tags, at)

    def _create(
        self,
        entity: str,
        values: dict[str, Any],
        wanted: dict[str, Any],
        found: Made | None,
        at: datetime,
    ) -> Touch:
        kind = ENTITIES[entity]
        if found is not None:
            wanted = PLACEHOLDERS[entity] | wanted
        record = kind.create(details=kind.shape(**wanted), by=self.by, at=at)
        new = {name: held_json(entity, record, name, value) for name, value in wanted.items()}
        touch = Touch(entity, Outcome.CREATED, record.pk, str(record), new=new, record=record)
        return self._as_rehearsed(touch, values, found)

    def _as_rehearsed(self, touch: Touch, values: dict[str, Any], found: Made | None) -> Touch:
        """A record that an earlier row of the rehearsal made: what this row would do to it."""
        hashes = hashes_of(values)
        if found is None:
            touch.noted = (values, hashes)
        elif self.mode == CREATE:
            touch.what, touch.number = PRESENT, found.number
        else:
            is_same = all(found.held.get(name) == value for name, value in hashes.items())
            touch.what = Outcome.UNCHANGED if is_same else Outcome.UPDATED
            found.held |= hashes
        return touch

    def _change(self, entity: str, record: Any, wanted: dict[str, Any], at: datetime) -> Touch:
        kind = ENTITIES[entity]
        judge = partial(custom_change, entity, by=self.by, at=at)
        wanted = differing(entity, record, wanted, judge)
        if not wanted:
            return Touch(entity, Outcome.UNCHANGED, record.pk, str(record))
        old = {name: held_json(entity, record, name, value) for name, value in wanted.items()}
        changed = kind.change(**{f"{entity}_id": record.pk}, change=kind.shape(**wanted), by=self.by, at=at)
        new = {name: held_json(entity, changed, name, value) for name, value in wanted.items()}
        if all(is_taken_as_given(old[name], new[name]) for name in wanted):
            return Touch(entity, Outcome.UNCHANGED, record.pk, str(record))
        return Touch(entity, Outcome.UPDATED, record.pk, str(changed), old=old, new=new, record=changed)

    def _assign(self, entity: str, touch: Touch, owner_id: UUID | None, at: datetime) -> Touch:
        """Give the record to the owner whom the row names."""
        assign = ENTITIES[entity].assign
        if owner_id is None or assign is None or touch.pk is None:
            return touch
        record: Any = touch.record or ENTITIES[entity].model._default_manager.get(pk=touch.pk)
        if record.owner_id == owner_id:
            return touch
        was = record.owner_id
        touch.record = assign(**{f"{entity}_id": touch.pk}, owner_id=owner_id, by=self.by, at=at)
        touch.new = touch.new | {"owner_id": str(owner_id)}
        if touch.what == Outcome.UNCHANGED:
            touch.what, touch.old = Outcome.UPDATED, {}
        if touch.old is not None:
            touch.old["owner_id"] = as_json(was)
        return touch

    def _put_deal(
        self, values: dict[str, Any], company_id: UUID | None, contact_id: UUID | None, at: datetime
    ) -> Touch:
        found = self.register.find("deal", values, company_id)
        if found is None and self.mode == UPDATE:
            return Touch("deal", MISSING)
        if found is not None and self.mode == CREATE and not isinstance(found, Made):
            return Touch("deal", PRESENT, found.pk, str(found), self.register.seen_in_row.get(found.pk))
        prepared, course = self.desk.prepared(values, at)
        wanted = change_of("deal", prepared, company_id)
        tags = values.get("tags", [])
        if found is None or isinstance(found, Made):
            if found is not None:
                wanted = PLACEHOLDERS["deal"] | wanted
            deal = add_deal(wanted, course, contact_id, self.by, at)
            new = state_of(deal) | {
                name: held_json("deal", deal, name, value)
                for name, value in wanted.items()
                if name != "items"
            }
            touch = Touch("deal", Outcome.CREATED, deal.pk, str(deal), new=new, record=deal)
            touch = self._as_rehearsed(touch, values, found)
        else:
            touch = self._change_deal(found, wanted, course, at)
        return self._tag(touch, tags, at)

    def _change_deal(self, deal: Any, wanted: dict[str, Any], course: Course, at: datetime) -> Touch:
        before = state_of(deal)
        touch = self._change("deal", deal, wanted, at)
        if not steps_for(touch.record or deal, course):
            return touch
        moved = follow(touch.record or deal, course, self.by, at)
        touch.what, touch.record = Outcome.UPDATED, moved
        touch.old, touch.new = (touch.old or {}) | before, touch.new | state_of(moved)
        return touch

    def _tag(self, touch: Touch, tags: list[str], at: datetime) -> Touch:
        """Put the row's tags on the record; what of them was new goes with the undo."""
        added = add_tags(touch.entity, touch.pk, tags, self.by, at) if tags and touch.pk else []
        if added and touch.what in {Outcome.UNCHANGED, Outcome.UPDATED, Outcome.CREATED}:
            touch.new = touch.new | {"tags": added}
            if touch.what != Outcome.CREATED:
                touch.what, touch.old = Outcome.UPDATED, (touch.old or {}) | {"tags": []}
        return touch

    def _note(self, text: str, touches: Iterable[Touch], at: datetime) -> Touch:
        about = {touch.entity: touch.pk for touch in touches if touch.pk and touch.entity in ABOUT}
        if not about:
            raise CellProblem("note.text", _("A note needs a company, a contact or a deal in its row."))
        made = take_note(text, about, self.by, at)
        if made is None:
            return Touch("note", Outcome.UNCHANGED)
        return Touch("note", Outcome.CREATED, made.pk, text[:80], new={"text": text})
