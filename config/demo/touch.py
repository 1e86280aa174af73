"""How the agency keeps in touch: calls, meetings, notes, tasks done in time, and a few forgotten ones."""

import random
from datetime import UTC, date, datetime, time, timedelta

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Deal, DealStatus
from tenant_apps.crm.operations import (
    ConversationChange,
    TaskChange,
    complete_task,
    create_task,
    log_conversation,
    write_note,
)

SEED, TALKS, DONE_TASKS, LATE_TASKS, PLANNED_TASKS = 11, 120, 45, 6, 5
SUBJECTS = {
    "call": ("Уточняване на офертата", "Напомняне за плащане", "Въпрос за срока", "Първо обаждане"),
    "meeting": ("Среща в офиса им", "Представяне на мострите", "Преговор за цената"),
    "email": ("Изпратена оферта", "Отговор на запитване", "Договор за подпис"),
}
NOTES = (
    "Предпочитат да ги търсим преди обяд.",
    "Питат за отстъпка при по-голям тираж.",
    "Новият им управител започва от следващия месец.",
    "Доволни са от последната поръчка.",
)
TO_DO = ("Обади се за офертата", "Изпрати мостри", "Уточни срока", "Покани ги на среща")


def keep_in_touch(companies: list[Company], *, people: list[Actor], today: date) -> None:
    """Tell ten months of talks and tasks; the last third of the companies hears little from us."""
    teller = random.Random(SEED)
    for number in range(TALKS):
        _talk(teller, teller.choice(companies[: len(companies) * 2 // 3]), number, people, today)
    for number in range(DONE_TASKS):
        _done_task(teller, teller.choice(companies), people[number % len(people)], today)
    waiting = list(Deal.objects.filter(status=DealStatus.OPEN).order_by("-created_at", "id"))
    for number, deal in enumerate(waiting[: LATE_TASKS + PLANNED_TASKS]):
        ahead = -1 - 2 * number if number < LATE_TASKS else number - LATE_TASKS + 1
        _task_of_deal(teller, deal, people[0], today + timedelta(days=ahead), today)


def _talk(teller: random.Random, company: Company, number: int, people: list[Actor], today: date) -> None:
    kind = teller.choices(("call", "meeting", "email"), (5, 2, 3))[0]
    at, by = _at(today - timedelta(days=teller.randrange(1, 300)), teller), people[number % len(people)]
    details = ConversationChange(
        kind=kind,
        subject=teller.choice(SUBJECTS[kind]),
        took_place_at=at,
        minutes=None if kind == "email" else teller.choice((5, 10, 20, 45)),
    )
    log_conversation(record_type="company", record_id=company.pk, details=details, by=by, at=at)
    if number % 4 == 0:
        write_note(record_type="company", record_id=company.pk, text=teller.choice(NOTES), by=by, at=at)


def _done_task(teller: random.Random, company: Company, by: Actor, today: date) -> None:
    day = today - timedelta(days=teller.randrange(1, 280))
    details = TaskChange(title=teller.choice(TO_DO), kind="call", due_on=day, company_id=company.pk)
    task = create_task(details=details, by=by, at=_at(day - timedelta(days=3), teller))
    complete_task(task_id=task.pk, by=by, at=_at(day, teller))


def _task_of_deal(teller: random.Random, deal: Deal, by: Actor, day: date, today: date) -> None:
    details = TaskChange(title=teller.choice(TO_DO), kind="call", due_on=day, deal_id=deal.pk)
    create_task(details=details, by=by, at=_at(min(day, today) - timedelta(days=2), teller))


def _at(day: date, teller: random.Random) -> datetime:
    return datetime.combine(day, time(teller.randrange(7, 15), teller.randrange(60)), UTC)
