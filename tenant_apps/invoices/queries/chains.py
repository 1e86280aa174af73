"""What amends, follows from or takes off what."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from shared_apps.core.actors import Actor
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceItem, InvoiceState
from tenant_apps.sharing.queries import visible_to

# From one document to every other that a tie leads to, whichever end of the tie it stands at.
_LINKED = """
WITH RECURSIVE linked (id) AS (
    SELECT %s::uuid
    UNION
    SELECT near.id FROM linked CROSS JOIN LATERAL (
        SELECT unnest(ARRAY[amends_id, origin_id]) AS id FROM invoices_invoice WHERE id = linked.id
        UNION ALL SELECT id FROM invoices_invoice WHERE amends_id = linked.id
        UNION ALL SELECT id FROM invoices_invoice WHERE origin_id = linked.id
        UNION ALL SELECT deducts_id FROM invoices_invoiceitem WHERE invoice_id = linked.id
        UNION ALL SELECT invoice_id FROM invoices_invoiceitem WHERE deducts_id = linked.id
    ) AS near WHERE near.id IS NOT NULL
)
SELECT id FROM linked
"""


def groups_of(invoice: Invoice) -> tuple[rules.VatGroup, ...]:
    """The VAT groups that the document keeps."""
    return groups_in(invoice.vat_groups)


def groups_in(kept: Iterable[dict[str, Any]]) -> tuple[rules.VatGroup, ...]:
    """The VAT groups as a document keeps them."""
    return tuple(_vat_group(group) for group in kept)


def amended_by(note: Invoice) -> Invoice:
    """The invoice that a note amends, as it is now, with its client."""
    return Invoice.objects.select_related("company", "contact").get(amendments=note)


def issued_notes(invoice_id: UUID, kind: str) -> QuerySet[Invoice]:
    """The issued credit or debit notes to an invoice."""
    return Invoice.objects.filter(amends_id=invoice_id, kind=kind, state=InvoiceState.ISSUED).order_by("id")


def remaining_of(invoice_id: UUID) -> dict[rules.GroupKey, rules.VatGroup]:
    """What credit notes may still take of an invoice per VAT group: what it charged, less the credit notes
    that are issued (чл. 115 ЗДДС). A debit note is owed by itself, and leaves no more to take.
    """
    invoice = Invoice.objects.get(pk=invoice_id)
    taken = [group for note in issued_notes(invoice_id, rules.CREDIT_NOTE) for group in groups_of(note)]
    return rules.what_remains(groups_of(invoice), taken)


def open_advances(
    actor: Actor, *, company_id: UUID | None, contact_id: UUID | None = None
) -> QuerySet[Invoice]:
    """Issued advance invoices of a client, oldest first; what of each is taken off already, `advance_left`
    tells.
    """
    client = {"company_id": company_id} if company_id else {"company": None, "contact_id": contact_id}
    advances = Invoice.objects.filter(state=InvoiceState.ISSUED, is_advance=True, **client)
    return visible_to(advances, actor).order_by("issue_date", "number")


def advance_left(invoice_id: UUID, *, beside: UUID | None = None) -> dict[rules.GroupKey, rules.VatGroup]:
    """What of an advance is not taken off yet, per VAT group, as documents that are not annulled say it;
    `beside`: a draft that does not count.
    """
    left = remaining_of(invoice_id)
    lines = InvoiceItem.objects.filter(deducts_id=invoice_id).exclude(invoice__state=InvoiceState.ANNULLED)
    for line in lines.exclude(Q(invoice_id=beside) if beside else Q(pk__in=())).select_related("invoice"):
        key = (line.vat_rate, line.vat_code)
        group = left.get(key) or rules.VatGroup(line.vat_rate, rules.ZERO, rules.ZERO, line.vat_code)
        left[key] = replace(group, base=group.base + line.net_total)
    return left


def advances_for(invoice: Invoice, actor: Actor) -> list[Invoice]:
    """The advances that a draft may take off: the client's, in its currency, with something left."""
    if invoice.kind != rules.INVOICE or invoice.is_advance:
        return []
    found = open_advances(actor, company_id=invoice.company_id, contact_id=invoice.contact_id)
    taken = {item.deducts_id for item in invoice.items.all()}
    open_ones = [one for one in found.filter(currency=invoice.currency)[:20] if one.pk not in taken]
    return [one for one in open_ones if any(group.base > 0 for group in advance_left(one.pk).values())]


def chain_of(invoice: Invoice, actor: Actor) -> QuerySet[Invoice]:
    """The documents that belong together with one, oldest first, without itself: what it amends or came from,
    what amends it, follows from it or takes it off, and what hangs on those in the same way.
    """
    linked = RawSQL(_LINKED, [invoice.pk])  # noqa: S611 - the statement is a constant
    found = Invoice.objects.filter(pk__in=linked).exclude(pk=invoice.pk)
    return visible_to(found.select_related("company", "contact"), actor).order_by("id")


def _vat_group(group: dict[str, Any]) -> rules.VatGroup:
    rate = None if group["rate"] is None else Decimal(group["rate"])
    base, vat, discount = (Decimal(group[name]) for name in ("base", "vat", "discount"))
    return rules.VatGroup(rate, base, vat, group["code"], discount)
