"""From the outbox to the broker, with a bounded number of places for each organization."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import dramatiq
import redis
import structlog
from django.db import connection
from django.db.models import F
from dramatiq.errors import BrokerConnectionError as BrokerAway

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.queries import WITH_BROKER, choose_due_jobs, is_anything_due, lock_next_due
from shared_apps.jobs.registry import Queue

LOST_AFTER = timedelta(minutes=15)
BOOKKEEPING = "the job's row is itself the record"
TURN = 7_305_114
# The two actors that the broker knows, by the queue that they listen on.
ACTORS = {queue: f"run_{queue}_job" for queue in Queue}
log = structlog.get_logger(__name__)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def dispatch_jobs(*, by: Actor, at: datetime, limit: int = 100) -> int:
    """Hand due jobs to the broker and say how many: of each organization at most as many as it has places
    left. A broker that is away leaves all of them queued.

    One does this at a time, so that two do not fill the same places; the other finds nothing to do.
    """
    if not is_anything_due(at) or not _is_our_turn():
        return 0
    chosen = choose_due_jobs(at=at, limit=limit)
    rows = Job.objects.select_for_update(skip_locked=True).filter(pk__in=chosen, state=JobState.QUEUED)
    return _send(list(rows.order_by("is_patient", "due_at")), at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def resend_lost_jobs(*, by: Actor, at: datetime, limit: int = 100) -> int:
    """Hand over again what has been with the broker for a quarter of an hour: it may have lost it.

    The new message is as good as the first, so whichever comes first runs and the other finds nothing to do.
    """
    lost = Job.objects.filter(state__in=WITH_BROKER, sent_at__lt=at - LOST_AFTER)
    rows = list(lost.select_for_update(skip_locked=True).order_by("sent_at")[:limit])
    for row in rows:
        _hand_over(row, row.sent_count)
    Job.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=at)
    return len(rows)


def send_next(lane: UUID, at: datetime) -> None:
    """In the transaction in which one of the lane's jobs ended: give its place to the next that is due.

    One out, one in: no lock is needed to keep the count. The scheduler does the rest, and this too when the
    broker is away.
    """
    next_one = lock_next_due(lane, at)
    if next_one is None:
        return
    try:
        _send([next_one], at)
    except (redis.RedisError, BrokerAway) as error:
        log.warning("dispatch_delayed", error=type(error).__name__)


def _is_our_turn() -> bool:
    """Until the end of this transaction, if nobody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN])
        return bool(cursor.fetchone()[0])


def _send(rows: Sequence[Job], at: datetime) -> int:
    """Before the commit: a message that comes too early waits for the row, one without a row is ignored."""
    for row in rows:
        _hand_over(row, row.sent_count + 1)
    Job.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=JobState.SENT, sent_at=at, sent_count=F("sent_count") + 1
    )
    return len(rows)


def _hand_over(row: Job, sending: int) -> None:
    queue = Queue.PATIENT if row.is_patient else Queue.PROMPT
    organization_id = str(row.organization_id) if row.organization_id else None
    actor = dramatiq.get_broker().get_actor(ACTORS[queue])
    actor.send(job_id=str(row.pk), organization_id=organization_id, sending=sending)
