"""Drafts: written, changed, copied, thrown away. What is issued never comes back here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, InvoiceItem, InvoiceState
from tenant_apps.invoices.queries import lock_invoice
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import profile

LANGUAGES = ("bg", "en")
MAX_ITEMS = 500
LONGEST_NOTES = 10_000
LARGEST_TOTAL = Decimal("999999999999.99")


@dataclass(frozen=True)
class ItemInput:
    """One line as somebody wrote it.

    `unit_price` is net of VAT; `discount_percent` and `vat_rate` are percents.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = ""
    discount_percent: Decimal = Decimal("0.00")
    vat_rate: Decimal | None = None
    product_id: UUID | None = None


@dataclass(frozen=True)
class InvoiceInput:
    """A draft as somebody wrote it.

    Company or contact is needed; with both, the contact is the addressee there. An empty `language` is the
    organization's default one. `deal_id`: the sale that it bills.
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


class NotADraft(Refused):
    code = "not_a_draft"
    message = _("This invoice has been issued, so it can no longer be changed.")
    conflict = True


@operation(permission=Permission.INVOICES_EDIT)
def create_invoice(*, draft: InvoiceInput, by: Actor, at: datetime) -> Invoice:
    """Write a draft with its lines and totals.

    Refuses wrong values under paths such as `items.0.quantity`. A company, contact, deal or product that is
    missing or not visible to `by` raises its `DoesNotExist`.
    """
    refuse_all(_draft_errors(vars(draft)))
    invoice = Invoice(owner_id=by.id, created_at=at, updated_at=at)
    _put(invoice, vars(draft), by)
    items = _items_of(invoice, draft.items, by)
    invoice.save(force_insert=True)
    InvoiceItem.objects.bulk_create(items)
    record(
        event=InvoiceEvent.CREATED,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        new={"total": invoice.total, "currency": invoice.currency},
    )
    return invoice


@operation(permission=Permission.INVOICES_EDIT)
def change_invoice(*, invoice_id: UUID, change: InvoiceChange, by: Actor, at: datetime) -> Invoice:
    """Change a draft; `items`, when given, are replaced whole. Raises `NotADraft` once it is issued."""
    invoice = lock_draft(invoice_id, by)
    wanted = given(change)
    addressee = {"company_id": invoice.company_id, "contact_id": invoice.contact_id}
    refuse_all(_draft_errors(addressee | wanted))
    before = {name: getattr(invoice, name) for name in (*wanted, "total") if name != "items"}
    _put(invoice, wanted, by)
    if "items" in wanted:
        _replace_items(invoice, wanted["items"], by)
    invoice.updated_at = at
    invoice.save()
    old, new = changes_between(before, {name: getattr(invoice, name) for name in before})
    parent = invoice.company or invoice.contact
    record(event=InvoiceEvent.CHANGED, subject=invoice, by=by, at=at, parent=parent, old=old, new=new)
    return invoice


@operation(permission=Permission.INVOICES_EDIT)
def delete_draft_invoice(*, invoice_id: UUID, by: Actor, at: datetime) -> None:
    """Throw a draft away. Raises `NotADraft` once it is issued: that one is annulled instead."""
    invoice = lock_draft(invoice_id, by)
    record(
        event=InvoiceEvent.DELETED,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        old={"total": invoice.total, "currency": invoice.currency},
    )
    invoice.delete()


@operation(permission=Permission.INVOICES_EDIT)
def duplicate_invoice(*, invoice_id: UUID, by: Actor, at: datetime) -> Invoice:
    """Write a new draft with the same client, lines and notes as any invoice, and without its dates.

    The copy of an annulled invoice takes its place, so it bills the same deal, unless `by` may not see that.
    """
    original = visible_to(Invoice.objects.all(), by).get(pk=invoice_id)
    draft = _copy_of(original)
    if original.state == InvoiceState.ANNULLED and original.deal_id:
        deal = visible_to(Deal.objects.filter(pk=original.deal_id), by).first()
        draft = replace(draft, deal_id=deal.pk if deal else None)
    return create_invoice(draft=draft, by=by, at=at)


def lock_draft(invoice_id: UUID, by: Actor) -> Invoice:
    """The draft under a row lock; raises `NotADraft` when it is one no longer."""
    invoice = lock_invoice(invoice_id, by)
    require_may_change(invoice, by)
    if not invoice.is_draft:
        raise NotADraft()
    return invoice


def _copy_of(original: Invoice) -> InvoiceInput:
    items = tuple(
        ItemInput(
            description=item.description,
            quantity=item.quantity,
            unit_price=item.unit_price,
            unit=item.unit,
            discount_percent=item.discount_percent,
            vat_rate=item.vat_rate,
            product_id=item.product_id,
        )
        for item in original.items.all()
    )
    return InvoiceInput(
        currency=original.currency,
        items=items,
        company_id=original.company_id,
        contact_id=original.contact_id,
        language=original.language,
        notes=original.notes,
    )


def _put(invoice: Invoice, wanted: Mapping[str, Any], by: Actor) -> None:
    for name in ("currency", "issue_date", "tax_event_date", "due_date", "notes"):
        if name in wanted:
            setattr(invoice, name, wanted[name])
    if "language" in wanted:
        invoice.language = wanted["language"] or profile().default_language
    if "company_id" in wanted:
        invoice.company = _visible(Company, wanted["company_id"], by)
    if "contact_id" in wanted:
        invoice.contact = _visible(Contact, wanted["contact_id"], by)
    if "deal_id" in wanted and wanted["deal_id"] != invoice.deal_id:
        invoice.deal = _visible(Deal, wanted["deal_id"], by)
    invoice.search_text = searchable(str(invoice.company or ""), str(invoice.contact or ""))


def _visible(model: Any, record_id: UUID | None, by: Actor) -> Any:
    return visible_to(model.objects.all(), by).get(pk=record_id) if record_id else None


def _replace_items(invoice: Invoice, wanted: tuple[ItemInput, ...], by: Actor) -> None:
    items = _items_of(invoice, wanted, by)
    InvoiceItem.objects.filter(invoice=invoice).delete()
    InvoiceItem.objects.bulk_create(items)


def _items_of(invoice: Invoice, wanted: Iterable[ItemInput], by: Actor) -> list[InvoiceItem]:
    """The rows of the lines, not yet saved; the invoice gets its totals."""
    wanted = tuple(wanted)
    _check_products({item.product_id for item in wanted if item.product_id})
    totals = rules.compute_totals(
        rules.LineInput(item.quantity, item.unit_price, item.discount_percent, item.vat_rate)
        for item in wanted
    )
    _put_totals(invoice, totals)
    return [
        InvoiceItem(invoice=invoice, position=position, net_total=net, **vars(item))
        for position, (item, net) in enumerate(zip(wanted, totals.line_nets, strict=True))
    ]


def _put_totals(invoice: Invoice, totals: rules.Totals) -> None:
    sums = (totals.total, totals.net_total, totals.vat_total, *totals.line_nets)
    if totals.total < 0 or max(map(abs, sums)) > LARGEST_TOTAL:
        raise Refused(
            "total_out_of_range", _("The total must be between 0 and 999,999,999,999.99."), field="items"
        )
    invoice.net_total, invoice.vat_total, invoice.total = totals.net_total, totals.vat_total, totals.total
    invoice.vat_groups = [
        {
            "rate": None if group.rate is None else str(group.rate),
            "base": str(group.base),
            "vat": str(group.vat),
        }
        for group in totals.groups
    ]


def _check_products(wanted: set[UUID]) -> None:
    if wanted and Product.objects.filter(pk__in=wanted).count() < len(wanted):
        raise Product.DoesNotExist()


def _draft_errors(wanted: Mapping[str, Any]) -> list[FieldError]:
    errors = text_errors(Invoice, {name: wanted[name] for name in ("currency", "notes") if name in wanted})
    if len(wanted.get("notes", "")) > LONGEST_NOTES:
        message = _("This is too long: at most %(count)d characters fit.") % {"count": LONGEST_NOTES}
        errors.append(FieldError("notes", "too_long", message))
    if "currency" in wanted and not is_currency(wanted["currency"]):
        errors.append(FieldError("currency", "currency_unknown", _("This is not a currency code.")))
    if wanted.get("language") and wanted["language"] not in LANGUAGES:
        errors.append(FieldError("language", "language_unknown", _("Choose Bulgarian or English.")))
    if not wanted["company_id"] and not wanted["contact_id"]:
        errors.append(FieldError("company_id", "required", _("Choose the client.")))
    return errors + (_items_errors(wanted["items"]) if "items" in wanted else [])


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
    if item.quantity <= 0:
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
