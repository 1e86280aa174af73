"""The list of documents against a naive evaluation; what one does to many; what one takes along."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.queries import actor_of
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.listing import listing_of
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    InvoiceChange,
    allocate_payment,
    annul_invoice,
    change_invoice,
    create_note,
    issue_invoice,
    mark_invoice_paid,
    send_invoice,
)
from tenant_apps.workspace.models import ListExport
from tenant_apps.workspace.queries import arranged_by_query
from tenants.context import OrganizationRef, in_organization, reference_to
from tenants.models import Organization
from tests.conftest import member_of
from tests.invoices.stories import AT, TODAY, client, draft, fresh, issued, line, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
Found = Callable[[str], list[Invoice]]


@pytest.fixture(scope="module")
def written(file_s_media: Path) -> list[Invoice]:
    """Documents of every kind and status, of two clients, in two currencies, for all tests of the file."""
    alpha = reference_to(Organization.objects.get(subdomain="alpha"))
    with in_organization(alpha):
        return _write(actor_of(member_of(alpha, "owner")))


@pytest.fixture
def books(written: list[Invoice], in_alpha: OrganizationRef) -> list[Invoice]:
    """What was `written`, as a test finds it."""
    return [fresh(one) for one in written]


def _write(owner: Actor) -> list[Invoice]:
    first, other = (
        client(owner, name="Алфа ООД"),
        client(owner, name="Бета ООД", eik="175074752", email="b@b.bg"),
    )
    late, soon = clock.now().date() - timedelta(days=9), clock.now().date() + timedelta(days=9)

    def of(price: str, *, due: date = soon, **more: Any) -> Invoice:
        return issued(owner, more.pop("company", first), items=(line("1", price),), due_date=due, **more)

    overdue, overdue_usd = of("10", due=late), of("20", due=late, currency="USD", company=other)
    paid, partly, sent = of("30", due=late), of("40", company=other), of("50", company=other)
    annulled, credited, halved = of("60"), of("70", due=late), of("80", due=late)
    proforma = of("90", kind="proforma")
    drafts = [draft(owner, first), draft(owner, other, kind="proforma")]
    mark_invoice_paid(invoice_id=paid.pk, received_on=TODAY, by=owner, at=AT)
    money = payment(owner, "5.00")
    allocate_payment(payment_id=money.pk, invoice_id=partly.pk, amount=Decimal("5.00"), by=owner, at=AT)
    send_invoice(invoice_id=sent.pk, by=owner, at=AT)
    annul_invoice(invoice_id=annulled.pk, reason="Сгрешена", by=owner, at=AT)
    notes = []
    for one, change in ((credited, None), (halved, "40")):
        note = create_note(invoice_id=one.pk, kind="credit_note", reason="Върнато", by=owner, at=AT)
        if change:
            change_invoice(
                invoice_id=note.pk, change=InvoiceChange(items=(line("1", change),)), by=owner, at=AT
            )
        notes.append(issue_invoice(invoice_id=note.pk, by=owner, at=AT))
    return [overdue, overdue_usd, paid, partly, sent, annulled, credited, halved, proforma, *drafts, *notes]


@pytest.fixture
def found(owner: Actor) -> Found:
    """The documents of an address, in its order."""
    return lambda query: list(arranged_by_query("invoice", query, owner, clock.now()).page.items)


def ids(rows: Iterable[Any]) -> set[Any]:
    return {one.pk for one in rows}


def test_every_status_is_found_as_it_is_told(books: list[Invoice], found: Found) -> None:
    on = clock.now().date()
    told = {one.status_on(on) for one in books}
    assert told == set(rules.STATUSES)
    for status in rules.STATUSES:
        of_it = [one for one in books if one.status_on(on) == status]
        assert ids(found(f"filter=status:is:{status}")) == ids(of_it), status
        assert ids(found(f"filter=status:not:{status}")) == ids(books) - ids(of_it), status
        assert {one.status for one in found(f"filter=status:is:{status}")} == {status}  # type: ignore[attr-defined]
    some = [one for one in books if one.status_on(on) in ("overdue", "draft")]
    assert ids(found("filter=status:is:overdue|draft")) == ids(some)
    assert found("filter=status:empty") == []


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("open:is:yes", lambda one: one.outstanding > 0),
        ("open:is:no", lambda one: one.outstanding <= 0),
        ("kind:is:credit_note", lambda one: one.is_credit),
        ("total:above:48", lambda one: one.signed_total > 48),
        ("total:below:0", lambda one: one.signed_total < 0),
        ("total:between:-48|48", lambda one: -48 <= one.signed_total <= 48),
        ("total:not:120", lambda one: one.signed_total != 120),
        ("total:is:-48", lambda one: one.signed_total == -48),
        ("outstanding:from:24", lambda one: one.outstanding >= 24),
        ("outstanding:is:0", lambda one: one.outstanding == 0),
        ("outstanding:empty", lambda one: False),
        ("currency:is:usd", lambda one: one.currency == "USD"),
        ("is_sent:is:yes", lambda one: one.sent_at is not None),
        ("is_advance:is:yes", lambda one: one.is_advance),
        ("number:empty", lambda one: one.number is None),
        ("issue_date:is:2026-03-15", lambda one: one.issue_date == TODAY),
        ("due_date:before:2026-03-15", lambda one: one.due_date is not None and one.due_date < TODAY),
        ("series:is:proforma", lambda one: one.series == "proforma"),
        ("company.name:is:Бета ООД", lambda one: one.company.name == "Бета ООД"),
        ("kind:is:proforma,status:not:draft", lambda one: one.kind == "proforma" and not one.is_draft),
        ("any(currency:is:USD,total:below:0)", lambda one: one.currency == "USD" or one.signed_total < 0),
        ("payment.amount:is:5", lambda one: one.paid_total == 5),
    ],
)
def test_a_filter_finds_what_a_person_would(
    books: list[Invoice], found: Found, asked: str, holds: Callable[[Invoice], bool]
) -> None:
    assert ids(found(f"filter={asked}")) == {one.pk for one in books if holds(one)}


def test_every_column_shows_and_orders(books: list[Invoice], found: Found, browser: Client) -> None:
    def by(value: Callable[[Invoice], Any], name: str) -> None:
        known = [one for one in books if value(one) is not None]
        lacking = [one.pk for one in sorted(books, key=lambda one: one.pk) if value(one) is None]
        up = sorted(known, key=lambda one: (value(one), one.pk))
        assert [one.pk for one in found(f"ordering={name}")] == [*(one.pk for one in up), *lacking], name
        down = [*(one.pk for one in reversed(up)), *reversed(lacking)]
        assert [one.pk for one in found(f"ordering=-{name}")] == down, name

    by(lambda one: one.number, "number")
    by(lambda one: one.issue_date, "issue_date")
    by(lambda one: one.due_date, "due_date")
    by(lambda one: one.signed_total, "total")
    by(lambda one: one.outstanding, "outstanding")
    by(lambda one: one.pk, "created_at")
    names = ",".join(column.name for column in listing_of("invoice").columns)
    page = browser.get(f"/invoices/?columns={names}&ordering=client").text
    assert "-€84.00" in page.replace("−", "-") and "<del>" in page


def test_the_foot_says_what_it_adds(books: list[Invoice], browser: Client, owner: Actor) -> None:
    listed = browser.get("/invoices/").context["list"]
    added = [one for one in books if one.state != "annulled" and one.kind != "proforma"]

    def total(rows: Iterable[Invoice], currency: str) -> Decimal:
        return sum((one.signed_total for one in rows if one.currency == currency), Decimal(0))

    def owed(currency: str) -> Decimal:
        return sum((one.outstanding for one in books if one.currency == currency), Decimal(0))

    assert listed.count == (len(books), False)
    assert listed.totals == [
        ("Total", [(total(added, "EUR"), "EUR"), (total(added, "USD"), "USD")]),
        ("Outstanding", [(owed("EUR"), "EUR"), (owed("USD"), "USD")]),
    ]
    assert "annulled documents and proformas are not added" in browser.get("/invoices/").text


def test_groups_lead_to_their_documents(books: list[Invoice], browser: Client) -> None:
    for name in ("status", "kind", "company", "currency"):
        for group in browser.get(f"/invoices/?group={name}").context["list"].groups:
            assert len(browser.get(group.url).context["list"].page.items) == group.count, (name, group.label)
    labels = {one.label for one in browser.get("/invoices/?group=company").context["list"].groups}
    assert labels == {"Алфа ООД", "Бета ООД"}


def test_clients_and_deals_are_asked_for_their_documents(
    books: list[Invoice], owner: Actor, in_alpha: OrganizationRef
) -> None:
    def names(entity: str, asked: str) -> set[str]:
        return {str(one) for one in arranged_by_query(entity, f"filter={asked}", owner, AT).page.items}

    assert names("company", "invoice.kind:is:credit_note") == {"Алфа ООД"}
    assert names("company", "invoice.currency:is:USD") == {"Бета ООД"}
    assert names("deal", "invoice.kind:is:invoice") == set()
    assert names("payment", "invoice.number:is:" + str(books[2].number)) == {"€36.00"}


def test_others_documents_are_not_listed(books: list[Invoice], user: Actor) -> None:
    mine = draft(user)
    shown = arranged_by_query("invoice", "", user, clock.now())
    assert ids(shown.page.items) == {mine.pk}
    assert shown.totals[0] == ("Total", [(Decimal("120.00"), "EUR")])


def test_the_built_in_views_stand_above_the_list(books: list[Invoice], browser: Client) -> None:
    tabs = browser.get("/invoices/").context["list"].view_tabs
    assert [tab.label for tab in tabs] == ["All", "Unpaid", "Overdue", "Drafts", "Credit notes", "Proformas"]
    assert [tab.is_current for tab in tabs] == [True, *[False] * 5]
    for place, tab in enumerate(tabs):
        listed = browser.get(f"{tab.url}&ordering=-total").context["list"]
        assert [one.is_current for one in listed.view_tabs].index(True) == place
        assert listed.page.items


@pytest.mark.parametrize(
    "query",
    [
        "",
        "filter=status:is:overdue,issue_date:this:year&ordering=-outstanding",
        "filter=company.name:contains:алфа,open:is:yes&ordering=number",
        "columns=number,deal,contact,company,series,owner,kind,client&group=company",
    ],
)
def test_the_list_asks_the_database_little(
    books: list[Invoice], browser: Client, query: str, django_assert_max_num_queries: Any
) -> None:
    browser.get("/invoices/")
    with django_assert_max_num_queries(8):
        browser.get(f"/invoices/?{query}")


def test_the_file_holds_numbers_and_takes_credit_notes_off(
    books: list[Invoice], browser: Client, owner: Actor
) -> None:
    from openpyxl import load_workbook

    browser.post("/lists/invoice/export/", {"query": "columns=status,total", "format": "xlsx"})
    export = ListExport.objects.get()
    assert export.file
    head, *rows = load_workbook(BytesIO(read_bytes(export.file))).active.iter_rows(values_only=True)
    assert head == ("Number", "Status", "Total", "Total, currency")
    assert len(rows) == len(books)
    assert sum(Decimal(str(row[2])) for row in rows) == sum(one.signed_total for one in books)
    assert {row[1] for row in rows} >= {"Draft", "Overdue", "Annulled"}


def test_the_api_takes_the_same_filter(books: list[Invoice], api: Any) -> None:
    listed = api.get("/api/v1/invoices/?filter=kind:is:credit_note,total:below:-50").json()["items"]
    assert [one["total"] for one in listed] == ["84.00"]
    refused = api.get("/api/v1/invoices/?filter=shoe:is:1")
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "filter"
    paid = api.get("/api/v1/payments/?filter=status:is:matched,amount:above:5").json()["items"]
    assert [one["amount"] for one in paid] == ["36.00"]
