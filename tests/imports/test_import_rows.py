"""Rows are written together where they only add; what comes of them is what comes of rows one by one."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.ids import new_id
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import (
    Company,
    Contact,
    ContactDetail,
    Deal,
    DealContact,
    DealItem,
    Note,
    StageStay,
)
from tenant_apps.imports.adapters import SourceRow
from tenant_apps.imports.models import Import, ImportRow
from tenant_apps.imports.operations import Hand
from tenant_apps.imports.operations.gathering import Gathering, Sheaf
from tenant_apps.workspace.models import ChangedRecord, CustomValue, Tag, Tagging
from tenant_apps.workspace.operations import FieldChange, create_field, mirror_member
from tenants.context import OrganizationRef
from tests.imports.conftest import Desk

PEOPLE = """Име;Фамилия;Имейл;Имейл 2;Фирма;Град;Холдинг;Отговорник;Етикети;Бележка;Регион
Ана;Борисова;ana@some.example;ana@home.example;Алфа;София;Върхът;agent@alpha.example;важен, нов;Обади се;Юг
Боян;Цанев;boyan@some.example;;Алфа;;;;нов;;Север
Вера;;not-an-address;;Бета;Русе;;;;;
Галя;Д;galya@some.example;;Гама;Варна;;nobody@some.example;;"Два
реда";Юг
Ана;Борисова;ana@some.example;;Алфа;;;;;;
Боян;Цанев;boyan@some.example;;Алфа;Русе;;;друг;;Изток
;;;;Делта;;Алфа;;;;
"""
DEALS = """Сделка;Стойност;Етап;Фирма;Контакт;Отговорник;Срок;Затворена на;Причина;Етикети
Първа;1 200,50;Преговори;Алфа;Иван Иванов;agent@alpha.example;31.12.2026;;;важен
Втора;300;Спечелена;Алфа;;Agent;;12.03.2026;;
Трета;400;Изгубена;Бета;;;;13.03.2026;Цената;
Четвърта;много;Преговори;Гама;;;;;;
Пета;5;Няма такъв;Гама;;;;;;
Шеста;6 EUR;;;;;;;;
Шеста;7;;;;;;;;
Седма;8;Преговори;Алфа;Иван Иванов;;;;;
"""
CHOSEN = {
    PEOPLE: {
        "Имейл 2": "contact.more_emails",
        "Холдинг": "company.parent",
        "Отговорник": "contact.owner",
        "Етикети": "contact.tags",
    },
    DEALS: {
        "Срок": "deal.expected_close_on",
        "Затворена на": "deal.closed_on",
        "Причина": "deal.lost_reason",
        "Етикети": "deal.tags",
        "Отговорник": "deal.owner",
    },
}
NAMED = (Company, Contact, Deal, Note, Tag, Import)
WRITTEN = (
    *(Company, Contact, ContactDetail, Deal, DealContact, DealItem, Note, StageStay, CustomValue, Tagging),
    *(Event, ImportRow, ChangedRecord),
)
OF_THE_RUN = {"id", "source_id", "change_set_id"}


@pytest.fixture
def organization(in_alpha: OrganizationRef, owner: Actor) -> OrganizationRef:
    """With a field of its own for contacts, and somebody besides the owner."""
    at = clock.now()
    region = FieldChange(label_bg="Регион", label_en="Region")
    create_field(entity="contact", kind="text", details=region, by=owner, at=at)
    email = "agent@alpha.example"
    mirror_member(user_id=new_id(), name="Agent", email=email, role="user", is_active=True, by=owner, at=at)
    return in_alpha


@pytest.mark.parametrize("file", [PEOPLE, DEALS], ids=["people", "deals"])
def test_together_or_one_by_one_is_the_same(
    file: str, desk: Desk, organization: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        together = desk.imported(file, **CHOSEN[file])
        counts, written = together.counts, everything()
        transaction.set_rollback(True)

    with one_by_one(monkeypatch):
        alone = desk.imported(file, **CHOSEN[file])

    assert alone.counts == counts
    for name, rows in everything().items():
        assert rows == written[name], name
    assert alone.counts["created"] >= 4 and alone.counts["failed"] >= 1


def test_what_cannot_be_written_together_is_written_one_by_one(
    desk: Desk, organization: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(sheaf: Sheaf, by: Actor, at: datetime) -> None:
        Company.objects.create(name="", created_at=at, updated_at=at)

    monkeypatch.setattr(Sheaf, "write", broken)

    run = desk.imported(PEOPLE, **CHOSEN[PEOPLE])

    assert (run.counts["created"], run.counts["updated"], run.counts["failed"]) == (4, 1, 1)
    assert sorted(map(str, Contact.objects.all())) == ["Ана Борисова", "Боян Цанев", "Галя Д"]


def test_when_the_database_is_gone_nothing_is_called_a_broken_row(
    desk: Desk, organization: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(DatabaseError):
        pass

    def broken(sheaf: Sheaf, by: Actor, at: datetime) -> None:
        raise Gone

    rehearsed = desk.rehearsed(PEOPLE, **CHOSEN[PEOPLE])
    monkeypatch.setattr("tenant_apps.imports.operations.writing.OperationalError", Gone)
    monkeypatch.setattr(Sheaf, "write", broken)
    desk.browser.post(f"/imports/{rehearsed.pk}/run/")

    with pytest.raises(Gone):
        desk.run_jobs()

    assert not ImportRow.objects.filter(source=rehearsed, is_rehearsal=False).exists()


def test_a_hundred_more_rows_cost_no_statement_more(
    desk: Desk, organization: OrganizationRef, owner: Actor
) -> None:
    run = desk.rehearsed(
        "Име;Фамилия;Имейл;Фирма;Етикети\nАна;Б;a@some.example;Алфа;нов\n", Етикети="contact.tags"
    )
    run = desk.run(run)
    assert run.counts["created"] == 1, (desk.problems(run), run.mapping)

    def statements(count: int, begins: int) -> int:
        rows = [
            SourceRow(
                begins + number,
                [f"Нов{begins + number}", "Б", f"n{begins + number}@x.example", "Алфа", "нов"],
            )
            for number in range(count)
        ]
        with CaptureQueriesContext(connection) as told:
            Hand(run, owner, is_rehearsal=False).write(rows, clock.now())
        return len(told)

    assert statements(110, 1000) <= statements(10, 100) + 2
    assert Contact.objects.count() == 121


@contextmanager
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as alone:
        alone.setattr(Gathering, "take", lambda self, plan: None)
        yield


def everything() -> dict[str, list[str]]:
    """All that was written, days for instants and names for ids; the uploaded file aside."""
    names = {
        str(row.pk): f"{model.__name__} {row}" for model in NAMED for row in model._default_manager.all()
    }
    rows = {model: model._default_manager.all() for model in WRITTEN}
    rows[Event] = Event.objects.exclude(type="files.file_stored")
    return {model.__name__: sorted(_told(row, names) for row in found) for model, found in rows.items()}


def _told(row: Any, names: dict[str, str]) -> str:
    fields = [field.attname for field in row._meta.concrete_fields if field.attname not in OF_THE_RUN]
    values = {name: getattr(row, name) for name in fields}
    text = json.dumps(values, default=_plain, sort_keys=True, ensure_ascii=False)
    return re.sub(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lambda found: names.get(found[0], found[0]), text
    )


def _plain(value: Any) -> str:
    return value.date().isoformat() if isinstance(value, datetime) else str(value)
