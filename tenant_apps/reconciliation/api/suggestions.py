"""What payments may be for, over the API."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.reconciliation import queries
from tenant_apps.reconciliation.schemas.suggestions import AdviceOut, advice_out

router = Router(tags=["payments"])


@router.get(
    "payments/{uuid:payment_id}/suggestions/",
    response=AdviceOut,
    operation_id="read_payment_suggestions",
)
def read_payment_suggestions(request: ActorRequest, payment_id: UUID) -> HttpResponse:
    """At most five invoices that the payment may be for, the likeliest first, each with its evidence; and
    those that it names but cannot be given to. Empty when no money of it is left. `accept_candidate` takes
    one of them.
    """
    request.actor.require(Permission.PAYMENTS_MATCH)
    return json_response(advice_out(queries.advice_for(payment_id, request.actor)))
