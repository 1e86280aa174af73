"""The dramatiq broker and its middleware. Imported by everything that hands out jobs."""

import dramatiq
import redis
from django.conf import settings
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, Callbacks, Pipelines, Retries, ShutdownNotifications, TimeLimit

HEARTBEAT_MS = 15_000
ALWAYS = 100_000


def make_broker() -> RedisBroker:
    """A broker that finds a killed worker's messages again within half a minute (the library's default:
    minutes).
    """
    pool = redis.ConnectionPool.from_url(
        settings.REDIS_URL, socket_connect_timeout=2, health_check_interval=30, socket_keepalive=True
    )
    return RedisBroker(
        connection_pool=pool,
        middleware=[AgeLimit(), TimeLimit(), ShutdownNotifications(), Callbacks(), Pipelines(), Retries()],
        heartbeat_timeout=HEARTBEAT_MS,
        maintenance_chance=ALWAYS,
    )


dramatiq.set_broker(make_broker())
