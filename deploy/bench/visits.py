"""Visitors of many organizations, who ask the product's WSGI application from threads of this process."""

import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread
from typing import Any
from uuid import UUID

_NONE = object()


@dataclass(frozen=True)
class Visitor:
    """Somebody at home in one organization. `mark` is a word that is in the data of no other."""

    host: str
    mark: str
    token: str
    cookie: str


@dataclass(frozen=True)
class Answer:
    """`body` is decoded; `json` of an API's answer."""

    status: int
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def visitors(count: int, owner_id: UUID) -> list[Visitor]:
    """The owner, at home in each of the first organizations: with a token, a session, and a company that
    bears the organization's mark.
    """
    from shared_apps.core import clock
    from tenants.models import Organization

    at = clock.now()
    organizations = Organization.objects.order_by("created_at", "id")[:count]
    return [_settle(one.pk, one.subdomain, owner_id, at) for one in organizations]


def _settle(organization_id: UUID, subdomain: str, owner_id: UUID, at: datetime) -> Visitor:
    from shared_apps.core.actors import system_actor
    from tenant_apps.crm.operations import CompanyChange, create_company
    from tenant_apps.integrations.operations import create_api_token
    from tenants.context import in_organization
    from tenants.hosts import host_of

    by, mark = system_actor(organization_id), subdomain.replace("-", "")
    with in_organization(organization_id):
        _row, token = create_api_token(user_id=owner_id, name="measuring", scopes=("*",), by=by, at=at)
        create_company(details=CompanyChange(name=f"Фирма {mark}"), by=by, at=at)
    return Visitor(host_of(subdomain), mark, token, _session(organization_id, owner_id))


def _session(organization_id: UUID, owner_id: UUID) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from shared_apps.accounts.models import User

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(owner_id)
    session[BACKEND_SESSION_KEY] = "shared_apps.accounts.backends.MemberBackend"
    session[HASH_SESSION_KEY] = User.objects.get(pk=owner_id).get_session_auth_hash()
    session["organization_id"] = str(organization_id)
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


class Product:
    """The product's WSGI application, with everything that happens before and after a request."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self._application = get_wsgi_application()

    def ask(self, visitor: Visitor, path: str, data: dict[str, Any] | None = None) -> Answer:
        """GET, or POST with `data`; the API by the visitor's token, pages by their session."""
        body = json.dumps(data).encode() if data is not None else b""
        environ = _environ(visitor, path, body, "POST" if data is not None else "GET")
        told: list[str] = []

        def start(status: str, _headers: Any, _problem: Any = None) -> Callable[[bytes], object]:
            told.append(status)
            return lambda _body: None

        response = self._application(environ, start)
        try:
            text = b"".join(response).decode()
        finally:
            response.close()
        return Answer(int(told[0][:3]), text)


def _environ(visitor: Visitor, path: str, body: bytes, method: str) -> dict[str, Any]:
    bare, _mark, query = path.partition("?")
    key = {"HTTP_AUTHORIZATION": f"Bearer {visitor.token}"} if bare.startswith("/api/") else {}
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": bare,
        "QUERY_STRING": query,
        "SERVER_NAME": visitor.host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": visitor.host,
        "HTTP_COOKIE": "" if key else visitor.cookie,
        "HTTP_ACCEPT_LANGUAGE": "en",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        **key,
    }


def in_threads(count: int, work: Callable[[Any], None], tasks: Iterable[Any]) -> None:
    """Do each task once, by so many threads that take the next one when they are free; each closes its
    connection when nothing is left. The first exception rises, when all have stopped.
    """
    waiting, lock = iter(tasks), Lock()
    failures: list[Exception] = []

    def live() -> None:
        try:
            while not failures and (task := _next(waiting, lock)) is not _NONE:
                work(task)
        except Exception as failure:
            failures.append(failure)
        finally:
            _leave()

    threads = [Thread(target=live) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _next(waiting: Iterator[Any], lock: Lock) -> Any:
    with lock:
        return next(waiting, _NONE)


def _leave() -> None:
    from django.db import connections

    connections.close_all()


def in_turn(visitors: Sequence[Visitor], paths: Sequence[Any], count: int) -> list[tuple[Visitor, Any]]:
    """So many visits: every visitor before anybody comes again, the paths in turn."""
    return list(itertools.islice(zip(itertools.cycle(visitors), itertools.cycle(paths), strict=False), count))
