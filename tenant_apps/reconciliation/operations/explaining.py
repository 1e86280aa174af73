"""What a line is: money recorded as a payment, money that was recorded before, or something else.

Locks: the line first, then its payment, then what the ledger locks.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.iban import is_valid_iban
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import (
    PaymentInput,
    record_payment,
    refund_payment,
    undo_refund,
    void_payment,
)
from tenant_apps.invoices.queries import BANK_KEY, lock_payments, visible_payments
from tenant_apps.reconciliation.events import BankEvent
from tenant_apps.reconciliation.models import BankLine, Explanation, LineRule
from tenant_apps.reconciliation.operations.payers import what_is_known
from tenant_apps.reconciliation.operations.traces import trace_of_line, trace_of_payment
from tenant_apps.reconciliation.queries import Client, lock_line, recorded_elsewhere, visible_clients
from tenant_apps.reconciliation.rules.sameness import find_recorded

# What a person may say of any line.
MARKS = (Explanation.FEE, Explanation.NOT_OURS, Explanation.TRANSFER, Explanation.ASK)
NOBODY: Client = (None, None)
SETTLED = (Explanation.REFUND, Explanation.REVERSAL, Explanation.REVERSED)
CHANGED = (
    "explanation",
    "payment",
    "own_payments",
    "refund",
    "own_refunds",
    "reverses",
    "rule",
    "candidates",
    "look_alikes",
    "note",
    "explained_by",
    "explained_at",
    "updated_at",
)


class AlreadyExplained(Refused):
    code = "already_explained"
    message = _("Somebody has said what this line is. Take that back first.")
    conflict = True


class NotExplained(Refused):
    code = "not_explained"
    message = _("Nobody has said yet what this line is.")
    conflict = True


class MoneyIsLinked(Refused):
    code = "money_linked"
    message = _("The money of this line is linked to an invoice. Unlink it first.")
    conflict = True


class WrongDirection(Refused):
    code = "wrong_direction"
    message = _("This can only be said of money that goes the other way.")
    conflict = True


class OtherMoney(Refused):
    code = "other_money"
    message = _("The payment has another amount or currency, or another line explains it.")
    field = "payment_id"


class ReversalStays(Refused):
    code = "reversal_stays"
    message = _("The bank took this line back, so what it was stays.")
    conflict = True


@operation(permission=Permission.BANK_EXPLAIN)
def mark_bank_line(
    *, line_id: UUID, explanation: str, by: Actor, at: datetime, note: str = "", rule: LineRule | None = None
) -> BankLine:
    """Say that a line is a fee, not ours, a transfer between own accounts, or needs a human.

    A payment that the line recorded itself is voided, as long as no invoice has of its money
    (`MoneyIsLinked`); one of another door stays. Raises `AlreadyExplained` for a line that is a refund or a
    reversal; and money that is recorded needs no human, it waits among the payments.
    """
    if explanation not in MARKS:
        raise Refused("explanation_unknown", _("Choose what the line is."), field="explanation")
    line = lock_line(line_id, by)
    old = line.explanation
    if old in SETTLED or old == explanation or (explanation == Explanation.ASK and line.payment_id):
        raise AlreadyExplained()
    let_go_of_payment(line, gettext("The bank line is something else"), by, at)
    explain(line, explanation, by, at, note=note, rule=rule)
    line.save(update_fields=CHANGED)
    _tell(line, old, by, at)
    return line


@operation(permission=Permission.BANK_EXPLAIN)
def reopen_bank_line(*, line_id: UUID, by: Actor, at: datetime, payment_id: UUID | None = None) -> BankLine:
    """Take back what was said of a line, by whomever.

    Money that came in is the payment that explained it before, `payment_id`, if that still may be it; else
    it is recorded again, and while another door may have recorded it, a human is asked. Raises
    `NotExplained`, `ReversalStays`, `MoneyIsLinked`.
    """
    line = lock_line(line_id, by)
    old, payment, reason = line.explanation, line.payment, gettext("The bank line was opened again")
    is_simply_recorded = payment is not None and is_own(line, payment) and not payment.voided_at
    if line.waits or (is_simply_recorded and line.rule_id is None):
        raise NotExplained()
    if old in (Explanation.REVERSAL, Explanation.REVERSED):
        raise ReversalStays()
    let_go_of_payment(line, reason, by, at)
    let_go_of_refund(line, reason, by, at)
    reopen(line, at)
    line.save(update_fields=CHANGED)
    if line.came_in:
        former = Payment.objects.select_for_update().filter(pk=payment_id).first() if payment_id else None
        line.candidates = [str(one.pk) for one in payments_it_may_be(line)]
        if former and is_money_of(line, former):
            explain(line, Explanation.PAYMENT, by, at, payment=former)
        elif line.candidates:
            line.explanation = Explanation.ASK
        else:
            client = clients_paying_from([line.payer_iban], by).get(line.payer_iban, NOBODY)
            record_money(line, client, by, at)
        line.save(update_fields=CHANGED)
    record(
        event=BankEvent.LINE_REOPENED,
        subject=line,
        by=by,
        at=at,
        old={"is": old},
        new={"is": line.explanation},
    )
    return line


@operation(permission=Permission.BANK_EXPLAIN)
def ask_about_voided_payment(*, line_id: UUID, by: Actor, at: datetime) -> BankLine:
    """The payment that the line was is void, so a human is asked what the line is. Raises `NotExplained` when
    the line is something else by now.
    """
    line = lock_line(line_id, by)
    old, payment = line.explanation, line.payment
    if payment is None or not payment.voided_at:
        raise NotExplained()
    reopen(line, at)
    line.explanation, line.payment = Explanation.ASK, None
    line.note = (gettext("The payment was voided: %(reason)s") % {"reason": payment.void_reason})[:500]
    line.save(update_fields=CHANGED)
    record(
        event=BankEvent.LINE_REOPENED,
        subject=line,
        by=by,
        at=at,
        old={"is": old},
        new={"is": line.explanation},
    )
    return line


@operation(permission=Permission.BANK_EXPLAIN)
def explain_by_payment(*, line_id: UUID, payment_id: UUID, by: Actor, at: datetime) -> BankLine:
    """Say that the line is money which another door recorded as this payment. Raises `OtherMoney`."""
    line = lock_line(line_id, by)
    old = line.explanation
    payments = lock_payments({payment_id} | ({line.payment.pk} if line.payment else set()), by)
    payment = payments[payment_id]
    if not is_money_of(line, payment):
        raise OtherMoney()
    if old not in (Explanation.OPEN, Explanation.ASK, Explanation.PAYMENT):
        raise AlreadyExplained()
    let_go_of_payment(line, gettext("Recorded before as another payment"), by, at)
    explain(line, Explanation.PAYMENT, by, at, payment=payment)
    line.save(update_fields=CHANGED)
    _tell(line, old, by, at)
    return line


@operation(permission=Permission.BANK_EXPLAIN)
def record_line_payment(
    *,
    line_id: UUID,
    by: Actor,
    at: datetime,
    company_id: UUID | None = None,
    contact_id: UUID | None = None,
) -> BankLine:
    """Record a waiting line's money as a payment of its own, though others look like it: of the client who is
    given, else of the one who pays from its IBAN.

    Raises `AlreadyExplained`, `WrongDirection`.
    """
    line = lock_line(line_id, by)
    old = line.explanation
    if not line.came_in:
        raise WrongDirection()
    if not line.waits:
        raise AlreadyExplained()
    client = (company_id, contact_id)
    if client == NOBODY:
        client = clients_paying_from([line.payer_iban], by).get(line.payer_iban, NOBODY)
    record_money(line, client, by, at)
    line.save(update_fields=CHANGED)
    _tell(line, old, by, at)
    return line


@operation(permission=Permission.BANK_EXPLAIN)
def explain_as_refund(*, line_id: UUID, payment_id: UUID, by: Actor, at: datetime) -> BankLine:
    """Say that money going out gave back a part, or all, of a payment; the invoices lose what they must.

    Raises `WrongDirection`, `AlreadyExplained`, and what `refund_payment` raises.
    """
    line = lock_line(line_id, by)
    old = line.explanation
    if line.came_in:
        raise WrongDirection()
    if not line.waits:
        raise AlreadyExplained()
    payment = visible_payments(by).get(pk=payment_id)
    if payment.currency != line.currency:
        raise OtherMoney()
    give_back(line, payment, gettext("Given back by bank transfer"), by, at)
    explain(line, Explanation.REFUND, by, at)
    line.save(update_fields=CHANGED)
    _tell(line, old, by, at)
    return line


def is_money_of(line: BankLine, payment: Payment) -> bool:
    """Whether the payment may be the line's money: it is that much, stands, and no line is it."""
    is_same = (payment.amount, payment.currency) == (line.amount, line.currency) and not payment.voided_at
    return is_same and not BankLine.objects.filter(payment=payment).exists()


