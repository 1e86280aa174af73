"""What payments may be for, as the API tells it."""

from typing import Any
from uuid import UUID

from ninja import Schema

from shared_apps.core.api import decimal_text
from tenant_apps.reconciliation.queries import Advice, Suggestion


class SignalOut(Schema):
    signal: str
    value: str


class SuggestionOut(Schema):
    """An invoice that a payment may be for. `evidence` speaks for it, `against` are codes of what does not;
    `amount` is what it would get.
    """

    invoice_id: UUID
    invoice_number: str
    client_name: str
    outstanding: str
    amount: str
    score: int
    evidence: list[SignalOut]
    against: list[str]


class AdviceOut(Schema):
    """The likeliest first; what is `rejected` the payment names, but it cannot be given to."""

    suggestions: list[SuggestionOut]
    rejected: list[SuggestionOut]


def advice_out(advice: Advice) -> dict[str, Any]:
    return {
        "suggestions": [_suggestion_out(one) for one in advice.suggestions],
        "rejected": [_suggestion_out(one) for one in advice.rejected],
    }


def _suggestion_out(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "invoice_id": suggestion.invoice.pk,
        "invoice_number": suggestion.invoice.number,
        "client_name": suggestion.invoice.client_name,
        "outstanding": decimal_text(suggestion.invoice.outstanding),
        "amount": decimal_text(suggestion.amount),
        "score": suggestion.score,
        "evidence": list(suggestion.evidence),
        "against": list(suggestion.against),
    }
