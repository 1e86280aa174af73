"""What documents say: snapshots of seller and buyer, paper."""

from typing import Any
from uuid import UUID

from shared_apps.core.bulgaria.vat_treatments import treatment
from tenant_apps.activity.models import Event
from tenant_apps.activity.queries import latest_event
from tenant_apps.files.queries import read_bytes, stored_file
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, InvoiceItem, Offer
from tenant_apps.invoices.paper import Basis, InEuro, InvoicePaper, PaperLine, Party, Reference
from tenant_apps.invoices.queries.chains import amended_by, groups_of
from tenant_apps.sharing.queries import addresses_of
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
        "accent_color",
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


def paper_of(invoice: Invoice, *, payment_url: str | None = None) -> InvoicePaper:
    """The document as it says itself: the snapshots, or for a draft seller and buyer as they are now.
    `payment_url`: where its client link leads, for one who knows it already.
    """
    seller = invoice.seller or seller_of(profile())
    buyer = invoice.buyer or buyer_of(invoice)
    amended = amended_by(invoice) if invoice.amends_id else None
    return InvoicePaper(
        kind=invoice.kind,
        is_advance=invoice.is_advance,
        state=invoice.state,
        number=invoice.number,
        amends=_reference(amended) if amended else None,
        amend_reason=invoice.amend_reason,
        issue_date=invoice.issue_date,
        tax_event_date=invoice.tax_event_date,
        due_date=invoice.due_date,
        currency=invoice.currency,
        prices_include_vat=invoice.prices_include_vat,
        seller=Party(**{name: seller.get(name, "") for name in PARTY_FIELDS}),
        buyer=Party(**{name: buyer.get(name, "") for name in PARTY_FIELDS}),
        lines=_paper_lines(invoice),
        discount_percent=invoice.discount_percent,
        discount_total=invoice.discount_total,
        groups=groups_of(invoice),
        bases=_bases(invoice),
        net_total=invoice.net_total,
        vat_total=invoice.vat_total,
        total=invoice.total,
        in_euro=_in_euro(invoice),
        vies_number=invoice.vies_number,
        vies_checked_on=invoice.vies_checked_on,
        payment_method=invoice.payment_method,
        iban=seller["iban"],
        bic=seller["bic"],
        payment_url=payment_url_of(invoice) if payment_url is None else payment_url,
        notes=invoice.notes,
        compiled_by=seller.get("compiled_by", ""),
        logo=read_bytes(stored_file(UUID(seller["logo_id"]))) if seller.get("logo_id") else None,
        accent=seller.get("accent_color", ""),
    )


def payment_url_of(invoice: Invoice) -> str:
    """Where the client sees the document and pays it; "" for a draft, and where its link was revoked."""
    return addresses_of([invoice.pk]).get(invoice.pk, "") if invoice.may_be_opened else ""


def document_refusal(invoice: Invoice) -> Event | None:
    """The event of its PDF that could not be made or read back right, while that is how things stand."""
    if invoice.is_draft or invoice.pdf_id:
        return None
    types = (InvoiceEvent.DOCUMENT_REFUSED, InvoiceEvent.DOCUMENT_STORED, InvoiceEvent.ANNULLED)
    latest = latest_event(invoice.pk, types)
    return latest if latest and latest.type == InvoiceEvent.DOCUMENT_REFUSED else None


def _paper_lines(invoice: Invoice) -> tuple[PaperLine, ...]:
    items = list(invoice.items.all())
    advances = Invoice.objects.in_bulk({item.deducts_id for item in items if item.deducts_id} or ())
    return tuple(_paper_line(item, advances.get(item.deducts_id)) for item in items)


def _paper_line(item: InvoiceItem, advance: Invoice | None) -> PaperLine:
    return PaperLine(
        description=item.description,
        quantity=item.quantity,
        unit=item.unit,
        unit_price=item.unit_price,
        discount_percent=item.discount_percent,
        vat_rate=item.vat_rate,
        net=item.net_total,
        amount=item.amount,
        deducts=_reference(advance) if advance else None,
    )


def _reference(invoice: Invoice) -> Reference:
    return Reference(str(invoice.number), invoice.issued_on)


def _bases(invoice: Invoice) -> tuple[Basis, ...]:
    """Why its groups bear the VAT that they bear, as the law was on the day of the tax event."""
    on = invoice.tax_event_date or invoice.issue_date or invoice.created_at.date()
    rows = ((group.key, treatment(group.code, on=on)) for group in groups_of(invoice))
    return tuple(
        Basis(key, row.basis, row.basis_en, row.mark, row.mark_en) for key, row in rows if row and row.basis
    )


def _in_euro(invoice: Invoice) -> InEuro | None:
    """What it comes to in euro where it is in another currency and the rate is known."""
    rate, on = invoice.exchange_rate, invoice.exchange_rate_on
    if invoice.currency == "EUR" or rate is None or on is None:
        return None
    net, vat = invoice.net_total_eur, invoice.vat_total_eur
    if net is None or vat is None:
        net, vat = rules.in_euro(invoice.net_total, rate), rules.in_euro(invoice.vat_total, rate)
    return InEuro(rate, on, net, vat)
