"""Statements as people see them: upload, rehearsal, errors, lines, undo; few statements to the database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenant_apps.crm.operations import CompanyChange, ContactChange, create_company, create_contact
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import refund_payment
from tenant_apps.reconciliation.models import BankAccount, BankLine, LineRule, Statement
from tenant_apps.reconciliation.operations import (
    RuleInput,
    archive_bank_account,
    archive_line_rule,
    create_line_rule,
)
from tenant_apps.reconciliation.queries import lines as queries_of_lines
from tenant_apps.reconciliation.templatetags import reconciliation as templatetags
from tenants.context import OrganizationRef
from tests.reconciliation.conftest import IBAN, OTHER_IBAN, PAYER_IBAN, Till
from tests.reconciliation.samples import Move, camt, table
from tests.reconciliation.test_import_statement import MOVES, typed_payment

HTMX = {"HTTP_HX_REQUEST": "true"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def send(browser: Client, content: str | bytes, name: str = "november.xml", **more: str) -> Any:
    content = content.encode() if isinstance(content, str) else content
    return browser.post("/bank/statements/new/", {"file": SimpleUploadedFile(name, content), **more})


def test_from_the_file_to_its_lines_and_back(
    till: Till, browser: Client, run_jobs: Callable[[], list[str]]
) -> None:
    assert "bank-accounts/new" in text(browser.get("/bank/statements/"))
    till.account()
    assert browser.get("/bank/statements/new/").status_code == 200

    sent = send(browser, camt([*MOVES, Move("5.00", status="PDNG")]))
    at_work = text(browser.get(sent.url))
    assert "hx-trigger" in at_work
    assert browser.get(sent.url, **HTMX).status_code == 200
    run_jobs()
    assert browser.get(sent.url, **HTMX).headers["HX-Refresh"] == "true"
    rehearsed = browser.get(sent.url)
    assert dict(rehearsed.context["statement"].rehearsal)["pending"] == 1
    assert not BankLine.objects.exists()

    assert browser.post(f"{sent.url}import/").status_code == 302
    run_jobs()
    imported = text(browser.get(sent.url))
    assert "Алфа ООД" in imported or "/bank/lines/" in imported
    assert "november.xml" in text(browser.get("/bank/statements/"))
    listed = text(browser.get("/bank/lines/?ordering=amount"))
    assert "Бета ЕООД" in listed
    file = browser.get(f"{sent.url}file/")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert "attachment" in file.headers["Content-Disposition"]

    assert browser.get(f"{sent.url}undo/").status_code == 200
    assert browser.post(f"{sent.url}undo/", {"reason": " "}).status_code == 422
    assert browser.post(f"{sent.url}undo/", {"reason": "Друг месец"}).status_code == 302
    run_jobs()
    assert "Друг месец" in text(browser.get(sent.url))
    assert not BankLine.objects.exists()


def test_the_same_file_leads_to_itself(
    till: Till, browser: Client, run_jobs: Callable[[], list[str]]
) -> None:
    till.account()
    first = send(browser, camt(MOVES))
    run_jobs()

    second = send(browser, camt(MOVES), name="another-name.xml")

    assert second.url == first.url
    assert Statement.objects.count() == 1
    assert browser.post(f"{first.url}discard/").status_code == 302
    assert send(browser, camt(MOVES)).url != first.url


def test_what_cannot_be_undone_is_named(
    till: Till, browser: Client, run_jobs: Callable[[], list[str]]
) -> None:
    till.account()
    statement = till.imported(camt(MOVES))
    payment = Payment.objects.get(amount="240.00")
    refund_payment(
        payment_id=payment.pk,
        amount=payment.amount,
        refunded_on=payment.received_on,
        reason="Отказ",
        by=till.owner,
        at=till.at,
    )

    refused = browser.post(f"/bank/statements/{statement.pk}/undo/", {"reason": "Грешен файл"})

    assert refused.status_code == 422 and "Бета ЕООД" in text(refused)
    assert BankLine.objects.count() == 3


def test_an_entry_is_corrected_on_its_page(
    till: Till, browser: Client, run_jobs: Callable[[], list[str]]
) -> None:
    till.account()
    broken = camt(MOVES).replace('<Amt Ccy="EUR">12.50</Amt>', '<Amt Ccy="EUR">12.5O</Amt>')
    statement = till.imported(broken.replace('<Amt Ccy="EUR">240.00</Amt>', '<Amt Ccy="EUR">?</Amt>'))
    fee, other = statement.rows.filter(outcome="failed").order_by("number")
    page = browser.get(f"/bank/rows/{fee.pk}/")
    assert "12.5O" in text(page) and "Такса превод" in text(page)
    form = {name: value for name, value in page.context["form"].initial.items() if value is not None}

    again = browser.post(f"/bank/rows/{fee.pk}/", form)
    assert again.status_code == 422 and "12.5O" in text(again)
    for empty in ({**form, "amount": ""}, {**form, "booked_on": "вчера", "amount": "-12.50"}):
        assert browser.post(f"/bank/rows/{fee.pk}/", empty).status_code == 422
    assert browser.post(f"/bank/rows/{fee.pk}/", {**form, "amount": "-12,50"}).status_code == 302
    assert browser.post(f"/bank/rows/{other.pk}/dismiss/").status_code == 302

    statement.refresh_from_db()
    assert {str(line.amount) for line in till.lines()} == {"120.00", "-12.50"}
    assert (statement.counts.get("failed", 0), statement.counts["added"]) == (0, 2)
    assert browser.get(f"/bank/rows/{other.pk}/").status_code == 302


@pytest.mark.parametrize(
    ("written", "direction", "shown", "booked"),
    [
        ("120,00", "Дт", "-120,00", "-120.00"),
        ("-120,00", "ДТ.", "-120,00", "-120.00"),
        ("120,00", "Кт", "120,00", "120.00"),
        ("-120,00", "Кт", "120,00", "120.00"),
        ("(120,00)", "Дт", "-120,00", "-120.00"),
    ],
)
def test_an_entry_that_is_corrected_goes_the_way_that_its_file_says(
    till: Till, browser: Client, written: str, direction: str, shown: str, booked: str
) -> None:
    till.account()
    rows = [f"33.11.2026;{written};{direction};наем;Наемодател", "03.11.2026;50,00;Кт;аванс;Алфа"]
    statement = till.imported("\n".join(["Дата;Сума;Дт/Кт;Основание;Наредител/Получател", *rows]))
    row = statement.rows.get(outcome="failed")
    form = browser.get(f"/bank/rows/{row.pk}/").context["form"].initial
    assert form["amount"] == shown

    assert browser.post(f"/bank/rows/{row.pk}/", {**form, "booked_on": "30.11.2026"}).status_code == 302

    assert str(till.lines()[-1].amount) == booked


def test_a_fee_that_is_corrected_stays_money_that_went_out(till: Till, browser: Client) -> None:
    till.account()
    statement = till.imported("Date;Amount;Fee;Description\n03.11.2026;50,00;1.5O;Transfer\n")
    row = statement.rows.get(outcome="failed")
    form = browser.get(f"/bank/rows/{row.pk}/").context["form"].initial

    fixed = form["amount"].replace("O", "0")
    assert browser.post(f"/bank/rows/{row.pk}/", {**form, "amount": fixed}).status_code == 302

    assert sorted(str(line.amount) for line in till.lines()) == ["-1.50", "50.00"]


def test_the_same_headers_are_remembered(till: Till, browser: Client, run_jobs: Callable[[], Any]) -> None:
    account = till.account()
    unknown = (
        table(MOVES, iban=None).decode("windows-1251").replace("Дебит", "Минус-1").replace("Кредит", "П2")
    )
    first = send(browser, unknown.encode("windows-1251"), name="a.csv", account_id=str(account.pk))
    form = browser.get(f"{first.url}columns/").context["form"]
    chosen = {name: form[name].value() or "" for name in form.fields}
    assert chosen["column_6"] == ""
    chosen |= {"column_6": "debit", "column_7": "credit"}
    assert browser.post(f"{first.url}columns/", chosen).status_code == 302
    run_jobs()

    more = unknown.replace("Такса превод", "Такса поддръжка")
    second = send(browser, more.encode("windows-1251"), name="b.csv", account_id=str(account.pk))
    run_jobs()

    statement = Statement.objects.get(name="b.csv")
    assert (statement.state, statement.mapping[6:8]) == ("rehearsed", ["debit", "credit"])
    assert second.url == statement.get_absolute_url()


def test_a_line_is_explained_on_its_page(
    till: Till, browser: Client, run_jobs: Callable[[], list[str]]
) -> None:
    till.account()
    typed = typed_payment(till)
    till.imported(camt(MOVES))
    money, fee, _other = till.lines()
    for one in till.lines():
        assert browser.get(f"/bank/lines/{one.pk}/").status_code == 200

    assert browser.get(f"/bank/lines/{fee.pk}/mark/").status_code == 200
    assert browser.post(f"/bank/lines/{fee.pk}/mark/", {"explanation": "gift"}).status_code == 422
    marked = browser.post(f"/bank/lines/{fee.pk}/mark/", {"explanation": "fee", "note": "МТ"})
    assert marked.status_code == 302
    fee.refresh_from_db()
    assert (fee.explanation, fee.note, fee.explained_by) == ("fee", "МТ", till.owner.label)
    assert browser.post(f"/bank/lines/{fee.pk}/reopen/").status_code == 302
    fee.refresh_from_db()
    assert fee.explanation == "open"

    assert str(typed.pk) in text(browser.get(f"/bank/lines/{money.pk}/"))
    wrong = browser.post(f"/bank/lines/{money.pk}/explain/", {"payment_id": "x"})
    assert wrong.status_code == 404
    browser.post(f"/bank/lines/{money.pk}/explain/", {"payment_id": str(typed.pk)})
    money.refresh_from_db()
    assert money.payment == typed
    browser.post(f"/bank/lines/{money.pk}/reopen/")
    browser.post(f"/bank/lines/{money.pk}/record/")
    money.refresh_from_db()
    assert money.payment not in (None, typed)
    browser.post(f"/bank/lines/{fee.pk}/refund/", {"payment_id": str(money.payment_id)})
    fee.refresh_from_db()
    assert fee.explanation == "refund"


def test_accounts_are_kept_in_the_settings(
    till: Till, browser: Client, browser_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    new = "/settings/bank-accounts/new/"
    for wrong in ("BG80BNBG96611020345679", "BG80BNBG9661102034567", "DE80BNBG96611020345678", ""):
        assert browser.post(new, {"name": "Каса", "iban": wrong, "currency": "EUR"}).status_code == 422
    spaced = "bg80 bnbg 9661 1020 3456 78"
    assert browser.post(new, {"name": "Каса", "iban": spaced, "currency": "EUR"}).status_code == 302
    account = BankAccount.objects.get()
    assert account.iban == IBAN
    assert browser.post(new, {"name": "Пак", "iban": IBAN, "currency": "EUR"}).status_code == 422
    assert "inbox/" in text(browser.get("/settings/bank-accounts/"))
    assert "inbox/" not in text(browser_of(alpha, "manager").get("/settings/bank-accounts/"))

    edit = f"/settings/bank-accounts/{account.pk}/"
    assert IBAN in text(browser.get(edit)).replace(" ", "")
    browser.post(edit, {"name": "Основна", "iban": OTHER_IBAN, "currency": "EUR"})
    account.refresh_from_db()
    assert (account.name, account.iban) == ("Основна", OTHER_IBAN)
    browser.post(f"{edit}archive/")
    account.refresh_from_db()
    assert account.archived_at
    refused = send(browser, camt(MOVES, iban=OTHER_IBAN))
    assert refused.status_code == 422 and "Add the bank account first" in text(refused)
    browser.post(f"{edit}unarchive/")
    account.refresh_from_db()
    assert account.archived_at is None


def test_rules_are_kept_in_the_settings(
    till: Till, browser: Client, run_jobs: Callable[[], list[str]]
) -> None:
    till.account()
    till.imported(camt(MOVES))
    new = "/settings/bank-rules/new/"
    assert browser.get(new).status_code == 200
    assert browser.post(new, {"verdict": "fee"}).status_code == 422
    assert browser.post(new, {"verdict": "fee", "text": "такса", "sign": "out"}).status_code == 302
    rule = LineRule.objects.get()
    browser.post("/settings/bank-rules/apply/")
    run_jobs()
    (fee,) = BankLine.objects.filter(rule=rule)
    assert "такса" in text(browser.get(f"/bank/lines/{fee.pk}/"))
    assert browser.get(f"/settings/bank-rules/{rule.pk}/").status_code == 200
    browser.post(f"/settings/bank-rules/{rule.pk}/take-back/")
    run_jobs()
    fee.refresh_from_db()
    assert (fee.explanation, fee.rule) == ("open", None)
    assert browser.get("/settings/bank-rules/").status_code == 200


def test_a_rule_about_a_person_becomes_one_about_a_company(till: Till, browser: Client) -> None:
    firm = create_company(details=CompanyChange(name="Алфа ООД"), by=till.owner, at=till.at)
    person = create_contact(
        details=ContactChange(first_name="Иван", last_name="Петров"), by=till.owner, at=till.at
    )
    wanted = RuleInput(verdict="client", iban=PAYER_IBAN, contact_id=person.pk)
    rule = create_line_rule(rule=wanted, by=till.owner, at=till.at)
    page = browser.get(f"/settings/bank-rules/{rule.pk}/")
    form = {name: value for name, value in page.context["form"].initial.items() if value}
    assert form["contact_id"] == person.pk and "Иван Петров" in text(page)

    assert browser.post(f"/settings/bank-rules/{rule.pk}/", form).status_code == 302
    both = browser.post(f"/settings/bank-rules/{rule.pk}/", form | {"company_id": firm.pk})
    assert both.status_code == 422 and "contact_id" in both.context["form"].errors
    changed = form | {"company_id": firm.pk, "contact_id": ""}
    assert browser.post(f"/settings/bank-rules/{rule.pk}/", changed).status_code == 302

    rule.refresh_from_db()
    assert (rule.company_id, rule.contact_id) == (firm.pk, None)


def test_rules_are_shown_page_by_page_those_in_use_first(till: Till, browser: Client) -> None:
    rules = [
        create_line_rule(rule=RuleInput(verdict="fee", text=f"такса {n:02}"), by=till.owner, at=till.at)
        for n in range(52)
    ]
    archive_line_rule(rule_id=rules[0].pk, by=till.owner, at=till.at)

    first = browser.get("/settings/bank-rules/").context["page"]
    last = browser.get("/settings/bank-rules/", {"cursor": first.next_cursor}).context["page"]

    assert [one.pk for one in (*first.items, *last.items)] == [one.pk for one in (*rules[1:], rules[0])]
    again = browser.get("/settings/bank-rules/", {"cursor": "x"}).context["page"]
    assert again.items == first.items


def test_accounts_and_rules_tell_how_many_lines_they_have(
    till: Till, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.account()
    rule = create_line_rule(rule=RuleInput(verdict="fee", text="такса"), by=till.owner, at=till.at)
    archive_bank_account(bank_account_id=till.account(OTHER_IBAN, name="А").pk, by=till.owner, at=till.at)
    till.imported(camt(MOVES))

    used, archived = accounts = browser.get("/settings/bank-accounts/").context["page"].items
    assert [(one.line_count, str(one.last_on)) for one in accounts] == [(3, "2026-11-05"), (0, "None")]
    assert (used.archived_at, bool(archived.archived_at)) == (None, True)
    (shown,) = browser.get("/settings/bank-rules/").context["page"].items
    assert (shown.pk, shown.line_count) == (rule.pk, 1)

    monkeypatch.setattr(queries_of_lines, "CAP", 1)
    monkeypatch.setattr(templatetags, "CAP", 1)
    assert "1+" in text(browser.get("/settings/bank-accounts/"))
    assert browser.get("/settings/bank-accounts/").context["page"].items[0].line_count == 2


@pytest.mark.parametrize("path", ["statements/", "lines/", "detail", "settings"])
def test_more_rows_ask_no_more(path: str, till: Till, browser: Client) -> None:
    till.account()
    create_line_rule(rule=RuleInput(verdict="fee", text="такса"), by=till.owner, at=till.at)
    statement = till.imported(camt(MOVES[:2]))
    address = {
        "detail": f"/bank/statements/{statement.pk}/",
        "settings": "/settings/bank-accounts/",
    }.get(path, f"/bank/{path}")
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)

    for number in range(3):
        moves = [Move(f"{10 + one}.00", text=f"т {number} {one}", iban="") for one in range(10)]
        statement = till.imported(camt(moves, number=f"M{number}"))
    if path == "detail":
        address = f"/bank/statements/{statement.pk}/"
    browser.get(address)
    with CaptureQueriesContext(connection) as many:
        browser.get(address)

    assert len(many) <= len(few) <= 12, [query["sql"][:120] for query in many]


def test_what_the_bank_said_is_frozen_by_the_database(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    line = till.lines()[0]
    for change in (
        {"amount": "1.00"},
        {"booked_on": "2026-01-01"},
        {"payer_iban": OTHER_IBAN},
        {"text": "друго"},
        {"fingerprint": "0" * 64},
        {"occurrence": 2},
    ):
        with pytest.raises(DatabaseError) as told, transaction.atomic():
            BankLine.objects.filter(pk=line.pk).update(**change)
        assert "frozen" in str(told.value)
    for impossible in ({"explanation": "payment", "payment": None}, {"explanation": "gift"}):
        with pytest.raises((IntegrityError, DataError, DatabaseError)), transaction.atomic():
            BankLine.objects.filter(pk=line.pk).update(**impossible)
    twin = BankLine.objects.get(pk=line.pk)
    twin.pk, twin.payment = None, None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
