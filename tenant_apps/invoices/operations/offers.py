"""Offers while they are written: drafted, changed, copied, thrown away, begun anew as the next version."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.vat_treatments import usual_code
from shared_apps.core.changes import given
from shared_apps.core.clock import day_in
from shared_apps.core.errors import Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Company, Contact, Deal
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import OfferEvent
from tenant_apps.invoices.models import Offer, OfferItem
from tenant_apps.invoices.operations.deals import draft_of_deal
from tenant_apps.invoices.operations.drafts import LARGEST_TOTAL
from tenant_apps.invoices.operations.offer_inputs import (
    LINE_FIELDS,
    OfferChange,
    OfferInput,
    OfferItemInput,
    offer_errors,
)
from tenant_apps.invoices.queries import lock_offer
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import profile

PLAIN_FIELDS = (
    "currency",
    "valid_until",
    "notes",
    "prices_include_vat",
    "discount_percent",
    "discount_amount",
    "advance_percent",
)
COPIED = ("company_id", "contact_id", "language", *(name for name in PLAIN_FIELDS if name != "valid_until"))
PRICING = frozenset({"items", "prices_include_vat", "discount_percent", "discount_amount"})


class OfferNotADraft(Refused):
    code = "offer_not_a_draft"
    message = _("This offer has been sent, so it can no longer be changed. Begin a new version instead.")
    conflict = True


class NoNewVersion(Refused):
    code = "no_new_version"
    message = _("A new version takes the place of a sent, declined or expired offer.")
    conflict = True


class VersionBegun(Refused):
    code = "version_begun"
    message = _("There is a newer version of this offer already.")
    conflict = True


@operation(permission=Permission.OFFERS_EDIT)
def create_offer(*, draft: OfferInput, by: Actor, at: datetime) -> Offer:
    """Write a draft with its lines and totals.

    Refuses wrong values under paths such as `items.0.quantity`. A company, contact, deal or product that is
    missing or not visible to `by` raises its `DoesNotExist`.
    """
    return _written(Offer(), draft, by, at, OfferEvent.CREATED)


@operation(permission=Permission.OFFERS_EDIT)
def create_offer_of_deal(*, deal_id: UUID, by: Actor, at: datetime) -> Offer:
    """Write a draft for a deal, with its client and lines. Refuses a deal of nobody: `company_id`."""
    deal = visible_to(Deal.objects.all(), by).get(pk=deal_id)
    return create_offer(draft=offer_of_deal(deal), by=by, at=at)


def offer_of_deal(deal: Deal) -> OfferInput:
    """The offer for a deal: to whom its invoice would go, with the same lines."""
    invoice = draft_of_deal(deal)
    items = tuple(
        OfferItemInput(**{name: getattr(item, name) for name in LINE_FIELDS}) for item in invoice.items
    )
    return OfferInput(
        currency=invoice.currency,
        items=items,
        company_id=invoice.company_id,
        contact_id=invoice.contact_id,
        deal_id=deal.pk,
    )


@operation(permission=Permission.OFFERS_EDIT)
def change_offer(*, offer_id: UUID, change: OfferChange, by: Actor, at: datetime) -> Offer:
    """Change a draft; `items`, when given, are replaced whole. Raises `OfferNotADraft` once it is sent."""
    offer, wanted = lock_draft_offer(offer_id, by), given(change)
    addressee = {"company_id": offer.company_id, "contact_id": offer.contact_id}
    refuse_all(offer_errors(addressee | wanted, on=day_in(profile().time_zone, at)))
    before = {name: getattr(offer, name) for name in (*wanted, "total") if name != "items"}
    _put(offer, wanted, by)
    if PRICING & wanted.keys():
        items = _items_of(offer, wanted.get("items") or items_of_offer(offer))
        OfferItem.objects.filter(offer=offer).delete()
        OfferItem.objects.bulk_create(items)
    offer.updated_at = at
    offer.save()
    old, new = changes_between(before, {name: getattr(offer, name) for name in before})
    parent = offer.company or offer.contact
    record(event=OfferEvent.CHANGED, subject=offer, by=by, at=at, parent=parent, old=old, new=new)
    return offer


@operation(permission=Permission.OFFERS_EDIT)
def delete_draft_offer(*, offer_id: UUID, by: Actor, at: datetime) -> None:
    """Throw a draft away; the version before it stays as it is. Raises `OfferNotADraft` once it is sent."""
    offer = lock_draft_offer(offer_id, by)
    parent, old = offer.company or offer.contact, {"total": offer.total, "currency": offer.currency}
    record(event=OfferEvent.DELETED, subject=offer, by=by, at=at, parent=parent, old=old)
    offer.delete()


@operation(permission=Permission.OFFERS_EDIT)
def duplicate_offer(*, offer_id: UUID, by: Actor, at: datetime) -> Offer:
    """Write a new draft with the same client and lines as any offer; it is for no deal."""
    original = visible_to(Offer.objects.all(), by).get(pk=offer_id)
    return create_offer(draft=_copy_of(original), by=by, at=at)


@operation(permission=Permission.OFFERS_EDIT)
def create_offer_version(*, offer_id: UUID, by: Actor, at: datetime) -> Offer:
    """Begin the next version of an offer as a draft with its number. The one before holds until the new one
    is sent. Raises `NoNewVersion`, `VersionBegun`.
    """
    original = lock_offer(offer_id, by)
    require_may_change(original, by)
    if Offer.objects.filter(supersedes=original).exists():
        raise VersionBegun()
    if not rules.offer_may_become(original.status, rules.SUPERSEDED):
        raise NoNewVersion()
    begun = Offer(number=original.number, version=original.version + 1, supersedes=original)
    deal = visible_to(Deal.objects.filter(offers=original), by).first()
    draft = replace(_copy_of(original), deal_id=deal.pk if deal else None)
    return _written(begun, draft, by, at, OfferEvent.VERSION_CREATED)


def lock_draft_offer(offer_id: UUID, by: Actor) -> Offer:
    """The draft under a row lock; raises `OfferNotADraft` when it is one no longer."""
    offer = lock_offer(offer_id, by)
    require_may_change(offer, by)
    if not offer.is_draft:
        raise OfferNotADraft()
    return offer


def items_of_offer(offer: Offer) -> tuple[OfferItemInput, ...]:
    """The lines of an offer as somebody would write them."""
    names = (*LINE_FIELDS, "is_optional")
    return tuple(
        OfferItemInput(**{name: getattr(item, name) for name in names}) for item in offer.items.all()
    )


def totals_of_lines(offer: Offer, items: Iterable[OfferItemInput | OfferItem]) -> rules.Totals:
    """What these lines come to in the offer: its way of pricing, its discount."""
    return rules.compute_totals(
        [rule_line(item) for item in items],
        prices_include_vat=offer.prices_include_vat,
        discount=rules.Discount(offer.discount_percent, offer.discount_amount),
    )


def rule_line(item: OfferItemInput | OfferItem) -> rules.LineInput:
    """A line as the rules count it."""
    return rules.LineInput(
        item.quantity, item.unit_price, item.discount_percent, item.vat_rate, item.vat_code
    )


def kept_groups(totals: rules.Totals) -> list[dict[str, Any]]:
    """The VAT groups as a document keeps them."""
    return [
        {
            "rate": None if group.rate is None else str(group.rate),
            "code": group.code,
            "base": str(group.base),
            "vat": str(group.vat),
            "discount": str(group.discount),
        }
        for group in totals.groups
    ]


def _written(offer: Offer, draft: OfferInput, by: Actor, at: datetime, event: OfferEvent) -> Offer:
    refuse_all(offer_errors(vars(draft), on=day_in(profile().time_zone, at)))
    offer.owner_id, offer.created_at, offer.updated_at = by.id, at, at
    _put(offer, vars(draft), by)
    items = _items_of(offer, draft.items)
    offer.save(force_insert=True)
    OfferItem.objects.bulk_create(items)
    parent, new = offer.company or offer.contact, {"total": offer.total, "currency": offer.currency}
    record(event=event, subject=offer, by=by, at=at, parent=parent, new=new)
    return offer


def _copy_of(original: Offer) -> OfferInput:
    same = {name: getattr(original, name) for name in COPIED}
    return OfferInput(**same, items=items_of_offer(original))


def _put(offer: Offer, wanted: Mapping[str, Any], by: Actor) -> None:
    for name in PLAIN_FIELDS:
        if name in wanted:
            setattr(offer, name, wanted[name])
    if "language" in wanted:
        offer.language = wanted["language"] or profile().default_language
    if "company_id" in wanted:
        offer.company = _visible(Company, wanted["company_id"], by)
    if "contact_id" in wanted:
        offer.contact = _visible(Contact, wanted["contact_id"], by)
    if "deal_id" in wanted and wanted["deal_id"] != offer.deal_id:
        offer.deal = _visible(Deal, wanted["deal_id"], by)
    offer.search_text = searchable(offer.number or "", str(offer.company or ""), str(offer.contact or ""))


def _visible(model: Any, record_id: UUID | None, by: Actor) -> Any:
    return visible_to(model.objects.all(), by).get(pk=record_id) if record_id else None


def _items_of(offer: Offer, wanted: Iterable[OfferItemInput]) -> list[OfferItem]:
    """The rows of the lines, not yet saved; the offer gets the totals of those that are not optional."""
    registered = profile().is_vat_registered
    items = [
        replace(item, vat_code=item.vat_code or usual_code(item.vat_rate, registered=registered))
        for item in wanted
    ]
    _check_products({item.product_id for item in items if item.product_id})
    totals = totals_of_lines(offer, [item for item in items if not item.is_optional])
    _put_totals(offer, totals, items)
    nets = iter(totals.line_nets)
    return [
        OfferItem(
            offer=offer,
            position=position,
            amount=rule_line(item).amount,
            net_total=_net_alone(offer, item) if item.is_optional else next(nets),
            is_optional=item.is_optional,
            **{name: getattr(item, name) for name in LINE_FIELDS},
        )
        for position, item in enumerate(items)
    ]


def _net_alone(offer: Offer, item: OfferItemInput) -> Any:
    """What an optional line comes to without VAT, as if it stood alone."""
    totals = rules.compute_totals([rule_line(item)], prices_include_vat=offer.prices_include_vat)
    return totals.line_nets[0]


def _put_totals(offer: Offer, totals: rules.Totals, items: list[OfferItemInput]) -> None:
    everything = totals_of_lines(offer, items)
    sums = (totals.total, everything.total, *everything.line_amounts)
    if totals.total < 0 or everything.total < 0 or max(map(abs, sums)) > LARGEST_TOTAL:
        raise Refused(
            "total_out_of_range", _("The total must be between 0 and 999,999,999,999.99."), field="items"
        )
    offer.net_total, offer.vat_total, offer.total = totals.net_total, totals.vat_total, totals.total
    offer.discount_total, offer.vat_groups = totals.discount_total, kept_groups(totals)


def _check_products(wanted: set[UUID]) -> None:
    if wanted and Product.objects.filter(pk__in=wanted).count() < len(wanted):
        raise Product.DoesNotExist()
