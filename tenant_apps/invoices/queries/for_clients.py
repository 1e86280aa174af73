"""What a client is told beside a document: what is asked of them, how they pay it, what came already."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from shared_apps.core.bulgaria.iban import is_valid_iban
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceState, Offer, Payment, PaymentMethod
from tenant_apps.invoices.paper_words import remark_of
from tenant_apps.invoices.queries.documents import of_client
from tenant_apps.invoices.queries.ledger import HAS_CLIENT, WAITING
from tenant_apps.invoices.queries.statements import Client


@dataclass(frozen=True)
class Transfer:
    """How a document is paid by bank: to whom, how much, and what is written beside it."""

    receiver: str
    iban: str
    bic: str
    amount: Decimal
    currency: str
    remark: str

    @property
    def is_sepa(self) -> bool:
        """Whether a bank's app can read it from a code."""
        return self.currency == "EUR" and is_valid_iban(self.iban) and bool(self.receiver.strip())


def reader_language(document: Invoice | Offer) -> str:
    """The language in which the client of a document reads: its own, and of two the one of their country."""
    return rules.letter_language(document.language, document.buyer.get("country", ""))


def amount_asked(invoice: Invoice) -> Decimal:
    """What the client is asked to pay now: what is outstanding; by a proforma its total, until an invoice
    takes its place.
    """
    if invoice.kind != rules.PROFORMA:
        return invoice.outstanding
    return invoice.total if invoice.is_issued and invoice_after(invoice) is None else rules.ZERO


def invoice_after(proforma: Invoice) -> Invoice | None:
    """The issued invoice that was made from a proforma."""
    made = proforma.followers.filter(kind=rules.INVOICE, state=InvoiceState.ISSUED)
    return made.order_by("-id").first()


def transfer_of(invoice: Invoice) -> Transfer | None:
    """How what is asked is paid by bank; None where nothing is asked, in cash, and without an account."""
    seller, amount = invoice.seller, amount_asked(invoice)
    if not amount or not seller.get("iban") or invoice.payment_method == PaymentMethod.CASH:
        return None
    return Transfer(
        receiver=seller.get("name", ""),
        iban=seller["iban"],
        bic=seller.get("bic", ""),
        amount=amount,
        currency=invoice.currency,
        remark=remark_of(invoice, invoice.language),
    )


def money_being_checked(invoice: Invoice, *, asked: Decimal) -> Decimal:
    """What of the sum that is `asked` came since the invoice was issued and is given to no invoice yet: from
    its client, or from nobody that is known, under its number.
    """
    came = Payment.objects.filter(WAITING, currency=invoice.currency, received_on__gte=invoice.issue_date)
    came = came.annotate(left=F("amount") - F("allocated_total") - F("refunded_total"))
    theirs = Client(invoice.company_id, None if invoice.company_id else invoice.contact_id).payments
    checked = came.filter(theirs).aggregate(sum=Sum("left"))["sum"] or rules.ZERO
    if checked < asked:
        checked += _left_under_number(came.exclude(HAS_CLIENT), invoice, asked - checked)
    return min(checked, asked)


def _left_under_number(came: QuerySet[Any], invoice: Invoice, most: Decimal) -> Decimal:
    """What is left of the payments whose text names the invoice; no more are read than make `most`."""
    number, found = str(invoice.number), rules.ZERO
    bare = re.escape(number.lstrip("0"))
    texts = came.filter(reference__iregex=rf"(^|[^0-9])0*{bare}($|[^0-9])").order_by("id")
    for text, left in texts.values_list("reference", "left").iterator():
        if rules.names_document(text, number):
            found += left
            if found >= most:
                break
    return found


def sent_versions(offer: Offer) -> list[Offer]:
    """The versions of an offer that the same client was sent, newest first, itself among them; after a merge
    the one who was kept is the same.
    """
    ids = {"company_id": offer.company_id, "contact_id": offer.contact_id}
    same = Offer.objects.filter(of_client(**_kept(offer)), number=offer.number)
    ours = same.filter(**{f"{name}__isnull": one is None for name, one in ids.items()})
    return list(ours.filter(sent_at__isnull=False).order_by("-version"))


def _kept(offer: Offer) -> dict[str, UUID | None]:
    """To whom an offer belongs now."""
    company, contact = offer.company, offer.contact
    return {
        "company_id": (company.merged_into_id or company.pk) if company else None,
        "contact_id": (contact.merged_into_id or contact.pk) if contact else None,
    }
