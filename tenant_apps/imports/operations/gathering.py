"""Rows that only add records, or find nothing to change: judged one by one, written together."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from shared_apps.core.actors import Actor
from shared_apps.core.errors import refuse_all
from shared_apps.core.ids import new_id
from tenant_apps.crm.models import Deal, DealStatus, Note
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    DealChange,
    Drafts,
    NewCompany,
    NewContact,
    NewDeal,
    NewNote,
    Participant,
    create_companies,
    create_contacts,
    create_deals,
    note_errors,
    write_notes,
)
from tenant_apps.imports.models import Outcome
from tenant_apps.imports.operations.cells import Plan
from tenant_apps.imports.operations.deals import Course, Desk, state_of, steps_for
from tenant_apps.imports.operations.details import change_of, differing
from tenant_apps.imports.operations.entities import as_json, held_by
from tenant_apps.imports.operations.matching import Made, Register
from tenant_apps.imports.operations.notes import ABOUT
from tenant_apps.imports.operations.touches import MISSING, PLACEHOLDERS, PRESENT, Touch, hashes_of
from tenant_apps.imports.rules.targets import CREATE, UPDATE
from tenant_apps.workspace.operations import CustomChange, CustomDesk
from tenant_apps.workspace.queries import customs_of, tags_of

CLOSED = {DealStatus.WON, DealStatus.LOST}
TAG_LENGTH = 60


class Apart(Exception):
    """The row does more than add: it is written by itself."""


@dataclass
class Sheaf:
    """Rows that wait to be written together, and what they add. `given`: record → its details as the row gave
    them, of which the change set keeps what became.
    """

    rows: list[tuple[Plan, list[Touch]]] = field(default_factory=list)
    companies: list[NewCompany] = field(default_factory=list)
    contacts: list[NewContact] = field(default_factory=list)
    deals: list[NewDeal] = field(default_factory=list)
    notes: list[tuple[NewNote, Touch]] = field(default_factory=list)
    given: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    grown: list[tuple[Made, dict[str, int]]] = field(default_factory=list)
    records: dict[UUID, Any] = field(default_factory=dict)
    customs: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def add(self, other: "Sheaf") -> None:
        self.rows += other.rows
        self.companies += other.companies
        self.contacts += other.contacts
        self.deals += other.deals
        self.notes += other.notes
        self.given |= other.given

    def write(self, by: Actor, at: datetime) -> None:
        """Write everything, the firms first. Raises what the operations refuse."""
        made: list[Any] = []
        if self.companies:
            made += create_companies(companies=self.companies, by=by, at=at)
        if self.contacts:
            made += create_contacts(contacts=self.contacts, by=by, at=at)
        if self.deals:
            made += create_deals(deals=self.deals, by=by, at=at)
        if self.notes:
            notes = write_notes(notes=[new for new, _touch in self.notes], by=by, at=at)
            for note, (_new, touch) in zip(notes, self.notes, strict=True):
                touch.pk = note.pk
        self.records = {row.pk: row for row in made}
        self._read_back()

    def complete(self, touch: Touch) -> None:
        """Tell in a touch what became of its record."""
        record = self.records.get(touch.pk) if touch.pk else None
        if record is None:
            return
        touch.label = str(record)
        if touch.what == Outcome.CREATED:
            touch.record, touch.new = record, self._new(touch.entity, record)

    def _new(self, entity: str, record: Any) -> dict[str, Any]:
        given = self.given[record.pk]
        new = state_of(record) if entity == "deal" else {}
        for name, value in given.items():
            if name == "custom":
                held = self.customs.get(record.pk, {})
                new[name] = {code: held.get(code) for code in value}
            elif not (entity == "deal" and name in {"items", "contacts"}):
                new[name] = as_json(value if name in {"tags", "owner_id"} else held_by(record, name))
        return new

    def _read_back(self) -> None:
        """Read the details and own fields that were written beside the records' own rows."""
        detailed = [self.records[pk] for pk, given in self.given.items() if "details" in given]
        if detailed:
            for model in {type(one) for one in detailed}:
                prefetch_related_objects([one for one in detailed if type(one) is model], "details")
        added: dict[str, list[Any]] = {
            "company": self.companies,
            "contact": self.contacts,
            "deal": self.deals,
        }
        for entity, news in added.items():
            ids = [new.id for new in news if "custom" in self.given[new.id]]
            self.customs |= customs_of(entity, ids) if ids else {}


