"""Journeys: the product as processes, and people at Chromium.

Playwright keeps an event loop on its thread, which Django's ORM refuses to share. So everything of the
browser, the journeys included, happens on a thread of its own, and other tests notice nothing.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

from deploy.embedded.testing import find_browser
from shared_apps.accounts.models import User
from shared_apps.accounts.operations import add_team_member
from shared_apps.accounts.queries import actor_of
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenant_apps.crm.operations import CompanyChange, create_company
from tenants.context import OrganizationRef, in_organization, reference_to
from tenants.models import Organization
from tests.conftest import _copy, _server, _use_database, database_url, member_of
from tests.isolation.belongings import belongings_of
from tests.journeys.visitors import Visitor
from tests.online_payments.fake_stripe import FakeStripe, Server
from tests.product import Product

NO_CHROMIUM = "there is no Chromium: install `chromium`, or name one in CHROMIUM"
CLIENTS = ("Аврора ООД", "Бисер ЕООД", "Вега АД")
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
]


class BrowserThread:
    """The one thread that Chromium may be spoken to from."""

    def __init__(self, program: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browser")
        self.browser: Browser = self.run(lambda: self._open(program))

    def run(self, work: Callable[[], Any]) -> Any:
        """What `work` answers on that thread; its exceptions rise here."""
        return self._thread.submit(work).result()

    def describe(self) -> str:
        """Which pages are open, and what they say."""
        pages = [page for context in self.browser.contexts for page in context.pages]
        return "\n".join(f"{page.url}\n{page.locator('body').inner_text()[:1000]}" for page in pages)

    def close(self) -> None:
        self.run(self.browser.close)
        self.run(self._playwright.stop)
        self._thread.shutdown()

    def _open(self, program: str) -> Browser:
        self._playwright = sync_playwright().start()
        return self._playwright.chromium.launch(executable_path=program, args=QUIET)


@pytest.fixture(scope="session")
def chromium() -> str:
    return find_browser() or pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="session")
def browser_thread(chromium: str) -> Iterator[BrowserThread]:
    thread = BrowserThread(chromium)
    yield thread
    thread.close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test that has the browser runs where the browser lives."""
    thread = pyfuncitem.funcargs.get("browser_thread")
    if thread is None:
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    try:
        thread.run(lambda: pyfuncitem.obj(**arguments))
    except Exception as error:
        error.add_note(thread.run(thread.describe))
        raise
    return True


@dataclass(frozen=True)
class World:
    """What the journeys find: alpha and beta (tests.world), each with one record of every kind."""

    product: Product
    belongings: dict[str, dict[str, Any]]
    stripe_url: str

    def id_of(self, subdomain: str, name: str) -> UUID:
        """The id of a record: `id_of("alpha", "invoice_id")`."""
        found = self.belongings[subdomain][name]
        assert isinstance(found, UUID)
        return found


@pytest.fixture(scope="session")
def world(chromium: str, template_database: str, django_db_blocker: Any) -> Iterator[World]:
    """The running product, on a database with records in it."""
    directory = Path(tempfile.mkdtemp(prefix="tefter-journeys-"))
    name = f"tefter_journeys_{directory.name[-8:]}".lower()
    with _server() as server:
        _copy(server, template_database, name)
        belongings = _furnish(name, directory / "media", django_db_blocker)
        product = Product(directory, database_url(name), "tests.product_settings")
        try:
            with a_stripe() as stripe_url:
                product.start()
                yield World(product, belongings, stripe_url)
        finally:
            product.stop()
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def a_stripe() -> Iterator[str]:
    """A fake Stripe on this machine, where the product finds it."""
    stripe = Server(FakeStripe())
    Thread(target=stripe.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRIPE_API_BASE", stripe.fake.url)
        yield stripe.fake.url
    stripe.shutdown()
    stripe.server_close()


def _furnish(database: str, media: Path, django_db_blocker: Any) -> dict[str, dict[str, Any]]:
    """Give both organizations their records, then go back to the database that this process was at."""
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", media)
        _use_database(database)
        try:
            alpha, beta = (reference_to(one) for one in Organization.objects.order_by("subdomain"))
            _tell(alpha, beta)
            return {one.subdomain: belongings_of(one) for one in (alpha, beta)}
        finally:
            _use_database(before)


def _tell(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    """Alpha has clients, and its manager has a place in beta too."""
    at, manager = clock.now(), User.objects.get(email="manager@alpha.example")
    add_team_member(user_id=manager.pk, organization_id=beta.id, role="user", by=system_actor(beta.id), at=at)
    owner = actor_of(member_of(alpha, "owner"))
    with in_organization(alpha):
        for name in CLIENTS:
            create_company(details=CompanyChange(name=name, city="Русе"), by=owner, at=at)


@pytest.fixture
def visitor(world: World, browser_thread: BrowserThread) -> Iterator[Callable[..., Visitor]]:
    """`visitor("bg")`: a stranger at a browser of their own. What their pages did wrong fails the journey."""
    came: list[Visitor] = []

    def come(language: str = "en", **options: Any) -> Visitor:
        came.append(Visitor(browser_thread.browser, world.product, language, options))
        return came[-1]

    yield come
    for one in came:
        browser_thread.run(one.leave)
    faults = [fault for one in came for fault in one.faults]
    if faults:
        pytest.fail("\n".join([*faults, world.product.logs()]))


@pytest.fixture
def member(visitor: Callable[..., Visitor], browser_thread: BrowserThread) -> Callable[..., Visitor]:
    """`member("alpha", "owner")`: a person of the tests' world, signed in on the organization's host."""

    def come(subdomain: str, role: str, language: str = "en", **options: Any) -> Visitor:
        one = visitor(language, **options)
        one.sign_in(subdomain, f"{role}@{subdomain}.example")
        return one

    return come
