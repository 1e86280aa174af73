"""Statements that somebody leaves in the folder come in by themselves, each once."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.operations import enqueue
from tenant_apps.messages.models import Notification
from tenant_apps.reconciliation.models import BankLine, Statement
from tenant_apps.reconciliation.operations import (
    forget_statement_files,
    import_statement,
    inbox,
    take_from_inbox,
)
from tenants.context import OrganizationRef, in_organization
from tests.reconciliation.conftest import Till
from tests.reconciliation.samples import Move, camt
from tests.reconciliation.test_import_statement import MOVES

LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def drop(in_alpha: OrganizationRef) -> Callable[..., Path]:
    """`drop("a.xml", content)`: leave a file in alpha's inbox, a while ago."""

    def leave(
        name: str, content: str | bytes, of: OrganizationRef = in_alpha, ago: timedelta = LONG_AGO
    ) -> Path:
        folder = Path(settings.STATEMENTS_ROOT) / "inbox" / str(of.id)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        then = (clock.now() - ago).timestamp()
        os.utime(path, (then, then))
        return path

    return leave


@pytest.fixture
def look(run_jobs: Callable[[], list[str]], db: None) -> Callable[[], list[str]]:
    """`look()`: the schedule looks into the folder, and what follows is done."""

    def go() -> list[str]:
        from django.db import transaction

        with transaction.atomic():
            enqueue("look_into_statement_inboxes", by=system_actor())
        return run_jobs()

    return go


def files(kind: str, organization: OrganizationRef) -> list[str]:
    folder = Path(settings.STATEMENTS_ROOT) / kind / str(organization.id)
    return sorted(path.name.partition("-")[2] for path in folder.iterdir()) if folder.exists() else []


def test_a_file_is_taken_in_and_put_away(
    till: Till, drop: Callable[..., Path], look: Callable[[], list[str]], in_alpha: OrganizationRef
) -> None:
    till.account()
    path = drop("november.xml", camt(MOVES))

    look()

    statement = Statement.objects.get()
    assert (statement.state, statement.door, statement.owner_id) == ("imported", "folder", None)
    assert BankLine.objects.count() == 3
    assert not path.exists()
    assert files("taken", in_alpha) == ["november.xml"]


def test_the_same_file_twice_is_once(
    till: Till, drop: Callable[..., Path], look: Callable[[], list[str]], in_alpha: OrganizationRef
) -> None:
    till.account()
    for name in ("one.xml", "two.xml"):
        drop(name, camt(MOVES))

    look()
    look()

    assert Statement.objects.count() == 1
    assert files("taken", in_alpha) == ["one.xml", "two.xml"]
    assert files("refused", in_alpha) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("bill.pdf", b"%PDF-1.7", "PDF"),
        ("empty.xml", b" ", "празен"),
        ("other.xml", camt(MOVES, iban="BG21STSA93000012345678"), "BG21STSA93000012345678"),
        ("bomb.xml", '<!DOCTYPE a [<!ENTITY b "c">]><Document/>', "XML"),
    ],
)
def test_what_cannot_come_in_is_refused_with_its_reason(
    till: Till,
    drop: Callable[..., Path],
    look: Callable[[], list[str]],
    in_alpha: OrganizationRef,
    name: str,
    content: Any,
    says: str,
) -> None:
    till.account()
    drop(name, content)

    look()

    assert files("refused", in_alpha) == [name, f"{name}.reason.txt"]
    folder = Path(settings.STATEMENTS_ROOT) / "refused" / str(in_alpha.id)
    (reason,) = folder.glob("*.reason.txt")
    assert says in reason.read_text()
    assert not Statement.objects.exists()


