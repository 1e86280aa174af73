"""How money, numbers, dates and instants are written for a reader, in Bulgarian and in English."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language

LOCALES = {"bg": "bg_BG", "en": "en_GB"}
RELATIVE_FOR = timedelta(days=7)


def locale_of(language: str | None = None) -> str:
    """Return the Babel locale of `language`, or of the reader's language when none is given."""
    code = (language or get_language() or "bg").split("-")[0]
    return LOCALES.get(code, LOCALES["en"])


def format_money(amount: Decimal | int, currency: str, language: str | None = None) -> str:
    """Write an amount with its currency and no breaking space: `1 234,56 €` or `€1,234.56`."""
    return _written_money(amount, currency, locale_of(language))


@lru_cache(maxsize=16_384)
def _written_money(amount: Decimal | int, currency: str, locale: str) -> str:
    """Prices repeat."""
    return format_currency(amount, currency, locale=locale).replace(" ", "\u00a0")


def format_number(value: Decimal | int, places: int | None = None, language: str | None = None) -> str:
    """Write a number without needless zeros, or with exactly `places` decimals."""
    pattern = "#,##0.####" if places is None else "#,##0." + "0" * places if places else "#,##0"
    return format_decimal(value, format=pattern, locale=locale_of(language)).replace(" ", "\u00a0")


def format_day(day: date, language: str | None = None) -> str:
    """Write a date for tables: `22.11.2026` or `22 Nov 2026`."""
    locale = locale_of(language)
    return _written_day(day, "dd.MM.y" if locale == "bg_BG" else "d MMM y", locale)


def format_short_day(day: date, language: str | None = None) -> str:
    """Write a date where the year is known: `22.11` or `22 Nov`."""
    locale = locale_of(language)
    return _written_day(day, "dd.MM" if locale == "bg_BG" else "d MMM", locale)


def format_long_day(day: date, language: str | None = None) -> str:
    """Write a date in full, with the weekday."""
    return _written_day(day, "EEEE, d MMMM y", locale_of(language))


@lru_cache(maxsize=4096)
def _written_day(day: date, pattern: str, locale: str) -> str:
    """Lists write the same few days again and again."""
    return format_date(day, pattern, locale=locale)


def format_instant(instant: datetime, language: str | None = None) -> str:
    """Write an instant in full, in the current time zone."""
    local = timezone.localtime(instant)
    return f"{_written_day(local.date(), 'd MMMM y', locale_of(language))}, {local:%H:%M}"


def format_relative(instant: datetime, now: datetime, language: str | None = None) -> str:
    """Write how far `instant` is from `now` within a week either way; further away, its date."""
    distance = instant - now
    if abs(distance) > RELATIVE_FOR:
        return format_day(timezone.localtime(instant).date(), language)
    return format_timedelta(distance, add_direction=True, locale=locale_of(language))
