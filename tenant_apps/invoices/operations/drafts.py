"""Drafts: written, changed, copied, thrown away. What is issued never comes back here."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.vat_treatments import usual_code
from shared_apps.core.changes import given
from shared_apps.core.errors import Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, InvoiceItem, InvoiceState
from tenant_apps.invoices.operations.billed_time import free_time_of, take_time_over
from tenant_apps.invoices.operations.draft_inputs import InvoiceChange, InvoiceInput, ItemInput, draft_errors
from tenant_apps.invoices.queries import lock_invoice, open_advances, remaining_of
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import SeriesKind
from tenant_apps.workspace.queries import PROFORMA_SERIES, TAX_SERIES, profile, series_of_kind

LARGEST_TOTAL = Decimal("999999999999.99")


PLAIN_FIELDS = (
    "currency",
    "issue_date",
    "tax_event_date",
    "due_date",
    "notes",
    "is_advance",
    "prices_include_vat",
    "discount_percent",
    "discount_amount",
    "supply",
    "payment_method",
    "vies_number",
    "vies_checked_on",
    "exchange_rate",
    "exchange_rate_on",
    "amend_reason",
)
# What the totals depend on.
PRICING = frozenset({"items", "prices_include_vat", "discount_percent", "discount_amount"})
USUAL_SERIES = {rules.PROFORMA: PROFORMA_SERIES}


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
    refuse_all(draft_errors(vars(draft)))
    invoice = Invoice(kind=draft.kind, owner_id=by.id, created_at=at, updated_at=at)
    invoice.amends_id, invoice.origin_id = draft.amends_id, draft.origin_id
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
    invoice, before = _rewrite(invoice_id, change, by, at)
    old, new = changes_between(before, {name: getattr(invoice, name) for name in before})
    parent = invoice.company or invoice.contact
    record(event=InvoiceEvent.CHANGED, subject=invoice, by=by, at=at, parent=parent, old=old, new=new)
    return invoice


@operation(permission=Permission.INVOICES_EDIT, event=None, why="the writer has not finished yet")
def autosave_invoice(*, invoice_id: UUID, change: InvoiceChange, by: Actor, at: datetime) -> Invoice:
    """Keep what is written so far of a draft. Raises `NotADraft` once it is issued."""
    return _rewrite(invoice_id, change, by, at)[0]


def _rewrite(
    invoice_id: UUID, change: InvoiceChange, by: Actor, at: datetime
) -> tuple[Invoice, dict[str, Any]]:
    """The draft as changed, and what its changed columns were before."""
    invoice = lock_draft(invoice_id, by)
    wanted = given(change)
    addressee = {"company_id": invoice.company_id, "contact_id": invoice.contact_id}
    refuse_all(draft_errors(addressee | wanted))
    before = {name: getattr(invoice, name) for name in (*wanted, "total") if name != "items"}
    _put(invoice, wanted, by)
    if PRICING & wanted.keys():
        _replace_items(invoice, wanted.get("items") or items_of(invoice), by)
    invoice.updated_at = at
    invoice.save()
    return invoice, before


@operation(permission=Permission.INVOICES_EDIT)
def delete_draft_invoice(*, invoice_id: UUID, by: Actor, at: datetime) -> None:
    """Throw a draft away; logged time on it is free again. Raises `NotADraft` once it is issued: that one is
    annulled instead.
    """
    invoice = lock_draft(invoice_id, by)
    free_time_of(invoice, by, at)
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

    The copy of an annulled document of the same kind takes its place: it names it as its `origin`, as the
    protocol of the annulment tells, and bills the same deal and logged time, unless `by` may not see them.
    """
    original = visible_to(Invoice.objects.all(), by).get(pk=invoice_id)
    kind = rules.INVOICE if original.kind in rules.NOTES else original.kind
    draft = copy_of(original, kind=kind, is_advance=original.is_advance)
    if original.state == InvoiceState.ANNULLED and original.kind == kind:
        draft = replace(draft, origin_id=original.pk)
    if original.state == InvoiceState.ANNULLED and original.deal_id:
        deal = visible_to(Deal.objects.filter(pk=original.deal_id), by).first()
        draft = replace(draft, deal_id=deal.pk if deal else None)
    copy = create_invoice(draft=draft, by=by, at=at)
    if draft.origin_id:
        take_time_over(original, copy, by, at)
    return copy


def lock_draft(invoice_id: UUID, by: Actor) -> Invoice:
    """The draft under a row lock; raises `NotADraft` when it is one no longer."""
    invoice = lock_invoice(invoice_id, by)
    require_may_change(invoice, by)
    if not invoice.is_draft:
        raise NotADraft()
    return invoice


def items_of(invoice: Invoice) -> tuple[ItemInput, ...]:
    """The lines of a document as somebody would write them."""
    names = ItemInput.__dataclass_fields__
    return tuple(ItemInput(**{name: getattr(item, name) for name in names}) for item in invoice.items.all())


def copy_of(original: Invoice, **different: Any) -> InvoiceInput:
    """A draft like the document: same client, lines, prices and notes; none of its dates and ties."""
    names = (
        "currency",
        "company_id",
        "contact_id",
        "language",
        "notes",
        "prices_include_vat",
        "discount_percent",
        "discount_amount",
        "supply",
        "payment_method",
    )
    items = tuple(item for item in items_of(original) if item.deducts_id is None)
    same = {name: getattr(original, name) for name in names}
    return InvoiceInput(**{**same, "items": items, **different})


