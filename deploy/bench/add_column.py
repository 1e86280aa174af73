"""Adding a NOT NULL column with a default to a table of every organization, in three ways: `python -m
deploy.bench.add_column`.

What Django writes (ADD COLUMN … DEFAULT, then DROP DEFAULT), what our schema editor writes (nullable, UPDATE,
SET NOT NULL), and the nullable column alone. Plain psycopg, a transaction and a round trip for each schema, a
new connection for each way.
"""

import os
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import psycopg
from psycopg import sql

from deploy.bench.migrations import fill
from deploy.bench.organizations import django_on, furnish, milliseconds, options_of, told

WAYS: dict[str, Sequence[str]] = {
    "a nullable column": ["ALTER TABLE {} ADD COLUMN bench_0 varchar(10)"],
    "DEFAULT … NOT NULL (Django)": [
        "ALTER TABLE {} ADD COLUMN bench_1 varchar(10) DEFAULT 'plain' NOT NULL",
        "ALTER TABLE {} ALTER COLUMN bench_1 DROP DEFAULT",
    ],
    "UPDATE, SET NOT NULL (ours)": [
        "ALTER TABLE {} ADD COLUMN bench_2 varchar(10)",
        "UPDATE {} SET bench_2 = 'plain' WHERE bench_2 IS NULL",
        "ALTER TABLE {} ALTER COLUMN bench_2 SET NOT NULL",
    ],
}


def main() -> None:
    options = options_of(
        __doc__, table=("crm_company", "with rows, or without"), rows=(50, "companies of each organization")
    )
    with django_on(options.database):
        from tenants.queries import schema_names

        furnish(options.organizations)
        fill(options.rows)
        _measure([sql.Identifier(name, options.table) for name in schema_names()])


def _measure(tables: Sequence[sql.Identifier]) -> None:
    """The ways take turns at each table, so that a busy machine is busy for all of them."""
    times: dict[str, list[float]] = {title: [] for title in WAYS}
    with ExitStack() as stack:
        connections = {title: stack.enter_context(_connection()) for title in WAYS}
        for number, table in enumerate(tables):
            for title in sorted(WAYS, key=lambda title: hash((title, number))):
                times[title].append(milliseconds(lambda: _run(connections[title], WAYS[title], table)))  # noqa: B023
    print(f"{'':30} {'a schema':>30} {'first and last tenth':>24} {'all':>10}")
    tenth = max(len(tables) // 10, 1)
    for title, lasted in times.items():
        ends = [statistics.median(part) for part in (lasted[:tenth], lasted[-tenth:])]
        print(f"{title:30} {told(lasted)} {ends[0]:14.1f} → {ends[1]:4.1f} ms {sum(lasted) / 1000:8.1f} s")
    with _connection() as connection:
        for table in tables:
            _run(
                connection,
                [f"ALTER TABLE {{}} DROP COLUMN bench_{number}" for number in range(len(WAYS))],
                table,
            )


def _connection() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _run(connection: psycopg.Connection[Any], statements: Sequence[str], table: sql.Identifier) -> None:
    with connection.transaction(), connection.pipeline():
        for statement in statements:
            connection.execute(sql.SQL(statement).format(table))


if __name__ == "__main__":
    main()