def test_one_file_that_fails_keeps_no_other_out(
    till: Till,
    drop: Callable[..., Path],
    look: Callable[[], list[str]],
    in_alpha: OrganizationRef,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    till.account()
    read = inbox.take_statement_file

    def failing(*, name: str, **more: Any) -> None:
        if name == "a.xml":
            raise RuntimeError("a reader of foreign files")
        read(name=name, **more)

    monkeypatch.setattr(inbox, "take_statement_file", failing)
    drop("a.xml", camt([Move("5.00")]))
    drop("b.xml", camt(MOVES))

    look()

    assert [statement.name for statement in Statement.objects.all()] == ["b.xml"]
    assert files("refused", in_alpha) == ["a.xml", "a.xml.reason.txt"]
    assert files("taken", in_alpha) == ["b.xml"]


def test_while_the_database_is_away_the_files_wait(
    till: Till, drop: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**more: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(inbox, "take_statement_file", away)
    path = drop("a.xml", camt(MOVES))

    with pytest.raises(OperationalError):
        take_from_inbox(path, by=till.owner, at=till.at)

    assert path.exists()


@pytest.mark.parametrize("name", ["ф" * 125 + ".xml", "a." + "x" * 250])
def test_a_long_name_is_shortened_where_it_is_put_away(
    name: str,
    till: Till,
    drop: Callable[..., Path],
    look: Callable[[], list[str]],
    in_alpha: OrganizationRef,
) -> None:
    till.account()
    good, bad = drop(name, camt(MOVES)), drop(f"Б{name[2:]}", b"%PDF-1.7")

    look()

    assert not good.exists() and not bad.exists()
    assert Statement.objects.get().state == "imported"
    (taken,), (refused, reason) = files("taken", in_alpha), files("refused", in_alpha)
    assert taken[:2] == name[:2] and taken != refused and reason == f"{refused}.reason.txt"
    assert name[-4:] in (taken[-4:], "xxxx")


def test_a_name_in_another_encoding_comes_in(
    till: Till, drop: Callable[..., Path], look: Callable[[], list[str]], in_alpha: OrganizationRef
) -> None:
    till.account()
    drop(os.fsdecode("ноември.xml".encode("cp1251")), camt(MOVES))

    look()

    assert Statement.objects.get().state == "imported"


def test_a_table_whose_columns_nobody_knows_waits_for_a_person(
    till: Till, drop: Callable[..., Path], look: Callable[[], list[str]], in_alpha: OrganizationRef
) -> None:
    till.account()
    drop("strange.csv", "Moment;Wieviel\n01.11.2026;5,00\n02.11.2026;6,00\n")

    look()

    assert Statement.objects.get().state == "mapping"
    assert files("taken", in_alpha) == ["strange.csv"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (camt(MOVES).replace(">12.50<", ">12.5O<"), "не мо"),
        (camt(MOVES, closing="1.00"), "салд"),
    ],
)
def test_one_that_leaves_doubts_waits_for_the_owners(
    till: Till, drop: Callable[..., Path], look: Callable[[], list[str]], content: str, says: str
) -> None:
    till.account()
    drop("november.xml", content)

    look()

    statement = Statement.objects.get()
    assert (statement.state, till.lines()) == ("rehearsed", [])
    told = Notification.objects.get()
    assert (told.user_id, told.kind, told.url) == (
        till.owner.id,
        "statement_waits",
        statement.get_absolute_url(),
    )
    assert "november.xml" in told.text and says in told.text
    import_statement(statement_id=statement.pk, by=till.owner, at=till.at)
    look()
    assert Statement.objects.get().state == "imported"


def test_a_file_that_is_still_written_is_left_alone(
    till: Till, drop: Callable[..., Path], look: Callable[[], list[str]]
) -> None:
    till.account()
    fresh = drop("fresh.xml", camt(MOVES), ago=timedelta(0))
    half = drop("half.xml.part", camt(MOVES))
    hidden = drop(".hidden.xml", camt(MOVES))

    look()

    assert fresh.exists() and half.exists() and hidden.exists()
    assert not Statement.objects.exists()


def test_no_link_leads_out_of_the_folder(
    till: Till,
    drop: Callable[..., Path],
    look: Callable[[], list[str]],
    tmp_path: Path,
    in_alpha: OrganizationRef,
) -> None:
    till.account()
    secret = tmp_path / "secret.xml"
    secret.write_text(camt(MOVES))
    beside = drop("real.xml", camt([Move("5.00")]))
    (beside.parent / "link.xml").symlink_to(secret)
    (beside.parent / "folder.xml").mkdir()

    look()

    assert [statement.name for statement in Statement.objects.all()] == ["real.xml"]
    assert secret.exists()


def test_a_folder_of_one_organization_is_nothing_to_another(
    till: Till,
    drop: Callable[..., Path],
    look: Callable[[], list[str]],
    beta: OrganizationRef,
    in_alpha: OrganizationRef,
) -> None:
    till.account()
    left = drop("theirs.xml", camt(MOVES), of=beta)

    look()

    assert not Statement.objects.exists()
    assert not left.exists()
    assert files("refused", beta) == ["theirs.xml", "theirs.xml.reason.txt"]
    with in_organization(beta):
        assert not Statement.objects.exists()


def test_folders_of_nobody_are_passed_over(till: Till, look: Callable[[], list[str]]) -> None:
    for name in ("alpha", "01a22efc-eee8-7741-abf7-37e4d1cc0001", "..."):
        folder = Path(settings.STATEMENTS_ROOT) / "inbox" / name
        folder.mkdir(parents=True)
        (folder / "a.xml").write_text(camt(MOVES))

    assert look() == ["look_into_statement_inboxes"]


def test_nothing_is_left_of_an_erased_organization(
    till: Till,
    drop: Callable[..., Path],
    look: Callable[[], list[str]],
    in_alpha: OrganizationRef,
    at: datetime,
) -> None:
    till.account()
    drop("november.xml", camt(MOVES))
    look()
    drop("december.xml", camt(MOVES))

    forget_statement_files(organization_id=in_alpha.id, by=system_actor(), at=at)

    assert files("taken", in_alpha) == files("inbox", in_alpha) == []
