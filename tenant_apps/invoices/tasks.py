from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.formats import format_day, format_money
from shared_apps.core.ids import id_in
from shared_apps.jobs.actors import Queue, current_actor, job
from tenant_apps.crm.models import Company, Contact
from tenant_apps.files.operations import store_file
from tenant_apps.invoices.models import Invoice, Offer
from tenant_apps.invoices.operations import (
    DocumentUnreadable,
    NothingToRemind,
    expire_offer,
    generate_occurrence,
    let_go_of_document,
    make_invoice_qr_codes,
    offer_pdf_bytes,
    remind_client,
    require_invoice_pdf,
    settle_expiry,
    settle_payment_reminders,
    settle_recurring,
    store_e_invoice,
    write_pack,
)
from tenant_apps.invoices.queries import (
    Client,
    Statement,
    are_reminders_on,
    client_record,
    due_recurring,
    letter_html,
    offers_to_expire,
    planned_reminders,
    statements_of,
    usual_letter,
    visible_invoice,
    visible_offer,
)
from tenant_apps.invoices.statement_paper import render_statement
from tenant_apps.messages.operations import queue_message
from tenant_apps.sharing.queries import addresses_of
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.queries import profile
from tenants.context import current_organization

EXPIRED_AT_ONCE, MADE_AT_ONCE = 500, 1_000


@job(queue=Queue.PATIENT)
def generate_invoice_qr_codes(*, subject_id: str, **unknown: Any) -> None:
    """After issue: make the codes by which the invoice can be paid. One annulled meanwhile gets none."""
    by = current_actor()
    if visible_invoice(UUID(subject_id), by).is_issued:
        make_invoice_qr_codes(invoice_id=UUID(subject_id), by=by, at=clock.now())


@job(queue=Queue.PATIENT)
def redraw_invoice_document(*, subject_id: str, **unknown: Any) -> None:
    """After the client link of an invoice was renewed or revoked: the paper that shows it is drawn again."""
    by, at = current_actor(), clock.now()
    with suppress(Invoice.DoesNotExist):  # the link of something else
        invoice = visible_invoice(UUID(subject_id), by)
        let_go_of_document(invoice_id=invoice.pk, by=by, at=at)
        if invoice.is_issued:
            make_invoice_qr_codes(invoice_id=invoice.pk, by=by, at=at)
        require_invoice_pdf(invoice_id=invoice.pk, by=by, at=at)


@job(queue=Queue.PATIENT)
def render_invoice_document(*, subject_id: str, **unknown: Any) -> None:
    """After issue and after annulment: make the PDF, so that the first reader need not wait for it."""
    require_invoice_pdf(invoice_id=UUID(subject_id), by=current_actor(), at=clock.now())


@job()
def email_invoice(
    *,
    invoice_id: str,
    to: str,
    sending_id: str,
    cc: Sequence[str] = (),
    subject: str = "",
    text: str = "",
    with_ubl: bool = False,
    **unknown: Any,
) -> None:
    """Queue the message that carries an invoice's PDF to the client; the same sending queues one message.

    A subject or text that is empty is as usual.
    """
    by, at = current_actor(), clock.now()
    require_invoice_pdf(invoice_id=UUID(invoice_id), by=by, at=at)
    invoice = visible_invoice(UUID(invoice_id), by)
    files = [invoice.pdf_id] if invoice.pdf_id else []
    if with_ubl:
        files.append(store_e_invoice(invoice_id=invoice.pk, by=by, at=at).pk)
    letter = usual_letter(invoice)
    queue_message(
        to=to,
        cc=cc,
        subject=subject or letter.subject,
        body_text=text or letter.text,
        body_html=letter_html(invoice, letter, subject=subject, text=text),
        attachment_ids=files,
        about_type=Invoice._meta.label_lower,
        about_id=invoice.pk,
        key=f"email_invoice:{sending_id}",
        language=letter.language,
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
    client = Client(id_in(company_id), id_in(contact_id))
    receiver, first, last = client_record(client, by), date.fromisoformat(since), date.fromisoformat(until)
    told = statements_of(client, by, since=first, until=last)
    with override(seller.default_language):
        content = render_statement(str(receiver), told, seller=seller, since=first, until=last)
        name = f"{_('Statement')}-{since}-{until}.pdf"
        file = store_file(name=name, content_type="application/pdf", content=content, by=by, at=at)
        context = _statement_letter(receiver, told, seller, first, last)
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
    client: Company | Contact, told: list[Statement], seller: OrganizationProfile, since: date, until: date
) -> dict[str, Any]:
    """What the letter with a statement says, in the current language; where the client has a link, that
    too.
    """
    return {
        "subject": _("Statement from %(seller)s") % {"seller": seller.legal_name},
        "client": str(client),
        "url": addresses_of([client.pk]).get(client.pk, ""),
        "seller": seller,
        "since": format_day(since),
        "until": format_day(until),
        "balances": [format_money(one.closing, one.currency) for one in told],
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
def send_payment_reminders(**unknown: Any) -> None:
    """Every morning of the organization, where reminders are on: one e-mail to each client about what has
    come to a stage. Run again, it tells nothing twice.
    """
    by, at = current_actor(), clock.now()
    broken = _remind(by, at) if are_reminders_on() else []
    settle_payment_reminders(by=by, at=at)
    if broken:
        raise broken[0]


def _remind(by: Actor, at: datetime) -> list[Exception]:
    """Letter by letter; one that breaks keeps none of the others waiting, and is returned."""
    on = clock.day_in(current_organization().time_zone, at)
    broken: list[Exception] = []
    for letter in planned_reminders(by, on=on):
        if letter.held:
            continue
        # Paid, or told by another worker meanwhile; or a PDF that the invoice's page complains of.
        try:
            with suppress(NothingToRemind, DocumentUnreadable):
                for invoice_id in letter.invoice_ids:
                    require_invoice_pdf(invoice_id=invoice_id, by=by, at=at)
                remind_client(invoice_ids=letter.invoice_ids, on=on, by=by, at=at)
        except Exception as error:
            broken.append(error)
    return broken


@job()
def expire_offers(**unknown: Any) -> None:
    """Daily, where the last day of an offer is over: let it expire, once, and tell its owner."""
    by, at = current_actor(), clock.now()
    today = clock.today(current_organization().time_zone)
    for offer_id in offers_to_expire(today).values_list("pk", flat=True)[:EXPIRED_AT_ONCE]:
        expire_offer(offer_id=offer_id, by=by, at=at)
    settle_expiry(by=by, at=at)


@job()
def generate_recurring_invoices(**unknown: Any) -> None:
    """From six in the morning of the organization, where something recurs: make what is due, and what was
    missed on the days before, each once.
    """
    by, at = current_actor(), clock.now()
    broken = _generate(by, at)
    settle_recurring(by=by, at=at)
    if broken:
        raise next(iter(broken.values()))


def _generate(by: Actor, at: datetime) -> dict[UUID, Exception]:
    """What is due, day by day; one that breaks keeps none of the others waiting, and is returned."""
    today, left = clock.day_in(current_organization().time_zone, at), MADE_AT_ONCE
    broken: dict[UUID, Exception] = {}
    while due := [(one, day) for one, day in due_recurring(today) if one not in broken][:left]:
        left -= len(due)
        for recurring_id, day in due:
            try:
                generate_occurrence(recurring_id=recurring_id, occurs_on=day, by=by, at=at)
            except Exception as error:
                broken[recurring_id] = error
    return broken


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
        "url": addresses_of([offer.pk]).get(offer.pk, ""),
    }
