"""One organization's flood of jobs, and how long another's three wait: `python -m deploy.bench.jobs`.

The worker and the scheduler are those of the product. In turns, an organization has the places with the
broker that it has by default, and a million of them: the baseline, where everything goes to the broker at
once.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from deploy.bench.ground import PROJECT, ground, run_django

DEFAULT, UNCAPPED = "4", "1000000"
WORKER = ["dramatiq", "config.worker", "--processes", "1", "--threads", "4"]
SCHEDULER = ["django", "run_scheduler"]
PATIENCE_SECONDS = 120.0

# Asks for jobs as the product does, in a transaction; the other organization's when a tenth of the flood is
# done.
_ASK = """
import sys, time, django; django.setup()
from django.db import transaction
from shared_apps.core.actors import system_actor
from shared_apps.jobs.models import Job
from shared_apps.jobs.operations import enqueue
from tenants.context import in_public
from tenants.queries import organization_by_subdomain
flood, other, count, few = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
def ask(subdomain, times):
    actor = system_actor(organization_by_subdomain(subdomain).pk)
    with transaction.atomic():
        for _one in range(times):
            enqueue("compare_team_mirror", by=actor)
with in_public():
    ask(flood, count)
    while Job.objects.filter(state="done").count() < count // 10:
        time.sleep(0.01)
    ask(other, few)
"""


@dataclass(frozen=True)
class Result:
    """Seconds: how long the other's jobs waited for their end, the last of them and in the middle; jobs per
    second of the flood.
    """

    last: float
    median: float
    rate: float


def main() -> None:
    options = _options()
    with ground(contacts=0) as found:
        _found_another(found.environment)
        results: dict[str, list[Result]] = {DEFAULT: [], UNCAPPED: []}
        for _round in range(options.rounds):
            for places, kept in results.items():
                with _product(
                    {**found.environment, "JOBS_IN_FLIGHT": places, "LOG_LEVEL": "ERROR"}
                ) as environment:
                    kept.append(_measure(environment, options))
        for title, places in (("capped", DEFAULT), ("uncapped", UNCAPPED)):
            _tell(title, results[places])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=600, help="how many the flood has")
    parser.add_argument("--others", type=int, default=3, help="how many the other organization asks for")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _found_another(environment: dict[str, str]) -> None:
    run_django(
        environment,
        "create_organization",
        "--name=Друга ООД",
        "--subdomain=other",
        "--owner-email=owner@other.example",
        "--owner-password=a-long-password-7",
    )


@contextmanager
def _product(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Worker and scheduler, awake: each organization's first job is done."""
    programs = [
        subprocess.Popen([sys.executable, "-m", *command], env=environment, cwd=PROJECT)
        for command in (WORKER, SCHEDULER)
    ]
    try:
        _ask(environment, 1, 1)
        _wait_until_done(environment)
        yield environment
    finally:
        for program in programs:
            program.terminate()
        for program in programs:
            program.wait()


def _ask(environment: dict[str, str], flood: int, others: int) -> None:
    arguments = ["measure", "other", str(flood), str(others)]
    subprocess.run([sys.executable, "-c", _ASK, *arguments], env=environment, cwd=PROJECT, check=True)


def _measure(environment: dict[str, str], options: argparse.Namespace) -> Result:
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DELETE FROM jobs_job")
        _ask(environment, options.jobs, options.others)
        _wait_until_done(environment)
        waits = [
            row[0]
            for row in connection.execute(
                "SELECT extract(epoch FROM j.finished_at - j.created_at)::float FROM jobs_job j"
                " JOIN tenants_organization o ON o.id = j.organization_id WHERE subdomain = 'other'"
            )
        ]
        row = connection.execute(
            "SELECT count(*) / extract(epoch FROM max(finished_at) - min(created_at))::float FROM jobs_job"
        ).fetchone()
    assert row  # noqa: S101 — it is an aggregate
    return Result(max(waits), statistics.median(waits), row[0])


def _wait_until_done(environment: dict[str, str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        while connection.execute("SELECT 1 FROM jobs_job WHERE state <> 'done' LIMIT 1").fetchone():
            if time.monotonic() > deadline:
                raise SystemExit("The jobs do not end.")
            time.sleep(0.05)


def _tell(title: str, results: list[Result]) -> None:
    last, median, rate = (
        statistics.median(getattr(one, name) for one in results) for name in ("last", "median", "rate")
    )
    print(f"{title:<10} the other's jobs: median {median * 1000:6.0f} ms, last {last * 1000:6.0f} ms"
          f"   flood: {rate:5.0f} jobs/s", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
