"""Reports say what a plain computation over the rows says, per currency, of what the reader sees."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.money import round_half_up
from tenant_apps.crm.models import Conversation, Deal, Note, Stage, StageStay, Task
from tenant_apps.crm.operations import (
    ConversationChange,
    TaskChange,
    complete_task,
    create_task,
    log_conversation,
    lose_deal,
    move_deal,
    win_deal,
    write_note,
)
from tenant_apps.dashboard.filters import read_report_filter
from tenant_apps.dashboard.queries.reports import REPORTS, Table
from tenant_apps.dashboard.rules import months_after, months_in, percent, period_of
from tenant_apps.workspace.models import ListExport
from tenants.context import OrganizationRef
from tests.crm.selling import add_deal, stages_of
from tests.invoices.stories import client

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOFIA = ZoneInfo("Europe/Sofia")
SINCE, UNTIL = date(2025, 12, 1), date(2026, 12, 1)
REASONS = ("Скъпо", 'Друг, "по-добър" | евтин')
Built = Callable[..., dict[str, Table]]
Sums = dict[Any, tuple[int, Decimal]]


@pytest.fixture
def built(owner: Actor, in_alpha: OrganizationRef) -> Built:
    """`built("sales", period="this_year")`: its tables by name, as the owner or `by` another sees them."""

    def build(name: str, by: Actor = owner, **query: str) -> dict[str, Table]:
        asked = read_report_filter(query, REPORTS[name], by, at=NOW).asked
        return {table.name: table for table in REPORTS[name].build(asked)}

    return build


def live(teller: random.Random, number: int, people: tuple[Actor, ...]) -> None:
    """One deal: begun some day, through some stages, ended some days later or not at all."""
    by, at = teller.choice(people), NOW - timedelta(days=teller.randrange(430), hours=teller.randrange(24))
    value, currency = str(Decimal(teller.randrange(10**7)) / 100), teller.choice(("EUR", "EUR", "USD"))
    deal = add_deal(f"Сделка {number}", by=by, at=at, value=value, currency=currency)
    for step, stage in enumerate(stages_of()[1 : teller.randrange(1, 6)], start=1):
        move_deal(deal_id=deal.pk, stage_id=stage.pk, by=by, at=at + timedelta(minutes=step))
    end = min(at + timedelta(days=teller.randrange(90), hours=1), NOW)
    match teller.randrange(3):
        case 0:
            win_deal(deal_id=deal.pk, by=by, at=end)
        case 1:
            lose_deal(deal_id=deal.pk, reason=teller.choice(REASONS), by=by, at=end)


def local(instant: datetime | None) -> date:
    assert instant is not None
    return instant.astimezone(SOFIA).date()


def in_year(deals: list[Deal], column: str) -> list[Deal]:
    moments = ((deal, getattr(deal, column)) for deal in deals)
    return [deal for deal, moment in moments if moment and SINCE <= local(moment) < UNTIL]


def sums_of(deals: list[Deal], key: Callable[[Deal], Any]) -> Sums:
    found: Sums = defaultdict(lambda: (0, Decimal(0)))
    for deal in deals:
        count, total = found[key(deal)]
        found[key(deal)] = (count + 1, total + deal.value)
    return dict(found)


def told(tables: dict[str, Table], kind: str) -> Sums:
    """(currency, place of the line) → count and total, of the lines that hold anything."""
    return {
        (table.currency, row.label): (row.figures["count"], row.figures["total"])
        for table in tables.values()
        for row in table.rows
        if table.name.startswith(kind) and row.figures["count"]
    }


@pytest.mark.parametrize("seed", range(2))
def test_every_figure_is_that_of_a_plain_computation(
    built: Built, owner: Actor, manager: Actor, seed: int
) -> None:
    teller = random.Random(seed)
    for number in range(24):
        live(teller, number, (owner, manager))
    deals = list(Deal.objects.select_related("stage"))
    under_way = [deal for deal in deals if deal.status == "open"]
    ended = in_year(deals, "closed_at")

    pipeline = built("pipeline")
    assert told(pipeline, "stages") == sums_of(under_way, lambda deal: (deal.currency, deal.stage.name))
    for table in pipeline.values():
        for row in table.rows:
            chances = [
                deal.value * deal.stage.probability
                for deal in under_way
                if (deal.currency, deal.stage.name) == (table.currency, row.label)
            ]
            assert row.figures["weighted"] == round_half_up(sum(chances, Decimal(0)) / 100)

    words = {"won": "Won", "lost": "Lost"}
    with translation.override("en"):
        endings = built("won-lost")
    assert told(endings, "outcomes") == sums_of(ended, lambda deal: (deal.currency, words[deal.status]))
    lost = [deal for deal in ended if deal.status == "lost"]
    assert told(endings, "reasons") == sums_of(lost, lambda deal: (deal.currency, deal.lost_reason))
    check_sales(built("sales"), [deal for deal in ended if deal.status == "won"])
    check_conversion(built("conversion"), in_year(deals, "created_at"))


def check_sales(tables: dict[str, Table], won: list[Deal]) -> None:
    months = months_in(SINCE, UNTIL)
    assert set(tables) == {f"sales-{deal.currency}" for deal in won}
    for table in tables.values():
        ours = [deal for deal in won if deal.currency == table.currency]
        by_month = sums_of(ours, lambda deal: local(deal.closed_at).replace(day=1))
        by_both = sums_of(ours, lambda deal: (local(deal.closed_at).replace(day=1), str(deal.owner_id)))
        for month, row in zip(months, table.rows, strict=True):
            count, total = by_month.get(month, (0, Decimal(0)))
            assert (row.figures["count"], row.figures["total"]) == (count, total)
            for column in table.columns[2:]:
                assert row.figures[column.name] == by_both.get((month, column.name), (0, Decimal(0)))[1]
        assert table.total and table.total.figures["total"] == sum(deal.value for deal in ours)


def check_conversion(tables: dict[str, Table], began: list[Deal]) -> None:
    furthest = {
        deal.pk: max(StageStay.objects.filter(deal=deal).values_list("stage__position", flat=True))
        for deal in began
    }
    won = [deal for deal in began if deal.status == "won"]
    for stage, row in zip(stages_of(), tables["stages"].rows, strict=True):
        reached = [deal for deal in began if deal.status == "won" or furthest[deal.pk] >= stage.position]
        assert (row.figures["reached"], row.figures["won"]) == (len(reached), len(won))
        assert row.figures["won_rate"] == percent(len(won), len(reached))
    by_month = Counter((local(deal.created_at).replace(day=1), deal.status) for deal in began)
    for month, row in zip(months_in(SINCE, UNTIL), tables["months"].rows, strict=True):
        counts = [by_month[month, status] for status in ("won", "lost", "open")]
        assert [row.figures[name] for name in ("won", "lost", "open")] == counts
        assert row.figures["began"] == sum(counts)


def test_each_figure_leads_to_the_list_that_it_counts(
    browser: Client, owner: Actor, manager: Actor, in_alpha: OrganizationRef
) -> None:
    teller = random.Random(9)
    for number in range(14):
        live(teller, number, (owner, manager))
    seen = 0
    for name in REPORTS:
        asked = read_report_filter({"period": "last_12_months"}, REPORTS[name], owner, at=clock.now()).asked
        for table in REPORTS[name].build(asked):
            counts = [(row.links[column], row.figures[column]) for row in table.rows for column in row.links]
            for address, figure in [one for one in counts if isinstance(one[1], int) and one[1]][:6]:
                shown = browser.get(address).context["list"]
                assert not shown.problems and shown.rows_asked.count() == figure, address
                seen += 1
    assert seen > 10


def test_two_currencies_are_never_added(built: Built, owner: Actor) -> None:
    for currency in ("EUR", "USD", "EUR"):
        add_deal("Сделка", by=owner, at=NOW, value="100", currency=currency)
    tables = built("pipeline")
    assert {name: table.total.figures["total"] for name, table in tables.items() if table.total} == {
        "stages-EUR": Decimal(200),
        "stages-USD": Decimal(100),
    }
    assert list(built("pipeline", currency="usd")) == ["stages-USD"]


def test_what_people_did(built: Built, owner: Actor, manager: Actor) -> None:
    company = client(owner)
    for kind, ago in (("call", 3), ("call", 40), ("meeting", 5), ("email", 500)):
        said = ConversationChange(kind=kind, subject="x", took_place_at=NOW - timedelta(days=ago))
        log_conversation(record_type="company", record_id=company.pk, details=said, by=owner, at=NOW)
    write_note(record_type="company", record_id=company.pk, text="Бележка", by=manager, at=NOW)
    task = create_task(details=TaskChange(title="Свърши"), by=manager, at=NOW)
    complete_task(task_id=task.pk, by=manager, at=NOW)

    tables = built("activity")
    lines = {row.label: dict(row.figures) for row in tables["people"].rows}
    assert lines[str(owner.label)] == {
        "call": 2, "meeting": 1, "email": 0, "note": 0, "task": 0, "total": 3,
    }  # fmt: skip
    assert (lines[manager.label]["note"], lines[manager.label]["task"]) == (1, 1)
    [november] = [row for row in tables["months"].rows if row.figures["note"]]
    assert november.figures["call"] == 1 and november.figures["total"] == 4
    mine = built("activity", person=str(manager.id))
    assert [row.label for row in mine["people"].rows] == [manager.label]
    assert Conversation.objects.count() == 4 and Note.objects.count() == 1 and Task.objects.count() == 1


def test_a_user_gets_own_figures(built: Built, owner: Actor, user: Actor) -> None:
    add_deal("Чужда", by=owner, at=NOW, value="900")
    add_deal("Моя", by=user, at=NOW, value="100")
    [table] = built("pipeline", by=user).values()
    assert table.total and (table.total.figures["count"], table.total.figures["total"]) == (1, 100)
    note_of_other = client(owner)
    write_note(record_type="company", record_id=note_of_other.pk, text="x", by=owner, at=NOW)
    assert built("activity", by=user)["people"].rows == []


def test_periods_of_the_address(built: Built, in_alpha: OrganizationRef, owner: Actor) -> None:
    def period(**query: str) -> tuple[date, date]:
        asked = read_report_filter(query, REPORTS["sales"], owner, at=NOW).asked
        return asked.since, asked.until

    assert period() == period(period="zzz") == period(since="утре", until="?") == (SINCE, UNTIL)
    assert period(period="last_quarter") == (date(2026, 7, 1), date(2026, 10, 1))
    assert period(since="05.03.2026", until="2026-04-07") == (date(2026, 3, 5), date(2026, 4, 8))
    assert period(since="07.04.2026", until="05.03.2026") == (date(2026, 3, 5), date(2026, 4, 8))
    assert period(since="01.01.1900", until="31.12.2026")[0] == date(2021, 12, 1)
    assert months_after(date(2026, 1, 31), -1) == date(2025, 12, 1)
    assert period_of("this_quarter", date(2026, 12, 31)) == (date(2026, 10, 1), date(2027, 1, 1))
    assert percent(1, 3) == Decimal("33.3") and percent(0, 0) is None


@pytest.mark.parametrize("name", [*REPORTS])
def test_the_pages_ask_the_database_little(
    browser: Client, owner: Actor, name: str, in_alpha: Any, django_assert_max_num_queries: Any
) -> None:
    live(random.Random(4), 1, (owner,))
    browser.get(f"/reports/{name}/")
    with django_assert_max_num_queries(9):
        assert browser.get(f"/reports/{name}/?period=this_year").status_code == 200


def test_an_empty_report_says_what_it_will_show(browser: Client, in_alpha: Any) -> None:
    assert "Nothing to report yet" in browser.get("/reports/").content.decode()
    assert browser.get("/reports/nonsense/").status_code == 404


def test_a_table_is_taken_along(browser: Client, owner: Actor, in_alpha: Any) -> None:
    add_deal("Сделка", by=owner, at=clock.now(), value="1234.50")
    sent = {"table": "stages-EUR", "query": "currency=EUR", "format": "xlsx"}
    answer = browser.post("/reports/pipeline/export/", sent)
    book = load_workbook(BytesIO(browser.get(answer["Location"]).content))
    rows = list(book.active.values)
    assert rows[0] == ("Stage", "Deals", "Value, EUR", "Weighted, EUR")
    assert rows[1][1:3] == (1, 1234.5) and rows[-1][0] == "Total"
    assert ListExport.objects.get().query == "currency=EUR"
    csv = browser.post("/reports/pipeline/export/", sent | {"format": "csv"})
    assert "1234.50" in browser.get(csv["Location"]).content.decode("utf-8-sig")
    assert browser.post("/reports/pipeline/export/", sent | {"table": "zzz"}).status_code == 404
    assert browser.post("/reports/pipeline/export/", sent | {"format": "pdf"}).status_code == 302
    assert ListExport.objects.count() == 2


def test_over_the_api(api: Client, api_of: Any, alpha: OrganizationRef, owner: Actor, in_alpha: Any) -> None:
    deal = add_deal("Сделка", by=owner, at=clock.now(), value="1234.50")
    for name in REPORTS:
        answer = api.get(f"/api/v1/reports/{name}/?period=this_year")
        assert (answer.status_code, answer.json()["report"]) == (200, name)
    [table] = api.get(f"/api/v1/reports/pipeline/?person_id={owner.id}").json()["tables"]
    stage = Stage.objects.get(pk=deal.stage_id)
    assert table["rows"][0] == {
        "label": stage.name_en or stage.name,  # type: ignore[attr-defined]
        "figures": {
            "count": 1,
            "total": "1234.50",
            "weighted": str(round_half_up(deal.value * stage.probability / 100)),
        },
    }
    assert api.get("/api/v1/reports/zzz/").status_code == 404
    assert api.get("/api/v1/reports/sales/?period=zzz").status_code == 422
    assert api_of(alpha, "owner", scopes=("deals:read",)).get("/api/v1/reports/sales/").status_code == 403
