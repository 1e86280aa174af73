"""The ground every test stands on.

The schema is built once, with two organizations in it (`alpha`, `beta`), as a template database; each test
worker gets a copy, and a test that must commit (threads, races) gets one of its own through `committed_db`.
"""

import gc
import hashlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from deploy.embedded.catalogues import compile_stale
from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from tenants.context import OrganizationRef, in_organization, reference_to
from tenants.hosts import forget_hosts, host_of
from tenants.models import Organization
from tests.border import border_watched
from tests.product import Product
from tests.world import build_world

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile(
    "tefter", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tefter")

ROOT = Path(__file__).resolve().parent.parent
LOCK = 8_410_321
# Python's own threshold of 700 looks for garbage a hundred times in what one test makes.
COLLECT_SELDOM = (50_000, 20, 20)


# The database
# ---------------------------------------------------------------------------------------------------------


def pytest_configure() -> None:
    """Before anything is translated: a catalogue that is read once stays in memory."""
    compile_stale()
    gc.set_threshold(*COLLECT_SELDOM)


def pytest_collection_finish() -> None:
    """The modules and the tests stay until the end: nobody need look through them for garbage again."""
    gc.collect()
    gc.freeze()


def _server() -> psycopg.Connection[Any]:
    facts = settings.DATABASES["default"]
    return psycopg.connect(
        host=facts["HOST"],
        port=facts["PORT"] or 5432,
        user=facts["USER"],
        password=facts["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    )


def _digest() -> str:
    """What the template depends on: migrations, the founding of an organization, the world of the tests,
    the hashing.
    """
    files = [
        *sorted(ROOT.glob("*/*/migrations/*.py")),
        *sorted(ROOT.glob("tenants/**/*.py")),
        *sorted(ROOT.glob("*/*/models.py")),
        ROOT / "tests/world.py",
        ROOT / "config/installed_apps.py",
        ROOT / "tenant_apps/workspace/operations/organization.py",
        ROOT / "tenant_apps/crm/operations/pipelines.py",
    ]
    hasher = settings.PASSWORD_HASHERS[0].encode()
    return hashlib.sha256(b"".join([hasher, *(file.read_bytes() for file in files)])).hexdigest()[:12]


def _use_database(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name
    forget_hosts()


def _exists(server: psycopg.Connection[Any], name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    """Drop a database with whoever is in it. The server's own vacuum cannot be sent away, but ends soon."""
    for _try in range(50):
        try:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            return
        except psycopg.errors.InsufficientPrivilege:
            time.sleep(0.2)
    server.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _copy(server: psycopg.Connection[Any], template: str, name: str) -> None:
    _drop(server, name)
    server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def database_url(name: str) -> str:
    """The address of a database on the server of the tests."""
    facts = settings.DATABASES["default"]
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT'] or 5432}/{name}"


@pytest.fixture(scope="session")
def template_database(django_db_blocker: Any) -> str:
    """The name of the database that all others are copied from; built by whichever worker comes first."""
    template = f"tefter_template_{_digest()}"
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not _exists(server, template):
            draft = f"{template}_draft"
            _drop(server, draft)
            server.execute(f'CREATE DATABASE "{draft}"')
            _use_database(draft)
            with django_db_blocker.unblock():
                build_world()
            connections.close_all()
            server.execute(f'ALTER DATABASE "{draft}" RENAME TO "{template}"')
        server.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return template


@pytest.fixture(scope="session")
def django_db_setup(template_database: str) -> Iterator[None]:
    """This worker's own copy of the template."""
    name = f"tefter_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with _server() as server:
        _copy(server, template_database, name)
        _use_database(name)
        yield
        connections.close_all()
        _drop(server, name)


@contextmanager
def own_database(template: str, unblock: Callable[[], Any]) -> Iterator[None]:
    """Work on a fresh copy of the template meanwhile; what is done is committed."""
    shared = connection.settings_dict["NAME"]
    own = f"{shared}_own"
    with _server() as server:
        _copy(server, template, own)
        _use_database(own)
        with unblock():
            yield
        _use_database(shared)
        _drop(server, own)


@pytest.fixture
def committed_db(django_db_setup: None, template_database: str, django_db_blocker: Any) -> Iterator[None]:
    """A database of this test's own, without a surrounding transaction: for threads, races and real
    commits.
    """
    with own_database(template_database, django_db_blocker.unblock):
        yield


@pytest.fixture(scope="module")
def file_s_media(
    django_db_setup: None, template_database: str, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Path]:
    """A database for a whole file of tests, and where its files lie. What a fixture of the module commits
    there, every test finds; what a test does to it is rolled back. Jobs stay in the outbox.
    """
    media = tmp_path_factory.mktemp("media")
    with own_database(template_database, django_db_blocker.unblock), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", media)
        patch.setattr(settings, "JOBS_IN_FLIGHT", 0)
        patch.setattr(settings, "JOBS_IN_FLIGHT_PLATFORM", 0)
        yield media


@pytest.fixture(scope="module")
def furnished(file_s_media: Path) -> dict[str, dict[str, Any]]:
    """Both organizations with one record of every kind: subdomain → URL parameter → id."""
    from tests.isolation.belongings import belongings_of

    organizations = [reference_to(one) for one in Organization.objects.order_by("subdomain")]
    return {one.subdomain: belongings_of(one) for one in organizations}


@pytest.fixture
def belongings(
    furnished: dict[str, dict[str, Any]], file_s_media: Path, db: None, settings: Any
) -> dict[str, dict[str, Any]]:
    """`furnished`, for one test."""
    settings.MEDIA_ROOT = file_s_media
    return furnished


# The guards
# -----------------------------------------------------------------------------------------------------------


class NetworkBlocked(AssertionError):
    """A test reached for another machine."""


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> Iterator[None]:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {
            "127.0.0.1",
            "::1",
            "localhost",
        }:
            raise NetworkBlocked(address)
        return connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _the_border_is_kept() -> Iterator[None]:
    """No statement and no transaction of any test reaches over the border between schemas."""
    with border_watched() as watch:
        yield
    assert watch.trespasses == []


@pytest.fixture(autouse=True)
def _clean_slate(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.JOBS_IN_FLIGHT = settings.JOBS_IN_FLIGHT_PLATFORM = 0  # what is asked for stays in the outbox
    settings.ARCHIVE_ROOT = tmp_path / "archives"
    settings.STATEMENTS_ROOT = tmp_path / "statements"
    forget_hosts()
    with translation.override("en"):  # whatever the test before spoke
        yield
    forget_hosts()


# The workers
# ---------------------------------------------------------------------------------------------------------


class ByFile(LoadScopeScheduling):
    """A file goes to one worker whole, and all journeys to the same one: they share the running product."""

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid.partition("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no worker waits for another's last file: journeys, then files
    with soaks. The rest stays in its random order.
    """
    soaks = {item.path for item in items if item.get_closest_marker("soak")}
    journeys = {item.path for item in items if item.get_closest_marker("journey")}
    items.sort(key=lambda item: (item.path not in journeys, item.path not in soaks))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How tests are spread over the workers."""
    return ByFile(config, log)


# The people
# -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def alpha(db: None) -> OrganizationRef:
    """The organization that a test is about."""
    return reference_to(Organization.objects.get(subdomain="alpha"))


@pytest.fixture
def beta(db: None) -> OrganizationRef:
    """The other one, which must never see anything of it."""
    return reference_to(Organization.objects.get(subdomain="beta"))


@pytest.fixture
def in_alpha(alpha: OrganizationRef) -> Iterator[OrganizationRef]:
    """The whole test runs inside alpha."""
    with in_organization(alpha):
        yield alpha


@pytest.fixture
def in_committed_alpha(committed_db: None) -> Iterator[OrganizationRef]:
    """As `in_alpha`, in a database of the test's own."""
    organization = reference_to(Organization.objects.get(subdomain="alpha"))
    with in_organization(organization):
        yield organization


def member_of(organization: OrganizationRef, role: str) -> TeamMember:
    """The member of a test organization with this role."""
    return TeamMember.objects.select_related("user").get(organization_id=organization.id, role=role)


@pytest.fixture
def actor_with(alpha: OrganizationRef) -> Callable[[str], Actor]:
    """`actor_with("manager")`: alpha's manager."""
    return lambda role: actor_of(member_of(alpha, role))


@pytest.fixture
def owner(actor_with: Callable[[str], Actor]) -> Actor:
    return actor_with(Role.OWNER)


@pytest.fixture
def manager(actor_with: Callable[[str], Actor]) -> Actor:
    return actor_with(Role.MANAGER)


@pytest.fixture
def user(actor_with: Callable[[str], Actor]) -> Actor:
    """Alpha's plain user: sees own and shared records only."""
    return actor_with(Role.USER)


@pytest.fixture
def at() -> Any:
    """The present instant, to be passed down."""
    return clock.now()


# The doors
# ------------------------------------------------------------------------------------------------------------


def sign_in(client: Client, user: User, organization: OrganizationRef | None) -> Client:
    """Give the client a session of `user` on the organization's host (None: the public host)."""
    client.force_login(user, backend="shared_apps.accounts.backends.MemberBackend")
    session = client.session
    session["organization_id"] = str(organization.id) if organization else "public"
    session.save()
    return client


@pytest.fixture
def browser_of(db: None) -> Callable[..., Client]:
    """`browser_of(alpha, "owner")`: a signed-in test client on alpha's host; without a role: a stranger."""

    def open_browser(
        organization: OrganizationRef | None, role: str | None = None, language: str = "en"
    ) -> Client:
        host = host_of(organization.subdomain) if organization else settings.BASE_DOMAIN
        client = Client(headers={"host": host, "accept-language": language})
        if organization and role:
            member = member_of(organization, role)
            User.objects.filter(pk=member.user_id).update(language=language)
            sign_in(client, member.user, organization)
        return client

    return open_browser


@pytest.fixture
def browser(browser_of: Callable[..., Client], alpha: OrganizationRef) -> Client:
    """Alpha's owner at the browser, in English."""
    return browser_of(alpha, Role.OWNER)


@pytest.fixture
def api_of(db: None) -> Callable[..., Client]:
    """`api_of(alpha, "manager", scopes=("*",))`: a test client on alpha's host with that person's API
    token.
    """
    from tenant_apps.integrations.operations import create_api_token

    def open_api(
        organization: OrganizationRef, role: str = Role.OWNER, scopes: tuple[str, ...] = ("*",)
    ) -> Client:
        with in_organization(organization):
            _token, plain = create_api_token(
                user_id=member_of(organization, role).user_id,
                name="tests",
                scopes=scopes,
                by=system_actor(organization.id),
                at=clock.now(),
            )
        host = host_of(organization.subdomain)
        return Client(headers={"host": host, "authorization": f"Bearer {plain}", "accept-language": "en"})

    return open_api


@pytest.fixture
def api(api_of: Callable[..., Client], alpha: OrganizationRef) -> Client:
    """Alpha's owner over the API."""
    return api_of(alpha)


@pytest.fixture
def running_product(in_committed_alpha: OrganizationRef) -> Iterator[Product]:
    """The whole product as processes, on the test's own database."""
    directory = Path(tempfile.mkdtemp(prefix="tefter-product-"))
    running = Product(directory, database_url(connection.settings_dict["NAME"]), "tests.product_settings")
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def run_jobs() -> Callable[[], list[str]]:
    """`run_waiting_jobs`, for a test."""
    return run_waiting_jobs


def run_waiting_jobs() -> list[str]:
    """Run everything that waits in the outbox, as the worker would, until nothing does; returns the names.

    What a job raises rises here, after its row was written.
    """
    from shared_apps.jobs.actors import perform
    from shared_apps.jobs.models import Job, JobState

    names = []
    while job := Job.objects.filter(state=JobState.QUEUED).order_by("id").first():
        job.state, job.sent_count = JobState.SENT, job.sent_count + 1
        job.save(update_fields=["state", "sent_count"])
        raised = perform(job_id=job.pk, organization_id=job.organization_id, sending=job.sent_count)
        if raised:
            raise raised
        names.append(job.name)
    return names
