from datetime import timedelta
from uuid import UUID

import pytest
from django.core import mail

from shared_apps.core.actors import system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.jobs.models import Job
from tenant_apps.activity.models import Event
from tenant_apps.files.operations import store_file
from tenant_apps.messages import tasks
from tenant_apps.messages.events import MessageEvent
from tenant_apps.messages.models import OutgoingMessage
from tenant_apps.messages.operations import (
    CLAIM_HOLDS_FOR,
    MAX_ATTEMPTS,
    EmailUnusable,
    claim_message,
    note_message_failure,
    note_message_sent,
    queue_message,
)
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tenant_apps.workspace.queries import profile

pytestmark = pytest.mark.usefixtures("in_alpha")


@pytest.fixture
def queued(owner, at):
    def queue(**more):
        facts = {
            "to": "ivan@client.example",
            "subject": "Здравей",
            "body_text": "Писмо",
            "language": "bg",
        } | more
        return queue_message(**facts, by=owner, at=at)

    return queue


@pytest.fixture
def system(in_alpha):
    return system_actor(in_alpha.id)


def test_it_leaves_under_the_organization_s_name_with_its_files(queued, owner, at, run_jobs):
    change_organization(change=ProfileChange(email="office@alpha.example"), by=owner, at=at)
    file = store_file(name="1.pdf", content_type="application/pdf", content=b"%PDF", by=owner, at=at)
    message = queued(body_html="<p>Писмо</p>", attachment_ids=[file.pk, file.pk])
    assert run_jobs() == ["deliver_message"]
    (sent,) = mail.outbox
    assert sent.to == ["ivan@client.example"]
    assert sent.reply_to == ["office@alpha.example"]
    assert (
        sent.from_email.endswith("<no-reply@tefter.example>")
        and sent.from_email != "<no-reply@tefter.example>"
    )
    assert sent.attachments == [("1.pdf", b"%PDF", "application/pdf")]
    assert str(message.pk) in sent.extra_headers["Message-ID"]
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 1)
    told = Event.objects.filter(subject_id=message.pk).order_by("id").values_list("type", flat=True)
    assert list(told) == [MessageEvent.QUEUED, MessageEvent.SENT]


def test_a_name_of_several_lines_leaves_as_one(queued, owner, at, run_jobs):
    change_organization(change=ProfileChange(legal_name="Алфа\r\nBcc: x@y.example"), by=owner, at=at)
    queued()
    run_jobs()
    (sent,) = mail.outbox
    assert "Bcc" not in sent.message() and sent.message()["From"]


def test_the_timeline_of_the_record_tells_it_too(queued):
    record = profile()
    queued(about_type="workspace.organizationprofile", about_id=record.pk)
    assert Event.objects.filter(parent_id=record.pk, type=MessageEvent.QUEUED).exists()


def test_a_key_queues_once(queued):
    first, second = queued(key="k"), queued(key="k", subject="Друго")
    assert (first.pk, second.subject) == (second.pk, "Здравей")
    assert Job.objects.filter(name="deliver_message").count() == 1


def test_a_wrong_address_is_refused(queued):
    with pytest.raises(EmailUnusable):
        queued(to="не е адрес")


def test_delivered_twice_it_leaves_once(queued, run_jobs, system):
    message = queued()
    run_jobs()
    assert claim_message(message_id=message.pk, by=system, at=message.created_at) is None
    assert len(mail.outbox) == 1


def test_a_claim_holds_for_a_while(queued, system, at):
    message = queued()
    assert claim_message(message_id=message.pk, by=system, at=at)
    assert claim_message(message_id=message.pk, by=system, at=at + timedelta(minutes=1)) is None
    assert claim_message(message_id=message.pk, by=system, at=at + CLAIM_HOLDS_FOR)


def test_another_worker_s_message_is_tried_again_later(queued, system, at, run_jobs):
    message = queued()
    claim_message(message_id=message.pk, by=system, at=at)
    with pytest.raises(tasks.StillBeingSent):
        run_jobs()
    assert mail.outbox == []


def test_a_failure_is_tried_again_until_the_last(queued, run_jobs, monkeypatch, system):
    message = queued()

    def broken(**_facts):
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks, "send_email", broken)
    for _time in range(MAX_ATTEMPTS - 1):
        with pytest.raises(ConnectionRefusedError):
            run_jobs()
        Job.objects.filter(name="deliver_message").update(state="queued")
    message.refresh_from_db()
    assert (message.state, message.error) == ("queued", "ConnectionRefusedError")
    run_jobs()
    message.refresh_from_db()
    assert message.state == "failed"
    assert Event.objects.filter(subject_id=message.pk, type=MessageEvent.FAILED).count() == 1


def test_only_the_product_itself_notes_what_became_of_it(queued, owner, at):
    message = queued()
    acts = (
        lambda pk: claim_message(message_id=pk, by=owner, at=at),
        lambda pk: note_message_sent(message_id=pk, by=owner, at=at),
        lambda pk: note_message_failure(message_id=pk, error="x", by=owner, at=at),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act(message.pk)


def test_a_missing_message_is_missing(system, at):
    with pytest.raises(OutgoingMessage.DoesNotExist):
        claim_message(message_id=UUID(int=0), by=system, at=at)
