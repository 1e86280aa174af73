"""Many companies, contacts or deals added at once: each judged by the rules of one, written together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.plans import limits
from shared_apps.plans.limits import Limit
from tenant_apps.activity.operations import Fact, record_all
from tenant_apps.catalog.models import Product
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import (
    Address,
    Company,
    Contact,
    ContactDetail,
    Deal,
    DealContact,
    DealItem,
    DealStatus,
    Stage,
    StageStay,
)
from tenant_apps.crm.operations.clients import (
    CompanyChange,
    ContactChange,
    contacts_under_lock,
    fill_company,
    fill_contact,
    owner_for,
    told_details,
)
from tenant_apps.crm.operations.deal_values import DealChange, deal_columns, fill_deal
from tenant_apps.crm.operations.deals import entrance, new_deal, shut
from tenant_apps.crm.operations.reach import detail_rows, place_rows
from tenant_apps.crm.operations.stays import STEP, on_top, open_stage
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import CustomValue, Member
from tenant_apps.workspace.operations import CustomChange, CustomDesk, tag_new_records
from tenant_apps.workspace.queries import active_members, profile

R = TypeVar("R", Company, Contact, Deal)


@dataclass(frozen=True)
class NewCompany:
    """A company to add. `id` is chosen beforehand, so that what is added with it can name it. `owner_id`
    None: it belongs to the one who adds it; `tags`: names.
    """

    id: UUID
    details: CompanyChange
    owner_id: UUID | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewContact:
    """A contact to add, as `NewCompany`."""

    id: UUID
    details: ContactChange
    owner_id: UUID | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewDeal:
    """A deal to add, as it was opened: in a stage, None for the first one; closed at once when `status` is
    won or lost.
    """

    id: UUID
    details: DealChange
    opened_at: datetime
    stage_id: UUID | None = None
    status: DealStatus | None = None
    closed_at: datetime | None = None
    reason: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A record with everything in its place, not saved. `given`: what came with it; `told`: for its event;
    `closing`: for the event of a deal that comes in closed.
    """

    row: Any
    custom: CustomChange
    given: dict[str, Any]
    told: dict[str, Any]
    closing: dict[str, Any] | None = None


class Drafts:
    """Judges records that are to be added, as their operations do, and writes nothing: `Refused` when one
    cannot be added. Asks the database once for what many need.
    """

    def __init__(self, *, by: Actor, at: datetime) -> None:
        self.by, self.at = by, at
        self._customs: dict[str, CustomDesk] = {}

    @cached_property
    def members(self) -> dict[UUID, Member]:
        """The team by user ids."""
        return {one.user_id: one for one in active_members()}

    @cached_property
    def currency(self) -> str:
        return profile().default_currency

    def company(self, new: NewCompany, parent_for: Callable[[UUID], Company] | None = None) -> Draft:
        row = Company(id=new.id, owner_id=owner_for(self.by), created_at=self.at)
        custom = self._custom("company", new.details.custom)
        given, after = fill_company(row, new.details, custom, self.at, parent_for or _unread)
        return Draft(row, custom, given, told_details(after | custom.after))

    def contact(self, new: NewContact, company_for: Callable[[UUID], Company] | None = None) -> Draft:
        row = Contact(id=new.id, owner_id=owner_for(self.by), created_at=self.at)
        custom = self._custom("contact", new.details.custom)
        given, after = fill_contact(row, new.details, custom, self.at, company_for or _unread)
        return Draft(row, custom, given, told_details(after | custom.after))

    def deal(self, new: NewDeal, stage: Stage, company_for: Callable[[UUID], Company] | None = None) -> Draft:
        row = new_deal(stage, currency=self.currency, by=self.by, at=new.opened_at)
        row.pk = new.id
        custom = self._custom("deal", new.details.custom)
        lines = fill_deal(
            row, new.details, custom, new.opened_at, company_for or _unread, self.members.__contains__
        )
        told, closing = deal_columns(row) | custom.after, None
        if new.status in {DealStatus.WON, DealStatus.LOST}:
            closed_at = max(new.closed_at or new.opened_at, new.opened_at)
            closing = shut(row, DealStatus(new.status), closed_at, new.reason)
        return Draft(row, custom, {"items": lines or []}, told, closing)

    def _custom(self, entity: str, given: Mapping[str, Any] | None) -> CustomChange:
        if entity not in self._customs:
            self._customs[entity] = CustomDesk(entity, by=self.by, at=self.at)
        return self._customs[entity].change(None, given)


