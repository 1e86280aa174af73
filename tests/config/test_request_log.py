"""What a line of the log tells of a request, and what it keeps to itself."""

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
