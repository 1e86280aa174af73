"""A draft as it is typed: its head, and its lines."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.vat_treatments import usual_code
from shared_apps.core.errors import DomainError, FieldError
from shared_apps.core.form_fields import DayField, NumberField, currency_choices, named, offer
from shared_apps.core.http import add_refusal
from shared_apps.core.line_forms import LineForm, LineForms
from shared_apps.core.permissions import Permission
from tenant_apps.crm.queries import (
    deals_to_bill,
    visible_companies,
    visible_company,
    visible_contact,
    visible_contacts,
    visible_deal,
    visible_deals,
)
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceItem, PaymentMethod, RecurringItem, SupplyKind
from tenant_apps.invoices.operations import InvoiceChange, InvoiceInput, ItemInput
from tenant_apps.invoices.treatment_texts import read_treatment, treatment_choices, written_treatment
from tenant_apps.workspace.models import OrganizationProfile, SeriesKind
from tenant_apps.workspace.queries import series_of_kind

DISCOUNT = ("discount", "discount_in")


class PricedForm(forms.Form):
    """How a document prices its lines, and what comes off all of them."""

    prices_include_vat = forms.BooleanField(label=_("prices include VAT"), required=False)
    discount = NumberField(
        label=_("discount"),
        name="discount",
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
    )
    discount_in = forms.ChoiceField(
        label=_("discount in"), choices=[("percent", "%"), ("amount", _("amount"))], required=False
    )

    @property
    def pricing(self) -> dict[str, Any]:
        """How the lines are priced as far as it is typed right: for `rules.compute_totals`."""
        read = {name: self._said(name) for name in ("discount", "discount_in", "prices_include_vat")}
        share = read["discount"] or Decimal(0)
        is_amount = read["discount_in"] == "amount"
        discount = rules.Discount(amount=share) if is_amount else rules.Discount(percent=share)
        return {"prices_include_vat": bool(read["prices_include_vat"]), "discount": discount}

    def _said(self, name: str) -> Any:
        if self.is_bound:
            self.is_valid()
            return self.cleaned_data.get(name)
        return self.get_initial_for_field(self.fields[name], name)

    def discounts(self) -> dict[str, Decimal]:
        """What comes off, named as the operations name it."""
        share, is_amount = (
            self.cleaned_data["discount"] or Decimal(0),
            self.cleaned_data["discount_in"] == "amount",
        )
        return {
            "discount_amount": share if is_amount else Decimal(0),
            "discount_percent": Decimal(0) if is_amount else share,
        }


class InvoiceForm(PricedForm):
    """The head of an invoice. Its lines are `LineForms`.

    A draft that bills a deal which its editor may not see keeps it: the form has no such field then.
    """

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
    deal_id = forms.UUIDField(
        label=_("deal"),
        required=False,
        help_text=_("The sale that this bills."),
        widget=forms.Select(
            attrs={
                "data-select-url": format_lazy("{}?status=open&status=won", reverse_lazy("deal_options")),
                "data-select-with": "company_id",
                "data-placeholder": _("Type a name"),
            }
        ),
    )
    issue_date = DayField(
        label=_("date of issue"), required=False, help_text=_("Empty: the day it is issued.")
    )
    tax_event_date = DayField(
        label=_("tax event"), required=False, help_text=_("Only if it differs from the issue.")
    )
    due_date = DayField(label=_("pay until"), required=False, help_text=_("Empty: by your payment term."))
    kind = forms.ChoiceField(
        choices=[(kind, kind) for kind in (rules.INVOICE, rules.PROFORMA)],
        required=False,
        widget=forms.HiddenInput,
    )
    is_advance = forms.BooleanField(
        label=_("advance invoice"),
        required=False,
        help_text=_("It charges an advance; the invoice of the work takes it off."),
    )
    series = forms.ChoiceField(label=_("number series"), required=False)
    amend_reason = forms.CharField(label=_("reason"), max_length=500)
    supply = forms.ChoiceField(
        label=_("what is sold"),
        choices=[("", "–"), *SupplyKind.choices],
        required=False,
        help_text=_("Decides the VAT basis for clients abroad."),
    )
    payment_method = forms.ChoiceField(
        label=_("payment method"), choices=PaymentMethod.choices, required=False
    )
    vies_number = forms.CharField(label=_("VIES consultation number"), max_length=40, required=False)
    vies_checked_on = DayField(label=_("checked on"), required=False)
    exchange_rate = NumberField(
        label=_("exchange rate"),
        name="exchange_rate",
        required=False,
        max_digits=18,
        decimal_places=6,
        help_text=_("How much of the currency one euro is."),
    )
    exchange_rate_on = DayField(label=_("rate of"), required=False)
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)
    language = forms.ChoiceField(
        label=_("language of the document"),
        choices=[("bg", "Български"), ("en", "English"), ("bg-en", "Български и English")],
    )
    notes = forms.CharField(
        label=_("notes"),
        required=False,
        help_text=_("Printed below the lines."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        by: Actor,
        initial: dict[str, Any] | None = None,
        deal_id: UUID | None = None,
        kind: str = rules.INVOICE,
    ) -> None:
        super().__init__(data, initial=initial)
        self._fit_kind(kind)
        offer(self, "company_id", visible_companies(by), visible_company, by)
        offer(self, "contact_id", visible_contacts(by), visible_contact, by)
        if may_choose_deal(by, deal_id):
            offer(self, "deal_id", deals_to_bill(by, id_in_field(self, "company_id")), visible_deal, by)
        else:
            del self.fields["deal_id"]

    def _fit_kind(self, kind: str) -> None:
        """Leave only the fields that such a document has."""
        if kind != rules.INVOICE:
            del self.fields["is_advance"]
        if kind in rules.NOTES:
            del self.fields["kind"]  # a note is born from its invoice
        else:
            del self.fields["amend_reason"]
        of_kind = SeriesKind.PROFORMA if kind == rules.PROFORMA else SeriesKind.TAX
        choices = [(one.code, str(one)) for one in series_of_kind(of_kind)]
        if len(choices) > 1:
            self.fields["series"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["series"]

    def values(self) -> dict[str, Any]:
        """What was typed, named as the operations name it."""
        cleaned = {name: said for name, said in self.cleaned_data.items() if name not in DISCOUNT}
        cleaned |= self.discounts()
        cleaned["kind"] = cleaned.get("kind") or rules.INVOICE
        cleaned["payment_method"] = cleaned["payment_method"] or PaymentMethod.BANK_TRANSFER
        return cleaned

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        missing = not cleaned.get("company_id") and not cleaned.get("contact_id")
        if missing and not self.has_error("company_id") and not self.has_error("contact_id"):
            self.add_error("company_id", _("Choose the client."))
        return cleaned


def may_choose_deal(by: Actor, kept_id: UUID | None) -> bool:
    """Whether the actor sees deals, the one that the draft bills already among them."""
    if not by.may(Permission.DEALS_VIEW):
        return False
    return kept_id is None or visible_deals(by, archived=None).filter(pk=kept_id).exists()


def id_in_field(form: forms.Form, name: str) -> UUID | None:
    """The id that stands in a field of the form; None while it is none."""
    try:
        return UUID(str(form[name].value()))
    except ValueError:
        return None


class InvoiceLineForm(LineForm):
    """A line whose VAT says why: `20.00`, `0.00:export`. A line that takes an advance off keeps its sign."""

    vat_rate = forms.CharField(  # type: ignore[assignment]
        required=False, widget=forms.Select(attrs={"class": "form-select", **named("vat_rate")})
    )
    deducts_id = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs=named("deducts_id")))

    def __init__(self, *args: Any, treatments: list[tuple[str, Any]], **options: Any) -> None:
        self.treatments = treatments
        super().__init__(*args, **options)

    def clean_vat_rate(self) -> tuple[Decimal | None, str]:
        try:
            return read_treatment(self.cleaned_data["vat_rate"])
        except ArithmeticError:
            raise ValidationError(_("Choose one from the list."), code="unknown") from None

    def values(self) -> dict[str, Any]:
        said = super().values()
        rate, code = said["vat_rate"]
        return {**said, "vat_rate": rate, "vat_code": code}

    def _keep_unusual_rate(self) -> None:
        written = self["vat_rate"].value() or ""
        listed = list(self.treatments)
        if written not in {value for value, _label in listed}:
            rate, _colon, code = written.partition(":")
            listed.append((written, " · ".join(part for part in (f"{rate} %" if rate else "", code) if part)))
        self.fields["vat_rate"].widget.choices = listed


class InvoiceLines(LineForms):
    """The lines of an invoice; it has at least one."""

    form = InvoiceLineForm

    def __init__(self, data: Any = None, *, registered: bool, on: date, **options: Any) -> None:
        self.treatments = treatment_choices(registered=registered, on=on)
        super().__init__(data, vat_rate=rules.usual_rate(registered), **options)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "treatments": self.treatments}

    def blank(self) -> dict[str, Any]:
        rate = self.blank_rate
        usual = usual_code(rate, registered=rate is not None)
        return {"quantity": Decimal(1), "vat_rate": written_treatment(rate, usual)}

    def clean(self) -> None:
        if not self.filled:
            raise ValidationError(_("Add at least one line."), code="required")

    def items(self) -> tuple[ItemInput, ...]:
        """The lines for the operation, in their order."""
        return tuple(ItemInput(**line.values()) for line in self.filled)

    def totals(self, pricing: dict[str, Any]) -> rules.Totals:
        """What the lines come to; those that are not right yet do not count."""
        lines = (_rule_line(line) for line in self.filled if line.is_valid())
        return rules.compute_totals(lines, **pricing)


def _rule_line(line: LineForm) -> rules.LineInput:
    item = ItemInput(**line.values())
    return rules.LineInput(
        item.quantity,
        item.unit_price,
        item.discount_percent,
        item.vat_rate,
        item.vat_code,
        is_deduction=item.deducts_id is not None,
    )


def as_draft(form: InvoiceForm, lines: InvoiceLines) -> InvoiceInput:
    """What was typed, for the operation; call it when both are valid."""
    return InvoiceInput(**form.values(), items=lines.items())


def as_change(form: InvoiceForm, lines: InvoiceLines) -> InvoiceChange:
    """What was typed over a draft, for the operation; a field that the form does not have stays as it is."""
    said = form.values()
    del said["kind"]
    return InvoiceChange(**said, items=lines.items())


def add_draft_refusal(form: forms.Form, lines: LineForms, refusal: DomainError) -> None:
    """Put a refusal where it belongs: `items.2.quantity` beside that cell of the third filled line."""
    errors: Iterable[FieldError] = getattr(refusal, "errors", ())
    in_lines = [error for error in errors if error.field.startswith("items.")]
    for error in in_lines:
        _items, position, name = error.field.split(".")
        cell = "vat_rate" if name == "vat_code" else name
        lines.filled[int(position)].add_error(cell, str(error.message))
    if not in_lines:
        add_refusal(form, refusal)


def initial_draft(profile: OrganizationProfile, **chosen: Any) -> dict[str, Any]:
    """How an empty invoice starts: by the organization's defaults and with what the address already chose."""
    return {"currency": profile.default_currency, "language": profile.default_language, **chosen}


def initial_of(invoice: Invoice | InvoiceInput) -> dict[str, Any]:
    """The head of a draft, for its form: what it says, nothing else."""
    said = {name: getattr(invoice, name) for name in InvoiceForm.base_fields if hasattr(invoice, name)}
    is_amount = bool(invoice.discount_amount)
    said["discount"] = (invoice.discount_amount if is_amount else invoice.discount_percent) or None
    said["discount_in"] = "amount" if is_amount else "percent"
    return {name: value for name, value in said.items() if value}


def initial_lines(items: Iterable[InvoiceItem | RecurringItem | ItemInput]) -> list[dict[str, Any]]:
    """The lines of a draft, for their forms; no discount is an empty cell."""
    names = [name for name in InvoiceLineForm.base_fields if name != "vat_rate"]
    return [
        {name: getattr(item, name, None) for name in names}
        | {
            "discount_percent": item.discount_percent or None,
            "vat_rate": written_treatment(item.vat_rate, item.vat_code),
        }
        for item in items
    ]
