"""Watches what every test sends to PostgreSQL, so that the schemas of two organizations, or an organization's
and public, could stand on two servers.

`docs/adr/0014-room-to-grow.md` says why. A statement names the tables of one side only, is alone in its
execute, and uses nothing that a distributed PostgreSQL cannot follow. A transaction of the product that
writes to an organization writes to public only what is listed here.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.backends.signals import connection_created
from psycopg.sql import Composable

# What an organization's transaction may write in public: the outbox, which keeps the two sides together, and
# what is due to be asked for by a schedule.
OUTBOX = {"jobs_job", "jobs_duework"}

# A transaction that founds an organization (its row is inserted) furnishes the schema too. These are the
# public tables that it writes besides.
FOUNDING = {
    "account_emailaddress",
    "accounts_accountmail",
    "accounts_teammember",
    "accounts_user",
    "journal_platformevent",
    "plans_organizationplan",
    "tenants_domain",
    "tenants_organization",
    "tenants_spareschema",
}

# The template's own tables are filled when its blueprint is drawn: nobody owns that schema.
DRAWING = {"tenants_blueprint"}
ANYWAY = OUTBOX | DRAWING

_FOUNDS = re.compile(r'^\s*INSERT INTO "?tenants_organization\b')
_WRITE = re.compile(
    r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|COPY)\s+(?:ONLY\s+)?(?:"?\w+"?\.)?"?(\w+)"?', re.I
)
_QUOTED = re.compile(
    r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.S
)
_FORBIDDEN = {
    "an advisory lock beside a table of an organization": re.compile(r"\bpg_(?:try_)?advisory_", re.I),
    "MERGE": re.compile(r"^\s*(?:WITH\b.*\b)?MERGE\s+INTO\b", re.I | re.S),
    "xmin or another system column": re.compile(r"\b(?:xmin|xmax|cmin|cmax|ctid)\b", re.I),
}


_watching: list["BorderWatch"] = []


@cache
def tables_of_organizations() -> frozenset[str]:
    """The tables that every organization has one of."""
    return frozenset(_tables(lambda module: module.startswith("tenant_apps.")))


@cache
def tables_of_public() -> frozenset[str]:
    """The tables that there is one of for everybody."""
    return frozenset(_tables(lambda module: not module.startswith("tenant_apps.")))


def _tables(is_wanted: Callable[[str], bool]) -> Iterator[str]:
    for model in apps.get_models(include_auto_created=True):
        if is_wanted(apps.get_app_config(model._meta.app_label).name):
            yield model._meta.db_table


def statements_in(sql: str) -> int:
    """How many statements a text holds; a semicolon in a literal, a name, a comment or a body is none."""
    bare = _QUOTED.sub("", sql)
    return sum(1 for part in bare.split(";") if part.strip())


@cache
def complaints_about(sql: str) -> tuple[str, ...]:
    """What is wrong with one statement, whatever its values."""
    return tuple(_complaints(sql))


def _complaints(sql: str) -> Iterator[str]:
    named = set(re.findall(r"\w+", sql))
    ours, shared = named & tables_of_organizations(), named & tables_of_public()
    if ours and shared:
        yield f"a statement crosses the border: {sorted(ours)} and {sorted(shared)}"
    if statements_in(sql) > 1:
        yield "several statements in one execute"
    for name, pattern in _FORBIDDEN.items() if ours else ():
        if pattern.search(sql):
            yield name


class Transaction:
    """What the product's transaction on one connection has written; a test's own transaction is none."""

    def __init__(self) -> None:
        self._outermost: Any = None
        self._written: set[str] = set()
        self._may_write: set[str] = ANYWAY

    def note(self, sql: str, on: Any) -> set[str]:
        """The tables of both sides that this write brings together against the rule; empty for most."""
        blocks = [block for block in on.atomic_blocks if not block._from_testcase]
        if not blocks or blocks[0] is not self._outermost:
            self._outermost, self._written, self._may_write = (
                blocks[0] if blocks else None,
                set(),
                OUTBOX | DRAWING,
            )
        found = _WRITE.match(sql)
        if not blocks or not found:
            return set()
        self._written.add(found[1])
        if _FOUNDS.match(sql):
            self._may_write = ANYWAY | FOUNDING
        together = self._together()
        return together if found[1] in together else set()

    def _together(self) -> set[str]:
        shared = (self._written & tables_of_public()) - self._may_write
        ours = self._written & tables_of_organizations()
        return ours | shared if ours and shared else set()


class BorderWatch:
    """An execute wrapper of Django. `trespasses` holds what was wrong, each with its statement."""

    def __init__(self) -> None:
        self.trespasses: list[str] = []
        self._transactions: dict[Any, Transaction] = defaultdict(Transaction)

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if _watching[-1] is not self:
            return execute(sql, params, many, context)
        text = sql.as_string(None) if isinstance(sql, Composable) else str(sql)
        self.trespasses += [f"{wrong}: {text[:400]}" for wrong in complaints_about(text)]
        connection = context["connection"]
        if together := self._transactions[connection].note(text, connection):
            self.trespasses.append(f"written in one transaction: {sorted(together)}")
        return execute(sql, params, many, context)


@contextmanager
def border_watched() -> Iterator[BorderWatch]:
    """Watch this thread's connection, and every one that is opened meanwhile. Of two, the inner one sees."""
    watch = BorderWatch()
    _watching.append(watch)

    def join(*, connection: Any, **unknown: Any) -> None:
        if watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(watch)

    with ExitStack() as leaving:
        leaving.callback(_watching.remove, watch)
        connection.execute_wrappers.append(watch)
        leaving.callback(lambda: connection.execute_wrappers.remove(watch))
        connection_created.connect(join, weak=False)
        leaving.callback(connection_created.disconnect, join)
        yield watch