def recompute(invoice: Invoice, by: Actor) -> None:
    """Write the lines and totals of a draft anew; a note's depend on what is left of its invoice."""
    _replace_items(invoice, items_of(invoice), by)


def _put(invoice: Invoice, wanted: Mapping[str, Any], by: Actor) -> None:
    for name in PLAIN_FIELDS:
        if name in wanted:
            setattr(invoice, name, wanted[name])
    if "series" in wanted:
        invoice.series = _series(wanted["series"], invoice.kind)
    if "language" in wanted:
        invoice.language = wanted["language"] or profile().default_language
    if "company_id" in wanted:
        invoice.company = _visible(Company, wanted["company_id"], by)
    if "contact_id" in wanted:
        invoice.contact = _visible(Contact, wanted["contact_id"], by)
    if "deal_id" in wanted and wanted["deal_id"] != invoice.deal_id:
        invoice.deal = _visible(Deal, wanted["deal_id"], by)
    invoice.search_text = searchable(str(invoice.company or ""), str(invoice.contact or ""))


def _series(code: str, kind: str) -> str:
    """The code of the series that numbers the document; refuses one of another kind."""
    wanted = SeriesKind.PROFORMA if kind == rules.PROFORMA else SeriesKind.TAX
    code = code or USUAL_SERIES.get(kind, TAX_SERIES)
    if not series_of_kind(wanted).filter(code=code).exists():
        raise Refused("series_unknown", _("Choose a number series from the list."), field="series")
    return code


def _visible(model: Any, record_id: UUID | None, by: Actor) -> Any:
    return visible_to(model.objects.all(), by).get(pk=record_id) if record_id else None


def _replace_items(invoice: Invoice, wanted: tuple[ItemInput, ...], by: Actor) -> None:
    items = _items_of(invoice, wanted, by)
    InvoiceItem.objects.filter(invoice=invoice).delete()
    InvoiceItem.objects.bulk_create(items)


def _items_of(invoice: Invoice, wanted: Iterable[ItemInput], by: Actor) -> list[InvoiceItem]:
    """The rows of the lines, not yet saved; the invoice gets its totals."""
    registered = profile().is_vat_registered
    wanted = tuple(replace(item, vat_code=item.vat_code or _code(item, registered)) for item in wanted)
    _check_products({item.product_id for item in wanted if item.product_id})
    _check_advances(invoice, wanted, by)
    totals = totals_of(invoice, wanted)
    _put_totals(invoice, totals)
    priced = zip(wanted, totals.line_amounts, totals.line_nets, strict=True)
    return [
        InvoiceItem(invoice=invoice, position=position, amount=amount, net_total=net, **vars(item))
        for position, (item, amount, net) in enumerate(priced)
    ]


def _code(item: ItemInput, registered: bool) -> str:
    return usual_code(item.vat_rate, registered=registered)


def totals_of(invoice: Invoice, items: Iterable[ItemInput]) -> rules.Totals:
    """What these lines come to in the document: its way of pricing, its discount, what it amends."""
    lines = [
        rules.LineInput(
            item.quantity,
            item.unit_price,
            item.discount_percent,
            item.vat_rate,
            item.vat_code,
            is_deduction=item.deducts_id is not None,
        )
        for item in items
    ]
    return rules.compute_totals(
        lines,
        prices_include_vat=invoice.prices_include_vat,
        discount=rules.Discount(invoice.discount_percent, invoice.discount_amount),
        remaining=remaining_of(invoice.amends_id) if invoice.amends_id and invoice.is_credit else None,
    )


def _put_totals(invoice: Invoice, totals: rules.Totals) -> None:
    sums = (totals.total, totals.net_total, totals.vat_total, *totals.line_amounts)
    if totals.total < 0 or max(map(abs, sums)) > LARGEST_TOTAL:
        raise Refused(
            "total_out_of_range", _("The total must be between 0 and 999,999,999,999.99."), field="items"
        )
    invoice.net_total, invoice.vat_total, invoice.total = totals.net_total, totals.vat_total, totals.total
    invoice.discount_total = totals.discount_total
    invoice.vat_groups = [
        {
            "rate": None if group.rate is None else str(group.rate),
            "code": group.code,
            "base": str(group.base),
            "vat": str(group.vat),
            "discount": str(group.discount),
        }
        for group in totals.groups
    ]


def _check_advances(invoice: Invoice, items: Iterable[ItemInput], by: Actor) -> None:
    """A deduction names an issued advance invoice of the same client in the same currency."""
    named = {item.deducts_id for item in items if item.deducts_id}
    if not named:
        return
    fitting = open_advances(by, company_id=invoice.company_id, contact_id=invoice.contact_id)
    if invoice.kind != rules.INVOICE or fitting.filter(pk__in=named, currency=invoice.currency).count() < len(
        named
    ):
        raise Refused("advance_unknown", _("Choose an issued advance invoice of this client."), field="items")


def _check_products(wanted: set[UUID]) -> None:
    if wanted and Product.objects.filter(pk__in=wanted).count() < len(wanted):
        raise Product.DoesNotExist()
