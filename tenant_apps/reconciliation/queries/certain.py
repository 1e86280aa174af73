"""What of the money that waits is certain: a rehearsal that writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.queries import payments_taken_back, visible_payments
from tenant_apps.reconciliation.models import WAITING as LINES_WAITING
from tenant_apps.reconciliation.queries.lines import CAP, visible_lines
from tenant_apps.reconciliation.queries.suggestions import Suggestion, suggestions_for_many
from tenant_apps.reconciliation.queries.workbench import waiting_payment_ids
from tenant_apps.reconciliation.rules.certainty import Offered, certain_one, signals_in


@dataclass(frozen=True)
class Certain:
    """A payment, and the only invoice that it can be for."""

    payment: Payment
    invoice: Invoice
    amount: Decimal
    evidence: Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Rehearsal:
    """What accepting all that is certain would do: link these, leave so many to people, and pass so many over
    that a person has unlinked before. Of more than CAP payments only the oldest are looked at (`is_more`).
    """

    certain: Sequence[Certain]
    ask_count: int = 0
    ignored_count: int = 0
    is_more: bool = False


def rehearse_certain(actor: Actor) -> Rehearsal:
    """What is certain now, of all that waits."""
    waiting = waiting_payment_ids(actor, CAP + 1)
    found = certain_among(waiting[:CAP], actor)
    lines = visible_lines(actor).filter(explanation__in=LINES_WAITING).order_by()
    line_count = len(lines.values_list("pk", flat=True)[:CAP])
    return Rehearsal(found.certain, found.ask_count + line_count, found.ignored_count, len(waiting) > CAP)


def certain_among(payment_ids: Collection[UUID], actor: Actor) -> Rehearsal:
    """What is certain of these payments."""
    payments = [one for one in visible_payments(actor).filter(pk__in=payment_ids) if one.unallocated]
    unlinked = payments_taken_back([one.pk for one in payments])
    open_ones = [one for one in payments if one.pk not in unlinked]
    told = suggestions_for_many([one.pk for one in open_ones], actor) if open_ones else {}
    certain = [one for payment in open_ones if (one := _certain(payment, told.get(payment.pk, ())))]
    certain = _one_for_each_invoice(certain)
    certain.sort(key=lambda one: (one.payment.received_on, one.payment.pk))
    return Rehearsal(certain, len(open_ones) - len(certain), len(unlinked))


def _certain(payment: Payment, suggestions: Sequence[Suggestion]) -> Certain | None:
    offered = [
        Offered(one.invoice.pk, one.invoice.outstanding, signals_in(one.evidence)) for one in suggestions
    ]
    found = certain_one(payment.unallocated, offered)
    if found is None:
        return None
    one = next(one for one in suggestions if one.invoice.pk == found.invoice_id)
    return Certain(payment, one.invoice, payment.unallocated, one.evidence)


def _one_for_each_invoice(certain: Sequence[Certain]) -> list[Certain]:
    """Where two payments would pay the same invoice, neither is certain."""
    times: dict[UUID, int] = {}
    for one in certain:
        times[one.invoice.pk] = times.get(one.invoice.pk, 0) + 1
    return [one for one in certain if times[one.invoice.pk] == 1]
