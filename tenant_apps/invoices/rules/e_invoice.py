"""A document in the terms of EN 16931 (BT and BG are its business terms and groups), and its arithmetic.

The official schematron lets VAT be wrong by up to 1.00; here every sum holds to the cent. Two freedoms are
left: a cent for prices with VAT, where VAT = gross − round(gross / (1 + rate)), and a credit note, which
takes the cents that earlier notes left over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared_apps.core.money import round_half_up
from tenant_apps.invoices.rules.totals import CENT, ZERO

# UNTDID 1001, as EN 16931 allows it: commercial invoice, prepayment invoice, debit note; credit note.
COMMERCIAL, PREPAYMENT, DEBIT, CREDIT = "380", "386", "383", "381"
STANDARD, REVERSE_CHARGE, WITHIN_EU, OUT_OF_SCOPE = "S", "AE", "K", "O"
MOST_LEFT_OVER = Decimal("0.99")
DISCOUNT_CODE = "95"  # UNTDID 5189


@dataclass(frozen=True, slots=True)
class Tax:
    """A VAT category of UNTDID 5305 (BT-118, BT-151, BT-95) with its rate in percent; O has none."""

    category: str
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class EParty:
    """Seller (BG-4) or buyer (BG-7). `legal_id` is the EIK (BT-30, BT-47), `tax_id` stands for BT-32 where
    there is no VAT number, `endpoint` is (scheme, address) of BT-34 or BT-49.
    """

    name: str
    country: str
    street: str = ""
    city: str = ""
    postal_code: str = ""
    legal_id: str = ""
    vat_number: str = ""
    tax_id: str = ""
    endpoint: tuple[str, str] | None = None
    contact: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class ELine:
    """An invoice line (BG-25): `net` = `price` × `quantity` / `base_quantity` − `allowance`, to the cent.

    `unit` is a code of UN/ECE Recommendation 20 or 21, `unit_name` what it is called where no code fits.
    """

    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    tax: Tax
    base_quantity: Decimal = Decimal(1)
    allowance: Decimal = ZERO
    allowance_percent: Decimal = Decimal(0)
    unit_name: str = ""

    @property
    def gross(self) -> Decimal:
        """Return what the line costs before its allowance."""
        return self.net + self.allowance


@dataclass(frozen=True, slots=True)
class EAllowance:
    """A discount of the whole document in one VAT category (BG-20)."""

    amount: Decimal
    tax: Tax


@dataclass(frozen=True, slots=True)
class EBreakdown:
    """The tax base and VAT of one category and rate (BG-23), with why no VAT is charged (BT-120, BT-121)."""

    tax: Tax
    base: Decimal
    vat: Decimal
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class EReference:
    """An earlier document that this one speaks of (BG-3)."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoice:
    """The whole document. `vat_total_eur` goes with a currency other than the euro (BT-6, BT-111)."""

    number: str
    type_code: str
    issued_on: date
    currency: str
    seller: EParty
    buyer: EParty
    lines: tuple[ELine, ...]
    breakdown: tuple[EBreakdown, ...]
    net_total: Decimal
    vat_total: Decimal
    total: Decimal
    allowances: tuple[EAllowance, ...] = ()
    due_on: date | None = None
    tax_point_on: date | None = None
    delivered_on: date | None = None
    vat_total_eur: Decimal | None = None
    notes: tuple[str, ...] = ()
    references: tuple[EReference, ...] = ()
    means_code: str = ""
    iban: str = ""
    bic: str = ""
    discount_reason: str = ""

    @property
    def is_credit(self) -> bool:
        """Say whether it is a credit note, which UBL writes as a document of another kind."""
        return self.type_code == CREDIT

    @property
    def line_total(self) -> Decimal:
        """Return the sum of the lines (BT-106)."""
        return sum((line.net for line in self.lines), ZERO)

    @property
    def allowance_total(self) -> Decimal:
        """Return the sum of the document's allowances (BT-107)."""
        return sum((one.amount for one in self.allowances), ZERO)


def broken_rules(invoice: EInvoice) -> list[str]:
    """Return the ids of the standard's rules that the document does not keep, the arithmetic to the cent."""
    checks = {
        "BR-CO-13": invoice.line_total - invoice.allowance_total == invoice.net_total,
        "BR-CO-14": sum((one.vat for one in invoice.breakdown), ZERO) == invoice.vat_total,
        "BR-CO-15": invoice.net_total + invoice.vat_total == invoice.total,
        "BR-CO-17": all(_vat_follows(one, invoice.is_credit) for one in invoice.breakdown),
        "BR-S-08": all(_base_follows(one, invoice) for one in invoice.breakdown),
        "BR-CO-18": {line.tax for line in invoice.lines} == {one.tax for one in invoice.breakdown},
        "BR-27": all(line.price >= 0 for line in invoice.lines),
        "BR-16": bool(invoice.lines),
        "BR-25": all(line.name for line in invoice.lines),
        "BR-07": bool(invoice.buyer.name),
        "BR-CO-26": bool(invoice.seller.legal_id or invoice.seller.vat_number),
        "BR-O-11": len(invoice.breakdown) == 1 or OUT_OF_SCOPE not in _categories(invoice.breakdown),
        "BR-IC-02": WITHIN_EU not in _categories(invoice.breakdown) or _both_have_vat_numbers(invoice),
        "BR-AE-02": REVERSE_CHARGE not in _categories(invoice.breakdown) or _reverse_charge_fits(invoice),
        "LINE": all(_line_follows(line) for line in invoice.lines),
    }
    return [rule for rule, holds in checks.items() if not holds]


def _categories(breakdown: Iterable[EBreakdown]) -> set[str]:
    return {one.tax.category for one in breakdown}


def _vat_follows(one: EBreakdown, is_credit: bool) -> bool:
    exact = ZERO if one.tax.rate is None else round_half_up(one.base * one.tax.rate / 100)
    freedom = ZERO if one.tax.category != STANDARD else MOST_LEFT_OVER if is_credit else CENT
    return abs(one.vat - exact) <= freedom


def _base_follows(one: EBreakdown, invoice: EInvoice) -> bool:
    lines = sum((line.net for line in invoice.lines if line.tax == one.tax), ZERO)
    off = sum((allowance.amount for allowance in invoice.allowances if allowance.tax == one.tax), ZERO)
    return one.base == lines - off


def _line_follows(line: ELine) -> bool:
    return round_half_up(line.quantity * line.price / line.base_quantity) == line.gross


def _both_have_vat_numbers(invoice: EInvoice) -> bool:
    return bool(invoice.seller.vat_number and invoice.buyer.vat_number)


def _reverse_charge_fits(invoice: EInvoice) -> bool:
    """Say whether both sides are known to the tax office: the buyer by a VAT number or an EIK."""
    seller, buyer = invoice.seller, invoice.buyer
    return bool(seller.vat_number or seller.tax_id) and bool(buyer.vat_number or buyer.legal_id)
