"""The whole product as processes, the way `manage.py up` runs it, on a database and a broker of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from deploy.embedded import servers
from deploy.embedded.broker import Broker
from deploy.embedded.processes import Child, stop_all
from deploy.embedded.sockets import listen
from deploy.embedded.state import DataDirectory
from deploy.embedded.up import programs, wait_for_web

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 30.0
RUN_JOB = """
import sys
from datetime import datetime
import django
django.setup()
from django.db import transaction
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.actors import perform
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import enqueue
from tenants.models import Organization
subdomain, name, at = sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])
clock.now = lambda: at
organization_id = Organization.objects.get(subdomain=subdomain).pk
far = at.replace(year=at.year + 1)
with transaction.atomic():
    enqueue(name, organization_id=organization_id, by=system_actor(organization_id), due_at=far)
job = Job.objects.get(name=name, due_at=far)
job.state, job.sent_count = JobState.SENT, 1
job.save(update_fields=["state", "sent_count"])
raised = perform(job_id=job.pk, organization_id=organization_id, sending=1)
if raised:
    raise raised
"""


def eventually(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS, every: float = 0.1) -> bool:
    """Whether `condition` comes true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


class Product:
    """Web, worker, scheduler and broker. `start` returns when the web answers; `stop` leaves nothing."""

    def __init__(self, directory: Path, database_url: str, settings: str) -> None:
        self.data = DataDirectory.open(str(directory))
        self.broker = Broker(self.data, throwaway=True)
        self._database_url, self._settings = database_url, settings
        self._listener = listen(0)
        self.port = int(self._listener.getsockname()[1])
        self.children: dict[str, Child] = {}

    def start(self) -> None:
        self.start_broker()
        for child in programs(self.data, self._environment(), self._listener.fileno()):
            self.children[child.name] = child
            child.start()
        wait_for_web(self.port, self.children["web"])

    def stop(self) -> None:
        """The programs first, then the broker that they need to end their work."""
        broker = self.children.pop("broker", None)
        stop_all([*self.children.values()])
        stop_all([broker] if broker else [])
        self._listener.close()

    def start_broker(self) -> None:
        """On the port and with the password that it had before, if it ran before."""
        servers.start(self.broker, self._launch)

    def stop_broker(self) -> None:
        stop_all([self.children["broker"]])

    def kill(self, name: str) -> None:
        """SIGKILL to a program and to every process that it made."""
        process = self.children[name].process
        assert process is not None, f"{name} was never started"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self, name: str) -> None:
        self.children[name].start()

    def run_job(self, subdomain: str, name: str, at: datetime) -> None:
        """Run a job of an organization as a worker whose clock says `at`: nobody waits for tomorrow."""
        ask = [sys.executable, "-c", RUN_JOB, subdomain, name, at.isoformat()]
        subprocess.run(ask, check=True, cwd=ROOT, env=self._environment())

    def url(self, path: str = "/", subdomain: str = "") -> str:
        """The address of a path on an organization's host, or on the public one."""
        host = f"{subdomain}.tefter.localhost" if subdomain else "tefter.localhost"
        return f"http://{host}:{self.port}{path}"

    def logs(self, lines: int = 30) -> str:
        """The last words of every program, for the report of a failure."""
        return "\n".join(f"--- {name}\n{child.last_words(lines)}" for name, child in self.children.items())

    def _launch(self, child: Child) -> None:
        self.children[child.name] = child
        self.data.remember_process(child.name, child.start())

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **self.broker.environment,
            "DATABASE_URL": self._database_url,
            "DJANGO_SETTINGS_MODULE": self._settings,
            "TEFTER_DATA_DIR": str(self.data.path),
            "SECRET_KEY": self.data.secret_key(),
            "SEALING_KEYS": ",".join(settings.SEALING_KEYS),  # what the test has sealed, the product opens
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
            "WEB_THREADS": "4",
            "PYTHONUNBUFFERED": "1",
        }