class Gathering:
    """Gathers the rows of one batch. `touched`: records that something of the batch wrote, of which what was
    read beforehand is no longer true.
    """

    def __init__(
        self, register: Register, desk: Desk, mode: str, *, is_rehearsal: bool, by: Actor, at: datetime
    ) -> None:
        self.register, self.desk, self.mode, self.is_rehearsal = register, desk, mode, is_rehearsal
        self.by, self.at = by, at
        self.drafts = Drafts(by=by, at=at)
        self.waiting = Sheaf()
        self.touched: set[UUID] = set()
        self._customs: dict[str, CustomDesk] = {}
        self._tags: dict[str, dict[UUID, set[str]]] = {}

    def take(self, plan: Plan) -> list[Touch] | None:
        """What the row does, kept to be written with others; None when it must be written by itself. Raises
        `CellProblem` and what the operations refuse.
        """
        one = Sheaf()
        try:
            touches = self._touches(plan, one)
        except Apart:
            return None
        one.rows.append((plan, touches))
        self.waiting.add(one)
        for made, hashes in one.grown:
            made.held |= hashes
        return touches

    def handed_over(self) -> Sheaf:
        """The rows that wait; none wait afterwards."""
        waiting, self.waiting = self.waiting, Sheaf()
        return waiting

    def _touches(self, plan: Plan, sheaf: Sheaf) -> list[Touch]:
        values = plan.values
        if "product" in values:
            raise Apart
        touches: list[Touch] = []
        company_id = self._company(values["company"], sheaf, touches) if "company" in values else None
        contact_id = None
        if "contact" in values:
            touches.append(self._put("contact", values["contact"], company_id, sheaf))
            contact_id = touches[-1].pk
        if "deal" in values:
            touches.append(self._put_deal(values["deal"], company_id, contact_id, sheaf))
        if "note" in values:
            touches.append(self._note(values["note"]["text"], touches, sheaf))
        return touches

    def _company(self, values: dict[str, Any], sheaf: Sheaf, touches: list[Touch]) -> UUID | None:
        values = dict(values)
        if parent := values.pop("parent", None):
            above = self._put("company", {"name": parent}, None, sheaf, by_name=True)
            if above.what == Outcome.CREATED:
                touches.append(above)
            if above.pk:
                values["parent_id"] = above.pk
        touches.append(self._put("company", values, None, sheaf))
        return touches[-1].pk

    def _put(
        self,
        entity: str,
        values: dict[str, Any],
        company_id: UUID | None,
        sheaf: Sheaf,
        *,
        by_name: bool = False,
    ) -> Touch:
        found = self.register.find(entity, values, company_id, by_name)
        if found is None and self.mode == UPDATE:
            return Touch(entity, MISSING)
        if found is None or isinstance(found, Made):
            wanted = change_of(entity, values, company_id)
            return self._fresh(entity, values, wanted, found, sheaf)
        if self.mode == CREATE or by_name:
            return self._present(entity, found)
        return self._same(entity, found, values, change_of(entity, values, company_id))

    def _put_deal(
        self, values: dict[str, Any], company_id: UUID | None, contact_id: UUID | None, sheaf: Sheaf
    ) -> Touch:
        found = self.register.find("deal", values, company_id)
        if found is None and self.mode == UPDATE:
            return Touch("deal", MISSING)
        if found is not None and self.mode == CREATE and not isinstance(found, Made):
            return self._present("deal", found)
        prepared, course = self.desk.prepared(values, self.at)
        wanted = change_of("deal", prepared, company_id)
        if found is None or isinstance(found, Made):
            wanted |= {"contacts": (Participant(contact_id),)} if contact_id else {}
            return self._fresh("deal", values, wanted, found, sheaf, course)
        if isinstance(found, Deal) and steps_for(found, course):
            raise Apart
        return self._same("deal", found, values, wanted)

    def _fresh(
        self,
        entity: str,
        values: dict[str, Any],
        wanted: dict[str, Any],
        made: Made | None,
        sheaf: Sheaf,
        course: Course | None = None,
    ) -> Touch:
        """A record to add, or one that an earlier row added."""
        pk, hashes = made.pk if made else new_id(), hashes_of(values)
        given = PLACEHOLDERS[entity] | wanted if made else wanted
        tags = tuple(name[:TAG_LENGTH] for name in values.get("tags", ()))
        new = self._new(entity, pk, given, values.get("owner"), tags, course)
        if made:
            return self._again(entity, made, hashes, sheaf)
        adding: dict[str, list[Any]] = {
            "company": sheaf.companies,
            "contact": sheaf.contacts,
            "deal": sheaf.deals,
        }
        adding[entity].append(new)
        sheaf.given[pk] = wanted | ({"tags": tags} if tags else {})
        if entity != "deal" and new.owner_id and new.owner_id != self.by.id:
            sheaf.given[pk] |= {"owner_id": new.owner_id}
        return Touch(entity, Outcome.CREATED, pk, noted=(values, hashes))

    def _new(
        self,
        entity: str,
        pk: UUID,
        wanted: dict[str, Any],
        owner_id: UUID | None,
        tags: tuple[str, ...],
        course: Course | None,
    ) -> Any:
        """The record as its operation takes it, judged. Raises what the operation would refuse."""
        if entity == "company":
            company = NewCompany(pk, CompanyChange(**wanted), owner_id, tags)
            self.drafts.company(company)
            return company
        if entity == "contact":
            contact = NewContact(pk, ContactChange(**wanted), owner_id, tags)
            self.drafts.contact(contact)
            return contact
        stage = self.desk.stage(course.stage_id) if course else None
        if course is None or stage is None:
            raise Apart
        status = course.status if course.status in CLOSED else None
        deal = NewDeal(
            pk,
            DealChange(**wanted),
            course.opened_at,
            stage.pk,
            status,
            course.closed_at,
            course.reason,
            tags,
        )
        self.drafts.deal(deal, stage)
        return deal

    def _again(self, entity: str, made: Made, hashes: dict[str, int], sheaf: Sheaf) -> Touch:
        """What the row says of a record that an earlier row made."""
        if self.mode == CREATE:
            return Touch(entity, PRESENT, made.pk, number=made.number)
        if all(made.held.get(name) == value for name, value in hashes.items()):
            return Touch(entity, Outcome.UNCHANGED, made.pk)
        if not self.is_rehearsal:
            raise Apart
        sheaf.grown.append((made, hashes))
        return Touch(entity, Outcome.UPDATED, made.pk)

    def _present(self, entity: str, found: Any) -> Touch:
        return Touch(entity, PRESENT, found.pk, str(found), self.register.seen_in_row.get(found.pk))

    def _same(self, entity: str, record: Any, values: dict[str, Any], wanted: dict[str, Any]) -> Touch:
        """A record that holds all of it already."""
        owner_id = values.get("owner") if entity in {"company", "contact"} else None
        if record.pk in self.touched or (owner_id and record.owner_id != owner_id):
            raise Apart
        if differing(entity, record, wanted, partial(self._custom, entity)):
            raise Apart
        tags = {name[:TAG_LENGTH].lower() for name in values.get("tags", ())}
        if tags and not tags <= self._borne(entity, record.pk):
            raise Apart
        return Touch(entity, Outcome.UNCHANGED, record.pk, str(record))

    def _note(self, text: str, touches: list[Touch], sheaf: Sheaf) -> Touch:
        about = {touch.entity: touch for touch in touches if touch.pk}
        subject = next((about[entity] for entity in ABOUT if entity in about), None)
        if subject is None or subject.pk is None:
            raise Apart
        if subject.what != Outcome.CREATED:
            if (subject.pk, text.strip()) not in self._notes:
                raise Apart
            return Touch("note", Outcome.UNCHANGED)
        refuse_all(note_errors(text))
        touch = Touch("note", Outcome.CREATED, None, text[:80], new={"text": text})
        sheaf.notes.append((NewNote(subject.entity, subject.pk, text), touch))
        return touch

    def _custom(self, entity: str, record_id: UUID, given: dict[str, Any]) -> CustomChange:
        """What is given for own fields, of a record of the batch."""
        if entity not in self._customs:
            self._customs[entity] = CustomDesk(entity, by=self.by, at=self.at)
            self._customs[entity].read(self._ids(entity))
        return self._customs[entity].change(record_id, given)

    def _borne(self, entity: str, record_id: UUID) -> set[str]:
        """The tags of a record of the batch, in lower case."""
        if entity not in self._tags:
            found = tags_of(entity, self._ids(entity)).items()
            self._tags[entity] = {pk: {tag.name.lower() for tag in tags} for pk, tags in found}
        return self._tags[entity].get(record_id, set())

    @cached_property
    def _notes(self) -> set[tuple[UUID, str]]:
        """The notes of the batch's records: record and text."""
        return {
            row
            for entity in ABOUT
            for row in Note.objects.filter(
                archived_at=None, **{f"{entity}__in": self._ids(entity)}
            ).values_list(f"{entity}_id", "text")
        }

    def _ids(self, entity: str) -> list[UUID]:
        return [record.pk for record in self.register.records(entity)]
