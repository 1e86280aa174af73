"""What somebody decides at the workbench. Each is one act of the ledger or of a line, kept with what it takes
to take it back.

Locks as everywhere: the line first, then the payment, then invoices.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.models import Invoice, Payment, WriteOff, WriteOffKind
from tenant_apps.invoices.operations import (
    AllocationInput,
    allocate_payments,
    credit_rest,
    leave_credit,
    set_payment_client,
    write_off,
)
from tenant_apps.invoices.operations.allocations import BY_HAND
from tenant_apps.invoices.queries import live_allocations, lock_invoice, lock_payment
from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.models import (
    BankLine,
    Decision,
    DecisionKind,
    DecisionLink,
    DecisionState,
    Explanation,
    LineRule,
    Rest,
)
from tenant_apps.reconciliation.operations.explaining import (
    explain_as_refund,
    explain_by_payment,
    mark_bank_line,
    record_line_payment,
)
from tenant_apps.reconciliation.operations.line_rules import (
    RuleInput,
    apply_line_rules,
    apply_rules_to,
    create_line_rule,
)
from tenant_apps.reconciliation.operations.payers import learn_payers
from tenant_apps.reconciliation.queries import lines_about, lock_line, suggestions_for, visible_item
from tenant_apps.reconciliation.rules.sameness import Pattern

APPLIED_AT_ONCE = 50
SAID = (Explanation.FEE, Explanation.NOT_OURS, Explanation.TRANSFER)


class AlreadyDecided(Refused):
    """Somebody else was there first; the message says who."""

    code = "already_decided"
    message = _("This has been dealt with already.")
    conflict = True


class NoBankLine(Refused):
    code = "no_bank_line"
    message = _("This money came by no bank line. If it was recorded by mistake, void the payment.")
    conflict = True


class NothingSplit(Refused):
    code = "nothing_split"
    message = _("Give at least one invoice an amount.")
    field = "parts"


class MoreIsThere(Refused):
    code = "more_is_there"
    message = _("More of this money is there: let the invoice have it before its rest is forgiven.")
    field = "rest"


class ClientMissing(Refused):
    code = "client_missing"
    message = _("Choose whose money it is.")
    field = "company_id"


@operation(permission=Permission.PAYMENTS_MATCH)
def accept_candidate(
    *,
    payment_id: UUID,
    invoice_id: UUID,
    by: Actor,
    at: datetime,
    amount: Decimal | None = None,
    left: Decimal | None = None,
    rest: str = Rest.OWED,
) -> Decision:
    """Link a payment to an invoice: an amount, or as much as fits.

    What the invoice still lacks is owed, or by `rest` a fee that a bank kept (written off) or a discount (a
    credit note, drafted to be issued). What is more than it owes becomes the client's credit. `left` is what
    the person saw waiting of the money; when it is another by now, or a client's credit, `AlreadyDecided`.
    Without it a credit may be given to another invoice of its client. Raises `MoreIsThere`, and what
    `allocate_payments` and `write_off` raise.
    """
    payment = _lock_money(payment_id, left, by, may_be_credit=left is None)
    before, evidence = _client_of(payment), _evidence_of(payment, invoice_id, by)
    invoice = lock_invoice(invoice_id, by)
    given = min(payment.unallocated, invoice.outstanding) or payment.unallocated
    wanted = AllocationInput(payment_id, invoice_id, given if amount is None else amount, evidence)
    if rest != Rest.OWED and wanted.amount < payment.unallocated:
        raise MoreIsThere()
    links = allocate_payments(wanted=[wanted], by=by, at=at)
    made = _settle_rest(invoice, invoice.outstanding - wanted.amount, rest, by, at)
    if wanted.amount == invoice.outstanding:
        _give_rest_to_client(payment, invoice, payment.unallocated - wanted.amount, by, at)
    return _decide(DecisionKind.ACCEPT, by, at, links=links, payment=payment, before=before, **made)


@operation(permission=Permission.PAYMENTS_MATCH)
def split_payment(
    *,
    payment_id: UUID,
    parts: Sequence[tuple[UUID, Decimal]],
    by: Actor,
    at: datetime,
    left: Decimal | None = None,
) -> Decision:
    """Give parts of a payment to several invoices, all or none; what none of them gets waits.

    Raises `NothingSplit`, `AlreadyDecided`, and what `allocate_payments` raises.
    """
    if not parts:
        raise NothingSplit()
    payment = _lock_money(payment_id, left, by)
    before = _client_of(payment)
    evidence = {one.invoice.pk: [*one.evidence, *BY_HAND] for one in suggestions_for(payment_id, by)}
    wanted = [
        AllocationInput(payment_id, invoice_id, amount, evidence.get(invoice_id, BY_HAND))
        for invoice_id, amount in parts
    ]
    links = allocate_payments(wanted=wanted, by=by, at=at)
    return _decide(DecisionKind.SPLIT, by, at, links=links, payment=payment, before=before)


@operation(permission=Permission.PAYMENTS_MATCH)
def give_to_client(
    *,
    item_id: UUID,
    by: Actor,
    at: datetime,
    company_id: UUID | None = None,
    contact_id: UUID | None = None,
) -> Decision:
    """Say whose the money is: what no invoice has of it is their credit. A line is recorded as a payment.

    Raises `ClientMissing`, `AlreadyDecided`, and what `set_payment_client` and `record_line_payment` raise.
    """
    if not company_id and not contact_id:
        raise ClientMissing()
    item = visible_item(item_id, by)
    if item.payment is None:
        line = _lock_waiting(item.bank_line.pk, by)
        before = _state_of(line)
        line = record_line_payment(
            line_id=line.pk, company_id=company_id, contact_id=contact_id, by=by, at=at
        )
        payment = _credit(lock_payment(_id_of(line.payment), by), company_id, contact_id, by, at)
        return _decide(DecisionKind.RECORD, by, at, payment=payment, line=line, before=before)
    payment = _lock_money(item.payment.pk, None, by)
    before = _client_of(payment)
    payment = _credit(payment, company_id, contact_id, by, at)
    return _decide(DecisionKind.CLIENT, by, at, payment=payment, line=item.line, before=before)


@operation(permission=Permission.BANK_EXPLAIN)
def mark_waiting(*, item_id: UUID, explanation: str, by: Actor, at: datetime, note: str = "") -> Decision:
    """Say that what waits is a fee, not ours, or a transfer between own accounts; its payment is voided.

    Raises `NoBankLine` for money of another door, `AlreadyDecided`, and what `mark_bank_line` raises.
    """
    if explanation not in SAID:
        raise Refused("explanation_unknown", _("Choose what the line is."), field="explanation")
    line = _lock_waiting(_line_id(item_id, by), by)
    before = _state_of(line) | (_client_of(line.payment) if line.payment else {})
    mark_bank_line(line_id=line.pk, explanation=explanation, note=note, by=by, at=at)
    return _decide(DecisionKind.MARK, by, at, payment=line.payment, line=line, before=before)


@operation(permission=Permission.BANK_EXPLAIN)
def recognize_payment(*, item_id: UUID, payment_id: UUID, by: Actor, at: datetime) -> Decision:
    """Say that a waiting line is money which was recorded before. Raises `AlreadyDecided`, and what
    `explain_by_payment` raises.
    """
    line = _lock_waiting(_line_id(item_id, by), by)
    before = _state_of(line)
    line = explain_by_payment(line_id=line.pk, payment_id=payment_id, by=by, at=at)
    return _decide(DecisionKind.SAME, by, at, payment=line.payment, line=line, before=before)


@operation(permission=Permission.BANK_EXPLAIN)
def record_waiting(*, item_id: UUID, by: Actor, at: datetime) -> Decision:
    """Record a waiting line's money as a payment of its own; its invoice is looked for. Raises
    `AlreadyDecided`, and what `record_line_payment` raises.
    """
    line = _lock_waiting(_line_id(item_id, by), by)
    before = _state_of(line)
    line = record_line_payment(line_id=line.pk, by=by, at=at)
    return _decide(DecisionKind.RECORD, by, at, payment=line.payment, line=line, before=before)


@operation(permission=Permission.BANK_EXPLAIN)
def recognize_refund(*, item_id: UUID, payment_id: UUID, by: Actor, at: datetime) -> Decision:
    """Say that money going out gave a payment back. Raises `AlreadyDecided`, and what `explain_as_refund`
    raises.
    """
    line = _lock_waiting(_line_id(item_id, by), by)
    before = _state_of(line)
    line = explain_as_refund(line_id=line.pk, payment_id=payment_id, by=by, at=at)
    return _decide(DecisionKind.REFUND, by, at, line=line, before=before)


@operation(permission=Permission.BANK_EXPLAIN)
def make_rule_from_line(
    *, item_id: UUID, rule: RuleInput, by: Actor, at: datetime, applies: bool = False
) -> Decision:
    """Keep "lines like this are always …"; with `applies`, the lines that wait are asked at once.

    Raises what `create_line_rule` raises.
    """
    item = visible_item(item_id, by)
    made = create_line_rule(rule=rule, by=by, at=at)
    if applies:
        _apply(made, by, at)
    return _decide(DecisionKind.RULE, by, at, payment=item.payment, line=item.line, rule=made)


def _apply(rule: LineRule, by: Actor, at: datetime) -> None:
    """Ask the lines that wait: a few at once, many by a job."""
    pattern = Pattern(rule.text, rule.iban, rule.sign, rule.account_id)
    about = lines_about(pattern, rule.verdict, by)
    if about.is_more or len(about.lines) > APPLIED_AT_ONCE:
        apply_line_rules(by=by, at=at)
    else:
        apply_rules_to(line_ids=[line.pk for line in about.lines], by=by, at=at)


def _lock_money(payment_id: UUID, left: Decimal | None, by: Actor, *, may_be_credit: bool = False) -> Payment:
    """The payment under a lock, of which something is left: just what the person saw, if they said so."""
    payment = lock_payment(payment_id, by)
    is_other = left is not None and left != payment.unallocated
    is_settled = payment.unmatched_reason == rules.CREDIT and not may_be_credit
    if not payment.unallocated or is_other or is_settled:
        raise _already(payment=payment)
    return payment


def _lock_waiting(line_id: UUID, by: Actor) -> BankLine:
    """The line under a lock, as long as it, or something of its payment, waits."""
    line = lock_line(line_id, by)
    payment = line.payment
    is_open_money = payment and payment.unallocated and payment.unmatched_reason != rules.CREDIT
    if not line.waits and not is_open_money:
        raise _already(line=line)
    return line


def _already(**about: Any) -> AlreadyDecided:
    """Who was first, as far as it is known."""
    last = Decision.objects.filter(**about, state=DecisionState.DONE).order_by("-id").first()
    who: str | None = last.owner_label if last else ""
    if not who and (payment := about.get("payment")):
        links = live_allocations().filter(payment=payment).order_by("-id")
        who = links.values_list("by_label", flat=True).first()
    if not who:
        return AlreadyDecided()
    return AlreadyDecided(message=gettext("%(who)s has dealt with this already.") % {"who": who})


def _id_of(payment: Payment | None) -> UUID:
    assert payment  # noqa: S101 - a line that was recorded has its payment
    return payment.pk


def _line_id(item_id: UUID, by: Actor) -> UUID:
    line = visible_item(item_id, by).line
    if line is None:
        raise NoBankLine()
    return line.pk


def _evidence_of(payment: Payment, invoice_id: UUID, by: Actor) -> Sequence[Mapping[str, str]]:
    """What speaks for the link by now, and that a person said so."""
    for one in suggestions_for(payment.pk, by):
        if one.invoice.pk == invoice_id:
            return [*one.evidence, *BY_HAND]
    return BY_HAND


def _settle_rest(
    invoice: Invoice, missing: Decimal, rest: str, by: Actor, at: datetime
) -> dict[str, WriteOff | Invoice]:
    """What is made of a rest, by its name in a decision."""
    if missing <= 0 or rest == Rest.OWED:
        return {}
    if rest == Rest.FEE:
        reason, kind = gettext("The bank kept it"), WriteOffKind.BANK_FEE
        return {
            "write_off": write_off(
                invoice_id=invoice.pk, amount=missing, kind=kind, reason=reason, by=by, at=at
            )
        }
    reason = gettext("Discount")
    return {"note": credit_rest(invoice_id=invoice.pk, amount=missing, reason=reason, by=by, at=at)}


def _give_rest_to_client(payment: Payment, invoice: Invoice, rest: Decimal, by: Actor, at: datetime) -> None:
    """What is left over is the credit of the client whose invoice was paid, unless another is known."""
    if rest <= 0:
        return
    if payment.client is not None:
        leave_credit(clients={payment.pk: (None, None)}, code=rules.CREDIT, by=by, at=at)
    else:
        _credit(payment, invoice.company_id, None if invoice.company_id else invoice.contact_id, by, at)


def _credit(
    payment: Payment, company_id: UUID | None, contact_id: UUID | None, by: Actor, at: datetime
) -> Payment:
    """The money is this client's, and what no invoice has of it is their credit."""
    if (payment.company_id, payment.contact_id) != (company_id, contact_id):
        payment = set_payment_client(
            payment_id=payment.pk, company_id=company_id, contact_id=contact_id, by=by, at=at
        )
    leave_credit(clients={payment.pk: (company_id, contact_id)}, code=rules.CREDIT, by=by, at=at)
    return payment


