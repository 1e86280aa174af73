"""The search box and the hint of duplicates over 100,000 contacts and 100,000 companies, beside the same
statements sent by bare psycopg: `python -m deploy.bench.search`.

Both are asked in turns, so that a busy machine is busy for both. Makes a database of its own and drops it.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg

from deploy.bench.ground import Ground, ground

QUERIES = {
    "name, Cyrillic": "Стоянов",
    "name, Latin": "stoyanov",
    "wrong layout": "mezqno",
    "a firm": "фирма 42424",
    "phone": "0884 242 42",
    "e-mail": "contact4242@",
    "nothing": "няма такъв",
    "two letters": "ив",
    "number": "12",
}
TYPED = {
    "same name": {"name": "ФИРМА 42424 ЕООД"},
    "similar name": {"name": "Фирмаа 42424"},
    "phone": {"phone": "+359 88 0042424"},
    "all": {"name": "Фирма 7", "eik": "175074752", "email": "firm7@example.com", "phone": "0880000007"},
}
# Names, e-mails and phones as people have them: one of each, five thousand firms bear a name twice.
COMPANIES = """
INSERT INTO "{schema}".crm_company (id, name, eik, vat_number, country, city, address, postal_code, email,
    phone, website, industry, size, name_folded, name_key, search_text, created_at, updated_at)
SELECT gen_random_uuid(), 'Фирма ' || n || ' ЕООД', '', '', 'BG', 'София', '', '',
    'firm' || n || '@example.com', '088' || lpad(n::text, 7, '0'), '', '', '',
    'фирма ' || n || ' еоод', 'firma' || n,
    'firma ' || n || ' eood sofia firm' || n || ' example com 088' || lpad(n::text, 7, '0'), now(), now()
FROM (SELECT generate_series(1, {number}) - CASE WHEN random() < .05 THEN 1 ELSE 0 END AS n) AS numbers
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="of each kind")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with ground(options.records) as found:
        _fill(found, options.records)
        os.environ.update(found.environment)
        _measure(found, options.rounds)


def _fill(found: Ground, number: int) -> None:
    with psycopg.connect(found.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(COMPANIES.format(schema=found.schema, number=number).encode())
        connection.execute("VACUUM ANALYZE")


def _measure(found: Ground, rounds: int) -> None:
    import django

    django.setup()
    from django.db import connections

    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from tenant_apps.crm.queries import alike, suspects
    from tenant_apps.dashboard.search import search_everything
    from tenants.context import in_organization, reference_to
    from tenants.models import Organization

    organization = reference_to(Organization.objects.get(schema_name=found.schema))
    actor, on = system_actor(organization.id), clock.now().date()
    asked: dict[str, Callable[[], Any]] = {
        f"search: {title}": partial(search_everything, query, actor, on=on)
        for title, query in QUERIES.items()
    }
    asked |= {f"hint: {title}": partial(alike, "company", typed, actor) for title, typed in TYPED.items()}
    asked["suspects by name"] = lambda: suspects("company", "name", actor)
    asked["suspects by phone"] = lambda: suspects("company", "phone", actor)
    print(f"{'':28} {'p50':>9} {'p95':>9} {'statements':>11} {'bare p50':>10}")
    with in_organization(organization), _bare(found) as bare:
        for title, ask in asked.items():
            _compare(title, ask, bare, rounds)
    connections.close_all()


def _bare(found: Ground) -> psycopg.Connection[Any]:
    connection = psycopg.connect(found.environment["DATABASE_URL"], autocommit=True)
    connection.execute(f'SET search_path TO "{found.schema}", public'.encode())
    return connection


def _compare(title: str, ask: Callable[[], Any], bare: psycopg.Connection[Any], rounds: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(connection) as sent:
        ask()
    statements = [one["sql"].replace("%", "%%").encode() for one in sent.captured_queries]
    pairs = [(_timed(ask), _timed(lambda: _send(bare, statements))) for _ in range(rounds)]
    ours, limit = (sorted(column) for column in zip(*pairs, strict=True))
    p95 = ours[int(len(ours) * 0.95) - 1]
    print(
        f"{title:28} {statistics.median(ours):6.1f} ms {p95:6.1f} ms {len(statements):11} "
        f"{statistics.median(limit):7.1f} ms",
        flush=True,
    )


def _send(bare: psycopg.Connection[Any], statements: list[bytes]) -> None:
    for statement in statements:
        answer = bare.execute(statement, ())
        if answer.description:
            answer.fetchall()


def _timed(ask: Callable[[], Any]) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    os.environ.setdefault("SECRET_KEY", "measuring")
    main()
