"""What documents tell the deals that they bill. The crm decides by its rules what comes of it."""

from collections.abc import Iterable
from datetime import datetime

from shared_apps.core.actors import Actor, system_actor
from tenant_apps.crm.operations import Cause, RuleCode, move_by_rule, take_paid_mark
from tenant_apps.crm.queries import lock_deals
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import deals_paid_in_full
from tenants.context import current_organization


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


def tell_money_moved(invoices: Iterable[Invoice], by: Actor, at: datetime) -> None:
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


def _cause(invoice: Invoice, by: Actor) -> Cause:
    return Cause(document_id=invoice.pk, number=invoice.number or "", caused_by=by.label)


def _product() -> Actor:
    """A rule acts for nobody: also whoever may not touch the deal, or not see it, issues its invoice."""
    return system_actor(current_organization().id)
