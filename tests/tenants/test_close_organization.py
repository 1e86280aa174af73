"""Suspended, resumed, closed, reopened, erased: what the doors of an organization do."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import Client

from shared_apps.accounts.models import TeamMember
from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import enqueue
from shared_apps.journal.models import PlatformEvent
from tenants import tasks
from tenants.context import OrganizationRef, in_public
from tenants.models import Archive, Domain, Organization
from tenants.operations import (
    AlreadySuspended,
    ArchiveMissing,
    GraceNotOver,
    GraceOver,
    NameDiffers,
    NotClosed,
    NotSuspended,
    OrganizationClosed,
    OrganizationErased,
    close_organization,
    doors,
    erase_organization,
    export_organization,
    reopen_organization,
    restore_organization,
    resume_organization,
    suspend_organization,
)
from tenants.queries import archive_path, ids_to_erase, is_subdomain_free
from tests.conftest import member_of, sign_in
from tests.tenants.business import do_business

BY = system_actor()
MONTH = timedelta(days=30)


def close(organization: OrganizationRef, at: Any, **more: Any) -> Organization:
    return close_organization(
        **{"organization_id": organization.id, "name": organization.name, "by": BY, "at": at} | more
    )


@pytest.fixture
def closed(in_committed_alpha: OrganizationRef, run_jobs: Callable[[], Any]) -> OrganizationRef:
    """An organization that was at work, closed, with its archive."""
    do_business(in_committed_alpha, run_jobs)
    run_jobs()
    with in_public():
        close(in_committed_alpha, clock.now())
        run_jobs()
    return in_committed_alpha


def erase(organization: OrganizationRef, at: Any) -> Organization:
    with in_public():
        return erase_organization(organization_id=organization.id, by=BY, at=at)


def schema_exists(organization: OrganizationRef) -> bool:
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [organization.schema_name])
        return bool(cursor.fetchone()[0])


def folder_of(organization: OrganizationRef) -> Path:
    return Path(settings.MEDIA_ROOT) / str(organization.id)


def test_suspended_and_resumed(alpha: OrganizationRef, at: Any) -> None:
    visitor = Client(headers={"host": "alpha.tefter.localhost", "accept-language": "en"})
    with pytest.raises(NotSuspended):
        resume_organization(organization_id=alpha.id, by=BY, at=at)
    suspend_organization(organization_id=alpha.id, by=BY, at=at)
    page = visitor.get("/")
    assert page.status_code == 403 and "is suspended" in page.content.decode()
    with pytest.raises(AlreadySuspended):
        suspend_organization(organization_id=alpha.id, by=BY, at=at)
    resume_organization(organization_id=alpha.id, by=BY, at=at)
    assert visitor.get("/accounts/login/").status_code == 200


def test_closed_doors(alpha: OrganizationRef, browser: Client, at: Any) -> None:
    organization = close(alpha, at)
    assert (organization.closed_at, organization.erase_at) == (at, at + MONTH)
    page = browser.get("/")
    assert page.status_code == 403 and "is closed" in page.content.decode()
    answer = browser.get("/api/v1/companies/")
    assert (answer.status_code, answer.json()["code"]) == (403, "organization_closed")


def test_its_jobs_wait_and_its_archive_is_made(closed: OrganizationRef) -> None:
    archive = Archive.objects.get(organization_id=closed.id)
    assert archive_path(archive).is_file()
    waiting = Job.objects.filter(organization_id=closed.id, state=JobState.QUEUED)
    with in_public(), transaction.atomic():
        enqueue("compare_team_mirror", by=system_actor(closed.id))
    assert waiting.exists()


def test_sign_in_says_so(alpha: OrganizationRef, browser_of: Callable[..., Client], at: Any) -> None:
    close(alpha, at)
    public = browser_of(None)
    public.force_login(
        member_of(alpha, Role.OWNER).user, backend="shared_apps.accounts.backends.MemberBackend"
    )
    session = public.session
    session["organization_id"] = "public"
    session.save()
    page = public.get("/organizations/").content.decode()
    assert alpha.name in page and "It is closed." in page


def test_who_may_close_and_how(alpha: OrganizationRef, beta: OrganizationRef, owner: Actor, at: Any) -> None:
    with pytest.raises(NotAllowed):
        close(alpha, at, by=actor_of(member_of(alpha, Role.ADMIN)))
    with pytest.raises(NotAllowed):
        close(beta, at, by=owner)
    with pytest.raises(NameDiffers):
        close(alpha, at, name="Алфа", by=owner)
    close(alpha, at, name=f" {alpha.name} ", by=owner)
    with pytest.raises(OrganizationClosed):
        close(alpha, at)
    with pytest.raises(OrganizationClosed):
        suspend_organization(organization_id=alpha.id, by=BY, at=at)


def test_reopened_within_the_grace(alpha: OrganizationRef, at: Any) -> None:
    with pytest.raises(NotClosed):
        reopen_organization(organization_id=alpha.id, by=BY, at=at)
    close(alpha, at)
    organization = reopen_organization(organization_id=alpha.id, by=BY, at=at + MONTH - timedelta(seconds=1))
    assert (organization.status, organization.erase_at) == ("active", None)
    assert Client(headers={"host": "alpha.tefter.localhost"}).get("/accounts/login/").status_code == 200
    close(alpha, at)
    with pytest.raises(GraceOver):
        reopen_organization(organization_id=alpha.id, by=BY, at=at + MONTH)


def test_erased_but_for_its_archive(closed: OrganizationRef, at: Any) -> None:
    archive, until = Archive.objects.get(), at + MONTH
    assert folder_of(closed).is_dir()
    with in_public(), transaction.atomic():
        enqueue("compare_team_mirror", by=system_actor(closed.id))
    organization = erase(closed, until)
    assert organization.erased_at == until and not schema_exists(closed)
    assert not folder_of(closed).exists() and archive_path(archive).is_file()
    assert is_subdomain_free("alpha") and not Domain.objects.filter(tenant_id=closed.id).exists()
    assert not TeamMember.objects.filter(organization_id=closed.id, is_active=True).exists()
    assert not Job.objects.filter(organization_id=closed.id).exists()
    with in_public():
        copy = restore_organization(
            archive=archive_path(archive),
            subdomain="alpha",
            by=BY,
            at=until,
            owner_email="owner@alpha.example",
        )
    assert copy.name == closed.name and copy.pk != closed.id


def test_not_before_its_time_and_not_twice(closed: OrganizationRef, at: Any) -> None:
    with pytest.raises(GraceNotOver):
        erase(closed, at + MONTH - timedelta(days=1))
    erase(closed, at + MONTH)
    with pytest.raises(NotClosed):
        erase(closed, at + MONTH)
    with in_public(), pytest.raises(GraceOver):
        reopen_organization(organization_id=closed.id, by=BY, at=at)
    with in_public(), pytest.raises(OrganizationErased):
        export_organization(organization_id=closed.id, by=BY, at=at)


@pytest.mark.parametrize("loss", ["no file", "one byte", "too old", "no row"])
def test_nothing_is_erased_without_a_whole_archive(closed: OrganizationRef, at: Any, loss: str) -> None:
    archive = Archive.objects.get()
    path = archive_path(archive)
    if loss == "no file":
        path.unlink()
    elif loss == "one byte":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif loss == "too old":
        Archive.objects.update(created_at=at - timedelta(days=1))
    else:
        archive.delete()
    with pytest.raises(ArchiveMissing):
        erase(closed, at + MONTH)
    assert schema_exists(closed) and folder_of(closed).is_dir()


@pytest.mark.parametrize("where", ["drop_schema", "_leave_public", "record"])
def test_killed_in_the_middle_it_is_finished_by_repeating(
    closed: OrganizationRef, at: Any, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: Any, **more: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(doors, where, die)
        with pytest.raises(KeyboardInterrupt):
            erase(closed, at + MONTH)
    assert schema_exists(closed) and ids_to_erase(at + MONTH) == [closed.id]
    assert erase(closed, at + MONTH).erased_at and not schema_exists(closed)


def test_the_daily_job_makes_a_lost_archive_anew(
    closed: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive_path(Archive.objects.get()).unlink()
    monkeypatch.setattr(tasks, "current_actor", system_actor)
    with in_public():
        tasks.erase_closed_organizations()
        assert schema_exists(closed)
        with time_machine.travel(clock.now() + MONTH, tick=True):
            tasks.erase_closed_organizations()
    assert not schema_exists(closed) and Archive.objects.count() == 2


def test_archives_of_the_working_go_after_a_month(
    in_committed_alpha: OrganizationRef, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_public():
        archive = export_organization(organization_id=in_committed_alpha.id, by=BY, at=at)
    stray = archive_path(archive).with_name("killed.part")
    stray.write_bytes(b"half")
    monkeypatch.setattr(tasks, "current_actor", system_actor)
    with in_public():
        tasks.sweep_archives()
        assert stray.is_file() and archive_path(archive).is_file()
        with time_machine.travel(at + timedelta(days=31), tick=False):
            tasks.sweep_archives()
    assert not stray.exists() and not archive_path(archive).exists() and not Archive.objects.exists()


def test_each_step_is_told(closed: OrganizationRef, at: Any) -> None:
    erase(closed, at + MONTH)
    told = PlatformEvent.objects.filter(organization_id=closed.id, type__startswith="tenants.organization_")
    assert list(told.order_by("id").values_list("type", flat=True)) == [
        "tenants.organization_founded",
        "tenants.organization_closed",
        "tenants.organization_exported",
        "tenants.organization_erased",
    ]


def test_the_page(browser: Client, alpha: OrganizationRef) -> None:
    assert alpha.name in browser.get("/settings/data/").content.decode()
    answer = browser.post("/settings/data/", {"name": "Друга"})
    assert answer.status_code == 422 and "exactly as it stands" in answer.content.decode()
    answer = browser.post("/settings/data/", {"name": alpha.name})
    assert answer.status_code == 302
    assert Organization.objects.get(pk=alpha.id).status == "closed"


def test_the_page_of_archives(
    in_committed_alpha: OrganizationRef, client: Client, run_jobs: Callable[[], Any]
) -> None:
    sign_in(client, member_of(in_committed_alpha, Role.OWNER).user, in_committed_alpha)
    host = {"host": "alpha.tefter.localhost", "accept-language": "en"}
    assert client.post("/settings/data/archives/", headers=host).status_code == 302
    assert 'hx-trigger="every 2s"' in client.get("/settings/data/", headers=host).content.decode()
    client.post("/settings/data/archives/", headers=host)
    with in_public():
        run_jobs()
    archive = Archive.objects.get()
    page = client.get("/settings/data/", headers=host).content.decode()
    assert (
        f"/settings/data/archives/{archive.pk}/" in page
        and "hx-trigger" not in page.split("archives-title")[1]
    )
    answer = client.get(f"/settings/data/archives/{archive.pk}/", headers=host)
    assert answer.getvalue() == archive_path(archive).read_bytes()
    assert "no-store" in answer["Cache-Control"] and "attachment" in answer["Content-Disposition"]
    assert PlatformEvent.objects.filter(type="tenants.archive_taken").count() == 1


def test_the_commands(alpha: OrganizationRef, capsys: Any) -> None:
    call_command("suspend_organization", "alpha")
    call_command("resume_organization", "alpha")
    with pytest.raises(CommandError, match="is not suspended"):
        call_command("resume_organization", "alpha")
    with pytest.raises(CommandError, match="is called"):
        call_command("close_organization", "alpha", name="Бета")
    call_command("close_organization", "alpha", name=alpha.name)
    call_command("reopen_organization", "alpha")
    assert "Its data is erased after" in capsys.readouterr().out
    assert Organization.objects.get(pk=alpha.id).status == "active"
