"""`manage.py up`: the whole product in the foreground of one terminal."""

import argparse
import hashlib
import http.client
import os
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from deploy.embedded import servers as embedded
from deploy.embedded.console import CannotGoOn, say, step
from deploy.embedded.database import refuse_unfit
from deploy.embedded.environment import PROJECT, STAMP
from deploy.embedded.locking import FileLock
from deploy.embedded.processes import Child, Stopped, Supervisor, signals_raise, stop_stranger
from deploy.embedded.sockets import LOOPBACK, listen, next_free_port
from deploy.embedded.state import DEFAULT_DIRECTORY, DataDirectory

PROGRAMS = ("web", "worker", "scheduler")
DEFAULT_PORT = 8000
WEB_SECONDS = 90.0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Options of `up`; prints its help and exits when asked or misused."""
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Runs the whole product until Ctrl-C.", allow_abbrev=False
    )
    default = os.environ.get("PORT") or str(DEFAULT_PORT)
    parser.add_argument(
        "--port", type=_port_number, default=default, metavar="N", help=f"port of the web pages ({default})"
    )
    parser.add_argument(
        "--data-dir", metavar="DIR", help=f"everything it stores, by default {DEFAULT_DIRECTORY}"
    )
    parser.add_argument("--no-demo", action="store_true", help="do not make the demo organization")
    return parser.parse_args(arguments)


def _port_number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def run(options: argparse.Namespace) -> int:
    """Stays until a signal ends it; 0 then, whichever signal it was."""
    data = DataDirectory.open(options.data_dir)
    claim, users = data.claim(), FileLock(data.users_lock)
    try:
        with signals_raise(), _supervisor(data) as supervisor:
            _bring_up(options, data, users, supervisor)
            supervisor.watch()
    except Stopped:
        say("Tefter has stopped.", sys.stdout)
    finally:
        users.release()
        claim.release()
    return 0


@contextmanager
def _supervisor(data: DataDirectory) -> Iterator[Supervisor]:
    """Stops the programs first, then the servers that they need to finish their work."""
    supervisor = Supervisor(on_start=data.remember_process)
    try:
        yield supervisor
    finally:
        if supervisor.has_children:
            say("\nStopping …", sys.stdout)
        supervisor.stop(PROGRAMS)
        supervisor.stop()
        for part in ("processes", "up"):
            data.remember(part, {})


def _bring_up(
    options: argparse.Namespace, data: DataDirectory, users: FileLock, supervisor: Supervisor
) -> None:
    say("Tefter", sys.stdout)
    data.remember("up", {"pid": os.getpid(), "port": options.port, "servers_ready": False})
    for program in PROGRAMS:
        if (left_over := data.running_process(program)) is not None:
            stop_stranger(left_over, Child.stop_signal, group=True)
    listener = _listen(options)
    servers = embedded.needed(data)
    embedded.take_over(data, servers, users)
    environment = _start_servers(servers, data, supervisor, options.port)
    with step("database: migrate", sys.stdout):
        _run_command(["migrate_schemas"], environment, data.logs / "migrate.log")
    _collect_static_files(environment, data)
    if not options.no_demo:
        _make_demo(environment, data)
    with step("web, worker, scheduler", sys.stdout):
        children = programs(data, environment, listener)
        for child in children:
            supervisor.start(child)
        wait_for_web(options.port, children[0])
    say(_summary(options, data), sys.stdout)


def _listen(options: argparse.Namespace) -> int:
    """The descriptor of a socket that stays open as long as `up` lives; each web server inherits it."""
    address = os.environ.get("BIND_HOST") or LOOPBACK
    try:
        listener = listen(options.port, address)
    except OSError as error:
        free = next_free_port(max(options.port, 1023) if options.port < 65000 else DEFAULT_PORT, address)
        command = ["python3", "manage.py", "up", "--port", str(free)]
        command += ["--data-dir", options.data_dir] if options.data_dir else []
        command += ["--no-demo"] if options.no_demo else []
        reason = "is not allowed for this user" if isinstance(error, PermissionError) else "is already in use"
        raise CannotGoOn(f"Port {options.port} {reason}. Try: {shlex.join(command)}", exit_code=2) from error
    return listener.detach()


def _start_servers(
    servers: Sequence[embedded.Server], data: DataDirectory, supervisor: Supervisor, port: int
) -> Mapping[str, str]:
    for server in servers:
        with step(f"{server.title}{': a new one' if server.is_new else ''}", sys.stdout):
            embedded.start(server, supervisor.start)
    environment = {**embedded.environment(data, servers), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    refuse_unfit(environment["DATABASE_URL"])
    data.remember("up", {"pid": os.getpid(), "port": port, "servers_ready": True})
    return environment


def _run_command(command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """A Django command with its words in a log, whose end is shown when it fails."""
    child = Child(command[0], [sys.executable, "-m", "django", *command], log, environment)
    child.start()
    assert child.process is not None  # noqa: S101 - it was just started
    try:
        code = child.process.wait()
    finally:
        child.process.terminate()
    if code != 0:
        raise CannotGoOn(
            f"`manage.py {command[0]}` failed; all of its words are in {log}.\n{child.last_words()}"
        )


def _make_demo(environment: Mapping[str, str], data: DataDirectory) -> None:
    """Once for each database; the command itself would find the demo too, but takes seconds to say so."""
    database = hashlib.sha256(environment["DATABASE_URL"].encode()).hexdigest()
    if data.recall("demo").get("database") == database:
        return
    with step("demo organization", sys.stdout):
        _run_command(["create_demo"], environment, data.logs / "demo.log")
    data.remember("demo", {"database": database})


def _collect_static_files(environment: Mapping[str, str], data: DataDirectory) -> None:
    """Only when a file or a package changed: naming and compressing them all takes seconds."""
    sources = sorted(path for path in (PROJECT / "static").rglob("*") if path.is_file())
    facts = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in sources]
    digest = hashlib.sha256("\n".join([*facts, STAMP.read_text()]).encode()).hexdigest()
    if data.recall("static").get("digest") == digest and (data.path / "static").is_dir():
        return
    with step("static files", sys.stdout):
        _run_command(
            ["collectstatic", "--no-input", "--verbosity", "0"], environment, data.logs / "static.log"
        )
    data.remember("static", {"digest": digest})


def programs(data: DataDirectory, environment: Mapping[str, str], descriptor: int) -> list[Child]:
    """Web, worker and scheduler, not yet started; `descriptor` is the socket that the web server listens
    on.
    """
    python = [sys.executable, "-m"]
    commands = {
        "web": [*python, "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"fd://{descriptor}",
                "config.wsgi:application"],
        "worker": [*python, "dramatiq", "config.worker", "--processes", "1", "--threads", "4",
                   "--worker-shutdown-timeout", "8000"],
        "scheduler": [*python, "django", "run_scheduler"],
    }  # fmt: skip
    return [
        Child(
            name,
            commands[name],
            data.logs / f"{name}.log",
            environment,
            descriptors=[descriptor] if name == "web" else [],
        )
        for name in PROGRAMS
    ]


def wait_for_web(port: int, web: Child) -> None:
    """Returns when the web server answers on `port`."""
    deadline = time.monotonic() + WEB_SECONDS
    while web.is_running and time.monotonic() < deadline:
        connection = http.client.HTTPConnection(os.environ.get("BIND_HOST") or LOOPBACK, port, timeout=5)
        with suppress(OSError, http.client.HTTPException), closing(connection):
            connection.request("GET", "/health/live")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise CannotGoOn(
        f"The web server does not answer; all of its words are in {web.log}.\n{web.last_words()}"
    )


def _summary(options: argparse.Namespace, data: DataDirectory) -> str:
    domain = os.environ.get("BASE_DOMAIN") or "tefter.localhost"
    lines = [("Tefter is ready", f"http://{domain}:{options.port}/")]
    if not options.no_demo:
        lines += [("Demo organization", f"http://demo.{domain}:{options.port}/"),
                  ("  sign in as", "owner@demo.example"), ("  password", "demo-tefter-2026")]  # fmt: skip
    lines += [("Mail is written to", str(data.mail)), ("Logs", str(data.logs)), ("Stop", "Ctrl-C")]
    rule = "─" * 72
    return "\n".join(["", rule, *(f"  {name:<20} {value}" for name, value in lines), rule])
