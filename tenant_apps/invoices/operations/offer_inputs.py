"""A draft offer as somebody wrote it, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.changes import KEEP, Keep
from shared_apps.core.errors import FieldError
from tenant_apps.invoices import rules
from tenant_apps.invoices.operations.draft_inputs import ItemInput, draft_errors

# What a line of an offer and of an invoice have in common.
LINE_FIELDS = (
    "description",
    "quantity",
    "unit_price",
    "unit",
    "discount_percent",
    "vat_rate",
    "product_id",
    "vat_code",
)


@dataclass(frozen=True)
class OfferItemInput(ItemInput):
    """One line as somebody wrote it: an invoice's; `is_optional` when the client may leave it out."""

    is_optional: bool = False


@dataclass(frozen=True)
class OfferInput:
    """A draft as somebody wrote it.

    Company or contact is needed; with both, the contact is the addressee there. An empty `language` is the
    organization's default one. `valid_until` None: `rules.OFFER_DAYS` from the day it is sent.
    `advance_percent` says what is invoiced before the rest once it is accepted. `deal_id`: the sale that it
    is for.
    """

    currency: str
    items: tuple[OfferItemInput, ...]
    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    language: str = ""
    valid_until: date | None = None
    notes: str = ""
    prices_include_vat: bool = False
    discount_percent: Decimal = Decimal("0.00")
    discount_amount: Decimal = Decimal("0.00")
    advance_percent: Decimal = Decimal("0.00")


@dataclass(frozen=True)
class OfferChange:
    """What to change in a draft: None leaves a field as it is, where "none" is possible `KEEP` does. `items`
    are replaced whole.
    """

    currency: str | None = None
    items: tuple[OfferItemInput, ...] | None = None
    company_id: UUID | Keep | None = KEEP
    contact_id: UUID | Keep | None = KEEP
    deal_id: UUID | Keep | None = KEEP
    language: str | None = None
    valid_until: date | Keep | None = KEEP
    notes: str | None = None
    prices_include_vat: bool | None = None
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    advance_percent: Decimal | None = None


def offer_errors(wanted: Mapping[str, Any], *, on: date) -> list[FieldError]:
    """What is wrong with the values of a draft; `on` is today."""
    errors = draft_errors(wanted)
    if wanted.get("language") == rules.BOTH:
        errors.append(FieldError("language", "language_unknown", _("Choose Bulgarian or English.")))
    valid_until, advance = wanted.get("valid_until"), wanted.get("advance_percent") or Decimal(0)
    if isinstance(valid_until, date) and valid_until < on:
        errors.append(FieldError("valid_until", "day_passed", _("This day has passed already.")))
    if not (0 <= advance < 100 and advance == round(advance, 2)):
        errors.append(FieldError("advance_percent", "percent_out_of_range", _("From 0 to less than 100.")))
    if "items" in wanted and wanted["items"] and all(item.is_optional for item in wanted["items"]):
        message = _("At least one line must not be optional.")
        errors.append(FieldError("items", "all_optional", message))
    return errors
