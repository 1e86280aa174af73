"""Is it alive, is it ready, how busy is it. Answered on any host, before anything else looks at the
request.
"""

import hmac
import ipaddress
import os
from collections.abc import Callable, Iterable, Iterator

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shared_apps.core import clock
from shared_apps.jobs.queries import backlog
from tenants.context import in_public


class JobsCollector(Collector):
    """How many jobs wait, run and are dead: one statement when somebody asks. Silent without a database."""

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with in_public():
                found = backlog()
        except DatabaseError:
            return
        jobs = GaugeMetricFamily("tefter_jobs", "Jobs by state", labels=["state"])
        counts = {"queued": found.queued_count, "in_flight": found.in_flight_count, "dead": found.dead_count}
        for state, count in counts.items():
            jobs.add_metric([state], count)
        yield jobs
        age = (clock.now() - found.oldest_due_at).total_seconds() if found.oldest_due_at else 0.0
        yield GaugeMetricFamily(
            "tefter_jobs_oldest_due_seconds", "How long the oldest queued job is due", value=max(age, 0.0)
        )


JOBS = CollectorRegistry()
JOBS.register(JobsCollector())


class HealthMiddleware:
    """`/health/live`, `/health/ready`, `/metrics`."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond
        self.answers = {"/health/live": _live, "/health/ready": _ready, "/metrics": _metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answers.get(request.path.rstrip("/"), self.respond)
        return answer(request)


def _live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


def _ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers. A broker that is away is told, but delays only what can wait."""
    parts = {"database": _database_answers(), "broker": _broker_answers()}
    is_ready = parts["database"]
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", **parts}, status=200 if is_ready else 503
    )


def _database_answers() -> bool:
    try:
        with in_public(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM tenants_organization LIMIT 1")
        return True
    except DatabaseError:
        return False


def _broker_answers() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read_metrics(request):
        return HttpResponse(status=403)
    return HttpResponse(_told(), content_type=CONTENT_TYPE_LATEST)


def _told() -> bytes:
    """Requests of all web workers, where the server counts them together (`deploy/gunicorn.conf.py`), and the
    jobs, of which there is one count for all.
    """
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(JOBS)
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return generate_latest(together) + generate_latest(JOBS)


def _may_read_metrics(request: HttpRequest) -> bool:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode()):
        return True
    is_forwarded = "X-Forwarded-For" in request.headers
    return not is_forwarded and _is_this_machine(request.META.get("REMOTE_ADDR", ""))


def _is_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
