"""An import of many rows: rehearsal, import, the same file again, undo: `python -m deploy.bench.imports`.

The job's own code works in this process, so rows per second are those of one worker. Beside it the baseline:
bare COPY of the same contacts and of one event for each, into tables with the same columns and indexes.
"""

import argparse
import os
import random
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.bench.ground import FIRST_NAMES, LAST_NAMES
from deploy.bench.organizations import django_on, furnish

HEADS = {
    "people": "Име;Фамилия;Имейл;Телефон;Длъжност;Фирма;Град;Отговорник;Етикети;Бележка",
    "deals": "Сделка;Стойност;Етап;Фирма;Отговорник;Очаквано затваряне",
}
CITIES = ("София", "Пловдив", "Варна", "Бургас", "Русе")
STAGES = ("Преговори", "Спечелена", "Изгубена")
MEGABYTE = 1024


def main() -> None:
    options = _options()
    with django_on(None):
        furnish(1)
        with _inside():
            for kind in HEADS:
                _measure(kind, options.rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    return parser.parse_args()


@contextmanager
def _inside() -> Iterator[None]:
    """Inside the organization, on a plan that reaches far enough."""
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from shared_apps.plans.operations import choose_plan
    from tenants.context import in_organization, reference_to
    from tenants.models import Organization

    organization = reference_to(Organization.objects.get())
    choose_plan(organization_id=organization.id, plan_code="unlimited", by=system_actor(), at=clock.now())
    with in_organization(organization):
        yield


def file_of(kind: str, rows: int) -> bytes:
    """A file as an export of another program has it: seven contacts to a company, some cells wrong."""
    teller = random.Random(1)
    lines = [HEADS[kind]]
    for number in range(rows):
        company = f"Фирма {number // 7}"
        if kind == "people":
            email = f"person{number}@example.com" if number % 200 else "не е адрес"
            note = f"Обади се {number}" if number % 10 == 0 else ""
            tag = "клиент" if number % 5 == 0 else ""
            cells = [
                teller.choice(FIRST_NAMES),
                teller.choice(LAST_NAMES),
                email,
                f"+359 88 {number:07d}",
                "Управител",
                company,
                CITIES[number // 7 % 5],
                "owner@measure.example",
                tag,
                note,
            ]
        else:
            value = f"{teller.randrange(100, 90_000)},50" if number % 200 else "много"
            cells = [f"Сделка {number}", value, STAGES[number % 3], company, "Мярка", "31.12.2026"]
        lines.append(";".join(cells))
    return "\n".join(lines).encode()


def _measure(kind: str, rows: int) -> None:
    content = file_of(kind, rows)
    print(f"{kind}: {rows:,} rows, {len(content) / 1024:,.0f} kB, load {os.getloadavg()[0]:.1f}")
    run = _rehearsed(kind, content)
    _timed("import", rows, lambda: _import(run))
    again = _rehearsed(f"{kind} again", content)
    _timed("import again", rows, lambda: _import(again))
    _timed("undo", rows, lambda: _undo(run))
    if kind == "people":
        _timed("baseline: COPY", rows, _copied)


def _timed(what: str, rows: int, work: Callable[[], Any]) -> Any:
    """Do it, and say how many rows a second that was, and how large this process grew."""
    with watched() as largest:
        began_at, worked = time.perf_counter(), time.process_time()
        answer = work()
        lasted, worked = time.perf_counter() - began_at, time.process_time() - worked
    print(
        f"  {what:22} {rows / lasted:8,.0f} rows/s {lasted:7.1f} s, of them {worked:6.1f} s here,"
        f" at most {largest[0] / MEGABYTE:4.0f} MB",
        flush=True,
    )
    return answer


@contextmanager
def watched() -> Iterator[list[float]]:
    """How large this process becomes meanwhile, in kB."""
    largest, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            largest[0] = max(largest[0], _size())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield largest
    finally:
        largest[0] = max(largest[0], _size())
        done.set()
        watcher.join()


def _size() -> float:
    told = Path("/proc/self/statm").read_text()
    return int(told.split()[1]) * resource.getpagesize() / 1024


def _actor() -> Any:
    from shared_apps.accounts.queries import actor_of, team_of
    from tenants.context import current_organization

    return actor_of(team_of(current_organization().id).get(role="owner"))


def _rehearsed(name: str, content: bytes) -> Any:
    from shared_apps.core import clock
    from tenant_apps.imports import operations

    by = _actor()
    run = operations.upload_import(name=f"{name}.csv", content=content, by=by, at=clock.now())
    operations.rehearse_import(import_id=run.pk, by=by, at=clock.now())
    _timed(f"rehearsal ({name})", content.count(b"\n"), lambda: _work(run))
    run.refresh_from_db()
    return run


def _import(run: Any) -> None:
    from shared_apps.core import clock
    from tenant_apps.imports import operations

    operations.run_import(import_id=run.pk, by=_actor(), at=clock.now())
    _work(run)
    run.refresh_from_db()
    print(f"    {dict(sorted(run.counts.items()))}")


def _work(run: Any) -> None:
    """The job until its end, which in a worker are several jobs."""
    from shared_apps.jobs.actors import _run
    from shared_apps.jobs.models import Job
    from tenant_apps.imports.operations.running import JOBS
    from tenants.context import current_organization

    run.refresh_from_db()
    while run.state in JOBS:
        arguments, organization_id = {"import_id": str(run.pk)}, current_organization().id
        _run(Job(name=JOBS[run.state], arguments=arguments, organization_id=organization_id, language="bg"))
        run.refresh_from_db()


def _undo(run: Any) -> None:
    from shared_apps.core import clock
    from tenant_apps.imports import operations

    operations.undo_import(import_id=run.pk, by=_actor(), at=clock.now())
    _work(run)


def _copied() -> None:
    """The same contacts and one event each, as text from table to table: the least that must be written."""
    from django.db import connection

    sources = {
        "crm_contact": "SELECT * FROM crm_contact",
        "activity_event": "SELECT * FROM activity_event WHERE type = 'crm.contact_created'",
    }
    with connection.cursor() as cursor:
        for table, source in sources.items():
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            with cursor.copy(f"COPY ({source}) TO STDOUT") as out:
                text = b"".join(map(bytes, out))
            with cursor.copy(f"COPY bench_{table} FROM STDIN") as into:
                into.write(text)
            cursor.execute(f"DROP TABLE bench_{table}")


if __name__ == "__main__":
    main()
