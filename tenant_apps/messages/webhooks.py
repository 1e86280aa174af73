"""What a mail service tells of messages that left: opened, or come back. For the whole platform, on the
public host; each report names the organization, as the message did (`adapters.send_email`).
"""

import json
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenant_apps.messages.operations import note_message_bounced, note_message_opened
from tenants.context import in_organization


@csrf_exempt
@require_POST
def note_mail_event(request: HttpRequest) -> HttpResponse:
    """`{"event": "opened" | "bounced", "organization_id", "message_id", "error"}` with the secret as bearer.

    404 without the secret, for one that is not set, and for a message that there is not; 400 for a body that
    cannot be read; 204 when it is written down, again as often as it is told.
    """
    said = request.headers.get("Authorization", "")
    secret = settings.MAIL_EVENTS_SECRET
    if not secret or not constant_time_compare(said, f"Bearer {secret}"):
        return HttpResponse(status=404)
    try:
        told = json.loads(request.body)
        event, error = told["event"], str(told.get("error", ""))
        organization_id, message_id = UUID(told["organization_id"]), UUID(told["message_id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponse(status=400)
    try:
        return HttpResponse(status=_note(event, organization_id, message_id, error))
    except ObjectDoesNotExist:
        return HttpResponse(status=404)


def _note(event: str, organization_id: UUID, message_id: UUID, error: str) -> int:
    """Write the report down in its organization; other events than the two are of no interest."""
    with in_organization(organization_id):
        by, at = system_actor(organization_id), clock.now()
        if event == "opened":
            note_message_opened(message_id=message_id, by=by, at=at)
        elif event == "bounced":
            note_message_bounced(message_id=message_id, error=error, by=by, at=at)
    return 204
