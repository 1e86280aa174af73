"""What documents say: snapshots of seller and buyer, paper."""

from typing import Any
from uuid import UUID

from tenant_apps.files.queries import read_bytes, stored_file
from tenant_apps.invoices.models import Invoice, InvoiceItem, Offer
from tenant_apps.invoices.paper import InvoicePaper, PaperLine, Party
from tenant_apps.invoices.queries.chains import groups_of
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.queries import profile

PARTY_FIELDS = (
    "name",
    "address",
    "postal_code",
    "city",
    "country",
    "eik",
    "vat_number",
    "responsible_person",
    "email",
    "phone",
)


def seller_of(organization: OrganizationProfile) -> dict[str, Any]:
    """The seller as an invoice keeps it."""
    names = (
        "eik",
        "vat_number",
        "is_vat_registered",
        "country",
        "city",
        "address",
        "postal_code",
        "responsible_person",
        "email",
        "phone",
        "iban",
        "bic",
    )
    facts = {name: getattr(organization, name) for name in names}
    return facts | {
        "name": organization.legal_name,
        "logo_id": str(organization.logo_id) if organization.logo_id else None,
    }


def buyer_of(invoice: Invoice | Offer) -> dict[str, Any]:
    """The buyer as an invoice keeps it: the company, or a person for themselves (`is_consumer`).

    With a company, `contact` is the person whom the invoice is addressed to there.
    """
    buyer = dict.fromkeys(("eik", "vat_number", "country", "city", "address", "postal_code"), "")
    if invoice.company:
        buyer = {name: getattr(invoice.company, name) for name in buyer}
    return buyer | {
        "name": str(invoice.company or invoice.contact or ""),
        "contact": str(invoice.contact) if invoice.company and invoice.contact else "",
        "email": email_of_buyer(invoice),
        "phone": next(
            (party.phone for party in (invoice.contact, invoice.company) if party and party.phone), ""
        ),
        "is_consumer": invoice.company is None,
    }


def email_of_buyer(invoice: Invoice | Offer) -> str:
    """Where the invoice is sent to: the contact's e-mail, else the company's, else nothing."""
    found = (party.email for party in (invoice.contact, invoice.company) if party and party.email)
    return next(found, "")


def paper_of(invoice: Invoice) -> InvoicePaper:
    """The invoice as its document says it: the snapshots, or for a draft seller and buyer as they are now."""
    seller = invoice.seller or seller_of(profile())
    buyer = invoice.buyer or buyer_of(invoice)
    return InvoicePaper(
        state=invoice.state,
        number=invoice.number,
        issue_date=invoice.issue_date,
        tax_event_date=invoice.tax_event_date,
        due_date=invoice.due_date,
        currency=invoice.currency,
        seller=Party(**{name: seller.get(name, "") for name in PARTY_FIELDS}),
        buyer=Party(**{name: buyer.get(name, "") for name in PARTY_FIELDS}),
        lines=tuple(_paper_line(item) for item in invoice.items.all()),
        groups=groups_of(invoice),
        net_total=invoice.net_total,
        vat_total=invoice.vat_total,
        total=invoice.total,
        iban=seller["iban"],
        bic=seller["bic"],
        payment_url=invoice.payment_url,
        notes=invoice.notes,
        compiled_by=seller.get("compiled_by", ""),
        logo=read_bytes(stored_file(UUID(seller["logo_id"]))) if seller.get("logo_id") else None,
    )


def _paper_line(item: InvoiceItem) -> PaperLine:
    return PaperLine(
        description=item.description,
        quantity=item.quantity,
        unit=item.unit,
        unit_price=item.unit_price,
        discount_percent=item.discount_percent,
        vat_rate=item.vat_rate,
        net=item.net_total,
    )
