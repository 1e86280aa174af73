"""The books: what is owed and for how long, statements, VAT, the ledger, the threshold."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from tenant_apps.crm.models import Company
from tenant_apps.invoices import queries
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    BuyerWithoutEmail,
    PeriodBackwards,
    allocate_payment,
    annul_invoice,
    create_note,
    issue_invoice,
    send_statement,
)
from tenant_apps.invoices.queries import Client
from tenant_apps.invoices.rules import books, nra
from tenant_apps.messages.models import OutgoingMessage
from tenant_apps.messages.queries import attachments_of
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tenants.context import OrganizationRef
from tests.invoices.stories import (
    AT,
    TODAY,
    another_series,
    client,
    draft,
    events_of,
    issued,
    issued_before_the_rules,
    line,
    payment,
)

D = Decimal
pytestmark = pytest.mark.usefixtures("in_alpha")
MARCH = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}


def on_day(day: date) -> dict[str, Any]:
    return {"issue_date": day, "at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC)}


def issued_on(by: Actor, day: date, company: Company | None = None, **more: Any) -> Invoice:
    """An invoice of 120.00 EUR that is due on the day of issue, which may be before that of others."""
    whole = draft(by, company, due_date=day, series=another_series(), **more)
    return issue_invoice(invoice_id=whole.pk, by=by, **on_day(day))


def credited(by: Actor, invoice: Invoice, day: date = TODAY) -> Invoice:
    note = create_note(invoice_id=invoice.pk, kind="credit_note", reason="Върнато", by=by, at=AT)
    return issue_invoice(invoice_id=note.pk, by=by, **on_day(day))


def pay(by: Actor, invoice: Invoice, amount: str, day: date) -> None:
    money = payment(by, amount, company_id=invoice.company_id, received_on=day)
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=D(amount), by=by, at=AT)


# What is owed
# -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_late", "age"),
    [(-5, "not_due"), (0, "not_due"), (1, "days_30"), (30, "days_30"), (31, "days_60"), (60, "days_60"),
     (61, "days_90"), (90, "days_90"), (91, "older")],
)  # fmt: skip
def test_a_debt_is_as_old_as_it_is_late(owner: Actor, days_late: int, age: str) -> None:
    due = TODAY - timedelta(days=days_late)
    whole = draft(owner, due_date=due)
    issue_invoice(invoice_id=whole.pk, by=owner, **on_day(min(due, TODAY)))
    (row,) = queries.aged_receivables(owner, on=TODAY, today=TODAY)
    assert {name: amount for name, amount in row.by_age.items() if amount} == {age: D("120.00")}
    assert (row.name, row.currency, row.total) == ("Клиент ООД", "EUR", D("120.00"))


def test_what_is_paid_credited_annulled_or_only_asked_for_is_not_owed(owner: Actor) -> None:
    company = client(owner)
    pay(owner, issued(owner, company), "20.00", TODAY)
    credited(owner, issued(owner, company))
    annul_invoice(invoice_id=issued(owner, company).pk, reason="Грешка", by=owner, at=AT)
    issued(owner, company, kind="proforma", series="proforma")
    draft(owner, company)
    (total,) = queries.aged_totals(owner, on=TODAY, today=TODAY)
    assert (total["in_all"], total["document_count"]) == (D("100.00"), 1)


def test_an_earlier_day_knows_nothing_of_what_came_after(owner: Actor) -> None:
    first = issued_on(owner, date(2026, 1, 10))
    pay(owner, first, "50.00", date(2026, 2, 10))
    issued_on(owner, date(2026, 3, 1), first.company)

    def owed(on: date) -> Decimal:
        return sum((one.total for one in queries.aged_receivables(owner, on=on, today=TODAY)), D(0))

    assert [owed(date(2026, 1, 9)), owed(date(2026, 1, 31)), owed(date(2026, 2, 28)), owed(TODAY)] == [
        D("0"),
        D("120.00"),
        D("70.00"),
        D("190.00"),
    ]


# Statements
# -----------------------------------------------------------------------------------------------------------


def test_a_statement_goes_from_what_was_owed_to_what_is_owed(owner: Actor) -> None:
    company = client(owner)
    old = issued_on(owner, date(2026, 1, 10), company)
    pay(owner, old, "20.00", date(2026, 2, 1))
    issued_on(owner, date(2026, 3, 2), company)
    credited(owner, old)
    annul_invoice(invoice_id=issued_on(owner, date(2026, 3, 3), company).pk, reason="Грешка", by=owner, at=AT)
    payment(owner, "30.00", company_id=company.pk, received_on=date(2026, 3, 9))
    (told,) = queries.statements_of(Client(company_id=company.pk), owner, **MARCH)
    assert (told.opening, told.charged, told.settled, told.closing) == (
        D("100.00"), D("120.00"), D("150.00"), D("70.00"),
    )  # fmt: skip
    assert [(one.what, one.amount, one.balance) for one in told.movements] == [
        ("invoice", D("120.00"), D("220.00")),
        ("payment", D("-30.00"), D("190.00")),
        ("credit_note", D("-120.00"), D("70.00")),
    ]


def test_money_of_another_client_counts_where_it_was_given(owner: Actor) -> None:
    ours = client(owner)
    theirs = client(owner, name="Друг ООД", eik="831646048")
    money = payment(owner, "120.00", company_id=theirs.pk)
    invoice = issued(owner, ours)
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=D(100), by=owner, at=AT)
    closing = {}
    for company in (ours, theirs):
        (told,) = queries.statements_of(Client(company_id=company.pk), owner, **MARCH)
        closing[company.name] = told.closing
    assert closing == {"Клиент ООД": D("20.00"), "Друг ООД": D("-20.00")}


moves = st.lists(
    st.tuples(st.sampled_from(["invoice", "credit", "payment"]), st.integers(0, 200), st.integers(1, 50_000)),
    min_size=1,
    max_size=7,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves, since=st.integers(0, 200), days=st.integers(0, 100))
def test_opening_and_movements_always_make_the_closing(
    owner: Actor, moves: list[tuple[str, int, int]], since: int, days: int
) -> None:
    start = date(2025, 8, 1)
    company = client(owner)
    expected: list[tuple[date, Decimal]] = []
    for what, ago, cents in moves:
        day, amount = start + timedelta(days=ago), D(cents) / 100
        if what == "payment":
            payment(owner, str(amount), company_id=company.pk, received_on=day)
            expected.append((day, -amount))
            continue
        invoice = issued_on(owner, day, company, items=(line("1", str(amount), "0", vat_code="exempt"),))
        expected.append((day, amount))
        if what == "credit":
            expected.append((credited(owner, invoice, day).issue_date or day, -amount))
    first = start + timedelta(days=since)
    last = first + timedelta(days=days)
    told = queries.statements_of(Client(company_id=company.pk), owner, since=first, until=last)
    before = sum((amount for day, amount in expected if day < first), D(0))
    within = [amount for day, amount in expected if first <= day <= last]
    if not told:
        assert (before, within) == (0, [])
        return
    (one,) = told
    assert (one.opening, one.closing) == (before, before + sum(within))
    assert one.opening + one.charged - one.settled == one.closing
    assert sorted(move.amount for move in one.movements) == sorted(within)
    assert not one.movements or one.movements[-1].balance == one.closing


def test_a_statement_is_sent_with_its_pdf(owner: Actor, run_jobs: Callable[[], list[str]]) -> None:
    company = client(owner, email="office@client.example")
    issued(owner, company)
    for _again in range(2):
        send_statement(client=Client(company_id=company.pk), **MARCH, by=owner, at=AT)
    assert events_of(company).count("invoices.statement_sent") == 2
    run_jobs()
    messages = OutgoingMessage.objects.filter(about_id=company.pk)
    assert [message.to for message in messages] == ["office@client.example"] * 2
    assert "120,00" in messages[0].body_text
    (attached,) = attachments_of(messages[0].pk)
    assert (attached.name, attached.content_type) == (
        "Извлечение-2026-03-01-2026-03-31.pdf",
        "application/pdf",
    )


def test_a_statement_needs_an_address_an_order_of_days_and_the_right(owner: Actor, user: Actor) -> None:
    company = client(owner)
    about = {"client": Client(company_id=company.pk), "at": AT}
    with pytest.raises(BuyerWithoutEmail):
        send_statement(**about, **MARCH, by=owner)
    with pytest.raises(PeriodBackwards):
        send_statement(**about, since=TODAY, until=TODAY - timedelta(days=1), by=owner)
    with pytest.raises(NotAllowed):
        send_statement(**about, **MARCH, by=user)


# VAT and the ledger
# -----------------------------------------------------------------------------------------------------------


def test_vat_counts_notes_negative_and_leaves_out_what_is_not_a_tax_document(owner: Actor) -> None:
    company = client(owner)
    whole = issued(owner, company, items=(line(), line("1", "50", "9")))
    note = create_note(invoice_id=whole.pk, kind="credit_note", reason="Върнато", by=owner, at=AT)
    issue_invoice(invoice_id=note.pk, by=owner, at=AT)
    issued(owner, company, items=(line("1", "10"),))
    annul_invoice(invoice_id=issued(owner, company).pk, reason="Грешка", by=owner, at=AT)
    issued(owner, company, kind="proforma", series="proforma")
    rows = queries.vat_summary(owner, **MARCH)
    assert [(row.rate, row.code, row.document_count, row.base, row.vat) for row in rows] == [
        (D("20.00"), "standard", 3, D("10.00"), D("2.00")),
        (D("9.00"), "reduced", 2, D("0.00"), D("0.00")),
    ]


def test_foreign_documents_are_told_in_euro_to_the_cent(owner: Actor) -> None:
    rated = {"currency": "USD", "exchange_rate": D("1.1111"), "exchange_rate_on": TODAY}
    whole = issued(owner, items=(line("1", "33.33"), line("1", "66.67", "9")), **rated)
    rows = queries.vat_summary(owner, **MARCH)
    assert sum(row.base for row in rows) == whole.net_total_eur
    assert sum(row.vat for row in rows) == whole.vat_total_eur
    issued_before_the_rules(owner, currency="USD", exchange_rate=None, exchange_rate_on=None)
    assert queries.vat_summary(owner, **MARCH) != [] and queries.without_rate(owner, **MARCH) == 1


def test_the_ledger_puts_each_treatment_into_its_box(owner: Actor) -> None:
    abroad = client(owner, name="Kunde GmbH", eik=None, country="DE", vat_number="DE811569869")
    codes = {"eu_goods": "15", "eu_services": "17", "export": "14", "exempt": "19", "triangular": "25"}
    for code in (*codes, "reverse_charge"):
        issued_before_the_rules(owner, abroad, items=(line(vat_rate="0", vat_code=code),))
    rows = queries.sales_ledger(owner, **MARCH)
    assert [next(iter(row.boxes), None) for row in rows] == [*codes.values(), None]
    assert [row.unplaced for row in rows][-1] == D("100.00")
    assert rows[0].client_number == "DE811569869"


def test_an_annulled_document_keeps_its_line_without_amounts(owner: Actor) -> None:
    annul_invoice(invoice_id=issued(owner).pk, reason="Грешка", by=owner, at=AT)
    (row,) = queries.sales_ledger(owner, **MARCH)
    assert (row.is_annulled, row.boxes, row.box("10")) == (True, {}, D("0.00"))


treatments = st.sampled_from(
    [("20", "standard"), ("9", "reduced"), ("0", "exempt"), ("0", "treated_as_export"), ("20", "")]
)
documents = st.lists(
    st.tuples(
        st.lists(st.tuples(treatments, st.integers(1, 99_999)), min_size=1, max_size=4),
        st.sampled_from(["EUR", "USD"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=documents, month=st.integers(0, 11), rate=st.decimals("0.5", "2", places=6))
def test_the_columns_of_the_ledger_are_the_vat_summary(
    owner: Actor, documents: list[Any], month: int, rate: Decimal
) -> None:
    day = date(2025, month + 1, 15)
    period = {"since": day.replace(day=1), "until": books.month_end(day.replace(day=1))}
    before = queries.vat_summary(owner, **period)
    company = client(owner)
    added = D(0)
    for lines, currency, is_credited in documents:
        items = tuple(line("1", str(D(cents) / 100), bp[0], vat_code=bp[1]) for bp, cents in lines)
        rated = {} if currency == "EUR" else {"exchange_rate": rate, "exchange_rate_on": day}
        whole = issued_on(owner, day, company, items=items, currency=currency, **rated)
        if is_credited:
            credited(owner, whole, day)
        else:
            added += whole.net_total if currency == "EUR" else whole.net_total_eur or D(0)
    rows, ledger = queries.vat_summary(owner, **period), queries.sales_ledger(owner, **period)
    assert sum(row.base for row in rows) - sum(row.base for row in before) == added
    totals = books.box_totals(ledger, nra.AMOUNTS)
    expected = dict.fromkeys(totals, D(0))
    for row in rows:
        for box, amount in zip(books.boxes_of(row.code, row.rate) or (), (row.base, row.vat), strict=False):
            if box:
                expected[box] += amount
    assert {box: totals[box] for box in expected if box not in {"10", "20"}} == {
        box: amount for box, amount in expected.items() if box not in {"10", "20"}
    }
    assert totals["20"] == sum(row.vat for row in rows)


def test_the_file_for_the_revenue_agency_is_fixed_to_the_character(owner: Actor) -> None:
    issued(owner, client(owner, vat_number="BG121644736"), items=(line("2", "617.28"), line("1", "50", "9")))
    credited(owner, issued(owner, client(owner, name="Ана\nБ", eik=None, country="US")))
    content = queries.nra_ledger(owner, month=date(2026, 3, 1))
    records = content.decode("cp1251").split("\r\n")
    assert records.pop() == ""
    assert {len(record) for record in records} == {nra.RECORD_LENGTH}
    first, _second, third = records
    assert first[:25] == "BG175074752    202603   0"
    assert first[25:42] == f"{'1':>15}01"
    assert first[42:87] == "0000000001          15/03/2026BG121644736    "
    assert first[87:167] == f"{'Клиент ООД':<50}{'Консултация':<30}"
    amounts = [D(first[at : at + 15]) for at in range(167, 422, 15)]
    assert dict(zip(nra.AMOUNTS, amounts, strict=True)) | {} == dict.fromkeys(nra.AMOUNTS, D("0.00")) | {
        "10": D("1284.56"), "20": D("251.41"), "11": D("1234.56"), "21": D("246.91"), "13": D("50.00"),
        "24": D("4.50"),
    }  # fmt: skip
    assert (third[40:42], third[72:87], third[87:92]) == ("03", "9" * 15, "Ана Б")
    assert D(third[167:182]) == D("-100.00")


def test_the_series_are_proved(owner: Actor) -> None:
    issued(owner)
    early = issued_before_the_rules(owner)
    assert early.number == "0000000002"
    (audit,) = queries.month_audits(owner, **MARCH)
    assert (audit.first, audit.last, audit.document_count) == ("0000000001", "0000000002", 2)
    assert (audit.gap_count, audit.duplicate_count, audit.disorder_count) == (0, 0, 0)


# The threshold of VAT registration
# -----------------------------------------------------------------------------------------------------------


def test_the_radar_counts_what_the_act_counts(owner: Actor) -> None:
    change = ProfileChange(is_vat_registered=False, vat_number="")
    change_organization(change=change, by=owner, at=AT)
    issued_on(owner, date(2025, 12, 31), items=(line("1", "9000", None, vat_code="not_registered"),))
    issued_on(owner, date(2026, 1, 5), items=(line("1", "20000", None, vat_code="not_registered"),))
    issued(owner, items=(line("1", "5000", "0", vat_code="exempt"),))
    radar = queries.vat_radar(owner, on=TODAY)
    assert radar is not None
    assert (radar.turnover, radar.threshold.amount, radar.share) == (D("20000.00"), D("51130.00"), 39)
    assert radar.reached_on == TODAY + timedelta(days=97)
    assert queries.vat_radar(owner, on=date(2025, 6, 1)) is None


@given(
    turnover=st.integers(0, 60_000),
    recent=st.integers(0, 60_000),
    on=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_a_forecast_is_a_day_of_this_year_on_which_the_pace_is_enough(
    turnover: int, recent: int, on: date
) -> None:
    most = D("51130")
    day = books.forecast_day(turnover=D(turnover), recent=D(recent), recent_days=90, most=most, on=on)
    if day is not None:
        assert on <= day <= date(2026, 12, 31)
        assert turnover + D(recent) * (day - on).days / 90 >= most


def test_months_are_read_and_end_where_they_end() -> None:
    assert [books.read_month(text) for text in ("2026-03", "2026-13", "2026-3", "")] == [
        date(2026, 3, 1), None, None, None,
    ]  # fmt: skip
    assert books.month_end(date(2028, 2, 1)) == date(2028, 2, 29)
    assert books.month_before(date(2026, 1, 15)) == date(2025, 12, 1)


# Pages and API
# -----------------------------------------------------------------------------------------------------------

PAGES = [
    "/books/", "/books/receivables/", "/books/open-items/", "/books/vat/?year=2026", "/books/packs/",
    "/books/ledger/?month=2026-03",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_alive_and_asks_little(
    owner: Actor, browser: Browser, path: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        issued(owner, client(owner, name=f"Клиент {number} ООД"))
    browser.get(path)
    with django_assert_max_num_queries(13):
        response = browser.get(path)
    assert response.status_code == 200
    assert "€" in response.content.decode() or "packs" in path or "0000000003" in response.content.decode()


def test_the_statement_page_shows_and_prints(owner: Actor, browser: Browser) -> None:
    company = client(owner)
    issued(owner, company)
    path = f"/companies/{company.pk}/statement/"
    period = "?since=2026-03-01&until=2026-03-31"
    assert "€120.00" in browser.get(path + period).content.decode()
    assert browser.get(f"{path}pdf/{period}").content.startswith(b"%PDF")
    assert f'href="{path}"' in browser.get(f"/companies/{company.pk}/").content.decode()


def test_the_radar_is_shown_to_those_who_are_not_registered(owner: Actor, browser: Browser) -> None:
    marked = 'id="radar-title"'
    assert all(marked not in browser.get(path).content.decode() for path in ("/", "/settings/organization/"))
    change_organization(change=ProfileChange(is_vat_registered=False), by=owner, at=AT)
    for path in ("/", "/books/", "/settings/organization/"):
        assert marked in browser.get(path).content.decode()


def test_the_api_tells_the_same(owner: Actor, api: Browser) -> None:
    company = client(owner)
    issued(owner, company)
    base = "/api/v1/"

    def asked(path: str) -> Any:
        response = api.get(base + path)
        assert response.status_code == 200, response.content
        return response.json()

    assert asked("books/receivables/")["items"][0]["total"] == "120.00"
    assert asked("books/open-items/")["items"][0]["outstanding"] == "120.00"
    vat = asked("books/vat-summary/?since=2026-03-01&until=2026-03-31")["items"]
    assert (vat[0]["rate"], vat[0]["base"], vat[0]["vat"]) == ("20.00", "100.00", "20.00")
    assert asked("books/sales-ledger/?month=2026-03")["items"][0]["boxes"]["11"] == "100.00"
    told = asked(f"companies/{company.pk}/statement/?since=2026-03-01&until=2026-03-31")["items"]
    assert (told[0]["closing"], told[0]["movements"][0]["kind"]) == ("120.00", "invoice")
    assert asked("books/vat-threshold/")["threshold"] == "51130.00"
    assert len(api.get(base + "books/sales-ledger/nra/?month=2026-03").content) == nra.RECORD_LENGTH + 2
    assert api.get(base + "books/sales-ledger/?month=03.2026").status_code == 422


def test_the_books_are_not_for_everybody(api_of: Callable[..., Browser], alpha: OrganizationRef) -> None:
    for scopes, status in ((("books:read",), 200), (("invoices:read",), 403)):
        assert api_of(alpha, "manager", scopes).get("/api/v1/books/receivables/").status_code == status
    assert api_of(alpha, "user").get("/api/v1/books/receivables/").status_code == 403
