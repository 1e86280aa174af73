"""What waits and what is decided, as the API reads and writes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from shared_apps.core.api import Amount, Input, ListQuery, decimal_text
from tenant_apps.reconciliation.models import BankLine, Decision
from tenant_apps.reconciliation.operations import RuleInput
from tenant_apps.reconciliation.queries import Asked, Candidate, Case, Rehearsal, Waiting, links_of, until
from tenant_apps.reconciliation.schemas.bank import Explained, LineRuleIn, SignCode
from tenant_apps.reconciliation.schemas.suggestions import SignalOut

ORDERINGS = {"day": "day", "left": "volume"}
Kind = Literal["payment", "line"]
RestCode = Literal["owed", "fee", "discount"]
DecisionCode = Literal["accept", "split", "client", "mark", "same", "record", "refund", "rule", "certain"]
StateCode = Literal["working", "done", "undoing", "undone"]


class WaitingFilters(ListQuery):
    bank_account_id: UUID | None = None
    sign: SignCode = ""
    older_than_days: int = Field(0, ge=0, le=3650, description="Only what is at least so many days old.")

    def asked(self, on: date) -> Asked:
        """What is asked for, seen from a day."""
        return Asked(
            account=self.bank_account_id,
            sign=self.sign,
            until=until(on, self.older_than_days),
            search=self.search,
        )


class WaitingOut(Schema):
    """A payment of which something is left, with the bank line that it came by; or a line that nothing
    explains, which is no payment yet.
    """

    id: UUID
    kind: Kind
    payment_id: UUID | None
    line_id: UUID | None
    bank_account_id: UUID | None
    day: date
    amount: str
    left: str
    currency: str
    payer_name: str
    payer_iban: str
    text: str
    company_id: UUID | None
    contact_id: UUID | None
    explanation: Explained | None
    unmatched_reason: str | None
    is_open: bool


class CandidateOut(Schema):
    """An invoice; `given` is what it would get, `missing` what it would lack then, `left_over` what would be
    left of the payment. `against` are codes of what speaks against it.
    """

    invoice_id: UUID
    invoice_number: str
    client: str
    outstanding: str
    given: str
    missing: str
    left_over: str
    evidence: list[SignalOut]
    against: list[str]


class CaseOut(WaitingOut):
    candidates: list[CandidateOut]
    rejected: list[CandidateOut]
    recorded_payment_ids: list[UUID]
    refundable_payment_ids: list[UUID]
    look_alike_line_ids: list[UUID]


class CandidateIn(Input):
    """`amount`: as much as fits when it is left out. `left`: what was seen of the money; 409 when it is
    another by now. `rest`: what becomes of what the invoice still lacks.
    """

    invoice_id: UUID
    amount: Amount | None = None
    left: Amount | None = None
    rest: RestCode = "owed"


class PartIn(Input):
    invoice_id: UUID
    amount: Amount


class SplitIn(Input):
    parts: list[PartIn] = Field(max_length=100)
    left: Amount | None = None

    def pairs(self) -> list[tuple[UUID, Decimal]]:
        return [(part.invoice_id, part.amount) for part in self.parts]


class ClientOfMoneyIn(Input):
    company_id: UUID | None = None
    contact_id: UUID | None = None


class MarkWaitingIn(Input):
    explanation: Literal["fee", "transfer", "not_ours"]
    note: str = Field("", max_length=500)


class PaymentOfMoneyIn(Input):
    payment_id: UUID


class RuleFromLineIn(LineRuleIn):
    """With `applies` the lines that wait are asked at once."""

    applies: bool = False

    def rule(self) -> RuleInput:
        told = self.model_dump(exclude={"applies", "bank_account_id"})
        return RuleInput(**told, account_id=self.bank_account_id)


class LinkIn(Input):
    payment_id: UUID
    invoice_id: UUID


class CertainIn(Input):
    links: list[LinkIn] = Field(max_length=1000)

    def pairs(self) -> list[tuple[UUID, UUID]]:
        return [(link.payment_id, link.invoice_id) for link in self.links]


class LinkOut(Schema):
    payment_id: UUID
    invoice_id: UUID
    invoice_number: str
    amount: str
    evidence: list[SignalOut]


class CertainOut(Schema):
    """What accepting all that is certain would do."""

    links: list[LinkOut]
    ask_count: int
    ignored_count: int
    is_more: bool


class DecisionOut(Schema):
    id: UUID
    kind: DecisionCode
    state: StateCode
    payment_id: UUID | None
    line_id: UUID | None
    rule_id: UUID | None
    note_id: UUID | None
    written_off: str | None
    wanted_count: int
    linked_count: int
    links: list[LinkOut]
    by: str
    undone_by: str | None
    undone_at: datetime | None
    created_at: datetime
    updated_at: datetime


def waiting_out(item: Waiting) -> dict[str, Any]:
    payment, line = item.payment, item.line
    return {
        "id": item.id,
        "kind": "payment" if payment else "line",
        "payment_id": payment.pk if payment else None,
        "line_id": line.pk if line else None,
        "bank_account_id": line.account_id if line else None,
        "day": item.day,
        "amount": decimal_text(item.amount),
        "left": decimal_text(item.left),
        "currency": item.currency,
        "payer_name": payment.payer_name if payment else _of(line, "payer_name"),
        "payer_iban": item.payer_iban,
        "text": item.text,
        "company_id": payment.company_id if payment else None,
        "contact_id": payment.contact_id if payment else None,
        "explanation": line.explanation if line else None,
        "unmatched_reason": (payment.unmatched_reason or None) if payment else None,
        "is_open": item.is_open,
    }


def case_out(case: Case) -> dict[str, Any]:
    """The whole of what waits, with what it may be."""
    return waiting_out(case.item) | {
        "candidates": [candidate_out(one) for one in case.candidates],
        "rejected": [candidate_out(one) for one in case.rejected],
        "recorded_payment_ids": [one.pk for one in case.recorded],
        "refundable_payment_ids": [one.pk for one in case.refundable],
        "look_alike_line_ids": [one.pk for one in case.look_alikes],
    }


def candidate_out(candidate: Candidate) -> dict[str, Any]:
    invoice, fit = candidate.invoice, candidate.fit
    return {
        "invoice_id": invoice.pk,
        "invoice_number": invoice.number,
        "client": invoice.client_name,
        "outstanding": decimal_text(invoice.outstanding),
        "given": decimal_text(fit.given),
        "missing": decimal_text(fit.missing),
        "left_over": decimal_text(fit.left_over),
        "evidence": list(candidate.evidence),
        "against": list(candidate.against),
    }


def certain_out(rehearsal: Rehearsal) -> dict[str, Any]:
    return {
        "links": [
            {
                "payment_id": one.payment.pk,
                "invoice_id": one.invoice.pk,
                "invoice_number": one.invoice.number,
                "amount": decimal_text(one.amount),
                "evidence": list(one.evidence),
            }
            for one in rehearsal.certain
        ],
        "ask_count": rehearsal.ask_count,
        "ignored_count": rehearsal.ignored_count,
        "is_more": rehearsal.is_more,
    }


def decision_out(decision: Decision) -> dict[str, Any]:
    """The decision with the links that stand; of many, the first hundred."""
    return {
        "id": decision.pk,
        "kind": decision.kind,
        "state": decision.state,
        "payment_id": decision.payment_id,
        "line_id": decision.line_id,
        "rule_id": decision.rule_id,
        "note_id": decision.note_id,
        "written_off": decimal_text(decision.write_off.amount) if decision.write_off else None,
        "wanted_count": decision.wanted_count,
        "linked_count": decision.linked_count,
        "links": [
            {
                "payment_id": one.payment_id,
                "invoice_id": one.invoice_id,
                "invoice_number": one.invoice.number,
                "amount": decimal_text(one.amount),
                "evidence": one.evidence,
            }
            for one in links_of(decision)[:100]
        ],
        "by": decision.owner_label,
        "undone_by": decision.undone_by or None,
        "undone_at": decision.undone_at,
        "created_at": decision.created_at,
        "updated_at": decision.updated_at,
    }


def _of(line: BankLine | None, name: str) -> str:
    return str(getattr(line, name)) if line else ""
