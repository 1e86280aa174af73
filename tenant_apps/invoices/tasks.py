from datetime import date
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from shared_apps.core import clock
from shared_apps.core.formats import format_day, format_money
from shared_apps.jobs.actors import Queue, current_actor, job
from tenant_apps.files.operations import store_file
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.operations import (
    expire_offer,
    invoice_pdf_bytes,
    make_invoice_qr_codes,
    offer_pdf_bytes,
    settle_expiry,
    write_pack,
)
from tenant_apps.invoices.queries import (
    Client,
    Statement,
    client_record,
    offers_to_expire,
    statements_of,
    visible_invoice,
    visible_offer,
)
from tenant_apps.invoices.rules import letter_language
from tenant_apps.invoices.statement_paper import render_statement
from tenant_apps.messages.operations import queue_message
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.queries import profile
from tenants.context import current_organization

EXPIRED_AT_ONCE = 500


@job(queue=Queue.PATIENT)
def generate_invoice_qr_codes(*, subject_id: str, **unknown: Any) -> None:
    """After issue: make the codes by which the invoice can be paid. One annulled meanwhile gets none."""
    by = current_actor()
    if visible_invoice(UUID(subject_id), by).is_issued:
        make_invoice_qr_codes(invoice_id=UUID(subject_id), by=by, at=clock.now())


@job(queue=Queue.PATIENT)
def render_invoice_document(*, subject_id: str, **unknown: Any) -> None:
    """After issue and after annulment: make the PDF, so that the first reader need not wait for it."""
    invoice_pdf_bytes(invoice_id=UUID(subject_id), by=current_actor(), at=clock.now())


@job()
def email_invoice(*, invoice_id: str, to: str, sending_id: str, **unknown: Any) -> None:
    """Queue the message that carries an invoice's PDF to the client; the same sending queues one message."""
    by, at = current_actor(), clock.now()
    invoice_pdf_bytes(invoice_id=UUID(invoice_id), by=by, at=at)
    invoice = visible_invoice(UUID(invoice_id), by)
    language = letter_language(invoice.language, invoice.buyer["country"])
    with override(language):
        context = _letter(invoice)
        queue_message(
            to=to,
            subject=context["subject"],
            body_text=render_to_string("invoices/email/invoice.txt", context),
            body_html=render_to_string("invoices/email/invoice.html", context),
            attachment_ids=[invoice.pdf_id] if invoice.pdf_id else [],
            about_type=Invoice._meta.label_lower,
            about_id=invoice.pk,
            key=f"email_invoice:{sending_id}",
            language=language,
            by=by,
            at=at,
        )


@job(queue=Queue.PATIENT)
def write_month_pack(*, pack_id: str, **unknown: Any) -> None:
    """The accountant's pack of a month. One that is written already stays as it is."""
    by, at = current_actor(), clock.now()
    today = clock.day_in(current_organization().time_zone, at)
    with override(profile().default_language):
        write_pack(pack_id=UUID(pack_id), today=today, by=by, at=at)


@job()
def email_statement(
    *,
    to: str,
    since: str,
    until: str,
    sending_id: str,
    company_id: str | None = None,
    contact_id: str | None = None,
    **unknown: Any,
) -> None:
    """Queue the message that carries a client's statement as PDF; the same sending queues one message."""
    by, at, seller = current_actor(), clock.now(), profile()
    client = Client(_id(company_id), _id(contact_id))
    receiver, first, last = client_record(client, by), date.fromisoformat(since), date.fromisoformat(until)
    told = statements_of(client, by, since=first, until=last)
    with override(seller.default_language):
        content = render_statement(str(receiver), told, seller=seller, since=first, until=last)
        name = f"{_('Statement')}-{since}-{until}.pdf"
        file = store_file(name=name, content_type="application/pdf", content=content, by=by, at=at)
        context = _statement_letter(str(receiver), told, seller, first, last)
        queue_message(
            to=to,
            subject=context["subject"],
            body_text=render_to_string("invoices/email/statement.txt", context),
            body_html=render_to_string("invoices/email/statement.html", context),
            attachment_ids=[file.pk],
            about_type=receiver._meta.label_lower,
            about_id=receiver.pk,
            key=f"email_statement:{sending_id}",
            language=seller.default_language,
            by=by,
            at=at,
        )


def _statement_letter(
    client: str, told: list[Statement], seller: OrganizationProfile, since: date, until: date
) -> dict[str, Any]:
    """What the letter with a statement says, in the current language."""
    return {
        "subject": _("Statement from %(seller)s") % {"seller": seller.legal_name},
        "client": client,
        "seller": seller,
        "since": format_day(since),
        "until": format_day(until),
        "balances": [format_money(one.closing, one.currency) for one in told],
    }


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _letter(invoice: Invoice) -> dict[str, Any]:
    """What the letter says, in the current language."""
    values = {"number": invoice.number, "seller": invoice.seller["name"]}
    return {
        "subject": _("Invoice %(number)s from %(seller)s") % values,
        "number": invoice.number,
        "seller": invoice.seller,
        "buyer": invoice.buyer["contact"] or invoice.buyer["name"],
        "total": format_money(invoice.total, invoice.currency),
        "due": format_day(invoice.due_date) if invoice.due_date else "",
        "payment_url": invoice.payment_url,
    }


@job(queue=Queue.PATIENT)
def render_offer_document(*, subject_id: str, **unknown: Any) -> None:
    """After an offer is sent: make its PDF, as it was sent."""
    offer_pdf_bytes(offer_id=UUID(subject_id), by=current_actor(), at=clock.now())


@job()
def email_offer(*, offer_id: str, to: str, sending_id: str, **unknown: Any) -> None:
    """Queue the message that carries an offer's PDF to the client; the same sending queues one message."""
    by, at = current_actor(), clock.now()
    offer_pdf_bytes(offer_id=UUID(offer_id), by=by, at=at)
    offer = visible_offer(UUID(offer_id), by)
    with override(offer.language):
        context = _letter_with_offer(offer)
        queue_message(
            to=to,
            subject=context["subject"],
            body_text=render_to_string("invoices/email/offer.txt", context),
            body_html=render_to_string("invoices/email/offer.html", context),
            attachment_ids=[offer.pdf_id] if offer.pdf_id else [],
            about_type=Offer._meta.label_lower,
            about_id=offer.pk,
            key=f"email_offer:{sending_id}",
            language=offer.language,
            by=by,
            at=at,
        )


@job()
def expire_offers(**unknown: Any) -> None:
    """Daily, where the last day of an offer is over: let it expire, once, and tell its owner."""
    by, at = current_actor(), clock.now()
    today = clock.today(current_organization().time_zone)
    for offer_id in offers_to_expire(today).values_list("pk", flat=True)[:EXPIRED_AT_ONCE]:
        expire_offer(offer_id=offer_id, by=by, at=at)
    settle_expiry(by=by, at=at)


def _letter_with_offer(offer: Offer) -> dict[str, Any]:
    """What the letter says, in the current language."""
    values = {"number": offer.number, "seller": offer.seller["name"]}
    return {
        "subject": _("Offer %(number)s from %(seller)s") % values,
        "number": offer.number,
        "version": offer.version,
        "seller": offer.seller,
        "buyer": offer.buyer["contact"] or offer.buyer["name"],
        "total": format_money(offer.total, offer.currency),
        "has_options": any(item.is_optional for item in offer.items.all()),
        "valid_until": format_day(offer.valid_until) if offer.valid_until else "",
    }
