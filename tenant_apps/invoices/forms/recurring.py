"""An invoice that recurs, as it is typed: its head, its rhythm, and what is done with prices."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.form_fields import DayField, NumberField, currency_choices, offer
from shared_apps.core.permissions import Permission
from tenant_apps.crm.queries import visible_companies, visible_company, visible_contact, visible_contacts
from tenant_apps.invoices import rules
from tenant_apps.invoices.forms.drafts import DISCOUNT, InvoiceLines, PricedForm
from tenant_apps.invoices.models import (
    BilledPeriod,
    PaymentMethod,
    RecurrenceUnit,
    RecurringInvoice,
    RecurringWay,
    SupplyKind,
)
from tenant_apps.invoices.operations import RecurringChange, RecurringInput
from tenant_apps.workspace.models import SeriesKind
from tenant_apps.workspace.queries import series_of_kind

NEVER, ON_DAY, AFTER = "never", "on", "after"
END = ("ends", "ends_on", "occurrence_limit")


class RecurringForm(PricedForm):
    """The head of an invoice that recurs. Its lines are `InvoiceLines`."""

    name = forms.CharField(
        label=_("name"), max_length=200, required=False, help_text=_("Empty: the first line's description.")
    )
    company_id = forms.UUIDField(
        label=_("client"),
        required=False,
        widget=forms.Select(
            attrs={
                "data-select-url": reverse_lazy("company_options"),
                "data-select-create": reverse_lazy("company_quick_create"),
                "data-placeholder": _("Type a name or EIK"),
            }
        ),
    )
    contact_id = forms.UUIDField(
        label=_("contact person"),
        required=False,
        help_text=_("With no company, the invoice is addressed to the person."),
        widget=forms.Select(
            attrs={"data-select-url": reverse_lazy("contact_options"), "data-placeholder": _("Type a name")}
        ),
    )
    language = forms.ChoiceField(
        label=_("language of the document"),
        choices=[("bg", "Български"), ("en", "English"), ("bg-en", "Български и English")],
    )
    every = forms.IntegerField(
        label=_("every"),
        min_value=1,
        max_value=rules.MOST_UNITS,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(label=_("unit"), choices=RecurrenceUnit.choices, initial=RecurrenceUnit.MONTH)
    on_day = forms.TypedChoiceField(
        label=_("day of the month"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[
            ("", _("As the first day")),
            *((str(day), str(day)) for day in range(1, rules.LAST_DAY)),
            (str(rules.LAST_DAY), _("The last day")),
        ],
        help_text=_("A shorter month has it on its last day. Weeks go by the first day."),
    )
    starts_on = DayField(label=_("first day"))
    ends = forms.ChoiceField(
        label=_("it ends"),
        choices=[(NEVER, _("Never")), (ON_DAY, _("On a day")), (AFTER, _("After a number of times"))],
        initial=NEVER,
        required=False,
    )
    ends_on = DayField(label=_("last day"), required=False)
    occurrence_limit = forms.IntegerField(
        label=_("how many times"),
        required=False,
        min_value=1,
        max_value=1_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Skipped days count too."),
    )
    way = forms.ChoiceField(
        label=_("when its day comes"), choices=RecurringWay.choices, initial=RecurringWay.DRAFT
    )
    billed_period = forms.TypedChoiceField(
        label=_("period in the text"),
        coerce=int,
        choices=BilledPeriod.choices,
        initial=BilledPeriod.CURRENT,
        help_text=_("What {month}, {year} and {period} in a description stand for."),
    )
    payment_term_days = forms.IntegerField(
        label=_("payment term in days"),
        required=False,
        min_value=0,
        max_value=365,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Empty: by your payment term."),
    )
    series = forms.ChoiceField(label=_("number series"), required=False)
    supply = forms.ChoiceField(
        label=_("what is sold"),
        choices=[("", "–"), *SupplyKind.choices],
        required=False,
        help_text=_("Decides the VAT basis for clients abroad."),
    )
    payment_method = forms.ChoiceField(
        label=_("payment method"), choices=PaymentMethod.choices, required=False
    )
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)
    notes = forms.CharField(
        label=_("notes"),
        required=False,
        help_text=_("Printed below the lines."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, by: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        offer(self, "company_id", visible_companies(by), visible_company, by)
        offer(self, "contact_id", visible_contacts(by), visible_contact, by)
        self._offer_ways(by)
        choices = [(one.code, str(one)) for one in series_of_kind(SeriesKind.TAX)]
        if len(choices) > 1:
            self.fields["series"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["series"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        missing = not cleaned.get("company_id") and not cleaned.get("contact_id")
        if missing and not self.has_error("company_id") and not self.has_error("contact_id"):
            self.add_error("company_id", _("Choose the client."))
        for ends, name in ((ON_DAY, "ends_on"), (AFTER, "occurrence_limit")):
            if cleaned.get("ends") != ends:
                cleaned[name] = None
            elif not cleaned.get(name) and not self.has_error(name):
                self.add_error(name, _("Say when it ends."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What was typed, named as the operations name it."""
        values = {name: said for name, said in self.cleaned_data.items() if name not in (*DISCOUNT, "ends")}
        values |= self.discounts()
        values["payment_method"] = values["payment_method"] or PaymentMethod.BANK_TRANSFER
        return values

    @property
    def rhythm(self) -> rules.Rhythm | None:
        """Its days as far as they are typed right."""
        self.is_valid()
        said = self.cleaned_data
        if not all(said.get(name) for name in ("unit", "every", "starts_on")):
            return None
        day = None if said["unit"] == rules.WEEK else said.get("on_day") or said["starts_on"].day
        return rules.Rhythm(said["unit"], said["every"], said["starts_on"], day)

    def _offer_ways(self, by: Actor) -> None:
        """Nobody lets be done by itself what they may not do by hand; what is chosen already is told."""
        kept = self.initial.get("way")
        allowed = {
            rules.AS_DRAFT: True,
            rules.ISSUE: by.may(Permission.INVOICES_ISSUE),
            rules.ISSUE_AND_SEND: by.may(Permission.INVOICES_ISSUE) and by.may(Permission.INVOICES_SEND),
        }
        choices = [(value, label) for value, label in RecurringWay.choices if allowed[value] or value == kept]
        self.fields["way"].choices = choices  # type: ignore[attr-defined]


