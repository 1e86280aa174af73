"""`schema_status`: who is behind, and whose schema is not what the template is."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tenants.context import in_schema
from tenants.queries import schema_names
from tests.tenants.newer import Newer


def status(**options: Any) -> tuple[int, str]:
    """The exit code and what the command says."""
    told = StringIO()
    try:
        call_command("schema_status", stdout=told, **options)
    except SystemExit as leaving:
        return int(str(leaving.code)), told.getvalue()
    return 0, told.getvalue()


def in_beta(statement: str) -> None:
    with in_schema(schema_names()[1]), connection.cursor() as cursor:
        cursor.execute(statement)


def test_all_is_well(db: None) -> None:
    code, told = status()
    assert code == 0
    assert told.count(" newest\n") == 2
    assert "2 organizations, 0 not as the template" in told


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("DROP INDEX crm_companies_search", "- index crm_companies_search"),
        ("ALTER TABLE crm_company ADD COLUMN mood text", "~ table crm_company"),
        ("ALTER TABLE crm_company ALTER COLUMN city TYPE varchar(300)", "~ table crm_company"),
        ("ALTER TABLE crm_company ALTER COLUMN eik DROP NOT NULL", "~ table crm_company"),
        ("CREATE TABLE mood (id int)", "+ table mood"),
        (
            "DROP TRIGGER invoices_invoice_frozen ON invoices_invoice",
            "- trigger invoices_invoice.invoices_invoice_frozen",
        ),
        (
            "ALTER TABLE invoices_invoice DISABLE TRIGGER invoices_invoice_frozen",
            "+ strange invoices_invoice",
        ),
        (
            "ALTER TABLE workspace_organizationprofile DROP CONSTRAINT workspace_one_profile",
            "~ table workspace_org",
        ),
        (
            "CREATE OR REPLACE FUNCTION activity_keep_events() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$",
            "~ function activity_keep_events()",
        ),
        ("CREATE VIEW everybody AS SELECT 1 AS one", "+ strange everybody"),
    ],
)
def test_any_drift_is_named(db: None, statement: str, difference: str) -> None:
    in_beta(statement)
    code, told = status(wrong=True)
    assert code == 1
    assert told.startswith("beta ")
    assert f"drifted: {difference}" in told
    assert "2 organizations, 1 not as the template" in told


def test_rows_are_no_drift(db: None) -> None:
    in_beta("UPDATE workspace_organizationprofile SET city = 'Видин'")
    assert status()[0] == 0


def test_who_is_behind_is_told_with_what_is_missing(db: None, newer: Newer) -> None:
    newer.migration("catalog", 'migrations.RunSQL("CREATE TABLE catalog_mood (id int PRIMARY KEY)")')
    code, told = status()
    assert code == 1
    assert told.count("1 behind: catalog.0002_newer") == 2


def test_a_program_may_read_it(db: None) -> None:
    in_beta("DROP INDEX crm_companies_search")
    code, told = status(json=True)
    alpha, beta = map(json.loads, told.splitlines())
    assert code == 1
    assert (alpha["organization"], alpha["differences"]) == ("alpha", [])
    assert (beta["organization"], beta["differences"]) == ("beta", ["- index crm_companies_search"])
