"""How the stories of the workbench begin: lines on a statement, invoices, and somebody who decides."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.reconciliation.models import BankLine, Decision
from tenant_apps.reconciliation.queries import Asked, Case, Waiting, case_of, visible_item, workbench
from tests.invoices.stories import TODAY
from tests.reconciliation.conftest import Till
from tests.reconciliation.samples import Move, camt

D = Decimal
ON = date(2026, 11, 20)


def brought(till: Till, *moves: Move) -> list[BankLine]:
    """The lines of a statement with these moves, imported; what follows from them has not run."""
    if not BankLine.objects.exists():
        till.account()
    till.imported(
        camt(list(moves), number=f"S{BankLine.objects.count()}"), name=f"s{BankLine.objects.count()}.xml"
    )
    return till.lines()


def waits(by: Any, **asked: Any) -> list[Waiting]:
    """What waits, as the workbench lists it."""
    return list(workbench(by, Asked(**asked)).items)


def case(by: Any, item_id: UUID, search: str = "") -> Case:
    return case_of(visible_item(item_id, by), by, on=TODAY, search=search)


def paid(invoice: Invoice) -> tuple[str, str, str]:
    """What an invoice has, what is written off of it, what it still owes."""
    fresh = Invoice.objects.get(pk=invoice.pk)
    return str(fresh.paid_total), str(fresh.written_off_total), str(fresh.outstanding)


def left(payment: Payment) -> str:
    return str(Payment.objects.get(pk=payment.pk).unallocated)


def state(decision: Decision) -> str:
    return Decision.objects.get(pk=decision.pk).state
