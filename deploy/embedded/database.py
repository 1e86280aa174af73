"""What Tefter asks of a PostgreSQL database, its own or somebody else's."""

from deploy.embedded.console import CannotGoOn

SUPPORTED = range(15, 19)  # major versions
CYRILLIC = "Иванов"


def furnish(administrator_url: str, database: str, owner: str, password: str) -> None:
    """Makes the role, its database and the extension; whatever is there already stays.

    The role is no superuser, like that of a hosted database. It may create databases, which tests need.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(administrator_url, autocommit=True, connect_timeout=5) as connection:
        role = {
            "role": sql.Identifier(owner),
            "database": sql.Identifier(database),
            "password": sql.Literal(password),
        }
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [owner]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {role} LOGIN CREATEDB PASSWORD {password}").format(**role)
            )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {role}").format(**role))
    with psycopg.connect(
        administrator_url, dbname=database, autocommit=True, connect_timeout=5
    ) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")


def refuse_unfit(url: str) -> None:
    """Refuses a database that cannot be reached, is too old or too new, or does not know Cyrillic letters."""
    import psycopg

    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            major = connection.info.server_version // 10000
            if major not in SUPPORTED:
                raise CannotGoOn(f"The database runs PostgreSQL {major}; Tefter supports 15 to 18.")
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
            trigrams = connection.execute("SELECT cardinality(public.show_trgm(%s))", [CYRILLIC]).fetchone()
    except psycopg.OperationalError as error:
        raise CannotGoOn(f"The database of DATABASE_URL does not answer: {error}".strip()) from error
    except psycopg.Error as error:
        raise CannotGoOn(
            f"The database needs the extension pg_trgm in the schema public. An administrator makes it with: "
            f"CREATE EXTENSION pg_trgm SCHEMA public. ({error})"
        ) from error
    if not trigrams or not trigrams[0]:
        raise CannotGoOn(
            "The database does not know Cyrillic letters (its LC_CTYPE is C), so search would find nothing. "
            "Make it anew with: CREATE DATABASE … "
            "ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0."
        )
