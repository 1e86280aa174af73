"""What an offer may become, and how it turns into invoices without exceeding it or losing a cent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from shared_apps.core.money import round_half_up
from tenant_apps.invoices.rules.totals import (
    CENT,
    ZERO,
    Discount,
    LineInput,
    VatGroup,
    compute_totals,
    net_of,
    spread,
    what_remains,
)

OFFER_DRAFT, OFFER_SENT, ACCEPTED, DECLINED = "draft", "sent", "accepted", "declined"
EXPIRED, SUPERSEDED = "expired", "superseded"
OFFER_STATUSES = (OFFER_DRAFT, OFFER_SENT, ACCEPTED, DECLINED, EXPIRED, SUPERSEDED)
# A client answers once; what was not accepted gives way to a new version of itself. An acceptance that was
# written down by mistake is taken back.
OFFER_TRANSITIONS: Mapping[str, frozenset[str]] = {
    OFFER_DRAFT: frozenset({OFFER_SENT}),
    OFFER_SENT: frozenset({ACCEPTED, DECLINED, EXPIRED, SUPERSEDED}),
    DECLINED: frozenset({SUPERSEDED}),
    EXPIRED: frozenset({SUPERSEDED}),
    ACCEPTED: frozenset({OFFER_SENT}),
    SUPERSEDED: frozenset(),
}
OFFER_DAYS = 30
# An offer has at most 500 lines, and each invoice rounds each line's VAT by half a cent at most.
MOST_ROUNDED = 250

# How an invoice takes from an offer.
WHOLE, LINES, ADVANCE = "whole", "lines", "advance"
OFFER_PARTS = (WHOLE, LINES, ADVANCE)


def offer_may_become(status: str, new_status: str) -> bool:
    """Say whether an offer in `status` may pass into `new_status`."""
    return new_status in OFFER_TRANSITIONS[status]


def default_valid_until(sent_on: date) -> date:
    """Return the last day on which an offer that says nothing else can be accepted."""
    return sent_on + timedelta(days=OFFER_DAYS)


def advance_of(
    groups: Iterable[VatGroup], taken: Iterable[VatGroup], percent: Decimal, *, prices_include_vat: bool
) -> list[VatGroup]:
    """Return the tax base and VAT of an advance of `percent` of an offer, per VAT group that has any.

    `taken` are the advances before it. VAT is rounded on each invoice, so not every amount can be split
    without a cent more or less in the sum: the one nearest to the percent that can is chosen. So advances and
    the invoice for the rest add up to the offer exactly.
    """
    groups = tuple(groups)
    left = what_remains(groups, taken)
    pieces = [_piece(group, left[group.key], percent, prices_include_vat) for group in groups]
    return [piece for piece in pieces if piece.base > 0]


def discount_shares(lines: Sequence[LineInput], discount: Discount) -> list[Decimal]:
    """Return what of the document's discount falls on each line, as priced, to the cent; it adds up to all of
    it.
    """
    weights = [max(line.amount, ZERO) for line in lines]
    off = discount.of(sum((line.amount for line in lines), ZERO))
    return spread(off, weights) if off else [ZERO] * len(lines)


def part_discount(
    lines: Sequence[LineInput], off: Decimal, *, prices_include_vat: bool, room: Decimal
) -> Decimal | None:
    """Return the discount with which some lines of an offer come to no more than `room`: `off`, or some cents
    more where VAT, which each invoice rounds for itself, would lead beyond the offer. None when the lines
    take more than rounding can explain.
    """
    for cents in range(len(lines) + MOST_ROUNDED + 1):
        wanted = off + cents * CENT
        discount = Discount(amount=wanted)
        if compute_totals(lines, prices_include_vat=prices_include_vat, discount=discount).total <= room:
            return wanted
    return None


def _piece(group: VatGroup, left: VatGroup, percent: Decimal, with_vat: bool) -> VatGroup:
    rate, room = group.rate, left.gross if with_vat else left.base
    wanted = round_half_up((group.gross if with_vat else group.base) * percent / 100)
    split: Callable[[Decimal], VatGroup] = lambda amount: _taxed(group, amount, with_vat)  # noqa: E731
    amount = max(min(wanted, room), ZERO)
    for cents in range(int(max(room, ZERO) / CENT) + 1):
        for nearby in (amount - cents * CENT, amount + cents * CENT):
            if ZERO <= nearby <= max(room, ZERO) and _adds_up(split(nearby), split(room - nearby), left):
                return split(nearby)
    return VatGroup(rate, ZERO, ZERO, group.code)


def _taxed(group: VatGroup, amount: Decimal, with_vat: bool) -> VatGroup:
    if with_vat:
        base = net_of(amount, group.rate)
        return VatGroup(group.rate, base, amount - base, group.code)
    vat = ZERO if group.rate is None else round_half_up(amount * group.rate / 100)
    return VatGroup(group.rate, amount, vat, group.code)


def _adds_up(one: VatGroup, other: VatGroup, whole: VatGroup) -> bool:
    return one.base + other.base == whole.base and one.vat + other.vat == whole.vat
