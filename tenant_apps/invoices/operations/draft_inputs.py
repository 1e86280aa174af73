"""A draft as somebody wrote it, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.bulgaria.vat_treatments import is_rate_of
from shared_apps.core.changes import KEEP, Keep
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError
from shared_apps.core.texts import text_errors
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceItem, PaymentMethod, SupplyKind

MAX_ITEMS = 500


LONGEST_NOTES = 10_000


@dataclass(frozen=True)
class ItemInput:
    """One line as somebody wrote it.

    `unit_price` is net of VAT unless the document's prices include it; `discount_percent` and `vat_rate` are
    percents. `vat_code` says how the act treats the line (`core.bulgaria.vat_treatments`); empty, the rate
    says it where it can. A line with `deducts_id` takes an advance off: its quantity is negative.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = ""
    discount_percent: Decimal = Decimal("0.00")
    vat_rate: Decimal | None = None
    product_id: UUID | None = None
    vat_code: str = ""
    deducts_id: UUID | None = None


@dataclass(frozen=True)
class InvoiceInput:
    """A draft as somebody wrote it.

    Company or contact is needed; with both, the contact is the addressee there. An empty `language` is the
    organization's default one, an empty `series` the usual one for the kind. `exchange_rate`: how many units
    of `currency` one euro is. `deal_id`: the sale that it bills. Notes and followers are begun by
    `create_note` and `follow_proforma`, which name `amends_id` and `origin_id`.
    """

    currency: str
    items: tuple[ItemInput, ...]
    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    language: str = ""
    issue_date: date | None = None
    tax_event_date: date | None = None
    due_date: date | None = None
    notes: str = ""
    kind: str = rules.INVOICE
    is_advance: bool = False
    series: str = ""
    prices_include_vat: bool = False
    discount_percent: Decimal = Decimal("0.00")
    discount_amount: Decimal = Decimal("0.00")
    supply: str = ""
    payment_method: str = PaymentMethod.BANK_TRANSFER
    vies_number: str = ""
    vies_checked_on: date | None = None
    exchange_rate: Decimal | None = None
    exchange_rate_on: date | None = None
    amends_id: UUID | None = None
    amend_reason: str = ""
    origin_id: UUID | None = None


@dataclass(frozen=True)
class InvoiceChange:
    """What to change in a draft: None leaves a field as it is, where "none" is possible `KEEP` does.

    `items` are replaced whole.
    """

    currency: str | None = None
    items: tuple[ItemInput, ...] | None = None
    company_id: UUID | Keep | None = KEEP
    contact_id: UUID | Keep | None = KEEP
    deal_id: UUID | Keep | None = KEEP
    language: str | None = None
    issue_date: date | Keep | None = KEEP
    tax_event_date: date | Keep | None = KEEP
    due_date: date | Keep | None = KEEP
    notes: str | None = None
    is_advance: bool | None = None
    series: str | None = None
    prices_include_vat: bool | None = None
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    supply: str | None = None
    payment_method: str | None = None
    vies_number: str | None = None
    vies_checked_on: date | Keep | None = KEEP
    exchange_rate: Decimal | Keep | None = KEEP
    exchange_rate_on: date | Keep | None = KEEP
    amend_reason: str | None = None


def draft_errors(wanted: Mapping[str, Any]) -> list[FieldError]:
    errors = text_errors(Invoice, {name: wanted[name] for name in ("currency", "notes") if name in wanted})
    if len(wanted.get("notes", "")) > LONGEST_NOTES:
        message = _("This is too long: at most %(count)d characters fit.") % {"count": LONGEST_NOTES}
        errors.append(FieldError("notes", "too_long", message))
    for name, choices in (("kind", rules.KINDS), ("supply", ("", *SupplyKind.values))):
        if name in wanted and wanted[name] not in choices:
            errors.append(FieldError(name, "unknown", _("Choose one from the list.")))
    if "payment_method" in wanted and wanted["payment_method"] not in PaymentMethod.values:
        errors.append(FieldError("payment_method", "unknown", _("Choose one from the list.")))
    errors += _money_errors(wanted)
    if "currency" in wanted and not is_currency(wanted["currency"]):
        errors.append(FieldError("currency", "currency_unknown", _("This is not a currency code.")))
    if wanted.get("language") and wanted["language"] not in rules.LANGUAGES:
        errors.append(FieldError("language", "language_unknown", _("Choose Bulgarian, English or both.")))
    if not wanted["company_id"] and not wanted["contact_id"]:
        errors.append(FieldError("company_id", "required", _("Choose the client.")))
    return errors + (_items_errors(wanted["items"]) if "items" in wanted else [])


def _money_errors(wanted: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    percent, amount = (Decimal(wanted.get(name) or 0) for name in ("discount_percent", "discount_amount"))
    if not 0 <= percent <= 100:
        errors.append(FieldError("discount_percent", "percent_out_of_range", _("From 0 to 100.")))
    if amount and (amount < 0 or percent or not _fits(amount, 12, 2)):
        message = _("A percent or an amount above 0, not both.")
        errors.append(FieldError("discount_amount", "one_discount", message))
    rate = wanted.get("exchange_rate")
    if isinstance(rate, Decimal) and not (rate > 0 and _fits(rate, 12, 6)):
        message = _("Enter how much of the currency one euro is.")
        errors.append(FieldError("exchange_rate", "rate_out_of_range", message))
    if isinstance(rate, Decimal) and not isinstance(wanted.get("exchange_rate_on"), date):
        errors.append(FieldError("exchange_rate_on", "required", _("Say of which day the rate is.")))
    return errors


def _items_errors(items: tuple[ItemInput, ...]) -> list[FieldError]:
    if not items:
        return [FieldError("items", "required", _("Add at least one line."))]
    if len(items) > MAX_ITEMS:
        return [FieldError("items", "too_many", _("An invoice has at most 500 lines."))]
    return [error for position, item in enumerate(items) for error in _item_errors(f"items.{position}", item)]


def _item_errors(path: str, item: ItemInput) -> list[FieldError]:
    texts = {"description": item.description, "unit": item.unit}
    errors = [replace(error, field=f"{path}.{error.field}") for error in text_errors(InvoiceItem, texts)]
    if not item.description.strip():
        errors.append(FieldError(f"{path}.description", "required", _("Say what it is.")))
    if item.vat_code and not is_rate_of(item.vat_code, item.vat_rate):
        message = _("This treatment has another VAT rate.")
        errors.append(FieldError(f"{path}.vat_code", "rate_differs", message))
    if item.deducts_id and item.quantity >= 0:
        message = _("A line that takes an advance off has a quantity below 0.")
        errors.append(FieldError(f"{path}.quantity", "not_negative", message))
    if item.quantity <= 0 and not item.deducts_id:
        errors.append(FieldError(f"{path}.quantity", "not_positive", _("The quantity must be more than 0.")))
    for name, digits, places in (("quantity", 9, 3), ("unit_price", 10, 4)):
        if not _fits(getattr(item, name), digits, places):
            errors.append(FieldError(f"{path}.{name}", "out_of_range", _("This number has too many digits.")))
    for name in ("discount_percent", "vat_rate"):
        percent = getattr(item, name)
        if percent is not None and not (0 <= percent <= 100 and _fits(percent, 3, 2)):
            errors.append(
                FieldError(
                    f"{path}.{name}", "percent_out_of_range", _("Use a percent from 0 to 100, two decimals.")
                )
            )
    return errors


def _fits(value: Decimal, digits: int, places: int) -> bool:
    """Say whether the number has at most so many digits before and decimals after the point."""
    return abs(value) < 10**digits and value == round(value, places)
