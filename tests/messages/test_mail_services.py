"""Mail over a service behind anymail: out through its real backend, back through its real webhook view."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from tenant_apps.activity.models import Event
from tenant_apps.messages.events import MessageEvent
from tenant_apps.messages.operations import queue_message
from tests.messages.mail_service import TOKEN, mail_service

pytestmark = pytest.mark.usefixtures("in_alpha")
SECRET = "tefter:not-guessed"
TO = "ivan@client.example"


@pytest.fixture
def service(settings):
    with mail_service() as running:
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": TOKEN,
            "POSTMARK_API_URL": running.url,
            "WEBHOOK_SECRET": SECRET,
        }
        yield running


@pytest.fixture
def sent(owner, at, run_jobs, service):
    """A letter that left over the service."""
    facts = {"to": TO, "subject": "Здравей", "body_text": "Писмо", "language": "bg"}
    message = queue_message(**facts, cc=["copy@client.example"], by=owner, at=at)
    run_jobs()
    return message


@pytest.fixture
def tell(browser_of, sent, service):
    """`tell(RecordType="Open")`: what Postmark posts; with the metadata that it was given."""
    stranger = browser_of(None)

    def post(*, secret=SECRET, path="/mail/services/postmark/", **event: Any) -> int:
        told = {
            "MessageID": "0a1b2c",
            "Metadata": service.letters[0]["Metadata"],
            "Recipient": TO,
            "ServerID": 23,
            "MessageStream": "outbound",
            "Tag": "",
        } | event
        basic = base64.b64encode(secret.encode()).decode()
        headers = {"authorization": f"Basic {basic}"} if secret else {}
        answer = stranger.post(path, json.dumps(told), content_type="application/json", headers=headers)
        return answer.status_code

    return post


BOUNCE = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "TypeCode": 1,
    "ID": 42,
    "Email": TO,
    "BouncedAt": "2026-03-15T12:30:00Z",
    "Description": "The server was unable to deliver your message",
}


def told_of(message):
    message.refresh_from_db()
    return list(Event.objects.filter(subject_id=message.pk).order_by("id").values_list("type", flat=True))


def test_a_letter_leaves_over_the_service_with_what_names_it(sent, service, in_alpha):
    (letter,) = service.letters
    assert (letter["To"], letter["Subject"], letter["TextBody"]) == (TO, "Здравей", "Писмо")
    assert letter["Metadata"] == {"organization_id": str(in_alpha.id), "message_id": str(sent.pk)}
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_delivered_opened_and_each_told_once(tell, sent):
    for _time in range(2):
        assert tell(RecordType="Delivery", DeliveredAt="2026-03-15T12:01:00Z") == 200
        assert tell(RecordType="Open", ReceivedAt="2026-03-15T13:00:00Z", FirstOpen=True) == 200
    events = told_of(sent)
    assert (sent.state, sent.opened_at.hour) == ("opened", 13)
    assert events.count(MessageEvent.DELIVERED) == events.count(MessageEvent.OPENED) == 1


def test_it_came_back(tell, sent):
    assert tell(**BOUNCE) == tell(**BOUNCE) == 200
    assert told_of(sent).count(MessageEvent.BOUNCED) == 1
    assert (sent.state, sent.error) == ("bounced", "bounced")
    tell(RecordType="Delivery", DeliveredAt="2026-03-15T12:40:00Z")
    sent.refresh_from_db()
    assert sent.state == "bounced"


def test_it_was_called_spam_after_it_was_read(tell, sent):
    tell(RecordType="Open", ReceivedAt="2026-03-15T13:00:00Z")
    tell(RecordType="SpamComplaint", Type="SpamComplaint", Email=TO, BouncedAt="2026-03-15T14:00:00Z")
    assert told_of(sent)[-1] == MessageEvent.COMPLAINED and sent.state == "complained"


def test_what_happens_to_a_copy_says_nothing_of_the_letter(tell, sent):
    assert tell(**BOUNCE | {"Email": "copy@client.example"}) == 200
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_a_link_that_was_followed_was_read_and_a_delay_is_nothing(tell, sent):
    tell(**BOUNCE | {"Type": "Transient"})
    sent.refresh_from_db()
    assert sent.state == "sent"
    tell(RecordType="Click", ReceivedAt="2026-03-15T13:00:00Z", OriginalLink="https://x.example")
    assert told_of(sent)[-1] == MessageEvent.OPENED


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"organization_id": "x", "message_id": "y"},
        {
            "organization_id": "01a22ef0-0000-7000-8000-000000000000",
            "message_id": "01a22ef0-0000-7000-8000-000000000000",
        },
    ],
)
def test_what_is_about_no_letter_of_ours_is_taken_and_forgotten(tell, sent, metadata):
    assert tell(**BOUNCE | {"Metadata": metadata}) == 200
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_another_organization_s_id_reaches_no_letter_of_ours(tell, sent, beta):
    told = {"organization_id": str(beta.id), "message_id": str(sent.pk)}
    assert tell(**BOUNCE | {"Metadata": told}) == 200
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_a_stranger_tells_nothing(tell, sent, settings):
    assert tell(**BOUNCE, secret="tefter:guessed") == 400
    assert tell(**BOUNCE, secret="") == 400
    settings.ANYMAIL = {key: value for key, value in settings.ANYMAIL.items() if key != "WEBHOOK_SECRET"}
    assert tell(**BOUNCE) == 404
    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.parametrize("service_name", ["nobody", "base", "mailgun"])
def test_a_service_that_is_not_set_up_is_not_there(tell, service_name):
    assert tell(**BOUNCE, path=f"/mail/services/{service_name}/") == 404


def test_a_signed_service_is_believed_by_its_signature(browser_of, sent, settings, in_alpha):
    settings.ANYMAIL = {"MAILGUN_API_KEY": "key", "WEBHOOK_SECRET": SECRET}
    basic = base64.b64encode(SECRET.encode()).decode()

    def post(key: bytes) -> int:
        signature = hmac.new(key, b"1773576000token", hashlib.sha256).hexdigest()
        variables = {"organization_id": str(in_alpha.id), "message_id": str(sent.pk)}
        told = {
            "signature": {"timestamp": "1773576000", "token": "token", "signature": signature},
            "event-data": {
                "event": "complained",
                "timestamp": 1773576000.5,
                "recipient": TO.upper(),
                "user-variables": variables,
            },
        }
        answer = browser_of(None).post(
            "/mail/services/mailgun/",
            json.dumps(told),
            content_type="application/json",
            headers={"authorization": f"Basic {basic}"},
        )
        return answer.status_code

    assert post(b"guessed") == 400
    assert post(b"key") == 200
    sent.refresh_from_db()
    assert sent.state == "complained"


@pytest.mark.parametrize("cc", [[], ["copy@client.example"]])
def test_an_address_that_the_service_refuses_is_not_tried_again(owner, at, run_jobs, service, cc):
    facts = {"to": "inactive@client.example", "subject": "Здравей", "body_text": "Писмо", "language": "bg"}
    message = queue_message(**facts, cc=cc, by=owner, at=at)
    assert run_jobs() == ["deliver_message"]
    message.refresh_from_db()
    assert (message.state, message.error, message.attempts) == ("bounced", "refused", 1)


def test_a_service_that_fails_is_tried_again(owner, at, run_jobs, service, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_SERVER_TOKEN": "wrong"}
    facts = {"to": TO, "subject": "Здравей", "body_text": "Писмо", "language": "bg"}
    message = queue_message(**facts, by=owner, at=at)
    with pytest.raises(Exception, match="401"):
        run_jobs()
    message.refresh_from_db()
    assert (message.state, message.error) == ("queued", "AnymailRequestsAPIError")


def test_settings_of_the_service_come_from_the_environment():
    import os
    import subprocess
    import sys

    asked = (
        "from django.conf import settings as s; print(s.EMAIL_BACKEND, s.ANYMAIL['POSTMARK_SERVER_TOKEN'])"
    )
    told = {
        "SECRET_KEY": "x",
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend",
        "ANYMAIL_POSTMARK_SERVER_TOKEN": "from-outside",
    }
    answer = subprocess.run(
        [sys.executable, "-c", asked], env=os.environ | told, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["anymail.backends.postmark.EmailBackend", "from-outside"]
