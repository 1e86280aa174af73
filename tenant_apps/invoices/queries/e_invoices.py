"""Issued documents in the terms of EN 16931, read from their snapshots alone, however old they are."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shared_apps.core.bulgaria.vat_treatments import TREATMENTS, Treatment, treatment
from shared_apps.core.errors import Refused
from shared_apps.core.money import line_net
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceItem, PaymentMethod
from tenant_apps.invoices.queries.chains import groups_of
from tenant_apps.invoices.rules import e_invoice as terms
from tenant_apps.invoices.rules.e_invoice import EBreakdown, EInvoice, ELine, EParty, EReference, Tax
from tenant_apps.invoices.rules.units import ONE, unit_code

# Electronic address schemes: Bulgarian VAT number, e-mail.
BULGARIAN_VAT_SCHEME, EMAIL_SCHEME = "9926", "EM"
# UNTDID 4461. A transfer needs an IBAN; without one the means is not defined.
SEPA_TRANSFER, OTHER_TRANSFER, NOT_DEFINED = "58", "30", "1"
MEANS = {PaymentMethod.CASH: "10", PaymentMethod.CARD: "48", PaymentMethod.STRIPE: "68"}


class NotExpressible(Refused):
    """`errors` of the reading; `code` is the rule of the standard or the reason that stands in the way."""

    code = "not_expressible"
    conflict = True


REASONS = {
    "BR-O-11": _(
        "An e-invoice cannot hold lines outside the scope of VAT beside others. Issue two invoices."
    ),
    "BR-IC-02": _("A supply within the EU needs the VAT numbers of both sides."),
    "BR-AE-02": _("Where the buyer accounts for the VAT, the numbers of both sides are needed."),
    "BR-CO-26": _("The seller had neither an EIK nor a VAT number when this was issued."),
    "BR-07": _("The buyer has no name."),
    "BR-27": _("An e-invoice cannot hold a negative price."),
}


def e_invoice_of(invoice: Invoice) -> EInvoice:
    """An issued invoice or note in the terms of the standard. Raises `NotExpressible` for what is not issued,
    for a proforma, and for what the standard cannot say; the message says why.
    """
    if not invoice.is_issued or invoice.kind not in rules.TAX_KINDS:
        raise NotExpressible(message=_("Only an issued invoice or note can be an e-invoice."))
    told = _told(invoice)
    broken = terms.broken_rules(told)
    if broken:
        unknown = _("The amounts do not keep rule %(rule)s of EN 16931.") % {"rule": broken[0]}
        raise NotExpressible(message=REASONS.get(broken[0], unknown))
    return told


def _told(invoice: Invoice) -> EInvoice:
    taxes = _Taxes(invoice)
    breakdown = taxes.breakdown()
    is_outside = any(one.tax.category == terms.OUT_OF_SCOPE for one in breakdown)
    is_within = any(one.tax.category == terms.WITHIN_EU for one in breakdown)
    items = list(invoice.items.all())
    method, iban = PaymentMethod(invoice.payment_method), invoice.seller.get("iban", "")
    return EInvoice(
        number=str(invoice.number),
        type_code=_type_code(invoice),
        issued_on=_day(invoice),
        currency=invoice.currency,
        seller=_seller(invoice.seller, is_outside),
        buyer=_buyer(invoice.buyer, is_outside),
        lines=tuple(_line(item, invoice, taxes) for item in items),
        allowances=taxes.allowances(),
        breakdown=breakdown,
        net_total=invoice.net_total,
        vat_total=invoice.vat_total,
        total=invoice.total,
        due_on=invoice.due_date,
        tax_point_on=invoice.tax_event_date,
        delivered_on=(invoice.tax_event_date or _day(invoice)) if is_within else None,
        vat_total_eur=invoice.vat_total_eur if invoice.currency != "EUR" else None,
        notes=tuple(text for text in (invoice.amend_reason.strip(), invoice.notes.strip()) if text),
        references=tuple(_references(invoice, items)),
        means_code=_means(method, iban, invoice.currency),
        iban=iban if method == PaymentMethod.BANK_TRANSFER else "",
        bic=invoice.seller.get("bic", "") if method == PaymentMethod.BANK_TRANSFER else "",
        discount_reason=_word_for_discount(invoice.language),
    )


def _type_code(invoice: Invoice) -> str:
    if invoice.kind == rules.INVOICE:
        return terms.PREPAYMENT if invoice.is_advance else terms.COMMERCIAL
    return terms.CREDIT if invoice.kind == rules.CREDIT_NOTE else terms.DEBIT


def _day(invoice: Invoice) -> date:
    assert invoice.issue_date  # noqa: S101 - a constraint of the table
    return invoice.issue_date


def _word_for_discount(language: str) -> str:
    with override(rules.leading_language(language)):
        return gettext("Discount")


def _seller(seller: dict[str, Any], is_outside: bool) -> EParty:
    vat_number = seller.get("vat_number", "")
    party = _party(seller, is_outside)
    return replace(
        party,
        tax_id="" if vat_number and not is_outside else party.legal_id,
        contact=seller.get("responsible_person", ""),
        phone=seller.get("phone", ""),
        email=seller.get("email", ""),
    )


def _buyer(buyer: dict[str, Any], is_outside: bool) -> EParty:
    return replace(
        _party(buyer, is_outside),
        contact=buyer.get("contact", ""),
        phone=buyer.get("phone", ""),
        email=buyer.get("email", ""),
    )


def _party(side: dict[str, Any], is_outside: bool) -> EParty:
    """Who stood on the document. BR-O-02: outside the scope of VAT nobody's VAT number is named. An address
    without a country is Bulgarian, as the choice of the treatment takes it.
    """
    vat_number, email = side.get("vat_number", ""), side.get("email", "")
    endpoint = (BULGARIAN_VAT_SCHEME, vat_number) if vat_number.startswith("BG") else (EMAIL_SCHEME, email)
    return EParty(
        name=side.get("name", "").strip(),
        country=side.get("country") or "BG",
        street=side.get("address", ""),
        city=side.get("city", ""),
        postal_code=side.get("postal_code", ""),
        legal_id=side.get("eik", ""),
        vat_number="" if is_outside else vat_number,
        endpoint=endpoint if endpoint[1] else None,
    )


def _means(method: PaymentMethod, iban: str, currency: str) -> str:
    if method == PaymentMethod.BANK_TRANSFER and iban:
        return SEPA_TRANSFER if currency == "EUR" else OTHER_TRANSFER
    return MEANS.get(method, NOT_DEFINED)


def _references(invoice: Invoice, items: Iterable[InvoiceItem]) -> Iterable[EReference]:
    """What a note amends; the advances that an invoice takes off."""
    near = [invoice.amends] if invoice.amends else []
    near += [item.deducts for item in items if item.deducts]
    return dict.fromkeys(EReference(str(one.number), _day(one)) for one in near)


def _line(item: InvoiceItem, invoice: Invoice, taxes: "_Taxes") -> ELine:
    """A line. Where prices include VAT, its price is what is left for the whole quantity without VAT, since
    the price of one has no end of decimals.
    """
    code = unit_code(item.unit)
    line = ELine(
        name=item.description.strip(),
        quantity=item.quantity,
        unit=code or ONE,
        unit_name="" if code else item.unit,
        price=abs(item.net_total),
        base_quantity=abs(item.quantity),
        net=item.net_total,
        tax=taxes.of(item.vat_rate, item.vat_code),
    )
    if invoice.prices_include_vat:
        return line
    gross = line_net(item.quantity, item.unit_price)
    return replace(
        line,
        price=item.unit_price,
        base_quantity=Decimal(1),
        allowance=gross - item.net_total,
        allowance_percent=item.discount_percent,
    )


class _Taxes:
    """What the VAT groups of a document are to the standard: its treatments by code, on its day."""

    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice
        self.on = invoice.tax_event_date or _day(invoice)
        self.groups = groups_of(invoice)

    def of(self, rate: Decimal | None, code: str) -> Tax:
        """The category and rate of a VAT group."""
        row = self._row(code)
        if row is None and rate:
            return Tax(terms.STANDARD, rate)
        if row is None:
            raise NotExpressible(
                message=_("This document does not say why no VAT is charged, and an e-invoice has to.")
            )
        return Tax(row.category, None if row.category == terms.OUT_OF_SCOPE else rate or rules.ZERO)

    def allowances(self) -> tuple[terms.EAllowance, ...]:
        """The document's discount, one allowance per group that it lowers."""
        return tuple(
            terms.EAllowance(group.discount, self.of(group.rate, group.code))
            for group in self.groups
            if group.discount
        )

    def breakdown(self) -> tuple[EBreakdown, ...]:
        """One row per category and rate: the standard knows no two rows of one category without VAT."""
        found: dict[Tax, EBreakdown] = {}
        for group in self.groups:
            tax = self.of(group.rate, group.code)
            row = EBreakdown(tax, group.base, group.vat, *self._reason(group.code))
            found[tax] = _joined(found[tax], row) if tax in found else row
        return tuple(found.values())

    def _row(self, code: str) -> Treatment | None:
        """The treatment that is law on the document's day, or the last one that was."""
        known = [row for row in TREATMENTS if row.code == code]
        return treatment(code, on=self.on) or (known[-1] if known else None)

    def _reason(self, code: str) -> tuple[str, str]:
        """Why no VAT is charged, in the language of the document, and the code of the reason."""
        row = self._row(code)
        if row is None or row.category == terms.STANDARD:
            return "", ""
        is_bulgarian = rules.leading_language(self.invoice.language) == rules.BULGARIAN
        words = (row.mark, row.basis) if is_bulgarian else (row.mark_en, row.basis_en)
        return "; ".join(word for word in words if word), row.vatex


def _joined(one: EBreakdown, other: EBreakdown) -> EBreakdown:
    reasons = dict.fromkeys(text for text in (one.reason, other.reason) if text)
    return EBreakdown(
        one.tax,
        one.base + other.base,
        one.vat + other.vat,
        "; ".join(reasons),
        one.reason_code if one.reason_code == other.reason_code else "",
    )