@operation(permission=Permission.COMPANIES_EDIT)
def create_companies(*, companies: Sequence[NewCompany], by: Actor, at: datetime) -> list[Company]:
    """Add many companies, each as `create_company` and `assign_company` do, in a statement for each kind of
    row. A parent may be one that comes before. One that is refused refuses all.
    """
    drafts, made = Drafts(by=by, at=at), []
    parents = _locked_parents([one.details.parent_id for one in companies], by)
    for one in companies:
        made.append(drafts.company(one, partial(_among, parents)))
        parents[one.id] = made[-1].row
    owners = _assigned(made, [one.owner_id for one in companies], drafts.members)
    Company.objects.bulk_create(draft.row for draft in made)
    _write_parts(made)
    facts = [
        fact
        for draft, told in zip(made, owners, strict=True)
        for fact in _facts(draft, told, CrmEvent.COMPANY_CREATED, CrmEvent.COMPANY_ASSIGNED, at)
    ]
    record_all(facts, by=by)
    tag_new_records("company", _tags(made, companies), by=by, at=at)
    return [draft.row for draft in made]


@operation(permission=Permission.CONTACTS_EDIT)
def create_contacts(*, contacts: Sequence[NewContact], by: Actor, at: datetime) -> list[Contact]:
    """Add many contacts, each as `create_contact` and `assign_contact` do, if the plan reaches so far. One
    that is refused refuses all.
    """
    limits.require(Limit.CONTACTS, used=contacts_under_lock, adding=len(contacts))
    companies = _seen(Company, [one.details.company_id for one in contacts], by)
    drafts = Drafts(by=by, at=at)
    made = [drafts.contact(one, companies.__getitem__) for one in contacts]
    owners = _assigned(made, [one.owner_id for one in contacts], drafts.members)
    Contact.objects.bulk_create(draft.row for draft in made)
    _write_parts(made)
    facts = [
        fact
        for draft, told in zip(made, owners, strict=True)
        for fact in _facts(draft, told, CrmEvent.CONTACT_CREATED, CrmEvent.CONTACT_ASSIGNED, at)
    ]
    record_all(facts, by=by)
    tag_new_records("contact", _tags(made, contacts), by=by, at=at)
    return [draft.row for draft in made]


@operation(permission=Permission.DEALS_EDIT)
def create_deals(*, deals: Sequence[NewDeal], by: Actor, at: datetime) -> list[Deal]:
    """Add many deals, each as `create_deal`, then `win_deal` or `lose_deal`, do. The last one comes on top.
    One that is refused refuses all.
    """
    first = entrance() if any(one.stage_id is None for one in deals) else None
    stage_ids: list[Any] = [one.stage_id or first for one in deals]
    stages = {stage_id: open_stage(stage_id) for stage_id in sorted(set(stage_ids))}
    companies = _seen(Company, [one.details.company_id for one in deals], by)
    _seen(Contact, [person.contact_id for one in deals for person in one.details.contacts or ()], by)
    drafts = Drafts(by=by, at=at)
    made = [
        drafts.deal(one, stages[stage_id], companies.__getitem__)
        for one, stage_id in zip(deals, stage_ids, strict=True)
    ]
    _require_products(made)
    _stack(made, stages.values())
    Deal.objects.bulk_create(draft.row for draft in made)
    _write_deal_parts(made, deals)
    record_all([fact for draft in made for fact in _deal_facts(draft)], by=by)
    tag_new_records("deal", _tags(made, deals), by=by, at=at)
    return [draft.row for draft in made]


def _unread(record_id: UUID) -> Company:
    """Stands for a company that was not asked for: whether it is there, the operation sees."""
    return Company(id=record_id)


def _seen(model: type[R], wanted: Iterable[Any], by: Actor) -> dict[UUID, R]:
    """The wanted records by id; `DoesNotExist` when the actor does not see one of them."""
    ids = {one for one in wanted if isinstance(one, UUID)}
    found = {row.pk: row for row in visible_to(model.objects.filter(pk__in=ids), by)} if ids else {}
    if len(found) != len(ids):
        raise model.DoesNotExist
    return found


