"""Reminders of money: which stage an invoice has come to, and the stages that an organization begins with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FRIENDLY, FIRM, FINAL = "friendly", "firm", "final"
TONES = (FRIENDLY, FIRM, FINAL)
SENT_AT = time(9)


@dataclass(frozen=True)
class UsualStage:
    """A stage as an organization begins with it. `{client}`, `{seller}` and `{total}` are filled in."""

    offset_days: int
    tone: str
    subject_bg: str
    subject_en: str
    text_bg: str
    text_en: str
    shows_interest: bool = False


USUAL_STAGES = (
    UsualStage(
        -3,
        FRIENDLY,
        "Наближава срокът за плащане",
        "A payment will be due soon",
        "Здравейте, {client},\n\nнапомняме Ви, че след няколко дни изтича срокът за плащане на {total}.",
        "Hello, {client},\n\nthis is to remind you that {total} will be due in a few days.",
    ),
    UsualStage(
        0,
        FRIENDLY,
        "Днес е срокът за плащане",
        "A payment is due today",
        "Здравейте, {client},\n\nднес изтича срокът за плащане на {total}.",
        "Hello, {client},\n\n{total} is due today.",
    ),
    UsualStage(
        7,
        FRIENDLY,
        "Неплатена фактура",
        "An unpaid invoice",
        "Здравейте, {client},\n\nсрокът за плащане на {total} изтече. Ако вече сте платили, приемете"
        " нашата благодарност.",
        "Hello, {client},\n\n{total} is past its due date. If you have paid already, please accept our"
        " thanks.",
    ),
    UsualStage(
        14,
        FIRM,
        "Второ напомняне за плащане",
        "Second payment reminder",
        "Здравейте, {client},\n\nвсе още не сме получили {total}. Молим да платите в следващите дни или да"
        " ни пишете, ако има пречка.",
        "Hello, {client},\n\nwe have not received {total} yet. Please pay within the next days, or write to"
        " us if something stands in the way.",
    ),
    UsualStage(
        30,
        FINAL,
        "Последна покана за плащане",
        "Final payment reminder",
        "Здравейте, {client},\n\nсрокът за плащане на {total} изтече преди месец. Каним Ви да платите до"
        " седем дни.",
        "Hello, {client},\n\n{total} has been due for a month. Please pay within seven days.",
        shows_interest=True,
    ),
)


def stage_of(due_on: date, *, on: date, offsets: Iterable[int], reminded: int | None) -> int | None:
    """The offset in days of the stage that an invoice has come to on the day `on`; None: nothing to say.

    Of stages that have passed only the latest counts, and none that is not later than the last one told
    (`reminded`). A stage before the due date is not told after it.
    """
    passed = [offset for offset in offsets if due_on + timedelta(days=offset) <= on]
    if not passed:
        return None
    latest = max(passed)
    if (latest < 0 and on > due_on) or (reminded is not None and latest <= reminded):
        return None
    return latest


def next_run(after: datetime, zone: str) -> datetime:
    """The next morning hour at which reminders leave, later than `after`, by the clock of the zone."""
    place = ZoneInfo(zone)
    day = after.astimezone(place).date()
    slot = datetime.combine(day, SENT_AT, tzinfo=place)
    return slot if slot > after else datetime.combine(day + timedelta(days=1), SENT_AT, tzinfo=place)


def filled_in(text: str, **values: str) -> str:
    """The text with `{client}` and the others replaced; any other brace stays."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
