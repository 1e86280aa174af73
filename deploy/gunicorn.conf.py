"""The web server: threads, because a request waits for the database more than it computes."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

bind = f"{os.environ.get('BIND_HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_WORKERS") or 2)
preload_app = True  # loaded once, before the workers part: they share its memory
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)

timeout = 60
graceful_timeout = 8  # shorter than the ten seconds after which the supervisor kills
keepalive = 75  # an idle connection costs a descriptor; closing it early breaks clients that reuse it
backlog = 512

# The workers' sign of life is a file; on a busy disk it could come late.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

control_socket_disable = True  # nobody steers it from outside; two installations would share its path

# The workers count in one directory, so that /metrics tells of all of them whichever answers.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="tefter-metrics-")


def pre_fork(server: Any, worker: Any) -> None:
    """What was loaded before the workers part is theirs together; a connection to the database must never
    be, or one would read what the other asked. Raises RuntimeError, with which the server ends.
    """
    from django.db import connections

    known = connections.all(initialized_only=True)
    if any(one.connection or one._connection_pools for one in known):
        raise RuntimeError("The database was asked while the product was being loaded.")


def child_exit(server: Any, worker: Any) -> None:
    """A worker that ended no longer counts as alive."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """The counts end with the server."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
