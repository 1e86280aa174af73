"""Export and restore of the demo organization, timed: `python -m deploy.bench.archive`.

In a database of its own: migrated, the demo organization made and its documents drawn; exported, restored
beside itself, and exported again to compare. The exit code is 1 when the two are not equal.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from deploy.bench.ground import DATABASE, PROJECT, bench_environment, run_django

COPY = "demo-copy"


def main() -> None:
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{DATABASE}"')
    try:
        with tempfile.TemporaryDirectory() as directory:
            Path(directory, "static").mkdir()
            sys.exit(_in_database(bench_environment(server) | {"TEFTER_DATA_DIR": directory}))
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{DATABASE}" WITH (FORCE)')


def _in_database(environment: dict[str, str]) -> int:
    run_django(environment, "migrate_schemas", "--shared", "--verbosity=0")
    run_django(environment, "create_demo")
    run_django(environment, "tenant_pool", "--fill", "--size=1")
    command = [sys.executable, "-m", "deploy.bench.archive", "--inside"]
    return subprocess.run(command, env=environment, cwd=PROJECT, check=False).returncode


def measure() -> int:
    """What the child process does, with Django at hand: draw, export, restore, compare."""
    import django

    django.setup()
    from tenants.operations import export_organization, restore_organization
    from tenants.queries import archive_path, organization_by_subdomain

    _draw_documents()
    demo = organization_by_subdomain("demo")
    seconds, archive = _timed(export_organization, organization_id=demo.pk)
    again, copy = _timed(restore_organization, archive=archive_path(archive), subdomain=COPY)
    manifest = _manifest_of(archive)
    _say(f"export {seconds:.2f} s, restore {again:.2f} s, together {seconds + again:.2f} s")
    _say(
        f"{sum(table.rows for table in manifest.tables):,} rows in {len(manifest.tables)} tables, "
        f"{len(manifest.files)} files, {archive.size / 1e6:.1f} MB"
    )
    _, second = _timed(export_organization, organization_id=copy.pk)
    differences = list(_differences(manifest, _manifest_of(second)))
    _say("\n".join(differences) or "Equal: every table's rows and checksum, every file's bytes.")
    return 1 if differences else 0


def _draw_documents() -> None:
    """Run what waits in the outbox, as the worker would."""
    from shared_apps.jobs.actors import perform
    from shared_apps.jobs.models import Job, JobState

    while job := Job.objects.filter(state=JobState.QUEUED).order_by("id").first():
        Job.objects.filter(pk=job.pk).update(state=JobState.SENT, sent_count=job.sent_count + 1)
        perform(job_id=job.pk, organization_id=job.organization_id, sending=job.sent_count + 1)


def _timed(work: Any, **arguments: Any) -> tuple[float, Any]:
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor

    began_at = time.perf_counter()
    result = work(**arguments, by=system_actor(), at=clock.now())
    return time.perf_counter() - began_at, result


def _manifest_of(archive: Any) -> Any:
    from tenants.archive.reading import open_archive
    from tenants.queries import archive_path

    with open_archive(archive_path(archive)) as reader:
        reader.verify()
        return reader.manifest


def _differences(original: Any, copy: Any) -> Any:
    """What of the copy is not as in the original, apart from what a restoration puts in order."""
    tables = {table.name: table for table in copy.tables}
    for table in original.tables:
        if table != tables[table.name]:
            yield f"{table.name}: {table.rows} rows {table.sha256[:12]}, then {tables[table.name].rows}"
    if original.files != copy.files:
        yield "the files differ"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(measure()) if "--inside" in sys.argv else main()
