"""What a line of the log tells of a request, and what it keeps to itself."""

import logging
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from structlog.testing import capture_logs


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/invitations/Zm9vYmFy/", "/invitations/…/"),
        ("/accounts/confirm-email/Nw:1abc:xyz/", "/accounts/confirm-email/…/"),
        ("/accounts/password/reset/key/7-abc-def/", "/accounts/password/reset/key/7-…/"),
        ("/handover/?token=Zm9vYmFy", "/handover/"),
        ("/p/Zm9vYmFy/", "/p/…/"),
        ("/p/Zm9vYmFy/no-such-page/", "/p/…/no-such-page/"),
        ("/p/Zm9vYmFy", "/p/…"),
        ("/accounts/login/?next=/companies/", "/accounts/login/"),
    ],
)
def test_a_way_in_is_not_written_down(browser: Client, path: str, told: str) -> None:
    with capture_logs() as lines:
        browser.get(path)
    assert [line["path"] for line in lines if line["event"] == "answered"] == [told]


@pytest.mark.parametrize(
    ("path", "broken"),
    [
        ("/p/Zm9vYmFy/", "tenant_apps.client_portal.queries.open_link"),
        ("/invitations/Zm9vYmFy/", "shared_apps.accounts.views.invitations._open_invitation"),
    ],
)
def test_what_breaks_does_not_write_it_down_either(
    browser: Client, monkeypatch: pytest.MonkeyPatch, path: str, broken: str
) -> None:
    def bug(*args: Any, **more: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(broken, bug)
    browser.raise_request_exception = False
    written = log_of(monkeypatch)
    answer = browser.get(path)
    assert answer.status_code == 500
    assert "a bug" in written.getvalue() and "/…/" in written.getvalue()
    assert "Zm9vYmFy" not in written.getvalue()


def test_a_form_without_its_token_does_not_either(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": browser.defaults["HTTP_HOST"]})
    written = log_of(monkeypatch)
    assert strict.post("/accounts/password/reset/key/7-abc-def/", {}).status_code == 403
    assert "/accounts/password/reset/key/7-…/" in written.getvalue()
    assert "abc-def" not in written.getvalue()


def test_a_client_s_address_is_nobody_s_to_keep_also_when_it_breaks(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.raise_request_exception = False
    missing = browser.get("/p/Zm9vYmFy/no-such-page/")
    monkeypatch.setattr("tenant_apps.client_portal.queries.open_link", None)
    for answer, status in ((missing, 404), (browser.get("/p/Zm9vYmFy/"), 500)):
        assert answer.status_code == status
        assert answer["Cache-Control"] == "no-store, private" and answer["Referrer-Policy"] == "no-referrer"


def log_of(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the process writes from now on."""
    (handler,) = (one for one in logging.getLogger().handlers if one.get_name() == "stderr")
    monkeypatch.setattr(handler, "stream", written := StringIO())
    return written
