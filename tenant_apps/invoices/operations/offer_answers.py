"""Offers on their way: sent, accepted or declined by the client, expired; and what their deals hear of it."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind, system_actor
from shared_apps.core.clock import day_in
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from shared_apps.jobs.operations import enqueue, set_next_due, settle_next_due
from tenant_apps.activity.models import Event
from tenant_apps.activity.operations import record
from tenant_apps.crm.operations import Cause, RuleCode, ask_by_rule, move_by_rule
from tenant_apps.crm.queries import is_rule_on
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import OfferEvent
from tenant_apps.invoices.models import Offer, OfferItem, OfferStatus
from tenant_apps.invoices.operations.offer_invoices import draft_invoice_of_accepted
from tenant_apps.invoices.operations.offers import (
    VersionBegun,
    kept_groups,
    lock_draft_offer,
    totals_of_lines,
)
from tenant_apps.invoices.operations.sending import BuyerWithoutEmail
from tenant_apps.invoices.queries import (
    buyer_of,
    email_of_buyer,
    first_end_of_validity,
    lock_offer,
    offers_to_expire,
    seller_of,
)
from tenant_apps.messages.operations import notify
from tenant_apps.sharing.operations import ensure_public_link, require_may_change
from tenant_apps.workspace.operations import take_number
from tenant_apps.workspace.queries import OFFER_SERIES, profile
from tenants.context import current_organization

EXPIRY = "expire_offers"
OFFER_EXPIRED, OFFER_ACCEPTED, OFFER_DECLINED = "offer_expired", "offer_accepted", "offer_declined"


class OfferAnswered(Refused):
    code = "offer_answered"
    message = _("The client has answered this offer already.")
    conflict = True


class OfferNotOpen(Refused):
    code = "offer_not_open"
    message = _("This is possible only with a sent offer that nobody has answered.")
    conflict = True


class OfferOver(Refused):
    code = "offer_over"
    message = _("This offer is no longer valid. Send a new version of it.")
    conflict = True


class NameMissing(Refused):
    code = "required"
    message = _("Say who answered.")
    field = "name"


class ValidityPassed(Refused):
    code = "day_passed"
    message = _("The day until which it is valid has passed. Choose another.")
    field = "valid_until"


@operation(permission=Permission.OFFERS_SEND)
def send_offer(*, offer_id: UUID, by: Actor, at: datetime, with_email: bool = True) -> Offer:
    """Give a draft its number, keep seller and buyer as they are now, freeze it, and send it to the client's
    e-mail; without `with_email` it only counts as sent. It gets its client link, where it is answered. The
    version before it is superseded.

    Raises `OfferNotADraft`, `ValidityPassed`, `BuyerWithoutEmail`, and `OfferAnswered` when the client
    accepted the version before meanwhile. The deal goes forward by the rules of the crm.
    """
    offer = lock_draft_offer(offer_id, by)
    seller, today = profile(), day_in(profile().time_zone, at)
    offer.valid_until = offer.valid_until or rules.default_valid_until(today)
    if offer.valid_until < today:
        raise ValidityPassed()
    if offer.supersedes_id:
        _supersede(offer.supersedes_id, by, at)
    offer.number = offer.number or take_number(code=OFFER_SERIES, by=by)
    compiled_by = by.label if by.kind is ActorKind.MEMBER else ""
    offer.seller, offer.buyer = seller_of(seller) | {"compiled_by": compiled_by}, buyer_of(offer)
    names = (offer.buyer[field] for field in ("name", "eik", "contact"))
    offer.search_text = searchable(offer.number, *names)
    offer.status, offer.sent_at, offer.updated_at = OfferStatus.SENT, at, at
    offer.save()
    to = email_of_buyer(offer) if with_email else ""
    if with_email and not to:
        raise BuyerWithoutEmail()
    ensure_public_link(record_type=Offer.shared_as, record_id=offer.pk, by=by, at=at)
    told = _tell(OfferEvent.SENT, offer, by, at, {"to": to, "total": offer.total, "currency": offer.currency})
    if to:
        _email(offer, to, told, by)
    expect_expiry(offer)
    if offer.deal_id:
        cause = _cause(offer, by.label)
        move_by_rule(rule=RuleCode.OFFER_SENT, deal_id=offer.deal_id, cause=cause, by=_product(), at=at)
    return offer


@operation(permission=Permission.OFFERS_SEND)
def resend_offer(*, offer_id: UUID, by: Actor, at: datetime) -> Offer:
    """Send an offer that waits for an answer to the client once more. Raises `OfferNotOpen`,
    `BuyerWithoutEmail`.
    """
    offer = lock_offer(offer_id, by)
    require_may_change(offer, by)
    if offer.status != OfferStatus.SENT:
        raise OfferNotOpen()
    to = email_of_buyer(offer)
    if not to:
        raise BuyerWithoutEmail()
    offer.sent_at = offer.updated_at = at
    offer.save(update_fields=["sent_at", "updated_at"])
    ensure_public_link(record_type=Offer.shared_as, record_id=offer.pk, by=by, at=at)
    _email(offer, to, _tell(OfferEvent.SENT_AGAIN, offer, by, at, {"to": to}), by)
    return offer


@operation(permission=Permission.OFFERS_ANSWER)
def accept_offer(
    *,
    offer_id: UUID,
    name: str,
    by: Actor,
    at: datetime,
    chosen_item_ids: Collection[UUID] = (),
    from_address: str = "",
) -> Offer:
    """Write down that `name` accepts a sent offer, with the optional lines `chosen_item_ids`.

    By a member who was told so, or by the client whose link it is (then `from_address` is the network address
    that they came from). By the rules of the crm its deal is won and a draft invoice written. Raises
    `NameMissing`, `OfferAnswered`, `OfferNotOpen`, `OfferOver`; a line that is not optional here is refused
    as `items`.
    """
    offer = _lock_to_answer(offer_id, name, by)
    if offer.valid_until and day_in(profile().time_zone, at) > offer.valid_until:
        raise OfferOver()
    totals = totals_of_lines(offer, _chosen_lines(offer, chosen_item_ids))
    offer.accepted_net_total, offer.accepted_vat_total = totals.net_total, totals.vat_total
    offer.accepted_total, offer.accepted_groups = totals.total, kept_groups(totals)
    offer.answered_from = from_address[:45]
    _answer(offer, OfferStatus.ACCEPTED, name, by, at)
    _tell(OfferEvent.ACCEPTED, offer, by, at, {**_who(offer), "total": totals.total})
    _tell_owner(OFFER_ACCEPTED, offer, by, at)
    if offer.deal_id:
        cause = _cause(offer, offer.answered_by)
        move_by_rule(rule=RuleCode.OFFER_ACCEPTED, deal_id=offer.deal_id, cause=cause, by=_product(), at=at)
    if is_rule_on(RuleCode.OFFER_ACCEPTED):
        draft_invoice_of_accepted(offer, by=_product(), at=at)
    return offer


@operation(permission=Permission.OFFERS_ANSWER)
def decline_offer(
    *, offer_id: UUID, name: str, by: Actor, at: datetime, reason: str = "", from_address: str = ""
) -> Offer:
    """Write down that `name` declines a sent offer, and why. By the rules of the crm the owner of its deal is
    asked what comes next. Raises `NameMissing`, `OfferAnswered`, `OfferNotOpen`.
    """
    offer = _lock_to_answer(offer_id, name, by)
    offer.answer_reason, offer.answered_from = reason.strip()[:500], from_address[:45]
    _answer(offer, OfferStatus.DECLINED, name, by, at)
    _tell(OfferEvent.DECLINED, offer, by, at, {**_who(offer), "reason": offer.answer_reason})
    if offer.deal_id:
        ask_by_rule(
            rule=RuleCode.OFFER_DECLINED,
            deal_id=offer.deal_id,
            cause=_cause(offer, offer.answered_by),
            reason=offer.answer_reason,
            by=_product(),
            at=at,
        )
    _tell_owner(OFFER_DECLINED, offer, by, at)  # one whom the crm has asked already is told once
    return offer


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="one that was answered meanwhile stays")
def expire_offer(*, offer_id: UUID, by: Actor, at: datetime) -> bool:
    """Let a sent offer whose last day is over expire, and tell its owner; says whether it did."""
    today = day_in(profile().time_zone, at)
    offer = offers_to_expire(today).select_for_update(skip_locked=True).filter(pk=offer_id).first()
    if offer is None:
        return False
    offer.status, offer.updated_at = OfferStatus.EXPIRED, at
    offer.save(update_fields=["status", "updated_at"])
    _tell(OfferEvent.EXPIRED, offer, by, at, {"valid_until": offer.valid_until})
    if offer.owner_id:
        notify(
            user_id=offer.owner_id,
            kind=OFFER_EXPIRED,
            text=f"{offer} · {offer.buyer['name']}",
            url=offer.get_absolute_url(),
            key=f"{OFFER_EXPIRED}:{offer.pk}",
            by=by,
            at=at,
        )
    return True


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="each offer that expires is told")
def settle_expiry(*, by: Actor, at: datetime) -> None:
    """After the offers that were due: the next one says when to look again."""
    settle_next_due(EXPIRY, organization_id=current_organization().id, remaining=_next_expiry)


def _lock_to_answer(offer_id: UUID, name: str, by: Actor) -> Offer:
    if not name.strip():
        raise NameMissing()
    offer = lock_offer(offer_id, by)
    if by.kind is not ActorKind.CLIENT:
        require_may_change(offer, by)
    if offer.status in (OfferStatus.ACCEPTED, OfferStatus.DECLINED):
        raise OfferAnswered()
    if offer.status == OfferStatus.EXPIRED:
        raise OfferOver()
    if offer.status != OfferStatus.SENT:
        raise OfferNotOpen()
    return offer


def _chosen_lines(offer: Offer, chosen: Collection[UUID]) -> list[OfferItem]:
    """The lines that count now; the chosen ones are marked."""
    items, wanted = list(offer.items.all()), set(chosen)
    if wanted - {item.pk for item in items if item.is_optional}:
        raise Refused("item_unknown", _("Choose among the optional lines of this offer."), field="items")
    OfferItem.objects.filter(offer=offer, pk__in=wanted).update(is_chosen=True)
    return [item for item in items if not item.is_optional or item.pk in wanted]


def _answer(offer: Offer, status: OfferStatus, name: str, by: Actor, at: datetime) -> None:
    offer.status, offer.answered_at, offer.updated_at = status, at, at
    offer.answered_by = name.strip()[:200]
    offer.recorded_by_id = None if by.kind is ActorKind.CLIENT else by.id
    offer.save()


def _who(offer: Offer) -> dict[str, Any]:
    return {"name": offer.answered_by} | ({"from": offer.answered_from} if offer.answered_from else {})


def _tell_owner(kind: str, offer: Offer, by: Actor, at: datetime) -> None:
    """What the client did by themselves; what a member wrote down, the team knows."""
    if by.kind is ActorKind.CLIENT and offer.owner_id:
        notify(
            user_id=offer.owner_id,
            kind=kind,
            text=f"{offer} · {offer.answered_by}",
            url=offer.get_absolute_url(),
            key=f"{kind}:{offer.pk}" if kind == OFFER_DECLINED else f"{kind}:{offer.pk}:{at.isoformat()}",
            by=by,
            at=at,
        )


def _supersede(offer_id: UUID, by: Actor, at: datetime) -> None:
    before = Offer.objects.select_for_update().get(pk=offer_id)
    if not rules.offer_may_become(before.status, rules.SUPERSEDED):
        raise OfferAnswered() if before.is_accepted else VersionBegun()
    before.status, before.updated_at = OfferStatus.SUPERSEDED, at
    before.save(update_fields=["status", "updated_at"])
    _tell(OfferEvent.SUPERSEDED, before, by, at, {})


def _email(offer: Offer, to: str, told: Event, by: Actor) -> None:
    key = f"email_offer:{told.pk}"
    enqueue("email_offer", by=by, key=key, offer_id=str(offer.pk), to=to, sending_id=str(told.pk))


def expect_expiry(offer: Offer) -> None:
    """Let the job come when the first of the sent offers is over."""
    due = _next_expiry()
    if due:
        set_next_due(EXPIRY, organization_id=current_organization().id, at=due)


def _next_expiry() -> datetime | None:
    """When the first of the sent offers is over: where the organization's day after its last one begins."""
    last_day = first_end_of_validity()
    if last_day is None:
        return None
    midnight = datetime.combine(last_day + timedelta(days=1), time.min, ZoneInfo(profile().time_zone))
    return midnight.astimezone(UTC)


def _tell(event: OfferEvent, offer: Offer, by: Actor, at: datetime, new: dict[str, Any]) -> Event:
    return record(event=event, subject=offer, by=by, at=at, parent=offer.company or offer.contact, new=new)


def _cause(offer: Offer, caused_by: str) -> Cause:
    return Cause(document_id=offer.pk, number=str(offer), caused_by=caused_by, noun="offer")


def _product() -> Actor:
    """What follows from an answer is done for nobody: the client may touch neither deals nor invoices."""
    return system_actor(current_organization().id)
