"""What a document comes to: lines, discount, tax base and VAT per group, to the cent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext

from shared_apps.core.money import line_net, round_half_up

ZERO, CENT = Decimal("0.00"), Decimal("0.01")
# Thirds have no end: what is wronged equally is told so at this fineness.
_EXACT, _FINEST = Context(prec=60), Decimal("1e-30")
GroupKey = tuple[Decimal | None, str]


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line: discount and rate are percents, a rate of None is no VAT, `vat_code` is a treatment of
    `core.bulgaria.vat_treatments` or empty. The price is net of VAT, or includes it when the document's
    prices do. A deduction (of an advance) has a negative quantity, and no document discount touches it.
    """

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal | None = None
    vat_code: str = ""
    is_deduction: bool = False

    @property
    def amount(self) -> Decimal:
        """Return what the line costs in the document's own way of pricing, to the cent."""
        return line_net(self.quantity, self.unit_price, self.discount_percent)

    @property
    def key(self) -> GroupKey:
        """Return the group that the line belongs to."""
        return (None if self.vat_rate is None else round_half_up(self.vat_rate), self.vat_code)


@dataclass(frozen=True, slots=True)
class VatGroup:
    """All lines of one rate and treatment: tax base (after `discount`, net too) and the VAT on it."""

    rate: Decimal | None
    base: Decimal
    vat: Decimal
    code: str = ""
    discount: Decimal = ZERO

    @property
    def key(self) -> GroupKey:
        return (self.rate, self.code)

    @property
    def gross(self) -> Decimal:
        return self.base + self.vat


@dataclass(frozen=True, slots=True)
class Discount:
    """Off the whole document: a percent of its lines, or an amount in its own way of pricing; not both."""

    percent: Decimal = Decimal(0)
    amount: Decimal = ZERO

    def of(self, total: Decimal) -> Decimal:
        """Return what comes off lines that come to `total`, to the cent, never more than all of it."""
        wanted = self.amount or round_half_up(total * self.percent / 100)
        return max(min(wanted, total), ZERO)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a document comes to: groups by falling rate with "no VAT" last, amounts in line order.

    `line_nets` are net of VAT and add up to `net_total + discount_total`; `line_amounts` are as priced.
    """

    net_total: Decimal
    vat_total: Decimal
    total: Decimal
    groups: tuple[VatGroup, ...]
    line_nets: tuple[Decimal, ...]
    line_amounts: tuple[Decimal, ...]
    discount_total: Decimal = ZERO


def compute_totals(
    lines: Iterable[LineInput],
    *,
    prices_include_vat: bool = False,
    discount: Discount = Discount(),
    remaining: Mapping[GroupKey, VatGroup] | None = None,
) -> Totals:
    """Add up a document, VAT once per group, half up to the cent.

    Prices without VAT: round each line, add, take the discount off in proportion, VAT = base × rate. Prices
    with VAT: VAT = gross − round(gross / (1 + rate)) per group, so that the gross is what was agreed; it may
    differ from base × rate by a cent (9.99 at 20 % has no other answer). With `remaining`, what is left of an
    invoice per group, a note that takes a whole base takes its whole VAT, the odd cent too.
    """
    lines = tuple(lines)
    amounts = tuple(line.amount for line in lines)
    off = _discounts(lines, amounts, discount)
    groups, nets = [], [ZERO] * len(lines)
    for key in sorted({line.key for line in lines}, key=_falling_rate):
        places = [place for place, line in enumerate(lines) if line.key == key]
        summed = sum((amounts[place] for place in places), ZERO)
        group = _group(key, summed, off[key], prices_include_vat, (remaining or {}).get(key))
        groups.append(group)
        in_group = [amounts[place] for place in places]
        for place, net in zip(places, _line_nets(in_group, group, prices_include_vat), strict=True):
            nets[place] = net
    net_total = sum((group.base for group in groups), ZERO)
    vat_total = sum((group.vat for group in groups), ZERO)
    discount_total = sum((group.discount for group in groups), ZERO)
    return Totals(
        net_total, vat_total, net_total + vat_total, tuple(groups), tuple(nets), amounts, discount_total
    )


def usual_rate(is_vat_registered: bool) -> Decimal | None:
    """The VAT rate of a line of which nobody said another: the standard one, or none."""
    return Decimal("20.00") if is_vat_registered else None


def net_of(gross: Decimal, rate: Decimal | None) -> Decimal:
    """Return what of a price with VAT is left without it, half up to the cent."""
    return gross if rate is None else round_half_up(gross * 100 / (100 + rate))


def in_euro(amount: Decimal, rate: Decimal) -> Decimal:
    """Return an amount in euro; `rate` is how many units of its currency one euro is. Divided and rounded
    once, half up.
    """
    return round_half_up(amount / rate)


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Share an amount of cents in proportion to weights that add up to more than nothing, no cent lost."""
    whole = sum(weights, ZERO)
    with localcontext(_EXACT):
        return to_cents([total * weight / whole for weight in weights], total)


