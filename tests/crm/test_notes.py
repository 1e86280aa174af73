"""What is written down on a record: notes that tell whom they name, conversations, files; one stream."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.crm.models import Attachment, Company, Contact, Note
from tenant_apps.crm.operations import (
    LARGEST_FILE,
    AlreadyPinned,
    ConversationChange,
    FileEmpty,
    FileTooLarge,
    TaskChange,
    archive_note,
    attach_file,
    change_note,
    complete_task,
    create_task,
    log_conversation,
    pin_note,
    unarchive_note,
    write_note,
)
from tenant_apps.crm.queries import stream_about
from tenant_apps.crm.templatetags.crm import prose
from tenant_apps.messages.models import Notification
from tenant_apps.messages.operations import forget_old_notifications
from tenant_apps.sharing.operations import share_record
from tenants.context import OrganizationRef, in_organization

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]


@pytest.fixture
def write(add_company: AddCompany, owner: Actor, at: datetime) -> Callable[..., Note]:
    def one(text: str = "Важно", *, about: Any = None, by: Actor = owner) -> Note:
        record = about or add_company()
        return write_note(record_type=record.shared_as, record_id=record.pk, text=text, by=by, at=at)

    return one


def test_whom_a_note_names_is_told_once(
    write: Callable[..., Note], owner: Actor, manager: Actor, at: datetime
) -> None:
    note = write(f"@{manager.label.upper()}, виж това; @nobody също")
    assert note.mentions == [manager.id]
    told = Notification.objects.get()
    assert (told.user_id, told.kind) == (manager.id, "mention")
    assert told.url.endswith(f"#note-{note.pk}")
    change_note(note_id=note.pk, text=f"@{manager.label} още", by=owner, at=at)
    assert Notification.objects.count() == 1


def test_one_who_does_not_see_the_record_is_not_told(
    add_company: AddCompany, write: Callable[..., Note], owner: Actor, user: Actor, at: datetime
) -> None:
    company = add_company()
    assert write(f"@{user.label} виж", about=company).mentions == []
    share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    assert write(f"@{user.label} виж", about=company).mentions == [user.id]


def test_who_only_looks_does_not_write_and_who_wrote_it_changes_it(
    add_company: AddCompany,
    write: Callable[..., Note],
    owner: Actor,
    user: Actor,
    manager: Actor,
    at: datetime,
) -> None:
    company = add_company()
    with pytest.raises(Company.DoesNotExist):
        write(about=company, by=user)
    share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    with pytest.raises(NotAllowed):
        write(about=company, by=user)
    note = write(about=company)
    with pytest.raises(NotAllowed):
        change_note(note_id=note.pk, text="x", by=user, at=at)
    assert change_note(note_id=note.pk, text="поправено", by=manager, at=at).text == "поправено"


def test_a_note_is_pinned_archived_and_brought_back(
    write: Callable[..., Note], owner: Actor, at: datetime
) -> None:
    note = write()
    assert pin_note(note_id=note.pk, by=owner, at=at).is_pinned
    with pytest.raises(AlreadyPinned):
        pin_note(note_id=note.pk, by=owner, at=at)
    archive_note(note_id=note.pk, by=owner, at=at)
    unarchive_note(note_id=note.pk, by=owner, at=at)
    assert Note.objects.get().archived_at is None


@pytest.mark.parametrize("text", ["", "  ", "x" * 20_001])
def test_an_empty_or_endless_note_is_refused(write: Callable[..., Note], text: str) -> None:
    with pytest.raises(Refused):
        write(text)


def test_what_people_write_is_shown_safely() -> None:
    shown = prose("<script>x</script> https://a.bg/?a=1&b=2\n@Мария Петрова", ["Мария Петрова"])
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert '<a href="https://a.bg/?a=1&amp;b=2" rel="nofollow">' in shown
    assert '<br><strong class="named">@Мария Петрова</strong>' in shown
    assert "javascript:" not in prose('javascript:alert(1) "><img src=x onerror=y>').replace(
        "javascript:alert(1)", "", 1
    )


def test_a_conversation_took_place_in_the_past(add_company: AddCompany, owner: Actor, at: datetime) -> None:
    about = {"record_type": "company", "record_id": add_company().pk, "by": owner, "at": at}
    details = ConversationChange(
        kind="call", subject="Цени", minutes=12, took_place_at=at - timedelta(days=1)
    )
    assert log_conversation(details=details, **about).minutes == 12
    for wrong in (
        ConversationChange(kind="dance", subject="x"),
        ConversationChange(kind="call", subject=" "),
        ConversationChange(kind="call", subject="x", took_place_at=at + timedelta(hours=1)),
        ConversationChange(kind="call", subject="x", minutes=0),
    ):
        with pytest.raises(Refused):
            log_conversation(details=wrong, **about)


def test_a_file_is_kept_under_its_own_name_alone(add_company: AddCompany, owner: Actor, at: datetime) -> None:
    about = {"record_type": "company", "record_id": add_company().pk, "by": owner, "at": at}
    row = attach_file(name="..\\тайно/до\x00говор.pdf", content_type="text/html", content=b"x", **about)
    assert row.file.name == "договор.pdf"
    with pytest.raises(FileEmpty):
        attach_file(name="x", content_type="", content=b"", **about)
    with pytest.raises(FileTooLarge):
        attach_file(name="x", content_type="", content=b"x" * (LARGEST_FILE + 1), **about)


def test_a_file_comes_as_a_download_to_those_who_see_the_record(
    add_company: AddCompany, browser: Client, browser_of: Any, alpha: OrganizationRef
) -> None:
    company = add_company()
    upload = SimpleUploadedFile("страница.html", b"<script>alert(1)</script>", "text/html")
    answer = browser.post(f"/records/company/{company.pk}/files/", {"file": upload})
    assert answer.status_code == 302
    with in_organization(alpha):
        url = f"/attachments/{Attachment.objects.get().pk}/"
    answer = browser.get(url)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert browser_of(alpha, Role.USER).get(url).status_code == 404


def test_the_stream_holds_everything_newest_first_page_by_page(
    add_company: AddCompany, add_contact: AddContact, owner: Actor, at: datetime
) -> None:
    company = add_company()
    contact = add_contact(company_id=company.pk)
    by_hand = {"by": owner, "record_type": "contact", "record_id": contact.pk}
    for minute in range(40):
        write_note(text=f"бележка {minute}", at=at + timedelta(minutes=minute + 1), **by_hand)
    talk = ConversationChange(kind="email", subject="отдавна", took_place_at=at - timedelta(days=400))
    log_conversation(details=talk, at=at, **by_hand)
    task = create_task(details=TaskChange(title="нещо", contact_id=contact.pk), by=owner, at=at)
    complete_task(task_id=task.pk, by=owner, at=at + timedelta(hours=2))
    first = stream_about(company, owner)
    assert [entry.kind for entry in first.entries[:2]] == ["task", "note"]
    assert first.older == first.entries[-1].at
    rest = stream_about(company, owner, until=first.older)
    assert rest.older is None and rest.entries[-1].item.subject == "отдавна"
    shown = [entry.item.pk for entry in first.entries + rest.entries]
    assert len(shown) == len(set(shown)) == 40 + 1 + 1 + 2


def test_a_user_s_stream_of_a_company_leaves_other_people_s_contacts_out(
    add_company: AddCompany, add_contact: AddContact, owner: Actor, user: Actor, at: datetime
) -> None:
    company = add_company(by=user)
    hidden = add_contact(company_id=company.pk)
    write_note(record_type="contact", record_id=hidden.pk, text="тайно", by=owner, at=at)
    write_note(record_type="company", record_id=company.pk, text="явно", by=owner, at=at)
    notes = [entry.item.text for entry in stream_about(company, user).entries if entry.kind == "note"]
    assert notes == ["явно"]


def test_old_notifications_leave(
    write: Callable[..., Note], manager: Actor, owner: Actor, at: datetime
) -> None:
    from shared_apps.core.actors import system_actor
    from shared_apps.jobs.models import DueWork

    write(f"@{manager.label}")
    waits = DueWork.objects.get(job="sweep_notifications")
    forget_old_notifications(by=system_actor(owner.organization_id), at=waits.next_due_at)
    assert not Notification.objects.exists()
    assert not DueWork.objects.filter(job="sweep_notifications").exists()


def test_the_api_speaks_of_notes_conversations_files_and_tasks(api: Client, add_company: AddCompany) -> None:
    company = str(add_company().pk)

    def post(url: str, **body: Any) -> Any:
        return api.post(f"/api/v1/{url}", body, content_type="application/json")

    note = post("notes/", company_id=company, text="Важно")
    assert note.status_code == 201
    assert post("notes/", text="x").json()["code"] == "about_one"
    assert post(f"notes/{note.json()['id']}/pin/").json()["is_pinned"] is True
    assert api.get(f"/api/v1/notes/?company_id={company}").json()["items"][0]["text"] == "Важно"
    talk = post("conversations/", company_id=company, kind="call", subject="Цени", minutes=5)
    assert (talk.status_code, talk.json()["minutes"]) == (201, 5)
    file = SimpleUploadedFile("x.txt", b"hello", "text/plain")
    stored = api.post("/api/v1/attachments/", {"company_id": company, "file": file})
    assert stored.status_code == 201, stored.content
    assert api.get(f"/api/v1/attachments/{stored.json()['id']}/content/").content == b"hello"
    task = post("tasks/", title="Обади се", company_id=company, due_on="2026-12-01", due_time="14:30")
    body = task.json()
    assert (task.status_code, body["due_at"], body["due_time"]) == (201, "2026-12-01T12:30:00Z", "14:30")
    assert post("tasks/", title="Без дата").status_code == 201
    titles = [row["title"] for row in api.get("/api/v1/tasks/?ordering=due_at&limit=1").json()["items"]]
    assert titles == ["Обади се"]
    url = f"tasks/{body['id']}/"
    assert (
        api.patch(f"/api/v1/{url}", {"due_on": None}, content_type="application/json").json()["due_at"]
        is None
    )
    assert post(f"{url}complete/").json()["done_at"] is not None
    assert post(f"{url}complete/").status_code == 409
    assert api.get("/api/v1/tasks/?done=false").json()["items"][0]["title"] == "Без дата"
    assert post(f"{url}reopen/").json()["done_at"] is None
    assert post(f"{url}archive/").json()["archived_at"] is not None
