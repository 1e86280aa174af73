"""Real servers in a directory of their own."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.embedded import servers as embedded
from deploy.embedded.console import CannotGoOn
from deploy.embedded.database import refuse_unfit
from deploy.embedded.locking import FileLock
from deploy.embedded.postgres import Binaries, choose_binaries
from deploy.embedded.processes import Child, stop_all
from deploy.embedded.server_user import ServerUser
from deploy.embedded.sockets import free_port, listen, next_free_port, port_is_free
from deploy.embedded.state import DataDirectory


@pytest.fixture
def running(data: DataDirectory) -> Iterator[dict[str, str]]:
    """Throw-away servers; their part of Django's environment."""
    children: list[Child] = []

    def launch(child: Child) -> None:
        child.start()
        children.append(child)

    servers = embedded.needed(data, throwaway=True)
    for server in servers:
        embedded.start(server, launch)
    yield embedded.environment(data, servers)
    stop_all(children)


def test_both_servers_answer_and_ask_for_a_password(running: dict[str, str]) -> None:
    with psycopg.connect(running["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        trigrams = connection.execute("SELECT show_trgm('Иванов')").fetchone()
    assert row == (False,)
    assert trigrams is not None
    assert len(trigrams[0]) == 7
    with redis.Redis.from_url(running["REDIS_URL"]) as broker:
        assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}

    address = urlsplit(running["DATABASE_URL"])
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            host=address.hostname, port=address.port, user="postgres", dbname="tefter", password="guess"
        )
    with (
        redis.Redis(port=urlsplit(running["REDIS_URL"]).port or 0, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_jobs_and_cache_are_two_databases_of_one_server(running: dict[str, str]) -> None:
    jobs, cache = urlsplit(running["REDIS_URL"]), urlsplit(running["CACHE_URL"])
    assert jobs.netloc == cache.netloc
    assert (jobs.path, cache.path) == ("/0", "/1")


def test_a_database_without_cyrillic_letters_is_refused(data: DataDirectory, running: dict[str, str]) -> None:
    with psycopg.connect(running["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE deaf TEMPLATE template0 ENCODING 'UTF8' "
            "LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc"
        )
    refuse_unfit(running["DATABASE_URL"])
    with pytest.raises(CannotGoOn, match="does not know Cyrillic letters"):
        refuse_unfit(running["DATABASE_URL"].removesuffix("/tefter") + "/deaf")


def test_a_database_that_does_not_answer_is_refused() -> None:
    with pytest.raises(CannotGoOn, match="does not answer"):
        refuse_unfit(f"postgres://nobody:x@127.0.0.1:{free_port()}/tefter")


def test_the_last_command_out_stops_what_the_first_one_started(data: DataDirectory) -> None:
    with embedded.borrowed(data) as servers:
        started = [data.running_process(server.name) for server in servers]
        assert all(started)
        with embedded.borrowed(data):
            assert [data.running_process(server.name) for server in servers] == started
        assert [data.running_process(server.name) for server in servers] == started
    assert not any(data.running_process(server.name) for server in servers)


def test_what_is_stored_and_the_ports_survive_a_restart(data: DataDirectory) -> None:
    environments = []
    for statement in ("CREATE TABLE kept (id int)", "SELECT * FROM kept"):
        with embedded.borrowed(data) as servers:
            environments.append(embedded.environment(data, servers))
            with psycopg.connect(environments[-1]["DATABASE_URL"]) as connection:
                connection.execute(statement)
    assert environments[0] == environments[1]


def test_a_port_that_was_taken_meanwhile_is_given_up(data: DataDirectory) -> None:
    with embedded.borrowed(data):
        pass
    port = data.recall("broker")["port"]
    with listen(port), embedded.borrowed(data) as servers:
        environment = embedded.environment(data, servers)
        assert data.recall("broker")["port"] != port
        with redis.Redis.from_url(environment["REDIS_URL"]) as broker:
            assert broker.ping()


def test_up_stops_left_overs_before_it_starts_its_own(data: DataDirectory) -> None:
    servers = embedded.needed(data)
    for server in servers:
        embedded._start_for_everybody(server, data)
    users = FileLock(data.users_lock)
    embedded.take_over(data, servers, users)
    assert not any(data.running_process(server.name) for server in servers)
    users.release()


def test_servers_that_the_environment_names_are_not_started(
    data: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/tefter")
    assert [server.name for server in embedded.needed(data)] == ["broker"]
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    assert embedded.needed(data) == []
    environment = embedded.environment(data, [])
    assert environment["DATABASE_URL"] == "postgres://db.example/tefter"
    assert environment["TEFTER_DATA_DIR"] == str(data.path)


def test_a_cluster_keeps_the_version_that_made_it(
    data: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, older = Binaries(18, data.path), Binaries(15, data.path)
    monkeypatch.setattr("deploy.embedded.postgres._installed", lambda _user: iter([newer, older]))
    home = data.path / "postgres"
    assert choose_binaries(home, ServerUser()) == newer
    (home / "15").mkdir(parents=True)
    assert choose_binaries(home, ServerUser()) == older
    (home / "15").rename(home / "16")
    with pytest.raises(CannotGoOn, match="made by PostgreSQL 16, which is no longer installed"):
        choose_binaries(home, ServerUser())


def test_ports() -> None:
    with listen(free_port()) as taken:
        port = taken.getsockname()[1]
        assert not port_is_free(port)
        assert next_free_port(port) > port
    assert port_is_free(port)