def payments_it_may_be(line: BankLine) -> list[Payment]:
    """What other doors recorded that may be the line's money, the likeliest first."""
    recorded = recorded_elsewhere({line.amount}, since=line.booked_on, until=line.booked_on)
    traces = {trace_of_payment(payment): payment for payment in recorded}
    found = find_recorded(trace_of_line(line), traces)
    return [traces[one] for one in ([found.one] if found.one else found.candidates)]


def record_money(line: BankLine, client: Client, by: Actor, at: datetime) -> Payment:
    """Record the line's money as a payment; a job looks for its invoice. The line is not saved."""
    line.own_payments += 1
    payment = record_payment(payment=money_of(line, client), by=by, at=at)
    enqueue(
        "match_payments_with_invoices",
        by=by,
        key=f"match_payments_with_invoices:{payment.pk}",
        payment_ids=[str(payment.pk)],
    )
    explain(line, Explanation.PAYMENT, by, at, payment=payment)
    return payment


def money_of(line: BankLine, client: Client) -> PaymentInput:
    """The line's money as a payment whose key is the movement itself, for the `own_payments`th time."""
    company_id, contact_id = client
    return PaymentInput(
        amount=line.amount,
        currency=line.currency,
        received_on=line.booked_on,
        reference=line.text[:500],
        payer_name=line.payer_name,
        payer_iban=line.payer_iban if is_valid_iban(line.payer_iban) else "",
        company_id=company_id,
        contact_id=contact_id,
        end_to_end_id=line.end_to_end_id,
        external_key=movement_key(line, line.own_payments),
    )


