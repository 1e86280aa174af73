"""The ground of a measurement: a database of its own, an organization in it, and 100,000 contacts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

PROJECT = Path(__file__).resolve().parents[2]
DATABASE = f"tefter_bench_{os.getpid()}"
FIRST_NAMES = [
    "Иван",
    "Георги",
    "Димитър",
    "Мария",
    "Елена",
    "Николай",
    "Петър",
    "Десислава",
    "Стефан",
    "Виктория",
    "Христо",
    "Йоана",
]
LAST_NAMES = [
    "Иванов",
    "Георгиев",
    "Димитров",
    "Петров",
    "Николов",
    "Христов",
    "Стоянов",
    "Тодоров",
    "Ангелов",
    "Колев",
    "Маринов",
    "Попов",
]
COLUMNS = (
    "id, first_name, last_name, email, phone, job_title, company_id, owner_id, name_folded,"
    " name_key, search_text, archived_at, created_at, updated_at"
)


@dataclass(frozen=True)
class Ground:
    """Where to ask (`host`), with which `token`, in which `schema`; `environment` is for the servers."""

    host: str
    token: str
    schema: str
    environment: dict[str, str]


@contextmanager
def ground(contacts: int) -> Iterator[Ground]:
    """A fresh database with one organization and so many contacts; gone afterwards."""
    server = os.environ["DATABASE_URL"]
    try:
        yield kept_ground(DATABASE, contacts)
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')


def kept_ground(database: str, contacts: int = 0) -> Ground:
    """A fresh database of this name with one organization and so many contacts, that stays."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{database}"')
    return _furnished(bench_environment(server, database), contacts)


def bench_environment(server: str, database: str = DATABASE) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(urlsplit(server)._replace(path=f"/{database}")),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "API_RATE_PER_MINUTE": "100000000",
        "PYTHONPATH": str(PROJECT),
    }


def _furnished(environment: dict[str, str], contacts: int) -> Ground:
    run_django(environment, "migrate_schemas", "--shared", "--verbosity=0")
    answer = run_django(
        environment,
        "create_organization",
        "--name=Мярка ООД",
        "--subdomain=measure",
        "--owner-email=owner@measure.example",
        "--owner-password=a-long-password-7",
    )
    told = json.loads(answer)
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        schema = _schema_of(connection, told["organization_id"])
        _fill(connection, schema, contacts)
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return Ground(told["host"], told["api_token"], schema, environment)


def run_django(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "django", *arguments]
    return subprocess.run(
        command, env=environment, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def _schema_of(connection: psycopg.Connection, organization_id: str) -> str:
    row = connection.execute(
        "SELECT schema_name FROM tenants_organization WHERE id = %s", [organization_id]
    ).fetchone()
    assert row  # noqa: S101 — it was founded a moment ago
    return row[0]


def _fill(connection: psycopg.Connection, schema: str, contacts: int) -> None:
    from shared_apps.core.bulgaria.names import person_key
    from shared_apps.core.ids import new_id
    from shared_apps.core.search import searchable

    start = datetime(2025, 1, 1, tzinfo=UTC)
    people = [
        (first, last, searchable(first, last), person_key(first, last))
        for first in FIRST_NAMES
        for last in LAST_NAMES
    ]
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{schema}".crm_contact ({COLUMNS}) FROM STDIN') as rows,
    ):
        for number in range(contacts):
            first, last, folded, key = people[number % len(people)]
            email, phone, at = (
                f"contact{number}@example.com",
                f"+35988{number:07d}",
                start + timedelta(minutes=number),
            )
            text = f"{folded} contact{number} example com {phone[1:]} 0{phone[4:]}"
            rows.write_row(
                (
                    new_id(),
                    first,
                    last,
                    email,
                    phone,
                    "Управител",
                    None,
                    None,
                    folded,
                    key,
                    text,
                    None,
                    at,
                    at,
                )
            )
