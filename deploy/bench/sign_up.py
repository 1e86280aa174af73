"""What signing up costs in the database, from the first organization to the thousandth: `python -m
deploy.bench.sign_up`.

Beside it, in the same database: a schema migrated by the stock executor (what `auto_create_schema` does) and
django-tenants' clone of a schema.
"""

import argparse
import itertools
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from deploy.bench.organizations import (
    django_on,
    found,
    furnish,
    migrate_as_stock,
    milliseconds,
    options_of,
    told,
)

_number = itertools.count()


def main() -> None:
    options = options_of(
        __doc__,
        sample=(30, "how many are taken from the pool, and built without it, per measurement"),
        stock=(3, "how many schemas the stock way makes, per measurement"),
    )
    with django_on(options.database):
        ground = furnish(1)
        if ground.founded:
            _measure("at 1 organization", ground.owner_id, options)
        _show_drift(furnish(options.organizations).founded)
        _measure(f"at {options.organizations} organizations", ground.owner_id, options)


def _show_drift(founded: list[float]) -> None:
    if tenth := len(founded) // 10:
        print("built without the pool, one after the other")
        _show("first tenth", founded[:tenth])
        _show("last tenth", founded[-tenth:])


def _measure(title: str, owner_id: UUID, options: argparse.Namespace) -> None:
    print(title)
    with _undone():
        _fill_pool(options.sample)
        taken = [_sign_up(owner_id) for _ in range(options.sample)]
        _show("from the pool", [whole for whole, _asked in taken])
        _show("  of it in the database", [asked for _whole, asked in taken])
        built = [_sign_up(owner_id) for _ in range(max(options.sample // 3, 1))]
        _show("without the pool", [whole for whole, _asked in built])
        _show("stock clone", [milliseconds(_clone) for _ in range(options.stock)])
        _show("stock migration", [milliseconds(_migrate) for _ in range(options.stock)])


def _show(title: str, times: list[float]) -> None:
    print(f"  {title:35} {told(times)}", flush=True)


def _sign_up(owner_id: UUID) -> tuple[float, float]:
    """The whole operation, and how much of it its statements took, their way included."""
    from django.db import connection

    subdomain, asked = f"measured-{secrets.token_hex(4)}", [0.0]

    def timed(execute: Any, *arguments: Any) -> Any:
        began_at = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            asked[0] += (time.perf_counter() - began_at) * 1000

    with connection.execute_wrapper(timed):
        whole = milliseconds(lambda: found(owner_id, subdomain))
    return whole, asked[0]


def _fill_pool(count: int) -> None:
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from tenants.operations import add_spare_schema

    while add_spare_schema(wanted=count, by=system_actor(), at=clock.now()):
        pass


def _clone() -> None:
    from django_tenants.clone import CloneSchema

    from tenants.operations.schemas import TEMPLATE_SCHEMA

    CloneSchema().clone_schema(TEMPLATE_SCHEMA, f"t_cloned_{next(_number)}", clone_mode="NODATA")


def _migrate() -> None:
    from django.db import connection

    name = f"t_migrated_{next(_number)}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{name}"')
    migrate_as_stock([name])


@contextmanager
def _undone() -> Iterator[None]:
    """What a measurement made leaves again, so that the ground keeps its number of schemas."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace")
        before = {name for (name,) in cursor.fetchall()}
    yield
    _drop_others(before)


def _drop_others(kept: set[str]) -> None:
    from django.db import connection

    from shared_apps.accounts.models import TeamMember
    from shared_apps.plans.models import OrganizationPlan
    from tenants.models import Domain, Organization, SpareSchema

    connection.set_schema_to_public()  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'")
        for name in {name for (name,) in cursor.fetchall()} - kept - {"t_template"}:
            cursor.execute(f'DROP SCHEMA "{name}" CASCADE')
    SpareSchema.objects.exclude(schema_name__in=kept).delete()
    gone = Organization.objects.exclude(schema_name__in=kept)
    ids = list(gone.values_list("pk", flat=True))
    TeamMember.objects.filter(organization_id__in=ids).delete()
    OrganizationPlan.objects.filter(organization_id__in=ids).delete()
    Domain.objects.filter(tenant_id__in=ids).delete()
    gone.delete()


if __name__ == "__main__":
    main()
