"""What a mail service tells of a message that left."""

import pytest

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenant_apps.activity.models import Event
from tenant_apps.messages.events import MessageEvent
from tenant_apps.messages.models import OutgoingMessage
from tenant_apps.messages.operations import (
    MAX_ATTEMPTS,
    claim_message,
    note_message_failure,
    queue_message,
)

pytestmark = pytest.mark.usefixtures("in_alpha")
URL = "/mail/events/"


@pytest.fixture
def sent(owner, at, run_jobs):
    facts = {"to": "ivan@client.example", "subject": "Здравей", "body_text": "Писмо", "language": "bg"}
    message = queue_message(**facts, by=owner, at=at)
    run_jobs()
    return message


@pytest.fixture
def system(in_alpha):
    return system_actor(in_alpha.id)


@pytest.fixture
def tell(browser_of, alpha, sent, settings):
    settings.MAIL_EVENTS_SECRET = "not-guessed"
    service = browser_of(None)

    def post(event, *, bearer="not-guessed", **more):
        told = {"event": event, "organization_id": str(alpha.id), "message_id": str(sent.pk)} | more
        headers = {"authorization": f"Bearer {bearer}"}
        return service.post(URL, told, content_type="application/json", headers=headers).status_code

    return post


def told_of(message):
    message.refresh_from_db()
    return list(Event.objects.filter(subject_id=message.pk).order_by("id").values_list("type", flat=True))


def test_it_was_opened_and_that_is_told_once(tell, sent):
    assert tell("opened") == tell("opened") == 204
    assert told_of(sent).count(MessageEvent.OPENED) == 1
    assert sent.state == "opened" and sent.opened_at


def test_it_came_back_and_that_is_told_once(tell, sent):
    assert tell("bounced", error="hard") == tell("bounced") == tell("opened") == 204
    assert told_of(sent).count(MessageEvent.BOUNCED) == 1
    assert (sent.state, sent.error) == ("bounced", "hard")


def test_it_was_delivered_and_then_called_spam(tell, sent):
    assert tell("delivered") == tell("complained") == tell("complained") == 204
    told = told_of(sent)
    assert told[-2:] == [MessageEvent.DELIVERED, MessageEvent.COMPLAINED] and sent.state == "complained"


@pytest.mark.parametrize("state", ["queued", "failed"])
@pytest.mark.parametrize("event", ["delivered", "opened"])
def test_one_that_we_could_not_send_arrived_for_all_that(tell, sent, state, event, system):
    """The mail server took it, and the line broke before it could say so."""
    OutgoingMessage.objects.filter(pk=sent.pk).update(state=state, error="TimeoutError")
    assert tell(event) == 204
    sent.refresh_from_db()
    assert (sent.state, sent.error) == (event, "")
    assert claim_message(message_id=sent.pk, by=system, at=clock.now()) is None


def test_what_arrived_does_not_fail_afterwards(tell, sent, system):
    OutgoingMessage.objects.filter(pk=sent.pk).update(state="sending", attempts=MAX_ATTEMPTS)
    assert tell("delivered") == 204
    note_message_failure(message_id=sent.pk, error="TimeoutError", by=system, at=clock.now())
    assert told_of(sent)[-1] == MessageEvent.DELIVERED
    assert (sent.state, sent.error) == ("delivered", "")


def test_other_reports_change_nothing(tell, sent):
    assert tell("clicked") == 204
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_a_stranger_tells_nothing(tell, sent, settings):
    assert tell("bounced", bearer="guessed") == 404
    settings.MAIL_EVENTS_SECRET = ""
    assert tell("bounced", bearer="") == 404
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_another_organization_has_no_such_message(tell, sent, beta):
    assert tell("bounced", organization_id=str(beta.id)) == 404
    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.parametrize("wrong", [{"message_id": "x"}, {"organization_id": None}])
def test_a_report_that_cannot_be_read_is_refused(tell, wrong):
    assert tell("opened", **wrong) == 400
