"""What the bank took back: a reversal finds its original and undoes it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import BankLine, Explanation
from tenant_apps.reconciliation.operations.explaining import CHANGED, explain, give_back, let_go_of_refund
from tenant_apps.reconciliation.operations.traces import trace_of_line
from tenant_apps.reconciliation.queries import lock_line
from tenant_apps.reconciliation.rules.sameness import REVERSED_WITHIN, Trace, find_reversed

# Of more lines than these nobody says which one a reversal is about, but a human.
COMPARED = 200


@operation(permission=Permission.BANK_IMPORT, event=None, why="each reversed line tells itself")
def settle_reversals(*, account_ids: Collection[UUID], by: Actor, at: datetime) -> int:
    """Let the reversals of these accounts that wait take back their originals; how many could.

    One that fits several originals, or none, waits for a human. One whose original comes in later is settled
    then.
    """
    waiting = BankLine.objects.filter(
        account__in=account_ids, is_reversal=True, explanation=Explanation.OPEN
    ).order_by("booked_on", "id")
    settled = 0
    for reversal in waiting:
        original = _original_of(reversal)
        if original is None:
            continue
        try:
            with transaction.atomic():
                reverse(reversal_id=reversal.pk, line_id=original.id, by=by, at=at)
            settled += 1
        except DomainError as refusal:
            reversal.note, reversal.updated_at = str(refusal)[:500], at
            reversal.save(update_fields=["note", "updated_at"])
    return settled


def reverse(*, reversal_id: UUID, line_id: UUID, by: Actor, at: datetime) -> BankLine:
    """Undo what a line was, because the bank took it back: its money was given back to the payer, or what
    went out has come again.
    """
    for one in sorted({reversal_id, line_id}):
        lock_line(one, by)
    reversal, line = lock_line(reversal_id, by), lock_line(line_id, by)
    if line.payment is not None and not line.payment.voided_at:
        give_back(reversal, line.payment, gettext("Taken back by the bank"), by, at)
    elif not line.came_in:
        let_go_of_refund(line, gettext("The transfer came back"), by, at)
    if line.payment is None:
        explain(line, Explanation.REVERSED, by, at)
        line.save(update_fields=CHANGED)
    explain(reversal, Explanation.REVERSAL, by, at)
    reversal.reverses = line
    reversal.save(update_fields=CHANGED)
    record(
        event=BankEvent.LINE_REVERSED,
        subject=line,
        parent=reversal,
        by=by,
        at=at,
        new={"on": reversal.booked_on},
    )
    return reversal


def _original_of(reversal: BankLine) -> Trace | None:
    """The line that a reversal takes back, if it is told apart from all that may be meant."""
    newest = list(_before(reversal)[: COMPARED + 1])
    if len(newest) > COMPARED:
        return None
    return find_reversed(trace_of_line(reversal), map(trace_of_line, reversed(newest))).one


def _before(reversal: BankLine) -> QuerySet[BankLine]:
    """The lines that a reversal may be about, the newest first: none that another payer's account or another
    end-to-end id rules out.
    """
    rows = BankLine.objects.filter(
        account=reversal.account_id,
        amount=-reversal.amount,
        is_reversal=False,
        reversed_by=None,
        booked_on__lte=reversal.booked_on,
        booked_on__gte=reversal.booked_on - REVERSED_WITHIN,
    )
    if reversal.payer_iban:
        rows = rows.filter(payer_iban__in=("", reversal.payer_iban))
    if reversal.end_to_end_id:
        rows = rows.filter(Q(end_to_end_id="") | Q(end_to_end_id__iexact=reversal.end_to_end_id))
    return rows.order_by("-booked_on", "-id")
