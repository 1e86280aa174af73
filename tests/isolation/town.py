"""A town of organizations, each with a mark on everything it owns, and people who knock on random doors."""

import json
import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from io import BytesIO
from typing import Any
from uuid import UUID
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, connections
from django.test import override_settings

from config.wsgi import application
from shared_apps.accounts.entrance import BACKEND
from shared_apps.accounts.models import User
from shared_apps.accounts.operations import create_user, found_organization
from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.plans.operations import choose_plan
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.integrations.operations import create_api_token
from tenants.context import OrganizationRef, in_organization, reference_to
from tenants.hosts import host_of
from tenants.operations import Founding

MARK = re.compile(r"Белег-([a-z0-9]+)")


@dataclass(frozen=True)
class House:
    """An organization, its only company, and the two keys to its door."""

    organization: OrganizationRef
    company_id: UUID
    token: str
    cookie: str

    @property
    def name(self) -> str:
        return self.organization.subdomain


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    @property
    def marks(self) -> set[str]:
        """Whose belongings are in it."""
        return set(MARK.findall(self.text))


def ask(host: str, path: str, *, token: str = "", cookie: str = "", body: Any = None, **more: str) -> Answer:
    """One request through the real application and every middleware, as a server's thread makes it.

    `more` are headers, `idempotency_key="…"`.
    """
    content = b"" if body is None else json.dumps(body).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if body is None else "POST",
        "PATH_INFO": path,
        "HTTP_HOST": host,
        "HTTP_ACCEPT_LANGUAGE": "en",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": BytesIO(content),
    }
    if token:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    if cookie:
        environ["HTTP_COOKIE"] = f"{settings.SESSION_COOKIE_NAME}={cookie}"
    environ |= {f"HTTP_{name.upper()}": value for name, value in more.items()}
    setup_testing_defaults(environ)
    told: list[str] = []
    response = application(environ, lambda status, headers, error=None: told.append(status))
    try:
        text = b"".join(response).decode()
    finally:
        response.close()
    return Answer(int(told[0][:3]), text)


def build(count: int) -> list[House]:
    """So many new organizations, founded the way every other one is."""
    by, at = system_actor(), clock.now()
    return [_house(f"house{number}", by, at) for number in range(count)]


def _house(name: str, by: Actor, at: datetime) -> House:
    email = f"owner@{name}.example"
    owner = create_user(email=email, password="correct-horse-7", name=name, language="en", by=by, at=at)
    founding = Founding(
        name=f"Белег-{name}",
        subdomain=name,
        owner_user_id=owner.pk,
        owner_name=owner.name,
        owner_email=owner.email,
    )
    organization = reference_to(found_organization(founding=founding, by=by, at=at))
    choose_plan(organization_id=organization.id, plan_code="unlimited", by=by, at=at)
    inside = system_actor(organization.id)
    with in_organization(organization):
        company = create_company(details=CompanyChange(name=f"Белег-{name}"), by=inside, at=at)
        _row, token = create_api_token(user_id=owner.pk, name="town", scopes=("*",), by=inside, at=at)
    return House(organization, company.pk, token, _session(owner, organization))


def _session(owner: User, organization: OrganizationRef) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    session["organization_id"] = str(organization.id)
    with in_organization(organization):
        session.create()
    return str(session.session_key)


@dataclass
class Crowd:
    """Threads that knock on random doors. `wrong` lists every answer that is not what its door owes;
    with `mischief`, server processes die meanwhile, and an answer may be an error instead.
    """

    houses: list[House]
    mischief: bool = False
    wrong: list[str] = field(default_factory=list)
    written: dict[str, set[str]] = field(default_factory=dict)
    errors: int = 0

    def knock(self, requests: int, threads: int = 8) -> None:
        """Send so many requests altogether."""
        share = requests // threads
        with ThreadPoolExecutor(threads) as crowd:
            list(crowd.map(lambda seed: self._walk(random.Random(seed), share), range(threads)))

    def misplaced(self) -> Iterator[str]:
        """Written rows that stand in another house than their own, or were told as written and are not."""
        for house in self.houses:
            with in_organization(house.organization):
                names = set(Company.objects.values_list("name", flat=True))
            yield from (name for name in names if set(MARK.findall(name)) != {house.name})
            yield from self.written.get(house.name, set()) - names

    def _walk(self, chance: random.Random, requests: int) -> None:
        try:
            for number in range(requests):
                if self.mischief and number % 25 == 24:
                    kill_a_process()
                self._knock_once(chance, f"{chance.getrandbits(64):x}")
        finally:
            connections.close_all()

    def _knock_once(self, chance: random.Random, word: str) -> None:
        own, other = chance.sample(self.houses, 2)
        kind = chance.choices(["list", "page", "record", "theirs", "thief", "write"], [5, 3, 4, 2, 2, 1])[0]
        answer, status, marks = getattr(self, f"_{kind}")(own, other, word)
        if self.mischief and answer.status >= 500:
            self.errors += 1
            marks = set()
        elif answer.status != status:
            self.wrong.append(f"{kind} at {own.name}: {answer.status} {answer.text[:200]}")
        if answer.marks != marks:
            self.wrong.append(f"{kind} at {own.name}: {answer.marks}")

    def _list(self, own: House, other: House, word: str) -> tuple[Answer, int, set[str]]:
        return ask(host_of(own.name), "/api/v1/companies/", token=own.token), 200, {own.name}

    def _page(self, own: House, other: House, word: str) -> tuple[Answer, int, set[str]]:
        return ask(host_of(own.name), "/companies/", cookie=own.cookie), 200, {own.name}

    def _record(self, own: House, other: House, word: str) -> tuple[Answer, int, set[str]]:
        path = f"/api/v1/companies/{own.company_id}/"
        return ask(host_of(own.name), path, token=own.token), 200, {own.name}

    def _theirs(self, own: House, other: House, word: str) -> tuple[Answer, int, set[str]]:
        return ask(host_of(own.name), f"/companies/{other.company_id}/", cookie=own.cookie), 404, set()

    def _thief(self, own: House, other: House, word: str) -> tuple[Answer, int, set[str]]:
        return ask(host_of(own.name), "/api/v1/companies/", token=other.token), 401, set()

    def _write(self, own: House, other: House, word: str) -> tuple[Answer, int, set[str]]:
        name = f"Белег-{own.name} {word}"
        answer = ask(host_of(own.name), "/api/v1/companies/", token=own.token, body={"name": name})
        if answer.status == 201:
            self.written.setdefault(own.name, set()).add(name)
        return answer, 201, {own.name}


def kill_a_process() -> None:
    """Some other session of this database loses its server process, whatever it is doing."""
    with suppress(Exception), connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY random() LIMIT 1",
            [connection.settings_dict["NAME"]],
        )
        kill_process(cursor.fetchone()[0])


def kill_process(pid: int) -> None:
    """End the server process of a session, and wait until it is gone."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])


def patient() -> Any:
    """Nobody asks too often, and server processes retire on the way."""
    return override_settings(API_RATE_PER_MINUTE=10_000_000, SCHEMAS_PER_CONNECTION=20)
