"""The invoice of a deal; and what documents tell the deals that they bill: the crm decides by its rules what
comes of it.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Deal, DealItem
from tenant_apps.crm.operations import Cause, RuleCode, move_by_rule, take_paid_mark
from tenant_apps.crm.queries import items_of_deal, lock_deals, people_of_deal
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations.draft_inputs import InvoiceInput, ItemInput
from tenant_apps.invoices.operations.drafts import create_invoice
from tenant_apps.invoices.queries import LedgerInvoice, deals_paid_in_full
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import profile
from tenants.context import current_organization

LINE_FIELDS = (
    "description",
    "quantity",
    "unit_price",
    "unit",
    "discount_percent",
    "vat_rate",
    "product_id",
)


@operation(permission=Permission.INVOICES_EDIT)
def create_invoice_of_deal(*, deal_id: UUID, by: Actor, at: datetime) -> Invoice:
    """Write a draft that bills a deal, as `draft_of_deal` says. Refuses a deal of nobody: `company_id`."""
    deal = visible_to(Deal.objects.all(), by).get(pk=deal_id)
    return create_invoice(draft=draft_of_deal(deal), by=by, at=at)


def draft_of_deal(deal: Deal) -> InvoiceInput:
    """The invoice for a deal: to its company, or else to the first person in it, with its lines; a deal
    without lines is one, with its name and value.
    """
    first = None if deal.company_id else people_of_deal(deal.pk).first()
    items = tuple(_line_of(item) for item in items_of_deal(deal.pk))
    rate = rules.usual_rate(profile().is_vat_registered)
    whole = ItemInput(description=deal.name, quantity=Decimal(1), unit_price=deal.value, vat_rate=rate)
    return InvoiceInput(
        currency=deal.currency,
        items=items or (whole,),
        company_id=deal.company_id,
        contact_id=first.contact_id if first else None,
        deal_id=deal.pk,
    )


def tell_issued(invoice: Invoice, by: Actor, at: datetime) -> None:
    """Let the deal of an invoice follow that it was issued."""
    if invoice.deal_id:
        move_by_rule(
            rule=RuleCode.INVOICE_ISSUED,
            deal_id=invoice.deal_id,
            cause=_cause(invoice, by),
            by=_product(),
            at=at,
        )
        tell_money_moved([invoice], by, at)


def tell_money_moved(invoices: Iterable[Invoice | LedgerInvoice], by: Actor, at: datetime) -> None:
    """Let the deals of these invoices follow whether all that was issued for them is paid now.

    The deals are locked before the invoices are counted: of two who pay the last two invoices of a deal at
    once, the second one sees what the first did.
    """
    latest = {invoice.deal_id: invoice for invoice in invoices if invoice.deal_id}
    if not latest:
        return
    deals = lock_deals(latest.keys())
    paid = deals_paid_in_full(latest.keys())
    for deal in deals:
        cause = _cause(latest[deal.pk], by)
        if deal.pk in paid:
            move_by_rule(rule=RuleCode.INVOICE_PAID, deal_id=deal.pk, cause=cause, by=_product(), at=at)
        elif deal.paid_at:
            take_paid_mark(deal_id=deal.pk, cause=cause, by=_product(), at=at)


def _line_of(item: DealItem) -> ItemInput:
    return ItemInput(**{name: getattr(item, name) for name in LINE_FIELDS})


def _cause(invoice: Invoice | LedgerInvoice, by: Actor) -> Cause:
    return Cause(document_id=invoice.pk, number=invoice.number or "", caused_by=by.label)


def _product() -> Actor:
    """A rule acts for nobody: also whoever may not touch the deal, or not see it, issues its invoice."""
    return system_actor(current_organization().id)
