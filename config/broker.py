"""The dramatiq broker and its middleware. Imported by everything that hands out jobs."""

import threading

import dramatiq
import redis
from django.conf import settings
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import dq_name
from dramatiq.middleware import (
    AgeLimit,
    Callbacks,
    Pipelines,
    Retries,
    Shutdown,
    ShutdownNotifications,
    TimeLimit,
    raise_thread_exception,
)

HEARTBEAT_MS = 10_000
ALWAYS = 1_000_000
# The longest that a queue which was empty is not looked at. The library's second would stand between every
# two jobs of an organization: each of them leaves its place to the next only when it is done.
IDLE_MS = 50
# Shorter than `--worker-shutdown-timeout`: what is left is for giving the jobs back.
GRACE_SECONDS = 5.0


class PromptBroker(RedisBroker):
    """One whose workers notice soon that there is something to do. What is put off may wait longer."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = IDLE_MS) -> dramatiq.Consumer:
        is_put_off = queue_name == dq_name(queue_name)
        return super().consume(queue_name, prefetch, timeout if is_put_off else min(timeout, IDLE_MS))


class ShutdownAfterGrace(ShutdownNotifications):
    """A worker that is told to stop lets its jobs finish for a while; those that have not are interrupted,
    and go back into the outbox.
    """

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: Worker) -> None:
        patience = threading.Timer(GRACE_SECONDS, self._interrupt)
        patience.daemon = True
        patience.start()

    def _interrupt(self) -> None:
        for thread_id in tuple(self.manager.notifications):  # type: ignore[attr-defined]
            raise_thread_exception(thread_id, Shutdown)


def make_broker() -> PromptBroker:
    """A broker that finds a killed worker's messages again within half a minute (the library's default:
    minutes).

    Each fetch looks for workers whose heartbeat has stopped; that costs one look at a short sorted set.
    """
    pool = redis.ConnectionPool.from_url(
        settings.REDIS_URL, socket_connect_timeout=2, health_check_interval=30, socket_keepalive=True
    )
    return PromptBroker(
        connection_pool=pool,
        middleware=[AgeLimit(), TimeLimit(), ShutdownAfterGrace(), Callbacks(), Pipelines(), Retries()],
        heartbeat_timeout=HEARTBEAT_MS,
        maintenance_chance=ALWAYS,
    )


dramatiq.set_broker(make_broker())