def _decide(
    kind: DecisionKind,
    by: Actor,
    at: datetime,
    *,
    links: Sequence[UUID] = (),
    before: Mapping[str, Any] | None = None,
    payment: Payment | None = None,
    **about: Any,
) -> Decision:
    """Keep the decision with its `links` (ids of allocations), and how it leaves the payment; links teach
    whose account it was.
    """
    told = dict(before or {})
    if payment is not None:
        told["after"] = _client_of(Payment.objects.get(pk=payment.pk))
    decision = Decision.objects.create(
        kind=kind,
        payment=payment,
        before=told,
        linked_count=len(links),
        owner_id=by.id,
        owner_label=by.label[:250],
        created_at=at,
        updated_at=at,
        **about,
    )
    DecisionLink.objects.bulk_create([DecisionLink(decision=decision, allocation_id=pk) for pk in links])
    if links and payment and payment.payer_iban:
        learn_payers(ibans={payment.payer_iban}, by=by, at=at)
    return decision


def _client_of(payment: Payment) -> dict[str, str | None]:
    """Whose the payment is, and why it waits, as a decision keeps it."""
    names = ("company_id", "contact_id")
    client = {name: str(value) if (value := getattr(payment, name)) else None for name in names}
    return client | {"unmatched_reason": payment.unmatched_reason}


def _state_of(line: BankLine) -> dict[str, Any]:
    """What is said of the line, and which payment explains it, as a decision keeps it."""
    said = {name: getattr(line, name) for name in ("explanation", "candidates", "look_alikes", "note")}
    return said | {"payment_id": str(line.payment.pk) if line.payment else None}
