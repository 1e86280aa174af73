"""Hands queued jobs to the broker and fires the schedule. Any number may run; each job and slot goes out
once.
"""

import signal
import threading
from datetime import timedelta
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils.module_loading import import_string
from dramatiq.errors import ConnectionError as BrokerAway

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.operations import dispatch_jobs, fire_slot

IDLE_SECONDS = 0.2
AWAY_SECONDS = 1.0
SCHEDULE_EVERY = timedelta(seconds=5)
log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Dispatch queued jobs and fire the schedule, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        self.schedule_due_at = clock.now()
        while not self.stopping.is_set():
            self.stopping.wait(self._beat())

    def _beat(self) -> float:
        """One round; returns how long to rest before the next."""
        try:
            close_old_connections()
            if clock.now() >= self.schedule_due_at:
                self._fire_schedule()
            return 0.0 if dispatch_jobs(by=system_actor(), at=clock.now()) else IDLE_SECONDS
        except (redis.RedisError, BrokerAway, DatabaseError) as error:
            log.warning("dispatch_delayed", error=type(error).__name__)
            return AWAY_SECONDS

    def _fire_schedule(self) -> None:
        at = clock.now()
        for entry in import_string(settings.SCHEDULE):
            if fire_slot(name=entry.job, slot_at=entry.due.latest_slot(at), by=system_actor()):
                log.info("slot_fired", job=entry.job)
        self.schedule_due_at = at + SCHEDULE_EVERY
