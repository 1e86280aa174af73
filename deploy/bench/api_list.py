"""The API's list of 50 from 100,000 contacts, beside bare psycopg + WSGI with the same SQL: `python -m
deploy.bench.api_list`.

Both run at once under the same gunicorn configuration and are asked in turns, so that a busy machine is busy
for both.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import quote

from deploy.bench.ground import PROJECT, Ground, ground
from deploy.bench.load import Question, median_alone, requests_per_second

CLIENTS = 8
LIST = "/api/v1/contacts/?limit=50"
SEARCH = f"/api/v1/contacts/?limit=50&search={quote('contact4242')}"


def main() -> None:
    options = _options()
    with ground(options.contacts) as found, ExitStack() as servers:
        statements = _statements(found)
        limit_environment = {
            "BENCH_SCHEMA": found.schema,
            "BENCH_LIST_SQL": statements[LIST],
            "BENCH_SEARCH_SQL": statements[SEARCH],
        }
        ours = servers.enter_context(_gunicorn("config.wsgi:application", found.environment))
        limit = servers.enter_context(
            _gunicorn("deploy.bench.limit:application", {**found.environment, **limit_environment})
        )
        for title, path in (("list", LIST), ("search", SEARCH)):
            _compare(
                title, [Question(port, found.host, path, found.token) for port in (ours, limit)], options
            )
        _writes(ours, found, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one round under load")
    return parser.parse_args()


def _statements(found: Ground) -> dict[str, str]:
    """The SQL that our own list sends for each address, with its values in place."""
    program = f"""
import json, django; django.setup()
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
client = Client(headers={{"host": {found.host!r}, "authorization": "Bearer {found.token}"}})
told = {{}}
for path in {[LIST, SEARCH]!r}:
    client.get(path)
    with CaptureQueriesContext(connection) as sent:
        assert client.get(path).status_code == 200
    told[path] = next(one["sql"] for one in sent.captured_queries if "crm_contact" in one["sql"])
print(json.dumps(told))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**found.environment, "LOG_LEVEL": "ERROR"},
        cwd=PROJECT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return {path: sql.replace("%", "%%") for path, sql in json.loads(done.stdout).items()}


@contextmanager
def _gunicorn(application: str, environment: dict[str, str]) -> Iterator[int]:
    """Two workers of four threads, as in production; yields the port once it answers."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", application]
    process = subprocess.Popen(
        command,
        env={**environment, "PORT": str(port)},
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn did not start")


def _compare(title: str, questions: list[Question], options: argparse.Namespace) -> None:
    for question in questions:
        requests_per_second(question, CLIENTS, 1.0)
    alone = _in_turns(questions, lambda question: median_alone(question, 150), options.rounds)
    loaded = _in_turns(
        questions, lambda question: requests_per_second(question, CLIENTS, options.seconds), options.rounds
    )
    print(f"{title:16} {'p50 alone':>12} {f'{CLIENTS} clients':>14}")
    for name, p50, rate in zip(("Tefter", "limit"), alone, loaded, strict=True):
        print(f"  {name:14} {p50:9.2f} ms {rate:10.0f} /s")
    print(f"  {'share':14} {alone[1] / alone[0]:11.0%} {loaded[0] / loaded[1]:12.0%}", flush=True)


def _in_turns(questions: list[Question], measure: Callable[[Question], float], rounds: int) -> list[float]:
    measured = [[measure(question) for question in questions] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*measured, strict=True)]


def _writes(port: int, found: Ground, options: argparse.Namespace) -> None:
    """Writing has no limit to stand beside: the figures are the product's own."""
    contact = {"first_name": "Мария", "last_name": "Иванова", "email": "maria@example.com"}
    contact_id = _ask_once(port, found, "/api/v1/contacts/", contact)["id"]
    item = {"description": "Услуга", "quantity": "1", "unit": "бр.", "unit_price": "10", "vat_rate": "20"}
    invoice = {"contact_id": contact_id, "currency": "EUR", "items": [item] * 10}
    print(f"{'writing':16} {'p50 alone':>12} {f'{CLIENTS} clients':>14}")
    for name, path, body in (
        ("create_contact", "/api/v1/contacts/", contact),
        ("create_invoice", "/api/v1/invoices/", invoice),
    ):
        question = Question(port, found.host, path, found.token, "POST", json.dumps(body).encode())
        p50, rate = median_alone(question, 150), requests_per_second(question, CLIENTS, options.seconds)
        print(f"  {name:14} {p50:9.2f} ms {rate:10.0f} /s", flush=True)


def _ask_once(port: int, found: Ground, path: str, body: dict[str, Any]) -> Any:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Host": found.host,
        "Authorization": f"Bearer {found.token}",
        "Content-Type": "application/json",
    }
    connection.request("POST", path, json.dumps(body), headers)
    return json.loads(connection.getresponse().read())


if __name__ == "__main__":
    os.environ.setdefault("SECRET_KEY", "measuring")
    main()
