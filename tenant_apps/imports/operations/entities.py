"""The kinds of record that a row can make: by which operations they are written, how they are read."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import ProductChange, archive_product, change_product, create_product
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    DealChange,
    Detail,
    archive_companies,
    archive_company,
    archive_contact,
    archive_contacts,
    archive_deal,
    archive_deals,
    assign_company,
    assign_contact,
    change_company,
    change_contact,
    change_deal,
    create_company,
    create_contact,
    create_deal,
)
from tenant_apps.workspace.queries import custom_of


@dataclass(frozen=True)
class Entity:
    """`shape`: the dataclass that `create` and `change` take; `assign`: gives it to another owner, where
    `change` does not; `archive_many`: archives the records of many ids, where there may be many.
    """

    model: type[Model]
    shape: type[Any]
    create: Callable[..., Any]
    change: Callable[..., Any]
    archive: Callable[..., Any]
    assign: Callable[..., Any] | None = None
    archive_many: Callable[..., Any] | None = None
    joins: tuple[str, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.shape.__dataclass_fields__)

    @property
    def is_owned(self) -> bool:
        return hasattr(self.model, "shared_as")

    def rows(self) -> QuerySet[Any]:
        """What a row may be about: the records in use."""
        return self.model._default_manager.filter(archived_at=None).prefetch_related(*self.joins)


ENTITIES: Mapping[str, Entity] = {
    "company": Entity(
        Company,
        CompanyChange,
        create_company,
        change_company,
        archive_company,
        assign_company,
        lambda ids, **by_at: archive_companies(company_ids=ids, **by_at),
        ("details",),
    ),
    "contact": Entity(
        Contact,
        ContactChange,
        create_contact,
        change_contact,
        archive_contact,
        assign_contact,
        lambda ids, **by_at: archive_contacts(contact_ids=ids, **by_at),
        ("details",),
    ),
    "deal": Entity(
        Deal,
        DealChange,
        create_deal,
        change_deal,
        archive_deal,
        None,
        lambda ids, **by_at: archive_deals(deal_ids=ids, **by_at),
        ("items", "participations"),
    ),
    "product": Entity(Product, ProductChange, create_product, change_product, archive_product),
}


def held_json(
    entity: str, record: Any, name: str, given: Any, custom: Mapping[str, Any] | None = None
) -> Any:
    """What the record holds in a field, as a change set keeps it; of own fields those that are `given`, which
    are asked for unless `custom` brings them.
    """
    if name == "custom":
        held = custom_of(entity, record.pk) if custom is None else custom
        return {code: held.get(code) for code in given}
    return as_json(held_by(record, name))


def held_by(record: Any, name: str) -> Any:
    """What the record holds in a field of its change."""
    if name == "details":
        kept = sorted(record.details.all(), key=lambda one: (one.position, one.pk)) if record.pk else ()
        return tuple(Detail(one.kind, one.value, one.label) for one in kept)
    return getattr(record, name)


def as_json(value: Any) -> Any:
    """A value as a change set keeps it."""
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return as_json(asdict(value))
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    return [as_json(one) for one in value] if isinstance(value, (list, tuple)) else value


def from_json(name: str, value: Any) -> Any:
    """Such a value as the operation takes it back."""
    if name == "details":
        return tuple(Detail(**one) for one in value)
    if name == "custom":
        return value
    if value is None:
        return None
    if name in {"value", "unit_price", "vat_rate"}:
        return Decimal(value)
    if name.endswith("_on"):
        return date.fromisoformat(value)
    return UUID(value) if name.endswith("_id") else value
