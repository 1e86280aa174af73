"""Events of Stripe: each is written down once, before anything is done about it."""

from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.online_payments.models import EventOutcome, StripeConnection, StripeEvent
from tenant_apps.online_payments.models.connections import DONE
from tenant_apps.online_payments.rules import EventFacts

KEPT_FOR = timedelta(days=180)
BOOKKEEPING = "what the event leads to is told by whoever books it"


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def receive_stripe_event(
    *, event: EventFacts, connection_id: UUID, is_found: bool, by: Actor, at: datetime
) -> StripeEvent:
    """Write an event down, whose signature was right; one that came before is given back as it is.

    `is_done` says whether there is nothing to do any more.
    """
    fresh = StripeEvent(
        connection_id=connection_id,
        event_id=event.id,
        type=event.type,
        object_id=event.object_id[:255],
        is_live=event.is_live,
        is_found=is_found,
        happened_at=event.created_at,
        created_at=at,
        updated_at=at,
    )
    StripeEvent.objects.bulk_create([fresh], ignore_conflicts=True)
    row = StripeEvent.objects.select_for_update().get(event_id=event.id)
    row.attempts += 1
    row.save(update_fields=["attempts"])
    if not is_found:
        StripeConnection.objects.filter(pk=connection_id).update(event_seen_at=at)
    return row


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def finish_stripe_event(*, event_id: str, outcome: EventOutcome, by: Actor, at: datetime) -> None:
    """Say what came of an event. One that is done stays as it is, whoever else worked on it."""
    row = StripeEvent.objects.select_for_update().get(event_id=event_id)
    if not row.is_done:
        row.outcome, row.error, row.updated_at = outcome, "", at
        row.save(update_fields=["outcome", "error", "updated_at"])


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def fail_stripe_event(*, event_id: str, error: str, by: Actor, at: datetime) -> None:
    """Say that working on an event failed; `error` is the kind, never the text. Stripe repeats it."""
    row = StripeEvent.objects.select_for_update().get(event_id=event_id)
    if not row.is_done:
        row.outcome, row.error, row.updated_at = EventOutcome.FAILED, error[:100], at
        row.save(update_fields=["outcome", "error", "updated_at"])


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def forget_old_stripe_events(*, by: Actor, at: datetime) -> int:
    """Delete events that are done and older than they are kept; Stripe itself tells none so old. Says how
    many.
    """
    old = StripeEvent.objects.filter(outcome__in=DONE, created_at__lt=at - KEPT_FOR)
    return old.delete()[0]


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def note_events_read(*, connection_id: UUID, until: datetime, by: Actor) -> None:
    """Stripe was asked for its events up to this instant."""
    StripeConnection.objects.filter(pk=connection_id).update(events_read_until=until)
