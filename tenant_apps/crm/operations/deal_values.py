"""What somebody gives a deal, judged and put into its row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, refuse_all
from shared_apps.core.money import line_net
from shared_apps.core.search import order_key, searchable
from shared_apps.core.texts import text_errors
from tenant_apps.crm.models import Company, Deal, DealItem
from tenant_apps.crm.operations.deal_parts import (
    DealItemInput,
    Participant,
    contact_errors,
    item_errors,
)
from tenant_apps.workspace.operations import CustomChange

LARGEST_VALUE = Decimal("999999999999.99")
COLUMNS = ("name", "value", "currency", "expected_close_on", "company_id", "owner_id")


@dataclass(frozen=True)
class DealChange:
    """What a person may set of a deal: None leaves a field, where "none" is possible `KEEP` does.

    `items` and `contacts` are replaced whole. With items the value is their total, whatever `value` says.
    """

    name: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    expected_close_on: date | Keep | None = KEEP
    company_id: UUID | Keep | None = KEEP
    owner_id: UUID | Keep | None = KEEP
    contacts: tuple[Participant, ...] | None = None
    items: tuple[DealItemInput, ...] | None = None
    custom: Mapping[str, Any] | None = None


def deal_columns(deal: Deal) -> dict[str, Any]:
    """What the events of a deal tell of it."""
    return {name: getattr(deal, name) for name in COLUMNS}


def fill_deal(
    deal: Deal,
    change: DealChange,
    custom: CustomChange,
    at: datetime,
    company_for: Callable[[UUID], Company],
    is_member: Callable[[UUID], bool],
) -> list[DealItem] | None:
    """Put the given values into the row; return its lines, if any were given. Nothing is saved."""
    wanted = given(change)
    wanted.pop("custom", None)
    people, items = wanted.pop("contacts", None), wanted.pop("items", None)
    errors = [*_errors(deal, wanted, is_member), *item_errors(items or ()), *contact_errors(people or ())]
    refuse_all(errors + custom.errors)
    if wanted.get("company_id") and wanted["company_id"] != deal.company_id:
        deal.company = company_for(wanted["company_id"])
    elif "company_id" in wanted and not wanted["company_id"]:
        deal.company = None
    wanted.pop("company_id", None)
    for name, value in wanted.items():
        setattr(deal, name, value)
    lines = None if items is None else _lines(deal, items)
    deal.value = _value(deal, lines)
    _fold(deal)
    deal.updated_at = at
    return lines


def _fold(deal: Deal) -> None:
    deal.name_folded = order_key(deal.name)
    deal.search_text = searchable(deal.name)


def _value(deal: Deal, lines: list[DealItem] | None) -> Decimal:
    """What the items come to when there are any, else what was typed."""
    if lines is None:
        lines = list(deal.items.all()) if not deal._state.adding else []
    total = sum((line.net_total for line in lines), Decimal("0.00")) if lines else deal.value
    if total > LARGEST_VALUE:
        error = FieldError("value", "value_too_large", _("This is more than can be kept."))
        refuse_all([error])
    return total


def _lines(deal: Deal, items: Iterable[DealItemInput]) -> list[DealItem]:
    return [
        DealItem(
            deal=deal,
            position=position,
            net_total=line_net(item.quantity, item.unit_price, item.discount_percent),
            **vars(item),
        )
        for position, item in enumerate(items)
    ]


def _errors(deal: Deal, wanted: Mapping[str, Any], is_member: Callable[[UUID], bool]) -> list[FieldError]:
    errors = text_errors(Deal, {name: wanted[name] for name in ("name", "currency") if name in wanted})
    if not wanted.get("name", deal.name):
        errors.append(FieldError("name", "required", _("Enter the name.")))
    if not 0 <= wanted.get("value", deal.value) <= LARGEST_VALUE:
        errors.append(FieldError("value", "value_range", _("Enter an amount of 0 or more.")))
    if not is_currency(wanted.get("currency", deal.currency)):
        errors.append(FieldError("currency", "currency_unknown", _("Choose a currency from the list.")))
    owner_id = wanted.get("owner_id")
    if owner_id and owner_id != deal.owner_id and not is_member(owner_id):
        errors.append(FieldError("owner_id", "owner_unknown", _("Choose somebody from the team.")))
    return errors