class RaiseForm(forms.Form):
    """By how much prices are raised, from when, and which of those that recur."""

    percent = NumberField(label=_("by how much"), name="", max_digits=6, decimal_places=2)
    from_on = DayField(label=_("for invoices from"))


class ResumeForm(forms.Form):
    """What becomes of the days that were missed."""

    missed = forms.ChoiceField(
        label=_("invoices of the days before today"),
        choices=[
            ("skip", _("Leave them out: the next invoice is that of the next day to come")),
            ("catch_up", _("Make them up: one invoice for each of the days, dated today")),
        ],
        initial="skip",
        widget=forms.RadioSelect,
    )


class TermsForm(forms.Form):
    """From when other lines hold. They are `InvoiceLines`, priced as the invoice is."""

    from_on = DayField(label=_("for invoices from"))


def as_recurring(form: RecurringForm, lines: InvoiceLines) -> RecurringInput:
    """What was typed, for the operation; call it when both are valid."""
    return RecurringInput(**form.values(), items=lines.items())


def as_recurring_change(form: RecurringForm, lines: InvoiceLines) -> RecurringChange:
    """What was typed over one, for the operation."""
    return RecurringChange(**form.values(), items=lines.items())


def initial_of_recurring(source: RecurringInvoice | RecurringInput) -> dict[str, Any]:
    """The head of one, for its form. Its first day is the next one."""
    said = {name: getattr(source, name) for name in RecurringForm.base_fields if hasattr(source, name)}
    is_amount = bool(source.discount_amount)
    said["discount"] = (source.discount_amount if is_amount else source.discount_percent) or None
    said["discount_in"] = "amount" if is_amount else "percent"
    said["ends"] = ON_DAY if source.ends_on else AFTER if source.occurrence_limit else NEVER
    following: date | None = getattr(source, "next_on", None)
    said["starts_on"] = following or source.starts_on
    return {name: value for name, value in said.items() if value not in (None, "", Decimal(0), False)} | {
        "billed_period": source.billed_period
    }
