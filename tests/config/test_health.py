"""Whether it lives, whether it is ready, how busy it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.operations import enqueue
from tenants.context import OrganizationRef

METRICS = "/metrics"


@pytest.mark.parametrize(
    "host", ["tefter.localhost", "alpha.tefter.localhost", "nobody.example", "127.0.0.1:8000"]
)
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_answers_on_any_host(db: None, host: str, path: str) -> None:
    response = Client(headers={"host": host}).get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_ready_tells_of_its_parts(db: None) -> None:
    assert Client().get("/health/ready").json() == {"status": "ready", "database": True, "broker": True}


def test_a_broker_that_is_away_is_told(db: None, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    response = Client().get("/health/ready")
    assert (response.status_code, response.json()["broker"]) == (200, False)


def test_metrics_are_for_this_machine(db: None) -> None:
    assert Client().get(METRICS, REMOTE_ADDR="127.0.0.1").status_code == 200
    assert Client().get(METRICS, REMOTE_ADDR="192.0.2.1").status_code == 403
    assert Client(headers={"x-forwarded-for": "192.0.2.1"}).get(METRICS).status_code == 403


def test_metrics_are_for_whoever_holds_the_token(db: None, settings: object) -> None:
    settings.METRICS_TOKEN = "secret"  # type: ignore[attr-defined]
    for token, status in (("secret", 200), ("guess", 403), ("", 403)):
        client = Client(headers={"authorization": f"Bearer {token}"})
        assert client.get(METRICS, REMOTE_ADDR="192.0.2.1").status_code == status


def test_metrics_tell_of_the_jobs(alpha: OrganizationRef, django_assert_num_queries: Any) -> None:
    enqueue("compare_team_mirror", by=system_actor(alpha.id), due_at=clock.now() - timedelta(minutes=1))
    enqueue("compare_team_mirror", by=system_actor(alpha.id), due_at=clock.now() + timedelta(minutes=1))
    Client().get(METRICS)
    with django_assert_num_queries(1):
        told = Client().get(METRICS).content.decode()
    values = dict(line.rsplit(" ", 1) for line in told.splitlines() if line.startswith("tefter_jobs"))
    assert values['tefter_jobs{state="queued"}'] == "2.0"
    assert values['tefter_jobs{state="in_flight"}'] == values['tefter_jobs{state="dead"}'] == "0.0"
    assert 60 <= float(values["tefter_jobs_oldest_due_seconds"]) < 120
