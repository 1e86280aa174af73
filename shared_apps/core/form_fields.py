"""Fields as people fill them in: numbers, days, rates, and selects that search on the server."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from babel import Locale
from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.currencies import CURRENCIES
from shared_apps.core.days import read_day, read_time
from shared_apps.core.formats import locale_of
from shared_apps.core.ids import id_in
from shared_apps.core.numbers import plain_number, written

USUAL_CURRENCIES = ("EUR", "USD", "GBP", "CHF")
VAT_RATES = (("20.00", "20 %"), ("9.00", "9 %"), ("0.00", "0 %"), ("", _("No VAT")))
FIRST_OFFERED = 50


class NumberField(forms.DecimalField):
    """A decimal as people write it: `1 234,50` or `1,234.50`; the last comma or dot is the decimal one."""

    def __init__(self, *, name: str = "", least_places: int = 0, **options: Any) -> None:
        self.least_places = least_places
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", **named(name)})
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        plain = plain_number(value)
        if plain is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(plain)

    def prepare_value(self, value: Any) -> Any:
        return written(value, self.least_places) if isinstance(value, Decimal) else value


class RateField(forms.DecimalField):
    """A VAT rate out of a list, in percent; nothing chosen is no VAT. Others stay possible."""

    def __init__(self, *, name: str) -> None:
        widget = forms.Select(choices=VAT_RATES, attrs={"class": "form-select", **named(name)})
        super().__init__(
            required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2, widget=widget
        )

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) else value


class DayField(forms.DateField):
    """A date as dd.mm.yyyy, or in words: `утре`, `friday`, `+7`, seen from today in the reader's zone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput, **options)

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        day = read_day(value, timezone.localdate(clock.now()))
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class TimeField(forms.TimeField):
    """A time of day: `14:30`, `14.30`, `9`."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off", "placeholder": "14:30"})
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> time | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        hour = read_time(value)
        if hour is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return hour


def named(name: str) -> dict[str, str]:
    """What the line editor knows a control by."""
    return {"data-line": name} if name else {}


def currency_choices() -> list[tuple[str, str]]:
    """Every currency with its name in the reader's language, the usual ones first."""
    names = Locale.parse(locale_of()).currencies
    others = sorted(CURRENCIES - set(USUAL_CURRENCIES))
    return [(code, f"{code} · {names.get(code, code)}") for code in (*USUAL_CURRENCIES, *others)]


def offer(
    form: forms.Form, name: str, records: QuerySet[Any], find: Callable[[UUID, Actor], Any], by: Actor
) -> None:
    """Let a select that searches on the server start with the newest records, the chosen one among them."""
    chosen = id_in(form[name].value())
    offered = {record.pk: str(record) for record in records.order_by("-id")[:FIRST_OFFERED]}
    if chosen and chosen not in offered:
        with suppress(ObjectDoesNotExist):
            offered[chosen] = str(find(chosen, by))
    form.fields[name].widget.choices = [("", ""), *offered.items()]
