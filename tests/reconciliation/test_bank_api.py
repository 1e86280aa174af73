"""Statements over the API: brought in, rehearsed, imported, read, taken back."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenant_apps.messages.models import Notification
from tenant_apps.reconciliation.models import Statement
from tenants.context import OrganizationRef
from tests.reconciliation.conftest import IBAN
from tests.reconciliation.samples import camt
from tests.reconciliation.test_import_statement import MOVES

JSON = "application/json"
Send = Callable[..., Any]


@pytest.fixture
def send(api: Client, run_jobs: Callable[[], list[str]]) -> Send:
    """`send("bank-lines/…/mark/", explanation="fee")`: POST, and everything that follows."""

    def post(path: str, **body: Any) -> Any:
        answer = api.post(f"/api/v1/{path}", json.dumps(body), content_type=JSON)
        run_jobs()
        return answer

    return post


@pytest.fixture
def account_id(send: Send) -> str:
    answer = send("bank-accounts/", name="Основна", iban=IBAN, currency="eur", bic="bnbgbgsd")
    assert answer.status_code == 201, answer.content
    assert answer.json()["bic"] == "BNBGBGSD"
    return answer.json()["id"]


def upload(api: Client, content: str, **more: Any) -> Any:
    file = SimpleUploadedFile("november.xml", content.encode())
    return api.post("/api/v1/bank-statements/", {"file": file, **more})


def lines(api: Client, **query: str) -> list[dict[str, Any]]:
    answer = api.get("/api/v1/bank-lines/", {"ordering": "booked_on", **query})
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def test_a_statement_comes_in_and_goes(
    api: Client, send: Send, account_id: str, run_jobs: Callable[[], list[str]]
) -> None:
    answer = upload(api, camt(MOVES))
    assert (answer.status_code, answer.json()["state"]) == (201, "rehearsing")
    path = f"bank-statements/{answer.json()['id']}/"
    run_jobs()

    rehearsed = api.get(f"/api/v1/{path}").json()
    assert (rehearsed["state"], rehearsed["rehearsal"]["added"]) == ("rehearsed", 3)
    assert rehearsed["parts"][0]["difference"] == "0.00"
    assert lines(api) == []

    send(f"{path}import/")
    imported = api.get(f"/api/v1/{path}").json()
    assert (imported["state"], imported["counts"]["payments"]) == ("imported", 2)
    found = lines(api, statement_id=imported["id"])
    assert [line["amount"] for line in found] == ["120.00", "-12.50", "240.00"]
    assert {line["bank_account_id"] for line in found} == {account_id}

    assert send(f"{path}undo/", reason="Грешен файл").status_code == 200
    assert api.get(f"/api/v1/{path}").json()["state"] == "undone"
    assert lines(api) == []


def test_one_call_is_enough(api: Client, account_id: str, run_jobs: Callable[[], list[str]]) -> None:
    upload(api, camt(MOVES), import_at_once="true")
    run_jobs()

    (statement,) = api.get("/api/v1/bank-statements/").json()["items"]
    assert (statement["state"], statement["door"]) == ("imported", "api")


def test_the_same_file_again_answers_with_what_it_became(
    api: Client, account_id: str, run_jobs: Callable[[], list[str]]
) -> None:
    first = upload(api, camt(MOVES), import_at_once="true")
    run_jobs()

    again = upload(api, camt(MOVES))

    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert again.json()["state"] == "imported"


def test_the_same_request_again_is_answered_as_before(api: Client, account_id: str) -> None:
    answers = [
        api.post(
            "/api/v1/bank-statements/",
            {"file": SimpleUploadedFile("november.xml", camt(MOVES).encode())},
            headers={"idempotency-key": "one"},
        )
        for _time in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotent-Replayed"] == "true"


def test_a_file_that_is_none_is_refused(api: Client, account_id: str) -> None:
    answer = upload(api, "<html></html>")

    assert (answer.status_code, answer.json()["code"]) == (422, "file_unusable")
    assert answer.json()["field"] == "file"


def test_an_entry_that_cannot_be_read_is_corrected(
    api: Client, send: Send, account_id: str, run_jobs: Callable[[], list[str]]
) -> None:
    statement = upload(api, camt(MOVES).replace(">12.50<", ">12.5O<")).json()
    run_jobs()
    send(f"bank-statements/{statement['id']}/import/")
    run_jobs()
    (row,) = api.get("/api/v1/bank-rows/", {"outcome": "failed"}).json()["items"]
    assert (row["place"], row["field"], row["problem"]) == ("2", "amount", "number")

    wrong = send(f"bank-rows/{row['id']}/correct/", **(row["texts"] | {"amount": "много"}))
    assert (wrong.status_code, wrong.json()["field"]) == (422, "amount")
    right = send(f"bank-rows/{row['id']}/correct/", **(row["texts"] | {"amount": "-12.50"}))

    assert (right.status_code, right.json()["outcome"]) == (200, "added")
    assert [line["amount"] for line in lines(api)] == ["120.00", "-12.50", "240.00"]
    (statement,) = api.get("/api/v1/bank-statements/").json()["items"]
    assert (statement["counts"]["failed"], statement["parts"][0]["difference"]) == (0, "0.00")


def test_an_entry_is_told_with_the_sign_of_its_direction(
    api: Client, send: Send, account_id: str, run_jobs: Callable[[], list[str]]
) -> None:
    rows = ["33.11.2026;120,00;Дт;наем;Наемодател", "03.11.2026;50,00;Кт;аванс;Алфа"]
    content = "\n".join(["Дата;Сума;Дт/Кт;Основание;Наредител/Получател", *rows])
    statement = upload(api, content, bank_account_id=account_id).json()
    run_jobs()
    send(f"bank-statements/{statement['id']}/import/")
    run_jobs()

    (row,) = api.get("/api/v1/bank-rows/", {"outcome": "failed"}).json()["items"]
    assert row["texts"]["amount"] == "-120,00"
    right = send(f"bank-rows/{row['id']}/correct/", **(row["texts"] | {"booked_on": "30.11.2026"}))

    assert right.status_code == 200
    assert [line["amount"] for line in lines(api)] == ["50.00", "-120.00"]


def test_what_leaves_doubts_waits_although_it_was_to_go_on(
    api: Client, account_id: str, run_jobs: Callable[[], list[str]], in_alpha: OrganizationRef
) -> None:
    upload(api, camt(MOVES).replace(">12.50<", ">12.5O<"), import_at_once="true")
    run_jobs()

    (statement,) = api.get("/api/v1/bank-statements/").json()["items"]
    assert (statement["state"], lines(api)) == ("rehearsed", [])
    told = Notification.objects.get()
    assert str(told.user_id) == str(Statement.objects.get().owner_id)
    assert told.url == f"/bank/statements/{statement['id']}/"


def test_a_line_is_explained_and_opened_again(
    api: Client, send: Send, account_id: str, run_jobs: Callable[[], list[str]]
) -> None:
    upload(api, camt(MOVES), import_at_once="true")
    run_jobs()
    (fee,) = lines(api, is_waiting="true")

    assert send(f"bank-lines/{fee['id']}/mark/", explanation="fee").json()["explanation"] == "fee"
    assert lines(api, is_waiting="true") == []
    assert send(f"bank-lines/{fee['id']}/mark/", explanation="fee").status_code == 409
    assert send(f"bank-lines/{fee['id']}/reopen/").json()["explanation"] == "open"


def test_rules_are_kept_changed_and_applied(
    api: Client, send: Send, account_id: str, run_jobs: Callable[[], list[str]]
) -> None:
    upload(api, camt(MOVES), import_at_once="true")
    run_jobs()
    rule = send("bank-rules/", verdict="not_ours", text="такса").json()
    changed = api.patch(
        f"/api/v1/bank-rules/{rule['id']}/", json.dumps({"verdict": "fee"}), content_type=JSON
    )
    assert changed.json()["verdict"] == "fee"

    assert send("bank-rules/apply/").status_code == 202
    (line,) = lines(api, explanation="fee")
    assert line["rule_id"] == rule["id"]

    assert send(f"bank-rules/{rule['id']}/take-back/").json()["archived_at"]
    assert [line["explanation"] for line in lines(api)] == ["payment", "open", "payment"]


def test_who_may_only_look_may_only_look(
    api_of: Callable[..., Client], alpha: OrganizationRef, account_id: str
) -> None:
    reader = api_of(alpha, "manager", scopes=("bank:read",))
    nobody = api_of(alpha, "user")

    assert reader.get("/api/v1/bank-statements/").status_code == 200
    assert upload(reader, camt(MOVES)).status_code == 403
    assert nobody.get("/api/v1/bank-statements/").status_code == 403


def test_an_account_keeps_its_number_while_it_has_lines(
    api: Client, send: Send, account_id: str, run_jobs: Callable[[], list[str]]
) -> None:
    path = f"/api/v1/bank-accounts/{account_id}/"
    upload(api, camt(MOVES), import_at_once="true")
    run_jobs()

    assert api.patch(path, json.dumps({"name": "Нова"}), content_type=JSON).json()["name"] == "Нова"
    assert api.patch(path, json.dumps({"currency": "USD"}), content_type=JSON).status_code == 409
    assert send("bank-accounts/", name="Пак", iban=IBAN, currency="EUR").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [{"iban": "BG81BNBG96611020345678"}, {"iban": "BG80BNBG9661102034567"}, {"bic": "X"}, {"name": " "}],
)
def test_an_account_that_cannot_be_is_refused(send: Send, wrong: dict[str, str]) -> None:
    account = {"name": "Основна", "iban": IBAN, "currency": "EUR", "bic": ""} | wrong
    answer = send("bank-accounts/", **account)

    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(wrong)))
