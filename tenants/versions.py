"""Which migrations an organization's schema must have, by the folders of migrations, and which each has."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tenants.context import in_public

MigrationName = tuple[str, str]


@cache
def tenant_labels() -> frozenset[str]:
    """The labels of the apps whose tables every organization has."""
    by_module = {config.name: config.label for config in apps.get_app_configs()}
    return frozenset(by_module[name] for name in settings.TENANT_APPS)


@cache
def newest_version() -> "Version":
    """The version that the code at hand is written for; no migration is imported to know it."""
    return Version(frozenset((label, name) for label in tenant_labels() for name in _names_in(label)))


@dataclass(frozen=True)
class Version:
    """A set of applied migrations of the organizations' apps."""

    migrations: frozenset[MigrationName]

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that name the set."""
        text = "\n".join(f"{label}.{name}" for label, name in sorted(self.migrations))
        return hashlib.sha256(text.encode()).hexdigest()

    def missing_in(self, other: "Version") -> list[str]:
        """What `other` lacks of this one, as `app.name`, sorted."""
        return sorted(f"{label}.{name}" for label, name in self.migrations - other.migrations)


def versions_of(schema_names: Iterable[str]) -> dict[str, Version]:
    """Schema → version, by one query over all their tables of migrations.

    A schema that is not there is left out; one without that table has the empty version.
    """
    homes = _with_table(schema_names)
    found: dict[str, set[MigrationName]] = {name: set() for name in homes}
    one = sql.SQL("SELECT {name}, app, name FROM {table} WHERE app = ANY({labels})")
    labels = sql.Literal(sorted(tenant_labels()))
    parts = [
        one.format(name=sql.Literal(name), table=sql.Identifier(name, "django_migrations"), labels=labels)
        for name, has_table in homes.items()
        if has_table
    ]
    for name, label, migration in _all(sql.SQL(" UNION ALL ").join(parts)) if parts else []:
        found[name].add((label, migration))
    return {name: Version(frozenset(migrations)) for name, migrations in found.items()}


def _with_table(schema_names: Iterable[str]) -> dict[str, bool]:
    question = sql.SQL(
        "SELECT n.nspname, c.oid IS NOT NULL FROM pg_namespace n LEFT JOIN pg_class c"
        " ON c.relnamespace = n.oid AND c.relname = 'django_migrations' WHERE n.nspname = ANY({names})"
    )
    return dict(_all(question.format(names=sql.Literal(list(schema_names)))))


def _all(question: sql.Composed) -> list[tuple[Any, ...]]:
    with in_public(), connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def _names_in(label: str) -> list[str]:
    module, _is_explicit = MigrationLoader.migrations_module(label)
    if module is None or find_spec(module) is None:
        return []
    found = iter_modules(import_module(module).__path__)
    return [one.name for one in found if not one.ispkg and one.name[0] not in "_~"]
