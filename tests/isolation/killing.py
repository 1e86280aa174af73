"""A customer at the running product, and locks that stop it in the middle of what it does."""

import http.client
import json
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import psycopg

from deploy.embedded.up import wait_for_web
from tests.product import Product, eventually

FORM = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Lost(Exception):
    """The server went away without an answer."""


class Customer:
    """Somebody who asks the running product over HTTP, and keeps what it told them."""

    def __init__(self, product: Product, host: str, token: str = "") -> None:
        self.product, self.host, self.token = product, host, token
        self.cookies: dict[str, str] = {}

    def post(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON of a POST to the API with an Idempotency-Key."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        status, text, _headers = self._ask("POST", path, json.dumps(body), headers)
        return status, json.loads(text) if status < 500 else {}

    def send_form(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Read the form at `path` and send it; status and where the answer leads."""
        _status, page, _headers = self._ask("GET", path)
        found = FORM.search(page)
        assert found, page[:500]
        fields = fields | {"csrfmiddlewaretoken": found[1]}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _text, answered = self._ask("POST", path, urlencode(fields), headers)
        return status, answered.get("Location", "")

    def _ask(self, method: str, path: str, body: str = "", headers: Any = None) -> tuple[int, str, Any]:
        line = http.client.HTTPConnection("127.0.0.1", self.product.port, timeout=60)
        told = {"Host": f"{self.host}:{self.product.port}", "Accept-Language": "en", **(headers or {})}
        if self.token:
            told["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            line.request(method, path, body.encode(), told)
            answer = line.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Lost from error
        finally:
            line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, text, answer.headers


@contextmanager
def locked(url: str, *tables: str) -> Iterator[None]:
    """Nobody else writes into these tables (`schema.table`) meanwhile: whoever tries stands still."""
    with psycopg.connect(url) as holder:
        for table in tables:
            holder.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield


def somebody_waits(url: str) -> bool:
    """Whether any session of this database stands still before a lock."""
    with psycopg.connect(url) as one:
        row = one.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    return bool(row and row[0])


def killed_in_the_middle(product: Product, url: str, act: Any, *tables: str) -> None:
    """Start `act`, wait until it stands still before one of `tables`, and kill the web server under it."""
    with ThreadPoolExecutor(1) as thread, locked(url, *tables):
        answer: Future[Any] = thread.submit(act)
        assert eventually(lambda: somebody_waits(url)), product.logs()
        product.kill("web")
        assert isinstance(answer.exception(timeout=30), Lost)
    product.restart("web")
    wait_for_web(product.port, product.children["web"])


def cut_every_session(url: str) -> None:
    """Every other session of this database loses its server process."""
    with psycopg.connect(url) as one:
        one.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
