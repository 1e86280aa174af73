"""A new organization out of an archive: equal to the original, beside it or far from it, and safe from it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings

from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.operations import OwnerMissing, activate_member
from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.core.ids import new_id
from shared_apps.jobs.models import Job
from shared_apps.journal.models import PlatformEvent
from shared_apps.plans.operations import choose_plan
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Company
from tenant_apps.files.queries import Corrupted, read_bytes
from tenant_apps.integrations.models import ApiToken
from tenant_apps.invoices.models import Invoice
from tenant_apps.messages.models import OutgoingMessage
from tenant_apps.sharing.models import MemberRecordPermission
from tenant_apps.workspace.models import Member
from tenants.archive.manifest import ArchiveDamaged
from tenants.archive.reading import open_archive
from tenants.context import OrganizationRef, in_organization, in_public, reference_to
from tenants.hosts import host_of
from tenants.models import Organization
from tenants.operations import ArchiveTooNew, SubdomainTaken, restore_organization
from tenants.queries import archive_path
from tenants.versions import newest_version, versions_of
from tests.conftest import member_of, own_database, run_waiting_jobs, sign_in
from tests.invoices import stories
from tests.tenants.business import AT, archived, do_business, manifest_of, stored_bytes

# What the steps after the loading change on purpose.
PUT_IN_ORDER = {
    "integrations_apitoken",
    "tenant_messages_outgoingmessage",
    "activity_event",
    "invoices_remindersettings",
}


@pytest.fixture(scope="module")
def archived_once(
    django_db_setup: None, template_database: str, django_db_blocker: Any, tmp_path_factory: Any
) -> Path:
    """The archive of an alpha that was at work, made once, in a database that is gone afterwards."""
    directory = tmp_path_factory.mktemp("original")
    with (
        override_settings(MEDIA_ROOT=directory / "media", ARCHIVE_ROOT=directory / "archives"),
        own_database(template_database, django_db_blocker.unblock),
    ):
        alpha = reference_to(Organization.objects.get(subdomain="alpha"))
        do_business(alpha, run_waiting_jobs)
        return archive_path(archived(alpha))


@pytest.fixture
def archive(archived_once: Path, tmp_path: Path, alpha: OrganizationRef) -> Path:
    """A copy of it; alpha itself is as new."""
    Path(settings.MEDIA_ROOT).mkdir()
    return Path(shutil.copy(archived_once, tmp_path))


@pytest.fixture
def original(in_committed_alpha: OrganizationRef, run_jobs: Callable[[], Any]) -> OrganizationRef:
    """An alpha at work, with everything committed."""
    do_business(in_committed_alpha, run_jobs)
    return in_committed_alpha


def restored(archive: Path, subdomain: str = "copy", **more: Any) -> OrganizationRef:
    with in_public():
        organization = restore_organization(
            archive=archive, subdomain=subdomain, by=system_actor(), at=AT, **more
        )
        choose_plan(organization_id=organization.pk, plan_code="unlimited", by=system_actor(), at=AT)
    return reference_to(organization)


def changed(archive: Path, name: str, change: Callable[[bytes], bytes], *, honest: bool = False) -> Path:
    """A copy of the archive in which one member is another; `honest`: the manifest knows it."""
    target = archive.with_name(f"changed-{new_id()}.zip")
    with ZipFile(archive) as old, ZipFile(target, "w") as new:
        contents = {member: old.read(member) for member in old.namelist()}
        contents[name] = change(contents[name])
        if honest:
            manifest = json.loads(contents["manifest.json"])
            for one in manifest["tables"]:
                content = contents[f"data/{one['name']}.copy"]
                one |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            contents["manifest.json"] = json.dumps(manifest).encode()
        for member, content in contents.items():
            new.writestr(member, content)
    return target


def told_otherwise(archive: Path, **facts: Any) -> Path:
    """A copy of the archive with other facts in its manifest."""

    def change(content: bytes) -> bytes:
        return json.dumps(json.loads(content) | facts).encode()

    return changed(archive, "manifest.json", change)


def everything() -> tuple[int, int, int, list[str], list[str]]:
    """What must be as it was when a restoration failed."""
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^t_' ORDER BY 1")
        schemas = [name for (name,) in cursor.fetchall()]
    folders = sorted(path.name for path in Path(settings.MEDIA_ROOT).iterdir())
    counts = (Organization.objects.count(), User.objects.count(), TeamMember.objects.count())
    return (*counts, schemas, folders)


def test_it_is_equal_to_the_original(original: OrganizationRef) -> None:
    archive = archived(original)
    before = {table.name: table for table in manifest_of(archive).tables}
    copy = restored(archive_path(archive))
    after = {table.name: table for table in manifest_of(archived(copy)).tables}
    assert before.keys() == after.keys()
    for name in before.keys() - PUT_IN_ORDER:
        assert before[name] == after[name], name
    assert after["integrations_apitoken"].rows == before["integrations_apitoken"].rows == 1
    assert stored_bytes(copy) == stored_bytes(original) != {}
    with in_organization(copy):
        assert all(read_bytes(invoice.pdf) for invoice in Invoice.objects.exclude(pdf=None))


def test_its_numbers_go_on_and_its_triggers_are_awake(archive: Path) -> None:
    copy = restored(archive)
    with in_organization(copy):
        owner = actor_of(member_of(copy, Role.OWNER))
        numbers = list(
            Invoice.objects.exclude(number=None).order_by("number").values_list("number", flat=True)
        )
        fresh = stories.issued(owner, Company.objects.get())
        assert [*numbers, fresh.number] == [f"{number:010d}" for number in range(1, 5)]
        with pytest.raises(DatabaseError, match="issued and frozen"), transaction.atomic():
            Invoice.objects.filter(pk=fresh.pk).update(total=1)
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            Event.objects.all().delete()


def test_nothing_of_the_original_s_business_is_done_again(
    archive: Path, run_jobs: Callable[[], list[str]], mailoutbox: list[Any]
) -> None:
    Job.objects.all().delete()
    copy = restored(archive)
    with in_organization(copy):
        assert list(OutgoingMessage.objects.values_list("state", "error")) == [("failed", "Restored")]
        assert ApiToken.objects.get().revoked_at == AT
    run_jobs()
    assert [letter.subject for letter in mailoutbox] == []


def test_people_without_an_account_wait_until_an_owner_lets_them_in(archive: Path) -> None:
    with in_public():
        stranger = User.objects.get(email="manager@alpha.example")
        User.objects.filter(pk=stranger.pk).update(email="elsewhere@alpha.example")
    copy = restored(archive)
    waiting = TeamMember.objects.select_related("user").get(
        organization_id=copy.id, user__email="manager@alpha.example"
    )
    assert (waiting.is_active, waiting.user.is_active) == (False, False)
    assert waiting.user_id != stranger.pk and not waiting.user.has_usable_password()
    with in_organization(copy):
        assert not Member.objects.get(email="manager@alpha.example").is_active
        activate_member(member_id=waiting.pk, by=actor_of(member_of(copy, Role.OWNER)), at=AT)
    waiting.refresh_from_db()
    assert waiting.is_active and User.objects.get(pk=waiting.user_id).is_active


def test_people_have_the_ids_that_they_have_here(archive: Path, alpha: OrganizationRef) -> None:
    """As on another installation: the same e-mails, other ids."""
    ids = {person: new_id() for person in User.objects.values_list("pk", flat=True)}
    manifest = json.loads(ZipFile(archive).read("manifest.json"))
    theirs = {str(old): str(new) for old, new in ids.items()}
    people = [person | {"user_id": theirs[person["user_id"]]} for person in manifest["people"]]

    def translated(content: bytes) -> bytes:
        for here, there in theirs.items():
            content = content.replace(here.encode(), there.encode())
        return content

    foreign = archive
    for table in manifest["tables"]:
        foreign = changed(foreign, f"data/{table['name']}.copy", translated, honest=True)
    copy = restored(told_otherwise(foreign, people=people))
    user = member_of(alpha, Role.USER).user_id
    with in_organization(copy):
        assert set(Member.objects.values_list("user_id", flat=True)) <= set(ids)
        assert MemberRecordPermission.objects.get().user_id == user
        assert Invoice.objects.get(number=None).owner_id == user
        assert not set(Event.objects.exclude(actor_id=None).values_list("actor_id", flat=True)) - set(ids)


def test_codenames_find_the_ids_of_this_installation(archive: Path) -> None:
    with in_public(), connection.cursor() as cursor:
        key = "auth_permission_content_type_id_2f476e4b_fk_django_co"
        cursor.execute(f"ALTER TABLE auth_permission DROP CONSTRAINT {key}")
        cursor.execute("UPDATE django_content_type SET id = id + 5000")
        cursor.execute("UPDATE auth_permission SET content_type_id = content_type_id + 5000")
        cursor.execute("UPDATE auth_permission SET id = id + 7000")
    copy = restored(archive)
    with in_organization(copy):
        shared = MemberRecordPermission.objects.get()
        assert shared.content_type.model == "company" and shared.permission.codename == "view_company"


def test_an_archive_of_an_older_version_is_migrated(archive: Path) -> None:
    manifest = json.loads(ZipFile(archive).read("manifest.json"))
    late = [["invoices", "0002_ledger_triggers"], ["activity", "0002_append_only"]]
    older = [one for one in manifest["migrations"] if one not in late]
    copy = restored(told_otherwise(archive, migrations=older))
    assert versions_of([copy.schema_name])[copy.schema_name] == newest_version()
    with in_organization(copy), pytest.raises(DatabaseError, match="issued and frozen"):
        Invoice.objects.filter(state="issued").update(total=1)


def test_a_newer_one_is_refused(archive: Path) -> None:
    manifest = json.loads(ZipFile(archive).read("manifest.json"))
    before = everything()
    newer = told_otherwise(archive, migrations=[*manifest["migrations"], ["crm", "0099_robots"]])
    with pytest.raises(ArchiveTooNew, match=r"crm\.0099_robots"):
        restored(newer)
    assert everything() == before


def _cut(archive: Path) -> Path:
    target = archive.with_name("cut.zip")
    target.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    return target


def _flipped(archive: Path) -> Path:
    target, content = archive.with_name("flipped.zip"), bytearray(archive.read_bytes())
    content[len(content) // 3] ^= 0xFF
    target.write_bytes(content)
    return target


def _with_rows(table: str, old: str, new: str, *, honest: bool = False) -> Callable[[Path], Path]:
    """Other words in the rows of a table; no `old` takes all rows away."""

    def change(rows: bytes) -> bytes:
        return rows.replace(old.encode(), new.encode()) if old else b""

    return lambda archive: changed(archive, f"data/{table}.copy", change, honest=honest)


DAMAGES: dict[str, Callable[[Path], Path]] = {
    "cut off": _cut,
    "one byte": _flipped,
    "a changed row": _with_rows("crm_company", "Клиент", "Хакер"),
    "a lost row": _with_rows("crm_company", "", ""),
    "no manifest": lambda archive: changed(archive, "manifest.json", lambda content: b"{}"),
    "no json": lambda archive: changed(archive, "manifest.json", lambda content: b"PK"),
    "another format": lambda archive: told_otherwise(archive, format=99),
    "a row without its company": _with_rows("crm_company", "", "", honest=True),
    "a codename from nowhere": _with_rows(
        "sharing_memberrecordpermission", "crm.company", "crm.dragon", honest=True
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_one_is_refused_and_leaves_nothing(archive: Path, damage: str) -> None:
    before = everything()
    with pytest.raises(ArchiveDamaged):
        restored(DAMAGES[damage](archive))
    assert everything() == before


def test_a_taken_address_is_refused(archive: Path) -> None:
    before = everything()
    with pytest.raises(SubdomainTaken):
        restored(archive, subdomain="beta")
    assert everything() == before


def test_somebody_has_to_own_it(archive: Path) -> None:
    with in_public():
        User.objects.filter(email="owner@alpha.example").update(is_active=False)
    before = everything()
    with pytest.raises(OwnerMissing):
        restored(archive)
    assert everything() == before
    copy = restored(archive, owner_email="New.Owner@example.com")
    owner = TeamMember.objects.select_related("user").get(
        organization_id=copy.id, role=Role.OWNER, is_active=True
    )
    assert owner.user.email == "new.owner@example.com" and owner.user.is_active
    with in_organization(copy):
        assert Member.objects.get(user_id=owner.user_id).role == Role.OWNER


def test_it_asks_for_permission_and_is_told(archive: Path, owner: Actor) -> None:
    with in_public(), pytest.raises(NotAllowed):
        restore_organization(archive=archive, subdomain="copy", by=owner, at=AT)
    copy = restored(archive)
    told = PlatformEvent.objects.get(type="tenants.organization_restored")
    with open_archive(archive) as reader:
        assert (told.organization_id, told.new["original"]) == (copy.id, reader.manifest.organization.id)


def test_twice_makes_two(archive: Path) -> None:
    first, second = restored(archive, "copy-1"), restored(archive, "copy-2")
    assert first.id != second.id and stored_bytes(first) == stored_bytes(second)


def test_side_by_side_neither_sees_the_other(original: OrganizationRef, client: Client) -> None:
    """Their records have the same ids: what keeps them apart is everything else (docs/adr/0013)."""
    archive = archive_path(archived(original))
    with in_organization(original):
        mine = stories.client(actor_of(member_of(original, Role.OWNER)), name="После ООД", eik="831646048")
        invoice = Invoice.objects.exclude(pdf=None).first()
        assert invoice is not None and invoice.pdf is not None
    copy = restored(archive)
    owner = member_of(original, Role.OWNER).user
    there, here = host_of(copy.subdomain), host_of(original.subdomain)
    sign_in(client, owner, original)
    page = f"/invoices/{invoice.pk}/"
    assert client.get(page, headers={"host": here}).status_code == 200
    assert client.get(page, headers={"host": there}).status_code == 302  # a session is of one organization
    sign_in(client, owner, copy)
    assert client.get(page, headers={"host": there}).status_code == 200
    assert client.get(f"/companies/{mine.pk}/", headers={"host": there}).status_code == 404
    with in_organization(copy):
        Invoice.objects.filter(pk=invoice.pk).update(sent_at=AT)
        with pytest.raises(Corrupted):
            read_bytes(invoice.pdf)  # the original's file, asked for from the copy
    with in_organization(original):
        assert Invoice.objects.get(pk=invoice.pk).sent_at != AT


def test_a_token_of_the_original_opens_no_copy(
    in_committed_alpha: OrganizationRef, run_jobs: Callable[[], Any]
) -> None:
    secret = do_business(in_committed_alpha, run_jobs)
    copy = restored(archive_path(archived(in_committed_alpha)))
    client = Client(headers={"authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/companies/", headers={"host": host_of("alpha")}).status_code == 200
    assert client.get("/api/v1/companies/", headers={"host": host_of(copy.subdomain)}).status_code == 401


def test_the_command(archive: Path, capsys: Any, tmp_path: Path) -> None:
    with in_public():
        call_command("restore_organization", archive, subdomain="copy")
        assert "copy.tefter.localhost" in capsys.readouterr().out
        with pytest.raises(CommandError, match="already taken"):
            call_command("restore_organization", archive, subdomain="copy")
        with pytest.raises(CommandError, match="The archive is damaged"):
            call_command("restore_organization", _cut(archive), subdomain="copy-2")
        with pytest.raises(CommandError, match="There is no file"):
            call_command("restore_organization", tmp_path / "nothing.zip", subdomain="copy-2")
