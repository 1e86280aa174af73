"""EN 16931 documents as UBL 2.1: the only module that knows how they are written.

What stands where (BT of the standard → UBL): BT-1 ID · BT-2 IssueDate · BT-3 InvoiceTypeCode or
CreditNoteTypeCode · BT-5 DocumentCurrencyCode · BT-6 TaxCurrencyCode · BT-7 TaxPointDate · BT-9 DueDate (in a
credit note PaymentMeans/PaymentDueDate) · BT-22 Note · BG-3 BillingReference · BG-4 AccountingSupplierParty ·
BG-7 AccountingCustomerParty (BT-27, BT-44 PartyLegalEntity/RegistrationName; BT-30, BT-47
PartyLegalEntity/CompanyID; BT-31, BT-48 PartyTaxScheme with VAT; BT-32 PartyTaxScheme with TAX; BT-34, BT-49
EndpointID) · BT-72, BT-80 Delivery · BG-16 PaymentMeans (BT-81 code, BT-83 PaymentID, BT-84 IBAN, BT-86
BIC) · BG-20 AllowanceCharge · BT-110, BG-23 TaxTotal · BT-111 second TaxTotal · BG-22 LegalMonetaryTotal ·
BG-25 InvoiceLine or CreditNoteLine (BT-129 quantity, BT-130 its unit, BT-131 LineExtensionAmount, BG-27
AllowanceCharge, BT-146 PriceAmount, BT-149 BaseQuantity, BT-151, BT-152 ClassifiedTaxCategory, BT-153 Name).
"""

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from tenant_apps.invoices.rules import e_invoice
from tenant_apps.invoices.rules.e_invoice import EAllowance, EBreakdown, EInvoice, ELine, EParty, Tax

CONTENT_TYPE = "application/xml"
CUSTOMIZATION = "urn:cen.eu:en16931:2017"
_SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd:"
_PREFIXES = {
    "ubl": f"{_SCHEMA}Invoice-2",
    "cn": f"{_SCHEMA}CreditNote-2",
    "cac": f"{_SCHEMA}CommonAggregateComponents-2",
    "cbc": f"{_SCHEMA}CommonBasicComponents-2",
}
for _prefix, _address in _PREFIXES.items():
    ElementTree.register_namespace(_prefix, _address)


def write_ubl(invoice: EInvoice) -> bytes:
    """Return the document as UBL 2.1 (Invoice, or CreditNote for a credit note) in UTF-8. Equal documents
    give equal bytes.
    """
    root = Element(_tag("cn:CreditNote" if invoice.is_credit else "ubl:Invoice"))
    _head(root, invoice)
    for reference in invoice.references:
        told = _group(_group(root, "cac:BillingReference"), "cac:InvoiceDocumentReference")
        _add(told, "cbc:ID", reference.number)
        _add(told, "cbc:IssueDate", reference.issued_on)
    _party(_group(root, "cac:AccountingSupplierParty"), invoice.seller)
    _party(_group(root, "cac:AccountingCustomerParty"), invoice.buyer)
    _delivery(root, invoice)
    _payment(root, invoice)
    for allowance in invoice.allowances:
        _allowance(root, invoice, allowance)
    _tax_totals(root, invoice)
    _sums(root, invoice)
    for position, line in enumerate(invoice.lines, start=1):
        _line(root, invoice, position, line)
    ElementTree.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="utf-8")


def _head(root: Element, invoice: EInvoice) -> None:
    _add(root, "cbc:CustomizationID", CUSTOMIZATION)
    _add(root, "cbc:ID", invoice.number)
    _add(root, "cbc:IssueDate", invoice.issued_on)
    if invoice.is_credit:
        _add(root, "cbc:TaxPointDate", invoice.tax_point_on)
        _add(root, "cbc:CreditNoteTypeCode", invoice.type_code)
    else:
        _add(root, "cbc:DueDate", invoice.due_on)
        _add(root, "cbc:InvoiceTypeCode", invoice.type_code)
    for note in invoice.notes:
        _add(root, "cbc:Note", note)
    if not invoice.is_credit:
        _add(root, "cbc:TaxPointDate", invoice.tax_point_on)
    _add(root, "cbc:DocumentCurrencyCode", invoice.currency)
    _add(root, "cbc:TaxCurrencyCode", "EUR" if invoice.vat_total_eur is not None else None)


