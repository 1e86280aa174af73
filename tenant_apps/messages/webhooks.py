"""What is told of messages that left: delivered, opened, come back, called spam. For the whole platform, on
the public host; each report names the organization, as the message did (`adapters.send_email`).
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from tenant_apps.messages.adapters import MailReport, take_service_report
from tenant_apps.messages.operations import (
    note_message_bounced,
    note_message_complained,
    note_message_delivered,
    note_message_opened,
)
from tenants.context import in_organization


@csrf_exempt
@require_POST
def note_mail_event(request: HttpRequest) -> HttpResponse:
    """`{"event": "delivered" | "opened" | "bounced" | "complained", "organization_id", "message_id",
    "error"}` with the secret as bearer.

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
        note(MailReport(event, organization_id, message_id, error=error))
    except ObjectDoesNotExist:
        return HttpResponse(status=404)
    return HttpResponse(status=204)


@csrf_exempt
def hear_mail_service(request: HttpRequest, service: str) -> HttpResponse:
    """What a mail service tells in its own way, with the secret as HTTP basic. 404 for a service that is not
    set up, and while there is no secret; what anymail cannot believe is 400.
    """
    return take_service_report(request, service) or HttpResponse(status=404)


def note_heard(report: MailReport) -> None:
    """Write down what a service told. A message that is no more, or whose organization is, is of no interest:
    the service would tell it again for days.
    """
    with suppress(ObjectDoesNotExist):
        note(report)


def note(report: MailReport) -> None:
    """Write the report down in its organization; other events than the four are of no interest."""
    with in_organization(report.organization_id):
        by, now = system_actor(report.organization_id), clock.now()
        at = min(report.told_at or now, now)
        note_event = NOTED.get(report.event)
        if note_event:
            note_event(report, by, at)


def _delivered(report: MailReport, by: Actor, at: datetime) -> None:
    note_message_delivered(message_id=report.message_id, recipient=report.recipient, by=by, at=at)


def _opened(report: MailReport, by: Actor, at: datetime) -> None:
    note_message_opened(message_id=report.message_id, by=by, at=at)


def _bounced(report: MailReport, by: Actor, at: datetime) -> None:
    told = {"recipient": report.recipient, "error": report.error}
    note_message_bounced(message_id=report.message_id, by=by, at=at, **told)


def _complained(report: MailReport, by: Actor, at: datetime) -> None:
    note_message_complained(message_id=report.message_id, recipient=report.recipient, by=by, at=at)


NOTED: Mapping[str, Callable[[MailReport, Actor, datetime], None]] = {
    "delivered": _delivered,
    "opened": _opened,
    "bounced": _bounced,
    "complained": _complained,
}
