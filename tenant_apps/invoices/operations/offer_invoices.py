"""From an accepted offer to its invoices: all of it, some lines, or an advance and then the rest; together
never more than was accepted.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.formats import format_number
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.crm.models import Deal
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import OfferEvent
from tenant_apps.invoices.models import Invoice, InvoiceState, Offer, OfferInvoice, OfferItem
from tenant_apps.invoices.operations.draft_inputs import InvoiceInput, ItemInput
from tenant_apps.invoices.operations.drafts import create_invoice
from tenant_apps.invoices.operations.notes import deduct_advances
from tenant_apps.invoices.operations.offer_inputs import LINE_FIELDS
from tenant_apps.invoices.operations.offer_room import MoreThanOffered
from tenant_apps.invoices.operations.offers import rule_line
from tenant_apps.invoices.queries import (
    OfferLeft,
    advance_left,
    advanced_groups,
    groups_in,
    left_of_offer,
    lock_offer,
)
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to


class OfferNotAccepted(Refused):
    code = "offer_not_accepted"
    message = _("Only an accepted offer is invoiced.")
    conflict = True


class NothingLeftToInvoice(Refused):
    code = "nothing_left_to_invoice"
    message = _("This has been invoiced already.")
    field = "items"
    conflict = True


class AdvanceNotIssued(Refused):
    code = "advance_not_issued"
    message = _("The advance invoice is still a draft. Issue or delete it first; then the rest can follow.")
    conflict = True


class AdvanceGoesFirst(Refused):
    code = "advance_goes_first"
    message = _("An offer is invoiced either by lines, or by an advance and then the rest.")
    conflict = True


class AdvanceOutOfRange(Refused):
    code = "percent_out_of_range"
    message = _("From more than 0 to 100.")
    field = "percent"


@operation(permission=Permission.INVOICES_EDIT)
def invoice_offer(
    *,
    offer_id: UUID,
    part: str,
    by: Actor,
    at: datetime,
    item_ids: Collection[UUID] = (),
    percent: Decimal | None = None,
) -> Invoice:
    """Draft an invoice from an accepted offer: the `whole` of what is left, some `lines` (`item_ids`), or an
    `advance` of `percent`. The whole takes issued advances off.

    A draft that is deleted and an invoice that is annulled give back what they took. Raises
    `OfferNotAccepted`, `NothingLeftToInvoice`, `AdvanceGoesFirst`, `AdvanceNotIssued`, `MoreThanOffered`,
    `AdvanceOutOfRange`.
    """
    offer = lock_offer(offer_id, by)
    require_may_change(offer, by)
    if not offer.is_accepted:
        raise OfferNotAccepted()
    left = left_of_offer(offer)
    if part == rules.ADVANCE:
        return _invoice_advance(offer, left, percent or Decimal(0), by, at)
    if part == rules.LINES:
        return _invoice_lines(offer, left, _among(left, item_ids), by, at)
    return _invoice_rest(offer, left, by, at)


def draft_invoice_of_accepted(offer: Offer, *, by: Actor, at: datetime) -> Invoice | None:
    """The draft that follows an acceptance: the agreed advance, or else the whole. It belongs to the owner of
    the offer. None for an offer that comes to nothing.
    """
    if not offer.accepted_total:
        return None
    part = rules.ADVANCE if offer.advance_percent else rules.WHOLE
    percent = offer.advance_percent or None
    invoice = invoice_offer(offer_id=offer.pk, part=part, percent=percent, by=by, at=at)
    invoice.owner_id = offer.owner_id
    invoice.save(update_fields=["owner_id"])
    return invoice


def _invoice_advance(offer: Offer, left: OfferLeft, percent: Decimal, by: Actor, at: datetime) -> Invoice:
    if not 0 < percent <= 100:
        raise AdvanceOutOfRange()
    if left.has_parts:
        raise AdvanceGoesFirst()
    taken, with_vat = advanced_groups(left.advances), offer.prices_include_vat
    pieces = rules.advance_of(groups_in(offer.accepted_groups), taken, percent, prices_include_vat=with_vat)
    if not pieces:
        raise NothingLeftToInvoice()
    with override(offer.language):
        facts = {"percent": format_number(percent), "number": str(offer)}
        text = gettext("Advance of %(percent)s %% on offer %(number)s") % facts
    items = tuple(
        ItemInput(
            description=text,
            quantity=Decimal(1),
            unit_price=piece.gross if with_vat else piece.base,
            vat_rate=piece.rate,
            vat_code=piece.code,
        )
        for piece in pieces
    )
    draft = _draft(offer, items, by, is_advance=True, notes="")
    return _made(offer, left, draft, by, at, part=rules.ADVANCE, percent=percent)


def _invoice_lines(
    offer: Offer, left: OfferLeft, items: tuple[OfferItem, ...], by: Actor, at: datetime
) -> Invoice:
    if left.advances:
        raise AdvanceGoesFirst()
    if not items:
        raise NothingLeftToInvoice()
    discount = _discount_of(offer, items, left.room)
    draft = _draft(offer, _lines(items), by, discount_amount=discount)
    return _made(offer, left, draft, by, at, part=rules.LINES, items=items)


def _invoice_rest(offer: Offer, left: OfferLeft, by: Actor, at: datetime) -> Invoice:
    if not left.items:
        raise NothingLeftToInvoice()
    if left.has_parts:
        return _invoice_lines(offer, left, left.items, by, at)
    if any(advance.state == InvoiceState.DRAFT for advance in left.advances):
        raise AdvanceNotIssued()
    discounts = {name: getattr(offer, name) for name in ("discount_percent", "discount_amount")}
    draft = _draft(offer, _lines(left.items), by, **discounts)
    advance_ids = tuple(one.pk for one in left.advances if _is_to_deduct(one))
    return _made(offer, left, draft, by, at, part=rules.WHOLE, items=left.items, advance_ids=advance_ids)


def _made(
    offer: Offer,
    left: OfferLeft,
    draft: InvoiceInput,
    by: Actor,
    at: datetime,
    *,
    part: str,
    items: tuple[OfferItem, ...] = (),
    percent: Decimal | None = None,
    advance_ids: tuple[UUID, ...] = (),
) -> Invoice:
    invoice = create_invoice(draft=draft, by=by, at=at)
    if advance_ids:
        invoice = deduct_advances(invoice_id=invoice.pk, advance_ids=advance_ids, by=by, at=at)
    if invoice.total > left.room:
        raise MoreThanOffered()
    OfferInvoice.objects.create(
        offer=offer,
        invoice=invoice,
        part=part,
        item_ids=[item.pk for item in items],
        percent=percent,
        created_at=at,
    )
    told = {"part": part, "invoice_id": invoice.pk, "total": invoice.total, "currency": invoice.currency}
    parent = offer.company or offer.contact
    record(event=OfferEvent.INVOICED, subject=offer, by=by, at=at, parent=parent, new=told)
    return invoice


def _draft(offer: Offer, items: tuple[ItemInput, ...], by: Actor, **more: Any) -> InvoiceInput:
    """The invoice to whoever the client is now; it bills the deal when `by` may see that."""
    deal = visible_to(Deal.objects.filter(offers=offer), by).first()
    company, contact = offer.company, offer.contact
    wanted = {
        "company_id": company and (company.merged_into_id or company.pk),
        "contact_id": contact and (contact.merged_into_id or contact.pk),
        "deal_id": deal.pk if deal else None,
        "currency": offer.currency,
        "language": offer.language,
        "notes": offer.notes,
        "prices_include_vat": offer.prices_include_vat,
    }
    return InvoiceInput(items=items, **(wanted | more))


def _lines(items: Iterable[OfferItem]) -> tuple[ItemInput, ...]:
    return tuple(ItemInput(**{name: getattr(item, name) for name in LINE_FIELDS}) for item in items)


def _is_to_deduct(advance: Invoice) -> bool:
    return any(group.base > 0 for group in advance_left(advance.pk).values())


def _among(left: OfferLeft, wanted: Collection[UUID]) -> tuple[OfferItem, ...]:
    """The chosen lines, in their order; one that is invoiced already or none of this offer is refused."""
    found = tuple(item for item in left.items if item.pk in set(wanted))
    if len(found) < len(set(wanted)):
        raise NothingLeftToInvoice()
    return found


def _discount_of(offer: Offer, items: tuple[OfferItem, ...], room: Decimal) -> Decimal:
    """The share of these lines in the discount of the offer."""
    agreed = [item for item in offer.items.all() if item.counts]
    discount = rules.Discount(offer.discount_percent, offer.discount_amount)
    shares = rules.discount_shares([rule_line(item) for item in agreed], discount)
    chosen = {item.pk for item in items}
    off = sum((share for item, share in zip(agreed, shares, strict=True) if item.pk in chosen), rules.ZERO)
    found = rules.part_discount(
        [rule_line(item) for item in items],
        off,
        prices_include_vat=offer.prices_include_vat,
        room=room,
    )
    if found is None:
        raise MoreThanOffered()
    return found
