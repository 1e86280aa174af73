"""Does anybody ever get what is another organization's? `python -m deploy.bench.crosstalk`.

Threads visit organizations at random through a pool that has fewer connections than there are threads, write,
read, and look for another organization's mark in what they get. Then once more while eight in sixty `SET
search_path` fail: an error is a right answer then, another organization's row never is. The same is
done with django-tenants' own database backend.
"""

import argparse
import itertools
import logging
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg

from deploy.bench.organizations import OWNER, django_on, furnish, options_of
from deploy.bench.visits import Product, Visitor, in_threads, visitors

PATHS = ["/api/v1/companies/?limit=50", "/companies/", "/api/v1/contacts/?limit=20", "/contacts/"]
CONTACTS = "/api/v1/contacts/"
MARK = re.compile(r"\b(?:org|measured)\d{5}\b")
EVERY, IN_A_ROW = 60, 8
ENGINES = ["tenants.postgresql", "django_tenants.postgresql_backend"]


def main() -> None:
    """The same for both backends, each in a process of its own; the ground is the product's work."""
    options = options_of(
        __doc__,
        requests=(20_000, "checked answers, and a quarter of them again while SETs fail; stock: a quarter"),
        threads=(8, "threads that ask"),
        connections=(4, "connections of the pool"),
        visited=(120, "how many organizations are visited"),
        engine=("", "one backend only, over the ground of --database"),
    )
    if options.engine:
        _measure(options)
        return
    with django_on(options.database) as database:
        furnish(options.organizations)
        for engine in ENGINES:
            told = vars(options) | {"engine": engine, "database": database}
            told["requests"] //= 1 if engine == ENGINES[0] else 4
            asked = [f"--{name}={value}" for name, value in told.items()]
            subprocess.run([sys.executable, "-m", "deploy.bench.crosstalk", *asked], check=True)


def _measure(options: argparse.Namespace) -> None:
    logging.disable(logging.CRITICAL)  # of the failures that the second run makes
    os.environ |= {"DATABASE_POOL_MAX": str(options.connections), "BENCH_ENGINE": options.engine}
    with django_on(options.database):
        from shared_apps.accounts.models import User

        owner = User.objects.get(email=OWNER)
        product, people = Product(), visitors(min(options.visited, options.organizations), owner.pk)
        print(options.engine)
        _report("nothing fails", _run(product, people, options.requests, options.threads))
        with _failing_switches():
            title = f"{IN_A_ROW} of {EVERY} SETs fail"
            _report(title, _run(product, people, options.requests // 4, options.threads))


def _run(product: Product, people: list[Visitor], count: int, threads: int) -> Counter[str]:
    """How many answers were right, wrong (another's mark), empty of the own mark, or errors."""
    found: Counter[str] = Counter()
    dice, lock = random.Random(7), Lock()
    tasks = [(dice.choice(people), dice.random()) for _ in range(count)]

    def visit(task: tuple[Visitor, float]) -> None:
        verdict = _visit(product, *task)
        with lock:
            found[verdict] += 1

    began_at = time.perf_counter()
    in_threads(threads, visit, tasks)
    found["seconds"] = round(time.perf_counter() - began_at)
    return found


def _visit(product: Product, visitor: Visitor, chance: float) -> str:
    if chance < 0.1:
        answer = product.ask(visitor, CONTACTS, {"first_name": "Ана", "last_name": visitor.mark})
    else:
        answer = product.ask(visitor, PATHS[int(chance * 1000) % len(PATHS)])
    marks = set(MARK.findall(answer.body.replace("org-", "org")))
    if marks - {visitor.mark}:
        return "wrong"
    if answer.status not in {200, 201}:
        return "error"
    return "right"


def _report(title: str, found: Counter[str]) -> None:
    seconds = found.pop("seconds") or 1
    print(
        f"{title:26} {found.total():6} checked: {found['right']} right, {found['wrong']} wrong,"
        f" {found['error']} errors, {found.total() / seconds:.0f} /s",
        flush=True,
    )


@contextmanager
def _failing_switches() -> Iterator[None]:
    """Let some `SET search_path` fail in the driver, several in a row."""
    real, count, lock = psycopg.Cursor.execute, itertools.count(1), Lock()

    def execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if str(query).startswith("SET search_path"):
            with lock:
                number = next(count)
            if number % EVERY < IN_A_ROW:
                raise psycopg.OperationalError("made to fail by the measurement")
        return real(self, query, *args, **kwargs)

    psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    try:
        yield
    finally:
        psycopg.Cursor.execute = real  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
