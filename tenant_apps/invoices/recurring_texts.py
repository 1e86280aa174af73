"""How the period of a recurring invoice is called in its document, and how a rhythm reads."""

from datetime import date

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.core.formats import format_day, locale_of
from tenant_apps.invoices import rules

Period = tuple[date, date]
PLACEHOLDERS = ("month", "year", "period")
QUARTERS: dict[str, tuple[str, ...]] = {
    "bg": ("първо тримесечие", "второ тримесечие", "трето тримесечие", "четвърто тримесечие"),
    "en": ("Q1", "Q2", "Q3", "Q4"),
}


def with_period(text: str, period: Period, language: str) -> str:
    """The text with `{month}`, `{year}` and `{period}` filled in, in the languages of a document."""
    if not any(f"{{{name}}}" in text for name in PLACEHOLDERS):
        return text
    words = [_words(period, one) for one in rules.languages_of(language)]
    filled = {name: " / ".join(dict.fromkeys(one[name] for one in words)) for name in PLACEHOLDERS}
    return rules.filled_in(text, **filled)


def period_words(period: Period, language: str) -> str:
    """A period in one language: `декември 2026`, `Q1 2027`, `2027`, or its first and last day."""
    first, last = period
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if first.day != 1 or not _ends_month(last):
        return f"{format_day(first, language)} – {format_day(last, language)}"
    if months == 1:
        return _month(first, language)
    if months == 3 and first.month % 3 == 1:
        return f"{QUARTERS[language][first.month // 3]} {first.year}"
    if months == 12 and first.month == 1:
        return str(first.year)
    return f"{_month(first, language)} – {_month(last, language)}"


def rhythm_words(unit: str, every: int, on_day: int | None) -> str:
    """A rhythm for people: `every month on the 15th`, `every 2 weeks`."""
    said = {
        rules.WEEK: ngettext("every week", "every %(count)d weeks", every),
        rules.MONTH: ngettext("every month", "every %(count)d months", every),
        rules.QUARTER: ngettext("every quarter", "every %(count)d quarters", every),
        rules.YEAR: ngettext("every year", "every %(count)d years", every),
    }[unit] % {"count": every}
    if on_day is None:
        return said
    if on_day == rules.LAST_DAY:
        return _("%(rhythm)s, on the last day of the month") % {"rhythm": said}
    return _("%(rhythm)s, on day %(day)d") % {"rhythm": said, "day": on_day}


def _words(period: Period, language: str) -> dict[str, str]:
    first = period[0]
    return {
        "month": format_date(first, "LLLL", locale=locale_of(language)),
        "year": str(first.year),
        "period": period_words(period, language),
    }


def _month(day: date, language: str) -> str:
    return format_date(day, "LLLL y", locale=locale_of(language))


def _ends_month(day: date) -> bool:
    return day.month != date.fromordinal(day.toordinal() + 1).month
