"""The audit of numbers: right by itself, and told what is wrong where somebody reached into the database."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils.translation import override

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import annul_invoice, create_offer_version, send_offer
from tenant_apps.invoices.queries import SeriesAudit, audit_series
from tenant_apps.invoices.templatetags.invoices import fault_words
from tenant_apps.workspace.models import NumberSeries
from tenant_apps.workspace.operations import add_series, change_series_start
from tests.invoices.offering import sent_offer
from tests.invoices.stories import AT, TODAY, client, draft, issued, line

pytestmark = pytest.mark.usefixtures("in_alpha")


def audit_of(by: Actor, code: str = "tax") -> SeriesAudit:
    return next(one for one in audit_series(by) if one.series.code == code)


def _without_lines(cursor: Any, statement: str, values: tuple[Any, ...]) -> None:
    """The lines of what is about to be deleted go first."""
    for table, lines, key in (
        ("invoices_invoice", "invoices_invoiceitem", "invoice_id"),
        ("invoices_offer", "invoices_offeritem", "offer_id"),
    ):
        _start, named, rest = statement.partition(f"DELETE FROM {table}")  # noqa: S608
        if named:
            gone = f"DELETE FROM {lines} WHERE {key} IN (SELECT id FROM {table}{rest})"  # noqa: S608
            cursor.execute(gone, values)


def meddle(statement: str, *values: Any) -> None:
    """Reach into the database past every trigger and constraint, as no operation can."""
    with connection.cursor() as cursor:
        for act in ("DISABLE", "ENABLE"):
            for table in ("invoices_invoice", "invoices_invoiceitem", "invoices_offer", "invoices_offeritem"):
                cursor.execute(f"ALTER TABLE {table} {act} TRIGGER USER")
            if act == "DISABLE":
                _without_lines(cursor, statement, values)
                cursor.execute(statement, values)


def test_whole_series_are_told_from_first_to_last(owner: Actor) -> None:
    change_series_start(next_number=41, by=owner, at=AT)
    buyer = client(owner)
    issued(owner, buyer, at=AT - timedelta(days=3))
    wrong = issued(owner, buyer, at=AT - timedelta(days=1))
    annul_invoice(invoice_id=wrong.pk, reason="Сгрешена", by=owner, at=AT)
    last = issued(owner, buyer)
    draft(owner, buyer)

    audit = audit_of(owner)

    assert (audit.first_number, audit.last_number) == ("0000000041", "0000000043")
    assert (audit.document_count, audit.annulled_count) == (3, 1)
    assert (audit.first_day, audit.last_day) == (TODAY - timedelta(days=3), TODAY)
    assert audit.last_issued_at == last.issued_at
    assert audit.is_right and audit.faults == ()


def test_every_series_stands_by_itself(owner: Actor) -> None:
    shop = add_series(name="Магазин", first_number=5_000_001, by=owner, at=AT)
    buyer = client(owner)
    for series in (shop.code, "", shop.code):
        issued(owner, buyer, series=series)
    issued(owner, buyer, kind="proforma")

    audits = audit_series(owner)

    assert [(one.series.code, one.document_count, one.last_number) for one in audits] == [
        ("tax", 1, "0000000001"),
        (shop.code, 2, "0005000002"),
        ("proforma", 1, "PF-000001"),
        ("offer", 0, ""),
    ]
    assert all(one.is_right for one in audits)


def test_a_series_that_nobody_used_is_right(owner: Actor) -> None:
    audit = audit_of(owner)
    assert audit.is_right and audit.document_count == 0 and audit.first_number == ""


def test_numbers_that_are_on_no_document_are_named(owner: Actor) -> None:
    buyer = client(owner)
    first, *_between, last = (issued(owner, buyer) for _count in range(5))
    meddle("DELETE FROM invoices_invoice WHERE number IN ('0000000002', '0000000003', '0000000004')")

    audit = audit_of(owner)

    assert not audit.is_right and audit.missing_count == 3
    (fault,) = audit.faults
    assert (fault.kind, fault.since, fault.until) == ("gap", "0000000002", "0000000004")
    assert fault.document_id == last.pk
    with override("en"):
        assert fault_words(fault) == "Numbers 0000000002 to 0000000004 are on no document."
    assert first.number == audit.first_number


def test_numbers_missing_at_either_end_are_missing_too(owner: Actor) -> None:
    buyer = client(owner)
    for _count in range(3):
        issued(owner, buyer)
    meddle("DELETE FROM invoices_invoice WHERE number IN ('0000000001', '0000000003')")
    audit = audit_of(owner)
    assert audit.missing_count == 2
    assert [(fault.since, fault.until) for fault in audit.faults] == [
        ("0000000001", "0000000001"),
        ("0000000003", "0000000003"),
    ]
    assert audit.faults[-1].document_id is None
    meddle("DELETE FROM invoices_invoice")
    emptied = audit_of(owner)
    assert (emptied.missing_count, len(emptied.faults), emptied.is_right) == (3, 1, False)


def test_offers_are_counted_once_however_many_versions_they_have(browser: Client, owner: Actor) -> None:
    buyer = client(owner, email="office@client.example")
    first, _second, third = (sent_offer(owner, buyer) for _count in range(3))
    newer = create_offer_version(offer_id=first.pk, by=owner, at=AT)
    send_offer(offer_id=newer.pk, by=owner, at=AT)
    audit = audit_of(owner, "offer")
    assert (audit.document_count, audit.is_right, audit.last_number) == (3, True, third.number)
    meddle("DELETE FROM invoices_offer WHERE number = 'OF-000002'")
    (fault,) = audit_of(owner, "offer").faults
    assert (fault.since, fault.document_id) == ("OF-000002", third.pk)
    assert f'href="/offers/{third.pk}/"' in browser.get("/invoices/audit/").content.decode()


def test_a_number_on_two_documents_is_named(owner: Actor) -> None:
    buyer = client(owner)
    issued(owner, buyer)
    twin = issued(owner, buyer)
    meddle("ALTER TABLE invoices_invoice DROP CONSTRAINT invoices_invoice_number_key")
    meddle("UPDATE invoices_invoice SET number = '0000000001' WHERE id = %s", twin.pk)

    audit = audit_of(owner)

    assert (audit.duplicate_count, audit.missing_count) == (1, 1)
    assert {fault.kind for fault in audit.faults} == {"duplicate", "gap"}
    with override("en"):
        assert "Number 0000000001 is on more than one document." in map(fault_words, audit.faults)


def test_a_day_before_that_of_the_number_before_is_named(owner: Actor) -> None:
    buyer = client(owner)
    issued(owner, buyer)
    late = issued(owner, buyer)
    meddle("UPDATE invoices_invoice SET issue_date = %s WHERE id = %s", date(2026, 3, 1), late.pk)

    audit = audit_of(owner)

    assert (audit.disorder_count, audit.missing_count, audit.duplicate_count) == (1, 0, 0)
    (fault,) = audit.faults
    assert (fault.document_id, fault.day, fault.day_before) == (late.pk, date(2026, 3, 1), TODAY)
    with override("en"):
        assert fault_words(fault) == "0000000002 is dated before 0000000001, which is of 15 Mar 2026."


def test_a_hundred_thousand_numbers_are_asked_in_one_statement(
    owner: Actor, django_assert_num_queries: Any
) -> None:
    model = issued(owner, items=(line(),))
    columns = ", ".join(
        field.column for field in Invoice._meta.fields if field.column not in {"id", "number", "issue_date"}
    )
    fill = (
        f"INSERT INTO invoices_invoice (id, number, issue_date, {columns}) "  # noqa: S608
        f"SELECT gen_random_uuid(), lpad(n::text, 10, '0'), %s::date + n / 300, {columns} "
        "FROM invoices_invoice, generate_series(2, 100000) AS n WHERE id = %s"
    )
    meddle(fill, model.issue_date, model.pk)
    NumberSeries.objects.filter(code="tax").update(next_number=100_001)
    with django_assert_num_queries(2):
        audit = audit_of(owner)
    assert audit.is_right and audit.document_count == 100_000


def test_it_takes_the_right_to_see_every_document(user: Actor) -> None:
    with pytest.raises(NotAllowed):
        audit_series(user)


def test_the_page_says_so_and_links_what_is_wrong(
    browser: Client, owner: Actor, django_assert_max_num_queries: Any
) -> None:
    buyer = client(owner)
    first, second = issued(owner, buyer), issued(owner, buyer)
    with django_assert_max_num_queries(8):
        page = browser.get("/invoices/audit/").content.decode()
    assert "Every series is whole" in page and f"{first.number} – {second.number}" in page
    meddle("DELETE FROM invoices_invoice WHERE id = %s", first.pk)
    page = browser.get("/invoices/audit/").content.decode()
    assert "Something is wrong" in page and f"/invoices/{second.pk}/" in page


def test_the_list_and_the_settings_lead_to_it(browser: Client) -> None:
    for address in ("/invoices/", "/settings/numbers/"):
        assert 'href="/invoices/audit/"' in browser.get(address).content.decode()


def test_programs_read_it_too(api: Any, api_of: Any, alpha: Any, owner: Actor) -> None:
    buyer = client(owner)
    issued(owner, buyer)
    issued(owner, buyer)
    tax, proforma, _offer = api.get("/api/v1/series-audit/").json()["items"]
    assert (tax["code"], tax["kind"], tax["is_right"], tax["faults"]) == ("tax", "tax", True, [])
    assert (tax["first_number"], tax["last_number"]) == ("0000000001", "0000000002")
    assert (proforma["document_count"], proforma["last_number"]) == (0, None)
    meddle("DELETE FROM invoices_invoice WHERE number = '0000000001'")
    (fault,) = api.get("/api/v1/series-audit/").json()["items"][0]["faults"]
    assert (fault["kind"], fault["since"], fault["until"]) == ("gap", "0000000001", "0000000001")
    assert api_of(alpha, "user").get("/api/v1/series-audit/").status_code == 403
