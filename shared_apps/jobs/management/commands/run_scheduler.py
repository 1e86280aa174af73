"""Hands queued jobs to the broker and fires the schedule. Any number may run; each job and slot goes out
once.
"""

import signal
import threading
import time
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils.module_loading import import_string
from dramatiq.errors import BrokerConnectionError as BrokerAway

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.operations import dispatch_jobs, fire_slot, resend_lost_jobs

IDLE_SECONDS = 0.1
AWAY_SECONDS = 1.0
UPKEEP_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Dispatch queued jobs and fire the schedule, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        self.upkeep_due = time.monotonic()
        while not self.stopping.is_set():
            self.stopping.wait(self._beat())

    def _beat(self) -> float:
        """One round; returns how long to rest before the next."""
        try:
            close_old_connections()
            if time.monotonic() >= self.upkeep_due:
                self._keep_up()
            return 0.0 if dispatch_jobs(by=system_actor(), at=clock.now()) else IDLE_SECONDS
        except (redis.RedisError, BrokerAway, DatabaseError) as error:
            log.warning("dispatch_delayed", error=type(error).__name__)
            return AWAY_SECONDS

    def _keep_up(self) -> None:
        """Now and then, whatever the clock on the wall does: the schedule, and what the broker has lost."""
        at = clock.now()
        for entry in import_string(settings.SCHEDULE):
            slot_at = entry.due.latest_slot(at)
            if fire_slot(name=entry.job, slot_at=slot_at, audience=entry.audience, by=system_actor()):
                log.info("slot_fired", job=entry.job)
        if lost_count := resend_lost_jobs(by=system_actor(), at=at):
            log.warning("jobs_sent_again", count=lost_count)
        self.upkeep_due = time.monotonic() + UPKEEP_SECONDS