def _party(holder: Element, party: EParty) -> None:
    inner = _group(holder, "cac:Party")
    if party.endpoint:
        scheme, address = party.endpoint
        _add(inner, "cbc:EndpointID", address, schemeID=scheme)
    address_of = _group(inner, "cac:PostalAddress")
    _add(address_of, "cbc:StreetName", party.street)
    _add(address_of, "cbc:CityName", party.city)
    _add(address_of, "cbc:PostalZone", party.postal_code)
    _add(_group(address_of, "cac:Country"), "cbc:IdentificationCode", party.country)
    for number, scheme in ((party.vat_number, "VAT"), (party.tax_id, "TAX")):
        if number:
            taxed = _group(inner, "cac:PartyTaxScheme")
            _add(taxed, "cbc:CompanyID", number)
            _add(_group(taxed, "cac:TaxScheme"), "cbc:ID", scheme)
    legal = _group(inner, "cac:PartyLegalEntity")
    _add(legal, "cbc:RegistrationName", party.name)
    _add(legal, "cbc:CompanyID", party.legal_id)
    _contact(inner, party)


def _contact(inner: Element, party: EParty) -> None:
    if party.contact or party.phone or party.email:
        contact = _group(inner, "cac:Contact")
        _add(contact, "cbc:Name", party.contact)
        _add(contact, "cbc:Telephone", party.phone)
        _add(contact, "cbc:ElectronicMail", party.email)


def _delivery(root: Element, invoice: EInvoice) -> None:
    """BR-IC-11 and BR-IC-12: a supply within the EU says when and to which country it went."""
    if invoice.delivered_on:
        delivery = _group(root, "cac:Delivery")
        _add(delivery, "cbc:ActualDeliveryDate", invoice.delivered_on)
        address = _group(_group(delivery, "cac:DeliveryLocation"), "cac:Address")
        _add(_group(address, "cac:Country"), "cbc:IdentificationCode", invoice.buyer.country)


def _payment(root: Element, invoice: EInvoice) -> None:
    means = _group(root, "cac:PaymentMeans")
    _add(means, "cbc:PaymentMeansCode", invoice.means_code)
    if invoice.is_credit:
        _add(means, "cbc:PaymentDueDate", invoice.due_on)
    _add(means, "cbc:PaymentID", invoice.number)
    if invoice.iban:
        account = _group(means, "cac:PayeeFinancialAccount")
        _add(account, "cbc:ID", invoice.iban)
        _add(account, "cbc:Name", invoice.seller.name)
        if invoice.bic:
            _add(_group(account, "cac:FinancialInstitutionBranch"), "cbc:ID", invoice.bic)


def _allowance(root: Element, invoice: EInvoice, allowance: EAllowance) -> None:
    told = _group(root, "cac:AllowanceCharge")
    _add(told, "cbc:ChargeIndicator", "false")
    _add(told, "cbc:AllowanceChargeReasonCode", e_invoice.DISCOUNT_CODE)
    _add(told, "cbc:AllowanceChargeReason", invoice.discount_reason)
    _money(told, "cbc:Amount", allowance.amount, invoice.currency)
    _category(_group(told, "cac:TaxCategory"), allowance.tax)


def _tax_totals(root: Element, invoice: EInvoice) -> None:
    total = _group(root, "cac:TaxTotal")
    _money(total, "cbc:TaxAmount", invoice.vat_total, invoice.currency)
    for one in invoice.breakdown:
        _breakdown(_group(total, "cac:TaxSubtotal"), one, invoice.currency)
    if invoice.vat_total_eur is not None:
        _money(_group(root, "cac:TaxTotal"), "cbc:TaxAmount", invoice.vat_total_eur, "EUR")


