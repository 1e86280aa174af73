"""How large PostgreSQL's processes become when a few threads visit a thousand organizations: `python -m
deploy.bench.memory`.

Twice the same visits: as configured (a connection retires when it has seen enough schemas), and with
connections that stay, which is what Django and django-tenants do. Private memory is read from /proc, so it
runs on the server's machine, as root or as the server's user.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from deploy.bench.organizations import django_on, furnish, options_of
from deploy.bench.visits import Product, Visitor, in_threads, in_turn, visitors

PAGES: Sequence[tuple[str, dict[str, Any] | None]] = [
    ("/", None),
    ("/api/v1/invoices/?limit=20", None),
    ("/companies/", None),
    ("/api/v1/contacts/", {"first_name": "Мария", "last_name": "Иванова"}),
    ("/api/v1/companies/?limit=20", None),
]
MEGABYTE = 1024 * 1024
NAME = f"tefter-bench-{os.getpid()}"


def main() -> None:
    options = options_of(
        __doc__,
        requests=(2000, "visits of each run"),
        visited=(990, "how many organizations are visited"),
        threads=(8, "threads of the second pair of runs; the first has one"),
    )
    os.environ["PGAPPNAME"] = NAME
    with django_on(options.database):
        owner_id = furnish(options.organizations).owner_id
        product, people = Product(), visitors(min(options.visited, options.organizations), owner_id)
        print(f"{'':44} {'largest':>10} {'together':>10} {'time':>8} {'connections':>12}")
        for threads in (1, options.threads):
            for stays in (False, True):
                _measure(product, people, options.requests, threads, stays)


def _measure(product: Product, people: list[Visitor], count: int, threads: int, stays: bool) -> None:
    visits = in_turn(people, PAGES, count)
    with _retirement(not stays), _watched() as seen:
        began_at = time.perf_counter()
        in_threads(threads, lambda visit: _visit(product, *visit), visits)
        lasted = time.perf_counter() - began_at
    title = f"{threads} threads, connections {'stay' if stays else 'retire'}"
    print(
        f"{title:44} {seen.largest / MEGABYTE:7.0f} MB {seen.together / MEGABYTE:7.0f} MB {lasted:6.1f} s"
        f" {len(seen.processes):12}",
        flush=True,
    )


def _visit(product: Product, visitor: Visitor, page: tuple[str, dict[str, Any] | None]) -> None:
    answer = product.ask(visitor, *page)
    if answer.status not in {200, 201}:
        raise RuntimeError(f"{visitor.host}{page[0]}: {answer.status} {answer.body[:300]}")


@contextmanager
def _retirement(is_on: bool) -> Iterator[None]:
    """With it or without; everybody begins with a connection of their own that is new."""
    from django.conf import settings
    from django.db import connections

    before = settings.SCHEMAS_PER_CONNECTION
    settings.SCHEMAS_PER_CONNECTION = before if is_on else 10**9
    connections.close_all()
    try:
        yield
    finally:
        settings.SCHEMAS_PER_CONNECTION = before


@dataclass
class Memory:
    """Bytes at the worst moment: of one process, and of all of them. `processes`: all that were ever seen."""

    largest: int = 0
    together: int = 0
    processes: set[int] = field(default_factory=set)


@contextmanager
def _watched(every: float = 0.1) -> Iterator[Memory]:
    """Look at the database's client processes until the block ends, and once more at its end."""
    found, is_over = Memory(), threading.Event()
    url = os.environ["DATABASE_URL"]

    def watch() -> None:
        with psycopg.connect(url, autocommit=True) as observer:
            while True:
                last = is_over.is_set()
                _look(observer, found)
                if last:
                    return
                is_over.wait(every)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        is_over.set()
        watcher.join()


def _look(observer: psycopg.Connection[Any], found: Memory) -> None:
    rows = observer.execute(
        "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND pid <> pg_backend_pid()", [NAME]
    ).fetchall()
    sizes = {pid: size for (pid,) in rows if (size := _private_bytes(pid))}
    found.processes |= sizes.keys()
    found.largest = max([found.largest, *sizes.values()])
    found.together = max(found.together, sum(sizes.values()))


def _private_bytes(pid: int) -> int:
    """What belongs to the process alone; 0 when it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


if __name__ == "__main__":
    main()
