"""Both servers together: started and watched by `up`, or borrowed by any other command.

Whoever uses the servers of a data directory shares its `servers.lock`; the last one out stops them, unless
`up` runs, whose children they are. Starting and stopping happens under `start.lock`, one at a time.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from deploy.embedded.broker import Broker
from deploy.embedded.console import CannotGoOn, say
from deploy.embedded.locking import FileLock, is_owned, owned
from deploy.embedded.postgres import Postgres
from deploy.embedded.processes import Child, stop_stranger
from deploy.embedded.state import DataDirectory

Server = Postgres | Broker
PATIENCE_SECONDS = 60.0
STARTS = 3


def needed(data: DataDirectory, throwaway: bool = False) -> list[Server]:
    """The servers that the environment does not name."""
    servers: list[Server] = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(Postgres(data, throwaway))
    if not os.environ.get("REDIS_URL"):
        servers.append(Broker(data, throwaway))
    return servers


def start(server: Server, launch: Callable[[Child], None], dies_with_us: bool = True) -> None:
    """Starts one and waits until it answers. Should another program snatch the port: once more."""
    for attempt in range(STARTS):
        server.prepare()
        child = server.child(dies_with_us)
        launch(child)
        try:
            server.wait_until_ready(child)
            break
        except CannotGoOn:
            if "in use" not in child.last_words().lower() or attempt == STARTS - 1:
                raise


def environment(data: DataDirectory, servers: Sequence[Server]) -> dict[str, str]:
    """What Django reads, for the servers given and the data directory; what the person has set stays."""
    ours = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "SECRET_KEY": data.secret_key()}
    for server in servers:
        ours |= server.environment
    unset = {name: value for name, value in ours.items() if not os.environ.get(name)}
    return {**os.environ, **unset, "TEFTER_DATA_DIR": str(data.path)}


def stop_left_over(data: DataDirectory, servers: Sequence[Server]) -> None:
    """Stops servers that nobody watches."""
    for server in servers:
        if (pid := data.running_process(server.name)) is not None:
            stop_stranger(pid, server.stop_signal)
            data.remember_process(server.name, None)


@contextmanager
def borrowed(data: DataDirectory) -> Iterator[list[Server]]:
    """Running servers for the length of a command: starts what does not run, the last user stops them."""
    servers = needed(data)
    users = FileLock(data.users_lock)
    with ExitStack() as cleaning:
        with owned(data.start_lock):
            users.share()
            cleaning.callback(_leave, data, servers, users)
            if not is_owned(data.up_lock):
                _start_missing(data, servers)
        _wait_for_supervisor(data, servers)
        yield servers


def _start_missing(data: DataDirectory, servers: Sequence[Server]) -> None:
    """Not bound to this process: another command may go on using them when it ends."""
    for server in servers:
        if data.running_process(server.name) is None:
            if server.is_new:
                say(f"Making {server.title} in {data.path} …")
            _start_for_everybody(server, data)


def _start_for_everybody(server: Server, data: DataDirectory) -> None:
    started: list[Child] = []

    def launch(child: Child) -> None:
        data.remember_process(child.name, child.start())
        started.append(child)

    try:
        start(server, launch, dies_with_us=False)
    finally:
        for child in started:
            child.disown()


def _wait_for_supervisor(data: DataDirectory, servers: Sequence[Server]) -> None:
    """While `up` is starting or restarting them, they are about to be there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while servers and is_owned(data.up_lock) and not _supervised(data, servers):
        if time.monotonic() > deadline:
            raise CannotGoOn(f"`up` runs on {data.path}, but its servers do not; see {data.logs}.")
        time.sleep(0.2)


def _supervised(data: DataDirectory, servers: Sequence[Server]) -> bool:
    ready = data.recall("up").get("servers_ready")
    return bool(ready) and all(data.running_process(server.name) for server in servers)


def _leave(data: DataDirectory, servers: list[Server], users: FileLock) -> None:
    with owned(data.start_lock):
        if users.try_to_own() and not is_owned(data.up_lock):
            stop_left_over(data, servers)
        users.release()


def take_over(data: DataDirectory, servers: Sequence[Server], users: FileLock) -> None:
    """For `up`: waits until no command uses the servers, stops left-overs, and becomes one of the users."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with owned(data.start_lock):
            if users.try_to_own():
                stop_left_over(data, servers)
                return users.share()
        if time.monotonic() > deadline:
            raise CannotGoOn(f"Another manage.py command still uses the servers of {data.path}.", exit_code=2)
        time.sleep(0.2)