def _breakdown(holder: Element, one: EBreakdown, currency: str) -> None:
    _money(holder, "cbc:TaxableAmount", one.base, currency)
    _money(holder, "cbc:TaxAmount", one.vat, currency)
    _category(_group(holder, "cac:TaxCategory"), one.tax, one)


def _sums(root: Element, invoice: EInvoice) -> None:
    sums = _group(root, "cac:LegalMonetaryTotal")
    _money(sums, "cbc:LineExtensionAmount", invoice.line_total, invoice.currency)
    _money(sums, "cbc:TaxExclusiveAmount", invoice.net_total, invoice.currency)
    _money(sums, "cbc:TaxInclusiveAmount", invoice.total, invoice.currency)
    if invoice.allowances:
        _money(sums, "cbc:AllowanceTotalAmount", invoice.allowance_total, invoice.currency)
    _money(sums, "cbc:PayableAmount", invoice.total, invoice.currency)


def _line(root: Element, invoice: EInvoice, position: int, line: ELine) -> None:
    kind, quantity = (
        ("CreditNoteLine", "CreditedQuantity") if invoice.is_credit else ("InvoiceLine", "InvoicedQuantity")
    )
    told = _group(root, f"cac:{kind}")
    _add(told, "cbc:ID", position)
    _add(told, f"cbc:{quantity}", _plain(line.quantity), unitCode=line.unit)
    _money(told, "cbc:LineExtensionAmount", line.net, invoice.currency)
    if line.allowance:
        _line_allowance(told, invoice, line)
    item = _group(told, "cac:Item")
    _add(item, "cbc:Name", line.name)
    _category(_group(item, "cac:ClassifiedTaxCategory"), line.tax)
    if line.unit_name:
        extra = _group(item, "cac:AdditionalItemProperty")
        _add(extra, "cbc:Name", "Unit")
        _add(extra, "cbc:Value", line.unit_name)
    price = _group(told, "cac:Price")
    _add(price, "cbc:PriceAmount", _plain(line.price), currencyID=invoice.currency)
    if line.base_quantity != 1:
        _add(price, "cbc:BaseQuantity", _plain(line.base_quantity), unitCode=line.unit)


def _line_allowance(told: Element, invoice: EInvoice, line: ELine) -> None:
    allowance = _group(told, "cac:AllowanceCharge")
    _add(allowance, "cbc:ChargeIndicator", "false")
    _add(allowance, "cbc:AllowanceChargeReasonCode", e_invoice.DISCOUNT_CODE)
    _add(allowance, "cbc:AllowanceChargeReason", invoice.discount_reason)
    _add(allowance, "cbc:MultiplierFactorNumeric", _plain(line.allowance_percent))
    _money(allowance, "cbc:Amount", line.allowance, invoice.currency)
    _money(allowance, "cbc:BaseAmount", line.gross, invoice.currency)


def _category(holder: Element, tax: Tax, reasons: EBreakdown | None = None) -> None:
    _add(holder, "cbc:ID", tax.category)
    _add(holder, "cbc:Percent", None if tax.rate is None else _plain(tax.rate))
    if reasons:
        _add(holder, "cbc:TaxExemptionReasonCode", reasons.reason_code)
        _add(holder, "cbc:TaxExemptionReason", reasons.reason)
    _add(_group(holder, "cac:TaxScheme"), "cbc:ID", "VAT")


def _money(holder: Element, name: str, amount: Decimal, currency: str) -> None:
    _add(holder, name, f"{amount:.2f}", currencyID=currency)


def _plain(number: Decimal) -> str:
    """A number without idle zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _group(holder: Element, name: str) -> Element:
    """A new element for others to stand in."""
    return SubElement(holder, _tag(name))


def _add(holder: Element, name: str, text: str | int | date | None, **attributes: str) -> None:
    """An element with its text; an empty one is left out."""
    if text is not None and text != "":
        written = text.isoformat() if isinstance(text, date) else _drawable(str(text))
        SubElement(holder, _tag(name), attributes).text = written


def _tag(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"


def _drawable(text: str) -> str:
    """A text without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter in "\n\r\t" or letter >= " ")
