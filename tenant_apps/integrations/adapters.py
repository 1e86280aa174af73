"""The rate of each token, counted in Redis by the minute."""

import time
from dataclasses import dataclass
from functools import cache
from threading import Lock

import redis
import structlog
from django.conf import settings

MINUTE = 60
FINENESS = 200
PATIENCE = 0.3
REST_AFTER_FAILURE = 5.0
log = structlog.get_logger(__name__)


@dataclass
class _Lease:
    minute: int
    left: int


class RateLimit:
    """At most `per_minute` requests for each key in each calendar minute, over all processes.

    A process fetches permissions in small leases (a half per cent of the limit), so that not every request
    asks Redis. When Redis is away everybody is let through: slower service is worse than a missed count.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.lease = max(1, per_minute // FINENESS)
        self._leases: dict[str, _Lease] = {}
        self._lock = Lock()
        self._resting_until = 0.0

    def seconds_to_wait(self, key: str) -> int:
        """0 when the request may go on; else the seconds until the next minute begins."""
        moment = time.time()
        minute = int(moment // MINUTE)
        with self._lock:
            lease = self._leases.get(key)
            if lease and lease.minute == minute and lease.left > 0:
                lease.left -= 1
                return 0
        granted = self._fetch(f"rate:{key}:{minute}")
        if granted == 0:
            return MINUTE - int(moment % MINUTE)
        self._keep(key, _Lease(minute, granted - 1))
        return 0

    def _keep(self, key: str, lease: _Lease) -> None:
        with self._lock:
            if len(self._leases) > 10_000:
                self._leases.clear()
            self._leases[key] = lease

    def _fetch(self, name: str) -> int:
        """How many requests Redis grants now: a lease, the rest of the minute's limit, or 0."""
        if time.monotonic() < self._resting_until:
            return self.lease
        try:
            pipeline = _redis().pipeline(transaction=False)
            pipeline.incrby(name, self.lease)
            pipeline.expire(name, 2 * MINUTE)
            taken, _ = pipeline.execute()
        except redis.RedisError as error:
            self._resting_until = time.monotonic() + REST_AFTER_FAILURE
            log.warning("rate_limit_unavailable", error=type(error).__name__)
            return self.lease
        return max(0, min(self.lease, self.per_minute - (taken - self.lease)))


@cache
def _redis() -> redis.Redis:
    location = settings.CACHES["default"]["LOCATION"]
    return redis.Redis.from_url(location, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)


@cache
def rate_limit(per_minute: int) -> RateLimit:
    """The process's counter for this limit."""
    return RateLimit(per_minute)
