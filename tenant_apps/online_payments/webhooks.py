"""What Stripe tells the organization, at its own host. docs/adr/0018 says why this answers only after asking
back.
"""

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tenant_apps.online_payments.adapters import (
    IN_A_REQUEST,
    SignatureWrong,
    StripeRefused,
    StripeUnreachable,
    read_event,
)
from tenant_apps.online_payments.finding_out import work_on_event
from tenant_apps.online_payments.models import StripeConnection
from tenant_apps.online_payments.queries import held_connections, webhook_secrets
from tenant_apps.online_payments.rules import EventFacts
from tenants.context import current_organization

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def receive_stripe_event(request: HttpRequest) -> HttpResponse:
    """200 when everything that follows is done, also for what is not ours; 400 for a signature that is wrong;
    404 where no Stripe is connected; 500 for what Stripe has to tell once more.
    """
    secrets = webhook_secrets()
    if not secrets:
        return HttpResponse(status=404)
    heard = _heard(request, secrets)
    if heard is None:
        return HttpResponse(status=400)
    event, signers = heard
    try:
        with override(current_organization().language):
            work_on_event(event, _possible_owners(signers), patience=IN_A_REQUEST)
    except (StripeUnreachable, StripeRefused) as error:
        log.warning(
            "stripe_event_failed", event_id=event.id, event_type=event.type, error=type(error).__name__
        )
        return HttpResponse(status=500)
    return HttpResponse(status=200)


def _heard(
    request: HttpRequest, secrets: list[tuple[StripeConnection, str]]
) -> tuple[EventFacts, list[StripeConnection]] | None:
    """The event, and the connections whose secret signed it; None when none did."""
    signature, event, signers = request.headers.get("Stripe-Signature", ""), None, []
    for connection, secret in secrets:
        try:
            event = read_event(request.body, signature, secret)
        except SignatureWrong:
            continue
        signers.append(connection)
    return (event, signers) if event else None


def _possible_owners(signers: list[StripeConnection]) -> list[StripeConnection]:
    """Whose account the event may be of: first those whose secret signed it, then whatever else has taken
    money. A secret that was entered with the wrong key must not hide an event from the right one.
    """
    known = {one.pk for one in signers}
    return [*signers, *(one for one in held_connections() if one.pk not in known)]
