"""Credit and debit notes, and the documents that follow from others: what a proforma or an advance leads to.

чл. 115 ЗДДС: the tax base of an issued invoice changes by a note that names it and says why; чл. 116: the
invoice itself is never edited.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations.allocations import AmountNotPositive, MoreThanOutstanding, is_cents
from tenant_apps.invoices.operations.drafts import (
    InvoiceChange,
    ItemInput,
    change_invoice,
    copy_of,
    create_invoice,
    items_of,
    lock_draft,
)
from tenant_apps.invoices.operations.issuing import CannotBeAmended, ReasonMissing
from tenant_apps.invoices.paper import Reference
from tenant_apps.invoices.paper_words import ADVANCE_DEDUCTED, CORRECTION, reference_in, say
from tenant_apps.invoices.queries import advance_left, open_advances, remaining_of
from tenant_apps.sharing.queries import visible_to


class NothingLeftToCredit(Refused):
    code = "nothing_left_to_credit"
    message = _("Credit notes have taken this whole invoice already.")
    conflict = True


class NotAProforma(Refused):
    code = "not_a_proforma"
    message = _("This is possible only with an issued proforma.")
    conflict = True


class NothingLeftToDeduct(Refused):
    code = "nothing_left_to_deduct"
    message = _("These advances have been taken off already.")
    conflict = True


@operation(permission=Permission.INVOICES_EDIT)
def create_note(*, invoice_id: UUID, kind: str, reason: str, by: Actor, at: datetime) -> Invoice:
    """Draft a credit or debit note (`rules.NOTES`) to an issued invoice.

    A credit note begins with what is left of the invoice: its own lines while nothing has been credited, else
    one line per VAT group; a debit note with one empty addition per group that the person fills in. Raises
    `ReasonMissing`, `CannotBeAmended`, `NothingLeftToCredit`.
    """
    if not reason.strip():
        raise ReasonMissing()
    original = visible_to(Invoice.objects.all(), by).get(pk=invoice_id)
    if kind not in rules.NOTES or original.kind != rules.INVOICE or not original.is_issued:
        raise CannotBeAmended()
    draft = copy_of(
        original,
        kind=kind,
        series=original.series,
        amends_id=original.pk,
        amend_reason=reason.strip()[:500],
        exchange_rate=original.exchange_rate,
        exchange_rate_on=original.exchange_rate_on,
    )
    return create_invoice(draft=replace(draft, **_begun(original, kind)), by=by, at=at)


@operation(permission=Permission.INVOICES_EDIT)
def credit_rest(*, invoice_id: UUID, amount: Decimal, reason: str, by: Actor, at: datetime) -> Invoice:
    """Draft a credit note over so much of an issued invoice, VAT included: a discount given afterwards, which
    lowers the base of every VAT group in proportion.

    Raises `AmountNotPositive`, `MoreThanOutstanding`, and what `create_note` raises.
    """
    draft = create_note(invoice_id=invoice_id, kind=rules.CREDIT_NOTE, reason=reason, by=by, at=at)
    left = {key: group for key, group in remaining_of(invoice_id).items() if group.gross > 0}
    if not is_cents(amount):
        raise AmountNotPositive()
    if amount > sum((group.gross for group in left.values()), rules.ZERO):
        raise MoreThanOutstanding()
    shares = rules.spread(amount, [group.gross for group in left.values()])
    items = tuple(
        ItemInput(
            description=reason.strip()[:500],
            quantity=Decimal(1),
            unit_price=share,
            vat_rate=group.rate,
            vat_code=group.code,
        )
        for share, group in zip(shares, left.values(), strict=True)
        if share
    )
    change = InvoiceChange(
        items=items,
        prices_include_vat=True,
        discount_percent=rules.ZERO,
        discount_amount=rules.ZERO,
    )
    return change_invoice(invoice_id=draft.pk, change=change, by=by, at=at)


@operation(permission=Permission.INVOICES_EDIT)
def follow_proforma(*, invoice_id: UUID, by: Actor, at: datetime, is_advance: bool = False) -> Invoice:
    """Draft the invoice that an issued proforma asked for, whole or as an advance invoice.

    Raises `NotAProforma`.
    """
    proforma = visible_to(Invoice.objects.all(), by).get(pk=invoice_id)
    if proforma.kind != rules.PROFORMA or not proforma.is_issued:
        raise NotAProforma()
    draft = copy_of(proforma, origin_id=proforma.pk, is_advance=is_advance)
    return create_invoice(draft=draft, by=by, at=at)


@operation(permission=Permission.INVOICES_EDIT)
def deduct_advances(*, invoice_id: UUID, advance_ids: Sequence[UUID], by: Actor, at: datetime) -> Invoice:
    """Add to a draft the lines that take issued advance invoices off, one per advance and VAT group, with the
    number and day of each. What was taken off before is left alone. Raises `NotADraft`,
    `NothingLeftToDeduct`; an advance of another client is missing (`DoesNotExist`).
    """
    invoice = lock_draft(invoice_id, by)
    fitting = open_advances(by, company_id=invoice.company_id, contact_id=invoice.contact_id)
    advances = list(fitting.filter(pk__in=advance_ids, currency=invoice.currency))
    if len(advances) < len(set(advance_ids)):
        raise Invoice.DoesNotExist()
    lines = [line for advance in advances for line in _deductions(advance, invoice)]
    if not lines:
        raise NothingLeftToDeduct()
    change = InvoiceChange(items=(*items_of(invoice), *lines))
    return change_invoice(invoice_id=invoice.pk, change=change, by=by, at=at)


def _begun(original: Invoice, kind: str) -> dict[str, Any]:
    """The lines that a note starts with, and the discount that goes with them."""
    without = {"discount_percent": Decimal("0.00"), "discount_amount": Decimal("0.00")}
    if kind == rules.DEBIT_NOTE:
        return without | {"items": _lines(original, rules.what_remains(_empty_groups(original), ()))}
    left = {key: group for key, group in remaining_of(original.pk).items() if group.base or group.vat}
    if not left:
        raise NothingLeftToCredit()
    has_deductions = original.items.filter(deducts__isnull=False).exists()
    is_whole = not has_deductions and not original.amendments.filter(state=rules.ISSUED).exists()
    return {} if is_whole else without | {"items": _lines(original, left)}


def _empty_groups(original: Invoice) -> list[rules.VatGroup]:
    from_items = {(item.vat_rate, item.vat_code) for item in original.items.all()}
    return [rules.VatGroup(rate, rules.ZERO, rules.ZERO, code) for rate, code in sorted(from_items, key=str)]


def _lines(original: Invoice, groups: dict[rules.GroupKey, rules.VatGroup]) -> tuple[ItemInput, ...]:
    text = say(original.language, CORRECTION, {"number": original.number})
    return tuple(
        ItemInput(
            description=text,
            quantity=Decimal(1),
            unit_price=group.gross if original.prices_include_vat else group.base,
            vat_rate=group.rate,
            vat_code=group.code,
        )
        for group in groups.values()
    )


def _deductions(advance: Invoice, invoice: Invoice) -> list[ItemInput]:
    taken = {item.deducts_id for item in invoice.items.all()}
    if advance.pk in taken:
        return []
    text = reference_in(invoice.language, ADVANCE_DEDUCTED, Reference(str(advance.number), advance.issued_on))
    return [
        ItemInput(
            description=text,
            quantity=Decimal(-1),
            unit_price=group.gross if invoice.prices_include_vat else group.base,
            vat_rate=group.rate,
            vat_code=group.code,
            deducts_id=advance.pk,
        )
        for group in advance_left(advance.pk, beside=invoice.pk).values()
        if group.base > 0
    ]
