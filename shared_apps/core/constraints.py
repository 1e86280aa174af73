"""Which rule of the database was broken, asked in a way that also works when PostgreSQL is several servers.

There the name of a constraint arrives with a suffix (`crm_company_eik_key_102008`), in the message alone. So
the kind of error is told by its SQLSTATE, and the constraint by how its name begins.
"""

import re

import psycopg
from django.db import DatabaseError

INTEGRITY = "23"  # the class of SQLSTATE: unique, check, foreign key, exclusion, not null


def violates(error: DatabaseError, *constraints: str) -> bool:
    """Whether `error`, as Django raised it, says that one of these constraints was violated."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or not (cause.sqlstate or "").startswith(INTEGRITY):
        return False
    told = cause.diag.constraint_name or cause.diag.message_primary or ""
    return any(re.search(rf"(?<!\w){re.escape(name)}(_\d+)?(?!\w)", told) for name in constraints)
