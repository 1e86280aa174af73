"""The limit: the smallest WSGI application that asks the same question of PostgreSQL and writes the answer as
JSON.

No framework, no token, no log, no organization: the schema and the statement come from the environment.
"""

import os
from collections.abc import Callable, Iterable
from threading import local
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

_here = local()
STATEMENTS = {"list": os.environ["BENCH_LIST_SQL"], "search": os.environ["BENCH_SEARCH_SQL"]}


def _connection() -> psycopg.Connection[dict[str, Any]]:
    if not hasattr(_here, "connection"):
        options = f"-c search_path={os.environ['BENCH_SCHEMA']},public"
        _here.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, options=options, row_factory=dict_row
        )
    return _here.connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    statement = STATEMENTS["search" if "search=" in environ["QUERY_STRING"] else "list"]
    rows = _connection().execute(statement).fetchall()
    body = orjson.dumps({"items": rows[:50], "next_cursor": None})
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
