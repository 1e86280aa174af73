"""An organization as one file: all of it, as it is at one instant, without secrets."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models
from psycopg import sql

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from shared_apps.journal.models import PlatformEvent
from tenants.archive import writing
from tenants.archive.reading import open_archive, sha256_of
from tenants.archive.tables import (
    UnknownTable,
    columns_in,
    tables_at_home,
    tables_in,
    travelling_tables,
)
from tenants.archive.writing import FileAstray
from tenants.context import OrganizationRef, in_organization, in_public
from tenants.models import Archive, Organization
from tenants.operations import NotNewest, export_organization
from tenants.queries import archive_path, is_archive_whole
from tests.conftest import member_of
from tests.invoices import stories
from tests.tenants.business import AT, archived, do_business, manifest_of, stored_bytes

# Ids that are of no person: what an event, a letter or a permission is about.
OF_RECORDS = {
    ("activity.event", "subject_id"),
    ("activity.event", "parent_id"),
    ("tenant_messages.outgoingmessage", "about_id"),
    ("crm.automaticmove", "document_id"),
    ("crm.automaticmove", "event_id"),
    ("crm.distinctpair", "first_id"),
    ("crm.distinctpair", "second_id"),
    ("crm.merge", "absorbed_id"),
    ("crm.merge", "kept_id"),
    ("sharing.publiclink", "record_id"),
    ("workspace.changedrecord", "record_id"),
    ("workspace.customvalue", "record_id"),
    ("workspace.tagging", "record_id"),
}


@pytest.fixture
def at_work(in_committed_alpha: OrganizationRef, run_jobs: Callable[[], Any]) -> tuple[OrganizationRef, str]:
    return in_committed_alpha, do_business(in_committed_alpha, run_jobs)


def rows_in(organization: OrganizationRef, table: str) -> int:
    with in_organization(organization), connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        return int(cursor.fetchone()[0])


def test_every_row_and_every_file_is_there(at_work: tuple[OrganizationRef, str]) -> None:
    alpha, _secret = at_work
    archive = archived(alpha)
    manifest = manifest_of(archive)
    assert {table.name: table.rows for table in manifest.tables} == {
        name: rows_in(alpha, name) for name in travelling_tables()
    }
    assert sum(table.rows for table in manifest.tables) > 40
    with open_archive(archive_path(archive)) as reader:
        reader.verify()
        files = {file.path: b"".join(reader.pieces(file)) for file in manifest.files}
    assert files == stored_bytes(alpha) and len(files) >= 3
    assert archive.sha256 == sha256_of(archive_path(archive)) and is_archive_whole(archive)
    assert archive_path(archive).stat().st_mode & 0o777 == 0o600


def test_the_manifest_says_who_and_what(at_work: tuple[OrganizationRef, str]) -> None:
    alpha, _secret = at_work
    manifest = manifest_of(archived(alpha))
    assert (manifest.organization.id, manifest.organization.subdomain) == (str(alpha.id), "alpha")
    assert {(person.email, person.role) for person in manifest.people} == {
        (f"{role}@alpha.example", role) for role in Role.values
    }
    assert ("invoices", "0001_initial") in manifest.migrations
    assert not [app for app, _name in manifest.migrations if app == "accounts"]


def test_no_secret_leaves(at_work: tuple[OrganizationRef, str]) -> None:
    alpha, secret = at_work
    with in_organization(alpha), connection.cursor() as cursor:
        cursor.execute("SELECT token_hash FROM integrations_apitoken")
        (token_hash,) = cursor.fetchone()
    with ZipFile(archive_path(archived(alpha))) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert secret.encode() not in content and token_hash.encode() not in content, name


def test_ids_of_public_records_travel_as_codenames(at_work: tuple[OrganizationRef, str]) -> None:
    alpha, _secret = at_work
    with ZipFile(archive_path(archived(alpha))) as archive:
        row = archive.read("data/sharing_memberrecordpermission.copy").decode()
    assert "crm.company" in row and "crm.view_company" in row


def test_what_is_written_meanwhile_is_not_in_it(
    at_work: tuple[OrganizationRef, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha, _secret = at_work
    before, write_table = rows_in(alpha, "crm_company"), writing._write_table

    def somebody_else_adds_a_company() -> None:
        by = actor_of(member_of(alpha, Role.OWNER))
        with in_organization(alpha):
            stories.client(by, name="Закъснял ООД", eik="")
        connection.close()

    def disturbed(*args: Any) -> Any:
        if args[2].name == "activity_event":  # the first table of all
            other = threading.Thread(target=somebody_else_adds_a_company)
            other.start()
            other.join()
        return write_table(*args)

    monkeypatch.setattr(writing, "_write_table", disturbed)
    manifest = manifest_of(archived(alpha))
    assert {table.name: table.rows for table in manifest.tables}["crm_company"] == before
    assert rows_in(alpha, "crm_company") == before + 1


def test_it_is_told_and_twice_makes_two(at_work: tuple[OrganizationRef, str]) -> None:
    alpha, _secret = at_work
    first, second = archived(alpha), archived(alpha)
    assert first.path != second.path and Archive.objects.count() == 2
    told = PlatformEvent.objects.filter(type="tenants.organization_exported", organization_id=alpha.id)
    assert told.count() == 2 and told[0].new["files"] >= 3


def test_one_who_is_no_owner_is_refused(in_committed_alpha: OrganizationRef) -> None:
    admin = actor_of(member_of(in_committed_alpha, Role.ADMIN))
    with pytest.raises(NotAllowed):
        export_organization(organization_id=in_committed_alpha.id, by=admin, at=AT)


def test_an_owner_takes_along_nothing_but_their_own(in_committed_alpha: OrganizationRef) -> None:
    owner: Actor = actor_of(member_of(in_committed_alpha, Role.OWNER))
    with in_public():
        beta = Organization.objects.get(subdomain="beta")
        with pytest.raises(NotAllowed):
            export_organization(organization_id=beta.pk, by=owner, at=AT)


def test_what_fails_leaves_no_file(at_work: tuple[OrganizationRef, str], tmp_path: Path) -> None:
    alpha, _secret = at_work
    with in_organization(alpha), connection.cursor() as cursor:
        cursor.execute("UPDATE files_storedfile SET path = 'elsewhere/' || id")
    with pytest.raises(FileAstray):
        archived(alpha)
    assert [path for path in Path(settings.ARCHIVE_ROOT).rglob("*") if path.is_file()] == []
    assert not Archive.objects.exists()


def test_a_schema_that_waits_for_migrations_is_refused(in_committed_alpha: OrganizationRef) -> None:
    with in_organization(in_committed_alpha), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'crm'")
    with pytest.raises(NotNewest, match=r"crm\.0001_initial"):
        archived(in_committed_alpha)


def test_every_table_is_known(in_alpha: OrganizationRef) -> None:
    found = columns_in(in_alpha.schema_name)
    assert set(found) == set(travelling_tables()) | tables_at_home()
    for table in travelling_tables().values():
        assert set(table.columns) == set(found[table.name]), table.name
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE unheard_of (id int PRIMARY KEY)")
    with pytest.raises(UnknownTable, match="unheard_of"):
        tables_in(in_alpha.schema_name)


def test_every_column_with_ids_says_whose_they_are() -> None:
    silent = set()
    for model in apps.get_models():
        if not model.__module__.startswith("tenant_apps.") or model._meta.db_table in tables_at_home():
            continue
        people = set(getattr(model.Data, "people", ()))  # type: ignore[attr-defined]
        for field in model._meta.concrete_fields:
            is_bare = (
                isinstance(field, models.UUIDField) and not field.primary_key and not field.related_model
            )
            if is_bare and field.name not in people:
                silent.add((model._meta.label_lower, field.name))
    assert silent == OF_RECORDS


def test_the_command(at_work: tuple[OrganizationRef, str], tmp_path: Path, capsys: Any) -> None:
    target = tmp_path / "alpha.zip"
    call_command("export_organization", "alpha", to=target)
    told = capsys.readouterr().out
    assert str(target) in told and sha256_of(target) in told
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_organization", "alpha", to=target)
    with pytest.raises(CommandError, match="no organization at the subdomain nobody"):
        call_command("export_organization", "nobody")