def _locked_parents(wanted: Sequence[Any], by: Actor) -> dict[UUID, Company]:
    """The parents that are there already, locked; new companies cannot close a circle with them."""
    ids = {one for one in wanted if isinstance(one, UUID)}
    rows = visible_to(Company.objects.select_for_update(), by).filter(pk__in=ids).order_by("id")
    return {row.pk: row for row in rows} if ids else {}


def _among(rows: Mapping[UUID, Company], wanted: UUID) -> Company:
    if wanted not in rows:
        raise Company.DoesNotExist
    return rows[wanted]


def _assigned(
    made: Sequence[Draft], wanted: Sequence[UUID | None], members: Mapping[UUID, Member]
) -> list[tuple[dict[str, Any], dict[str, Any]] | None]:
    """Give the records to their owners; for each who it was and who it is, None where nothing changed."""
    told: list[tuple[dict[str, Any], dict[str, Any]] | None] = []
    for draft, owner_id in zip(made, wanted, strict=True):
        if owner_id is None or owner_id == draft.row.owner_id:
            told.append(None)
            continue
        if owner_id not in members:
            raise Member.DoesNotExist
        told.append((_owner(draft.row.owner_id, members), _owner(owner_id, members)))
        draft.row.owner_id = owner_id
    return told


def _owner(owner_id: UUID | None, members: Mapping[UUID, Member]) -> dict[str, Any]:
    name = str(members[owner_id]) if owner_id and owner_id in members else ""
    return {"owner_id": owner_id, "owner": name}


def _facts(
    draft: Draft,
    owners: tuple[dict[str, Any], dict[str, Any]] | None,
    created: CrmEvent,
    assigned: CrmEvent,
    at: datetime,
) -> Iterable[Fact]:
    parent_id = getattr(draft.row, "company_id", None)
    yield Fact(created, draft.row, at, parent_id, new=draft.told)
    if owners:
        yield Fact(assigned, draft.row, at, parent_id, *owners)


def _deal_facts(draft: Draft) -> Iterable[Fact]:
    deal = draft.row
    yield Fact(CrmEvent.DEAL_CREATED, deal, deal.created_at, deal.company_id, new=draft.told)
    if draft.closing is not None:
        event = CrmEvent.DEAL_WON if deal.status == DealStatus.WON else CrmEvent.DEAL_LOST
        yield Fact(event, deal, deal.closed_at, deal.company_id, new=draft.closing)


def _write_parts(made: Sequence[Draft]) -> None:
    """Write what records hold beside their own rows."""
    details = [one for draft in made for one in detail_rows(draft.row, draft.given.get("details", ()))]
    places = [one for draft in made for one in place_rows(draft.row, draft.given.get("addresses", ()))]
    ContactDetail.objects.bulk_create(details)
    Address.objects.bulk_create(places)
    _write_custom(made)


def _write_custom(made: Sequence[Draft]) -> None:
    CustomValue.objects.bulk_create(one for draft in made for one in draft.custom.rows(draft.row.pk))


def _write_deal_parts(made: Sequence[Draft], deals: Sequence[NewDeal]) -> None:
    StageStay.objects.bulk_create(
        StageStay(
            deal=draft.row,
            stage=draft.row.stage,
            entered_at=draft.row.stage_entered_at,
            left_at=draft.row.closed_at,
        )
        for draft in made
    )
    DealItem.objects.bulk_create(line for draft in made for line in draft.given["items"])
    DealContact.objects.bulk_create(
        DealContact(deal=draft.row, contact_id=person.contact_id, role=person.role.strip())
        for draft, one in zip(made, deals, strict=True)
        for person in one.details.contacts or ()
    )
    _write_custom(made)


def _require_products(made: Sequence[Draft]) -> None:
    wanted = {line.product_id for draft in made for line in draft.given["items"] if line.product_id}
    if wanted and Product.objects.filter(pk__in=wanted).count() != len(wanted):
        raise Product.DoesNotExist


def _stack(made: Sequence[Draft], stages: Iterable[Stage]) -> None:
    """Put each deal on top of its column, the last one above all."""
    tops = {stage.pk: on_top(stage) for stage in stages}
    for draft in made:
        draft.row.board_order = tops[draft.row.stage_id]
        if draft.closing is None:
            tops[draft.row.stage_id] -= STEP


def _tags(made: Sequence[Draft], news: Sequence[Any]) -> dict[Model, tuple[str, ...]]:
    return {draft.row: new.tags for draft, new in zip(made, news, strict=True) if new.tags}
