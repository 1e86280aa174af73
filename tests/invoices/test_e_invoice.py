"""The e-invoice of every kind of document: what it says, that it adds up, and what cannot be said."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    annul_invoice,
    create_note,
    deduct_advances,
    issue_invoice,
)
from tenant_apps.invoices.queries import NotExpressible, e_invoice_of, visible_invoice
from tenant_apps.invoices.rules.units import unit_code
from tenant_apps.invoices.ubl import write_ubl
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, TODAY, client, draft, issued, issued_before_the_rules, line

pytestmark = pytest.mark.django_db
Xml = ElementTree.Element
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"


def written(invoice: Invoice, by: Actor) -> Xml:
    return ElementTree.fromstring(write_ubl(e_invoice_of(visible_invoice(invoice.pk, by))))  # noqa: S314


def text(xml: Xml, path: str) -> str | None:
    """`cac:Price/cbc:PriceAmount` → its text, None where it is missing."""
    return xml.findtext(path.replace("cac:", CAC).replace("cbc:", CBC))


def texts(xml: Xml, path: str) -> list[str | None]:
    return [found.text for found in xml.findall(path.replace("cac:", CAC).replace("cbc:", CBC))]


def german(by: Actor) -> Company:
    return client(by, name="Kunde GmbH", eik=None, country="DE", city="Berlin", vat_number="DE811569869")


def test_an_invoice_says_who_sells_what_to_whom(in_alpha: OrganizationRef, owner: Actor) -> None:
    buyer = client(owner, vat_number="BG121644736", email="office@client.example")
    items = (line("2", "50", discount_percent=Decimal(10)), line("3", "10", "9", unit="кашон"))
    xml = written(issued(owner, buyer, items=items, discount_percent=Decimal(5), notes="По договор 7"), owner)
    assert xml.tag.endswith("Invoice-2}Invoice")
    head = ("ID", "IssueDate", "DueDate", "InvoiceTypeCode", "Note")
    told = ["0000000001", "2026-03-15", "2026-03-29", "380", "По договор 7"]
    assert [text(xml, f"cbc:{name}") for name in head] == told
    seller = "cac:AccountingSupplierParty/cac:Party"
    assert text(xml, f"{seller}/cac:PartyLegalEntity/cbc:CompanyID") == "175074752"
    assert text(xml, f"{seller}/cac:PartyTaxScheme/cbc:CompanyID") == "BG175074752"
    endpoint = xml.find(f"{CAC}AccountingCustomerParty/{CAC}Party/{CBC}EndpointID")
    assert endpoint is not None and (endpoint.get("schemeID"), endpoint.text) == ("9926", "BG121644736")
    assert texts(xml, "cac:InvoiceLine/cbc:LineExtensionAmount") == ["90.00", "30.00"]
    assert texts(xml, "cac:InvoiceLine/cac:AllowanceCharge/cbc:Amount") == ["10.00"]
    assert texts(xml, "cac:AllowanceCharge/cbc:Amount") == ["4.50", "1.50"]
    assert texts(xml, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount") == ["85.50", "28.50"]
    assert text(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == "133.67"
    assert text(xml, "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID") == "BG80BNBG96611020345678"
    units = [quantity.get("unitCode") for quantity in xml.iter(f"{CBC}InvoicedQuantity")]
    assert units == ["HUR", "C62"]
    assert texts(xml, "cac:InvoiceLine/cac:Item/cac:AdditionalItemProperty/cbc:Value") == ["кашон"]


def test_the_document_stays_what_it_was_when_its_sides_change(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    invoice = issued(owner)
    before = write_ubl(e_invoice_of(visible_invoice(invoice.pk, owner)))
    change_organization(change=ProfileChange(legal_name="Друго име АД", city="Бургас"), by=owner, at=AT)
    assert write_ubl(e_invoice_of(visible_invoice(invoice.pk, owner))) == before


def test_notes_name_what_they_amend(in_alpha: OrganizationRef, owner: Actor) -> None:
    invoice = issued(owner)
    for kind, code in (("credit_note", "CreditNoteTypeCode"), ("debit_note", "InvoiceTypeCode")):
        note = create_note(invoice_id=invoice.pk, kind=kind, reason="Грешна цена", by=owner, at=AT)
        xml = written(issue_invoice(invoice_id=note.pk, by=owner, at=AT), owner)
        assert text(xml, f"cbc:{code}") == {"credit_note": "381", "debit_note": "383"}[kind]
        reference = "cac:BillingReference/cac:InvoiceDocumentReference"
        assert (text(xml, f"{reference}/cbc:ID"), text(xml, f"{reference}/cbc:IssueDate")) == (
            "0000000001",
            "2026-03-15",
        )
        assert texts(xml, "cbc:Note")[0] == "Грешна цена"


def test_an_advance_is_a_prepayment_and_is_taken_off_by_a_negative_line(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    buyer = client(owner)
    advance = issued(owner, buyer, is_advance=True, items=(line("1", "40"),))
    assert text(written(advance, owner), "cbc:InvoiceTypeCode") == "386"
    whole = draft(owner, buyer)
    deduct_advances(invoice_id=whole.pk, advance_ids=[advance.pk], by=owner, at=AT)
    xml = written(issue_invoice(invoice_id=whole.pk, by=owner, at=AT), owner)
    assert texts(xml, "cac:InvoiceLine/cbc:InvoicedQuantity") == ["1", "-1"]
    assert texts(xml, "cac:InvoiceLine/cac:Price/cbc:PriceAmount") == ["100", "40"]
    assert text(xml, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == advance.number
    assert text(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == "72.00"


@pytest.mark.parametrize(
    ("code", "rate", "category", "vatex"),
    [
        ("eu_goods", "0", "K", "VATEX-EU-IC"),
        ("eu_services", "0", "AE", "VATEX-EU-AE"),
        ("exempt", "0", "E", None),
    ],
)
def test_what_bears_no_vat_says_why(
    in_alpha: OrganizationRef, owner: Actor, code: str, rate: str, category: str, vatex: str | None
) -> None:
    consulted = {"vies_number": "WAPIAAAAZ", "vies_checked_on": TODAY}
    items = (line(vat_rate=rate, vat_code=code),)
    xml = written(issued(owner, german(owner), items=items, **consulted), owner)
    taxed = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"
    assert (text(xml, f"{taxed}/cbc:ID"), text(xml, f"{taxed}/cbc:TaxExemptionReasonCode")) == (
        category,
        vatex,
    )
    assert "ЗДДС" in (text(xml, f"{taxed}/cbc:TaxExemptionReason") or "")
    country = text(xml, "cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode")
    assert country == ("DE" if category == "K" else None)


def test_outside_the_scope_nobody_s_vat_number_is_named(in_alpha: OrganizationRef, owner: Actor) -> None:
    abroad = client(owner, name="Client Inc", eik=None, country="US")
    item = line(vat_rate=None, vat_code="services_abroad")
    xml = written(issued_before_the_rules(owner, abroad, items=(item,)), owner)
    schemes = texts(xml, "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID")
    assert schemes == ["TAX"]
    assert text(xml, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent") is None


def test_two_treatments_of_one_category_are_one_row(in_alpha: OrganizationRef, owner: Actor) -> None:
    items = (line(vat_rate="0", vat_code="exempt"), line(vat_rate="0", vat_code="treated_as_export"))
    xml = written(issued_before_the_rules(owner, items=items), owner)
    assert texts(xml, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount") == ["200.00"]
    reason = text(xml, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReason") or ""
    assert "39–49" in reason and "чл. 140" in reason


def test_another_currency_shows_its_vat_in_euro(in_alpha: OrganizationRef, owner: Actor) -> None:
    rated = {"exchange_rate": Decimal("1.10"), "exchange_rate_on": TODAY}
    xml = written(issued(owner, currency="USD", **rated), owner)
    assert (text(xml, "cbc:DocumentCurrencyCode"), text(xml, "cbc:TaxCurrencyCode")) == ("USD", "EUR")
    assert texts(xml, "cac:TaxTotal/cbc:TaxAmount") == ["20.00", "18.18"]
    assert text(xml, "cac:PaymentMeans/cbc:PaymentMeansCode") == "30"


@pytest.mark.parametrize(
    "items",
    [
        (line(vat_rate=None, vat_code="services_abroad"), line()),
        (line(vat_rate="0"),),
        (line(vat_rate="0", vat_code="eu_goods"),),
    ],
    ids=["outside the scope beside others", "no reason", "within the EU without a number"],
)
def test_what_the_standard_cannot_say_is_refused(
    in_alpha: OrganizationRef, owner: Actor, items: tuple[Any, ...]
) -> None:
    with pytest.raises(NotExpressible):
        e_invoice_of(visible_invoice(issued_before_the_rules(owner, items=items).pk, owner))


def test_drafts_and_annulled_documents_are_no_e_invoices(in_alpha: OrganizationRef, owner: Actor) -> None:
    annulled = annul_invoice(invoice_id=issued(owner).pk, reason="Грешка", by=owner, at=AT)
    for invoice in (draft(owner), annulled):
        with pytest.raises(NotExpressible):
            e_invoice_of(invoice)


amounts = st.decimals("0.01", "9999.9999", places=4)
quantities = st.decimals("0.001", "99", places=3)
percents = st.sampled_from(["0", "5", "12.5", "33.33"]).map(Decimal)
lines = st.lists(
    st.builds(
        lambda quantity, price, off, rate: line(str(quantity), str(price), rate, discount_percent=off),
        quantities,
        amounts,
        percents,
        st.sampled_from(["20", "9"]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def buyer(in_alpha: OrganizationRef, owner: Actor) -> Company:
    return client(owner)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=lines, with_vat=st.booleans(), off=percents)
def test_whatever_is_sold_the_e_invoice_adds_up_to_the_cent(
    buyer: Company, owner: Actor, items: list[Any], with_vat: bool, off: Decimal
) -> None:
    invoice = issued(owner, buyer, items=tuple(items), prices_include_vat=with_vat, discount_percent=off)
    xml = written(invoice, owner)

    def total(path: str) -> Decimal:
        return sum((Decimal(found or "0") for found in texts(xml, path)), Decimal(0))

    lines_total = total("cac:InvoiceLine/cbc:LineExtensionAmount")
    sums = "cac:LegalMonetaryTotal/cbc:"
    assert lines_total == total(f"{sums}LineExtensionAmount")
    assert lines_total - total("cac:AllowanceCharge/cbc:Amount") == total(f"{sums}TaxExclusiveAmount")
    assert total("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount") == total("cac:TaxTotal/cbc:TaxAmount")
    assert total(f"{sums}PayableAmount") == invoice.total


def test_units_have_their_codes() -> None:
    assert [unit_code(unit) for unit in ("бр.", "Час", "кв. м", "", "m²", "лист", "кашон")] == [
        "C62", "HUR", "MTK", "C62", "MTK", "XST", "",
    ]  # fmt: skip


def test_the_page_gives_the_file_and_says_why_there_is_none(
    in_alpha: OrganizationRef, owner: Actor, browser: Client
) -> None:
    good, bad = issued(owner), issued_before_the_rules(owner, items=(line(vat_rate="0"),))
    response = browser.get(f"/invoices/{good.pk}/ubl/")
    assert response["Content-Disposition"] == 'attachment; filename="0000000001.xml"'
    assert response.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<ubl:Invoice')
    assert f'href="/invoices/{good.pk}/ubl/"' in browser.get(f"/invoices/{good.pk}/").content.decode()
    assert browser.get(f"/invoices/{bad.pk}/ubl/").status_code == 302


def test_the_api_gives_it_to_those_who_see_the_invoice(
    in_alpha: OrganizationRef, owner: Actor, api_of: Callable[..., Client]
) -> None:
    path = f"/api/v1/invoices/{issued(owner).pk}/ubl/"
    response = api_of(in_alpha).get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml")
    assert api_of(in_alpha, "user").get(path).status_code == 404
    refused = api_of(in_alpha).get(f"/api/v1/invoices/{draft(owner).pk}/ubl/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_expressible")