def to_cents(exact: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Round amounts half up so that they add up to `total`: where cents are left over, the amounts that
    rounding wronged most take them, the first of equals first.
    """
    rounded = [round_half_up(amount) for amount in exact]
    missing = total - sum(rounded, ZERO)
    step = CENT if missing > 0 else -CENT
    with localcontext(_EXACT):
        wronged = [
            ((one - before) * step).quantize(_FINEST) for one, before in zip(rounded, exact, strict=True)
        ]
    order = sorted(range(len(exact)), key=wronged.__getitem__)
    for turn in range(int(abs(missing) / CENT)):
        rounded[order[turn % len(order)]] += step
    return rounded


def exceeding(groups: Iterable[VatGroup], remaining: Mapping[GroupKey, VatGroup]) -> list[VatGroup]:
    """Return the groups of a credit note that take more base or VAT than is left of its invoice there."""
    left = {group.key: remaining.get(group.key, VatGroup(group.rate, ZERO, ZERO)) for group in groups}
    return [one for one in groups if one.base > left[one.key].base or one.vat > left[one.key].vat]


def what_remains(groups: Iterable[VatGroup], taken: Iterable[VatGroup]) -> dict[GroupKey, VatGroup]:
    """Return what is left of each group of an invoice after its credit notes."""
    left: dict[GroupKey, VatGroup] = {}
    for sign, notes in ((1, groups), (-1, taken)):
        for group in notes:
            held = left.get(group.key, VatGroup(group.rate, ZERO, ZERO, group.code))
            left[group.key] = replace(
                held, base=held.base + sign * group.base, vat=held.vat + sign * group.vat
            )
    return left


def _discounts(
    lines: Sequence[LineInput], amounts: Sequence[Decimal], discount: Discount
) -> dict[GroupKey, Decimal]:
    """The share of each group in the document's discount, as priced."""
    sums: dict[GroupKey, Decimal] = {}
    for line, amount in zip(lines, amounts, strict=True):
        sums[line.key] = sums.get(line.key, ZERO) + (ZERO if line.is_deduction else amount)
    weights = {key: max(value, ZERO) for key, value in sums.items()}
    off = discount.of(sum(sums.values(), ZERO))
    if not off:
        return dict.fromkeys(sums, ZERO)
    return dict(zip(weights, spread(off, list(weights.values())), strict=True))


def _group(key: GroupKey, summed: Decimal, off: Decimal, with_vat: bool, left: VatGroup | None) -> VatGroup:
    rate, code = key
    if with_vat:
        gross = summed - off
        base = net_of(gross, rate)
        group = VatGroup(rate, base, gross - base, code, net_of(summed, rate) - base)
    else:
        base = summed - off
        vat = ZERO if rate is None else round_half_up(base * rate / 100)
        group = VatGroup(rate, base, vat, code, off)
    return _settled(group, left, with_vat) if left else group


def _settled(group: VatGroup, left: VatGroup, with_vat: bool) -> VatGroup:
    """The group of a note, which takes the odd cent of the invoice when it takes the rest of it."""
    if with_vat and group.gross <= left.gross:
        vat = min(max(group.vat, group.gross - left.base), left.vat)
        return replace(group, base=group.gross - vat, vat=vat)
    if group.base == left.base or (group.base < left.base and group.vat > left.vat):
        return replace(group, vat=left.vat)
    return group


def _line_nets(amounts: list[Decimal], group: VatGroup, with_vat: bool) -> list[Decimal]:
    """What each line of a group is net of VAT, so that they add up to base and discount."""
    if not with_vat or group.rate is None:
        return amounts
    with localcontext(_EXACT):
        exact = [amount * 100 / (100 + group.rate) for amount in amounts]
    return to_cents(exact, group.base + group.discount)


def _falling_rate(key: GroupKey) -> tuple[bool, Decimal, str]:
    rate, code = key
    return (rate is None, -(rate or ZERO), code)