def clients_paying_from(ibans: Collection[str], by: Actor) -> dict[str, Client]:
    """IBAN → whose money comes from it for sure, as far as the actor sees them."""
    known = what_is_known({iban for iban in ibans if iban})
    return visible_clients({iban: one.pays_for for iban, one in known.items() if not one.is_shared}, by)


def give_back(line: BankLine, payment: Payment, reason: str, by: Actor, at: datetime) -> None:
    """Record that the line gave back money of a payment. The line is not saved."""
    line.own_refunds += 1
    line.refund = refund_payment(
        payment_id=payment.pk,
        amount=line.size,
        refunded_on=line.booked_on,
        reason=reason,
        external_key=movement_key(line, line.own_refunds),
        frees_allocations=True,
        by=by,
        at=at,
    )


def let_go_of_payment(line: BankLine, reason: str, by: Actor, at: datetime) -> None:
    """The line is no longer this payment; one that it recorded itself is void. The line is not saved."""
    payment, line.payment = line.payment, None
    if payment is None or payment.voided_at or not is_own(line, payment):
        return
    if payment.allocated_total:
        raise MoneyIsLinked()
    void_payment(payment_id=payment.pk, reason=reason, by=by, at=at)


def let_go_of_refund(line: BankLine, reason: str, by: Actor, at: datetime) -> None:
    """What the line gave back was not given back. The line is not saved."""
    refund, line.refund = line.refund, None
    if refund is not None:
        undo_refund(payment_id=refund.payment_id, refund_id=refund.pk, reason=reason, by=by, at=at)


def is_own(line: BankLine, payment: Payment) -> bool:
    """Whether the line recorded the payment, and no other door."""
    return (payment.external_key or "").startswith(f"{BANK_KEY}{line.pk}")


def movement_key(line: BankLine, time: int) -> str:
    """The identity of the money. A line that was taken back and recorded again counts how often."""
    return f"{BANK_KEY}{line.pk}" if time == 1 else f"{BANK_KEY}{line.pk}:{time}"


def explain(
    line: BankLine,
    explanation: str,
    by: Actor,
    at: datetime,
    *,
    payment: Payment | None = None,
    rule: LineRule | None = None,
    note: str = "",
) -> None:
    """Put down what the line is and who says so. The line is not saved."""
    line.explanation, line.payment, line.rule, line.note = explanation, payment, rule, note.strip()[:500]
    line.explained_by, line.explained_at, line.updated_at = by.label[:250], at, at
    if explanation != Explanation.ASK:
        line.candidates, line.look_alikes = [], []


def reopen(line: BankLine, at: datetime) -> None:
    """Nothing is said of the line any more. It is not saved."""
    line.explanation, line.rule, line.note = Explanation.OPEN, None, ""
    line.explained_by, line.explained_at, line.updated_at = "", None, at


def _tell(line: BankLine, old: str, by: Actor, at: datetime) -> None:
    record(
        event=BankEvent.LINE_EXPLAINED,
        subject=line,
        by=by,
        at=at,
        old={"is": old},
        new={"is": line.explanation, "note": line.note},
    )
