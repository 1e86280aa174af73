"""The letter that goes with an invoice, in the language of the document."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from shared_apps.core.formats import format_day, format_money
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries.for_clients import reader_language
from tenant_apps.invoices.queries.papers import payment_url_of
from tenant_apps.messages.models import OutgoingMessage


@dataclass(frozen=True)
class Letter:
    """A letter before it is sent; `text` is what stands in it as plain text."""

    subject: str
    text: str
    language: str


def usual_letter(invoice: Invoice) -> Letter:
    """What is written to the client of an issued invoice when nobody writes something else."""
    language = reader_language(invoice)
    with override(language):
        values = {"title": invoice.title, "seller": invoice.seller["name"]}
        subject = _("%(title)s from %(seller)s") % values
        text = render_to_string("invoices/email/invoice.txt", _context(invoice))
    return Letter(subject, text.strip() + "\n", language)


def letter_html(invoice: Invoice, usual: Letter, *, subject: str = "", text: str = "") -> str:
    """The letter for mail programs that show more, with the client link as a button; what is empty is as
    usual.
    """
    context = {
        "subject": subject or usual.subject,
        "text": text or usual.text,
        "payment_url": payment_url_of(invoice),
        "is_paid": asks_for_money(invoice),
    }
    with override(usual.language):
        return render_to_string("invoices/email/invoice.html", context)


def _context(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "seller": invoice.seller,
        "buyer": invoice.buyer["contact"] or invoice.buyer["name"],
        "total": format_money(invoice.total, invoice.currency),
        "due": format_day(invoice.due_date) if invoice.due_date else "",
        "payment_url": payment_url_of(invoice),
        "is_paid": asks_for_money(invoice),
    }


def asks_for_money(invoice: Invoice) -> bool:
    """Whether the client pays something by this document: not by a credit note, nor by one that came to
    nothing.
    """
    return invoice.is_issued and not invoice.is_credit and invoice.total > 0


def letter_states(invoice_ids: Collection[UUID]) -> dict[UUID, str]:
    """Invoice → the state of the last letter that carried it, in one statement."""
    rows = _letters().filter(about_id__in=list(invoice_ids)).order_by("about_id", "-id").distinct("about_id")
    return {about_id: state for about_id, state in rows.values_list("about_id", "state") if about_id}


def with_letter_in(states: Collection[str]) -> Q:
    """The invoices whose last letter is in one of these states."""
    last = _letters().filter(about_id=OuterRef("pk")).order_by("-id").values("state")[:1]
    return Q(In(Coalesce(Subquery(last), Value("")), list(states)))


def with_any_letter() -> Q:
    """The invoices that a letter carried."""
    return Q(Exists(_letters().filter(about_id=OuterRef("pk"))))


def _letters() -> QuerySet[OutgoingMessage]:
    """Letters that carry an invoice: a reminder is about several."""
    return OutgoingMessage.objects.filter(
        about_type=Invoice._meta.label_lower, key__startswith="email_invoice:"
    )
