"""What the house promises of its tables, read from the models and from the database itself."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from tenants.context import OrganizationRef

OURS = ("config", "tenants", "shared_apps", "tenant_apps")
FLOORS = [
    "core",
    "journal",
    "jobs",
    "tenants",
    "accounts",
    "plans",
    "website",
    "activity",
    "files",
    "workspace",
    "messages",
    "sharing",
    "integrations",
    "catalog",
    "crm",
    "documents",
    "invoices",
    "online_payments",
    "reconciliation",
    "client_portal",
    "imports",
    "dashboard",
]
# Django's own messages app has taken the label that ours would have.
LABELS = {"tenant_messages": "messages"}
ACROSS_THE_BORDER = {"sharing"}


def our_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m.__module__.split(".")[0] in OURS]


def in_tenant_schema(model: type[models.Model]) -> bool:
    return model.__module__.startswith("tenant_apps.")


def floor_of(model: type[models.Model]) -> int:
    label = model._meta.app_label
    return FLOORS.index(LABELS.get(label, label))


def rows(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchall()


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_field_says_whether_it_is_personal(model: Any) -> None:
    named = [*model.Data.plain, *model.Data.personal, *model.Data.secret]
    fields = {field.name for field in [*model._meta.concrete_fields, *model._meta.many_to_many]}
    assert sorted(named) == sorted(fields)


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_foreign_keys_point_down(model: Any) -> None:
    for field in model._meta.concrete_fields:
        target = field.related_model
        if target is None or target.__module__.split(".")[0] not in OURS:
            continue
        assert floor_of(target) <= floor_of(model), field


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_no_key_crosses_the_border_but_guardian_s(model: Any) -> None:
    if not in_tenant_schema(model):
        return
    for field in model._meta.concrete_fields:
        if field.related_model and not in_tenant_schema(field.related_model):
            assert model._meta.app_label in ACROSS_THE_BORDER and field.db_constraint is False, field


@pytest.mark.parametrize(
    "model",
    [m for m in our_models() if in_tenant_schema(m) and m._meta.app_label != "sharing"],
    ids=lambda model: model._meta.label,
)
def test_ids_in_an_organization_are_uuids(model: Any) -> None:
    assert isinstance(model._meta.pk, (models.UUIDField, models.OneToOneField))


def test_every_app_has_its_floor() -> None:
    ours = {label.split(".")[-1] for label in settings.INSTALLED_APPS if label.split(".")[0] in OURS[1:]}
    assert ours == set(FLOORS)


def test_no_constraint_crosses_schemas(alpha: OrganizationRef) -> None:
    crossing = rows(
        "SELECT conname FROM pg_constraint k "
        "JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid "
        "WHERE k.contype = 'f' AND a.relnamespace <> b.relnamespace"
    )
    assert crossing == []


def test_keys_inside_a_schema_are_checked_at_once(alpha: OrganizationRef) -> None:
    late = rows(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND condeferrable "
        "AND connamespace = %s::regnamespace",
        alpha.schema_name,
    )
    assert late == []


def test_every_table_of_an_organization_has_a_primary_key(alpha: OrganizationRef) -> None:
    without = rows(
        "SELECT relname FROM pg_class c "
        "WHERE relkind = 'r' AND relnamespace = %s::regnamespace AND NOT EXISTS "
        "(SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)",
        alpha.schema_name,
    )
    assert without == []


def test_no_table_name_lives_on_both_sides(alpha: OrganizationRef) -> None:
    both = rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' "
        "AND relnamespace IN ('public'::regnamespace, %s::regnamespace) "
        "GROUP BY relname HAVING count(*) > 1",
        alpha.schema_name,
    )
    assert both == [("django_migrations",)]


def test_trigger_functions_depend_on_no_search_path(alpha: OrganizationRef) -> None:
    functions = rows(
        "SELECT proname, prosrc, proconfig FROM pg_proc WHERE pronamespace = %s::regnamespace",
        alpha.schema_name,
    )
    assert functions
    for name, source, configuration in functions:
        assert configuration is None, name
        assert "search_path" not in source, name


def test_both_organizations_have_the_same_tables(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    shape = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default "
        "FROM information_schema.columns "
        "WHERE table_schema = %s ORDER BY 1, 2"
    )
    assert rows(shape, alpha.schema_name) == rows(shape, beta.schema_name) != []
