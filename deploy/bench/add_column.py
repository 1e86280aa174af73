"""Adding a NOT NULL column with a default to a table of every organization, in three ways: `python -m
deploy.bench.add_column`.

What Django writes (ADD COLUMN … DEFAULT, then DROP DEFAULT), what our schema editor writes (nullable, UPDATE,
SET NOT NULL), and the nullable column alone. Plain psycopg, a transaction and a round trip for each schema, a
new connection for each way.
"""

import os
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from deploy.bench.organizations import django_on, furnish, options_of, told

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
    options = options_of(__doc__, rounds=(2, "how often each way goes through all schemas"))
    with django_on(options.database):
        from tenants.queries import schema_names

        furnish(options.organizations)
        names = schema_names()
        print(f"{'':30} {'a schema':>32} {'all of them':>12}")
        for _round in range(options.rounds):
            for title, statements in WAYS.items():
                _measure(title, statements, names)


def _measure(title: str, statements: Sequence[str], schemas: list[str]) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        times = [_change(connection, statements, schema) for schema in schemas]
        print(f"{title:30} {told(times)} {sum(times) / 1000:10.1f} s", flush=True)
        for schema in schemas:
            for number in range(len(WAYS)):
                _run(connection, [f"ALTER TABLE {{}} DROP COLUMN IF EXISTS bench_{number}"], schema)


def _change(connection: psycopg.Connection[Any], statements: Sequence[str], schema: str) -> float:
    began_at = time.perf_counter()
    _run(connection, statements, schema)
    return (time.perf_counter() - began_at) * 1000


def _run(connection: psycopg.Connection[Any], statements: Sequence[str], schema: str) -> None:
    table = sql.Identifier(schema, "crm_company")
    with connection.transaction(), connection.pipeline():
        for statement in statements:
            connection.execute(sql.SQL(statement).format(table))


if __name__ == "__main__":
    main()
