"""Payments and invoices as `rules` sees them."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from shared_apps.core.actors import Actor
from tenant_apps.crm.queries import namesakes
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.queries import OPEN, LedgerPayment, with_outstanding
from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.queries.payers import Client, Payer


def payment_facts(
    payments: Collection[Payment | LedgerPayment], known: Mapping[str, Payer], by: Actor
) -> dict[UUID, rules.PaymentFacts]:
    """The facts of payments, given what is known of their accounts. Two statements, however many."""
    nameless = {one.payer_name for one in payments if one.payer_name and not _client(one, known)[0]}
    same_name = namesakes(nameless, by)
    facts = {}
    for one in payments:
        named, carried = rules.numbers_of(one.reference, one.end_to_end_id)
        client, client_by = _client(one, known)
        facts[one.pk] = rules.PaymentFacts(
            amount=one.unallocated,
            currency=one.currency,
            named=named,
            carried=carried,
            payer_name=one.payer_name,
            payer_iban=one.payer_iban,
            received_on=one.received_on,
            client=client,
            client_by=client_by,
            namesake=same_name.get(one.payer_name),
        )
    return facts


def invoice_facts(invoice: Any) -> rules.InvoiceFacts:
    """The facts of an invoice that comes with `buyer_name` and the clients kept after merges
    (`invoices.queries.with_kept_client`).
    """
    firm, person = client_of_invoice(invoice)
    return rules.InvoiceFacts(
        id=invoice.pk,
        number=invoice.number,
        state=invoice.state,
        currency=invoice.currency,
        outstanding=invoice.outstanding,
        kind=invoice.kind,
        client=firm or person,
        buyer_name=invoice.buyer_name or "",
        issued_on=invoice.issue_date,
    )


def client_of_invoice(invoice: Any) -> Client:
    """The (company id, contact id) to whom it belongs now: one of them."""
    if invoice.company_id:
        return invoice.kept_company_id or invoice.company_id, None
    return None, invoice.kept_contact_id or invoice.contact_id


def owing_just(owed: Collection[tuple[UUID, Decimal, str]]) -> set[tuple[UUID, Decimal, str]]:
    """Those of the (client, amount, currency) of which the client has an open invoice that owes just that."""
    if not owed:
        return set()
    clients, amounts = {client for client, *_money in owed}, {amount for _client, amount, _code in owed}
    firm = Coalesce("company__merged_into_id", "company_id")
    person = Coalesce("contact__merged_into_id", "contact_id")
    rows: QuerySet[Any, Any] = with_outstanding(Invoice.objects.filter(OPEN)).order_by()
    rows = rows.annotate(belongs_to=Coalesce(firm, person))
    rows = rows.filter(belongs_to__in=clients, outstanding_amount__in=amounts)
    return set(rows.values_list("belongs_to", "outstanding_amount", "currency")) & set(owed)


def _client(payment: Payment | LedgerPayment, known: Mapping[str, Payer]) -> tuple[UUID | None, str]:
    """Whose the money is, and by what one knows: what can be looked up first."""
    own = payment.company_id or payment.contact_id
    payer = known.get(payment.payer_iban)
    by_iban = payer and (payer.company_id or payer.contact_id)
    return (by_iban, rules.KNOWN_IBAN) if by_iban and own in (None, by_iban) else (own, rules.KNOWN_CLIENT)
