"""The lines and the people of a deal as somebody wrote them, and what is wrong with them."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import FieldError
from shared_apps.core.texts import text_errors
from tenant_apps.crm.models import DealContact, DealItem

MAX_ITEMS, MAX_CONTACTS = 200, 50


@dataclass(frozen=True)
class DealItemInput:
    """One line as somebody wrote it. `unit_price` before VAT; `discount_percent`, `vat_rate` in percent."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = ""
    discount_percent: Decimal = Decimal("0.00")
    vat_rate: Decimal | None = None
    product_id: UUID | None = None


@dataclass(frozen=True)
class Participant:
    """A person of a deal, and in what role: decides, pays, uses."""

    contact_id: UUID
    role: str = ""


def contact_errors(people: tuple[Participant, ...]) -> list[FieldError]:
    """What is wrong with the people of a deal, under paths such as `contacts.0.role`."""
    errors = []
    if len(people) > MAX_CONTACTS:
        errors.append(FieldError("contacts", "too_many", _("At most 50 people fit in a deal.")))
    if len({one.contact_id for one in people}) != len(people):
        errors.append(FieldError("contacts", "contact_twice", _("Each person once.")))
    for position, one in enumerate(people):
        for error in text_errors(DealContact, {"role": one.role}):
            errors.append(FieldError(f"contacts.{position}.role", error.code, error.message))
    return errors


def item_errors(items: tuple[DealItemInput, ...]) -> list[FieldError]:
    """What is wrong with the lines of a deal, under paths such as `items.0.quantity`."""
    if len(items) > MAX_ITEMS:
        return [FieldError("items", "too_many", _("At most 200 lines fit in a deal."))]
    return [
        FieldError(f"items.{position}.{error.field}", error.code, error.message)
        for position, item in enumerate(items)
        for error in _errors_of_item(item)
    ]


def _errors_of_item(item: DealItemInput) -> list[FieldError]:
    errors = text_errors(DealItem, {"description": item.description, "unit": item.unit})
    if not item.description.strip():
        errors.append(FieldError("description", "required", _("Say what it is.")))
    if not Decimal(0) < item.quantity < Decimal(10**9):
        errors.append(FieldError("quantity", "quantity_range", _("Enter a quantity above 0.")))
    if not Decimal(0) <= item.unit_price < Decimal(10**10):
        errors.append(FieldError("unit_price", "price_range", _("Enter a price of 0 or more.")))
    if not 0 <= item.discount_percent <= 100:
        errors.append(FieldError("discount_percent", "discount_range", _("From 0 to 100.")))
    if item.vat_rate is not None and not 0 <= item.vat_rate <= 100:
        errors.append(FieldError("vat_rate", "vat_rate_range", _("From 0 to 100.")))
    return errors
