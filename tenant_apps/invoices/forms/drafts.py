"""A draft as it is typed: its head, and its lines."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError, FieldError
from shared_apps.core.form_fields import DayField, currency_choices, offer
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
from tenant_apps.invoices.models import Invoice, InvoiceItem
from tenant_apps.invoices.operations import InvoiceChange, InvoiceInput, ItemInput
from tenant_apps.workspace.models import OrganizationProfile


class InvoiceForm(forms.Form):
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
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)
    language = forms.ChoiceField(
        label=_("language of the document"), choices=[("bg", "Български"), ("en", "English")]
    )
    notes = forms.CharField(
        label=_("notes"),
        required=False,
        help_text=_("Printed below the lines. Here goes the legal basis when a line bears no VAT."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        by: Actor,
        initial: dict[str, Any] | None = None,
        deal_id: UUID | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        offer(self, "company_id", visible_companies(by), visible_company, by)
        offer(self, "contact_id", visible_contacts(by), visible_contact, by)
        if _may_choose_deal(by, deal_id):
            offer(self, "deal_id", deals_to_bill(by, _id_of(self, "company_id")), visible_deal, by)
        else:
            del self.fields["deal_id"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        missing = not cleaned.get("company_id") and not cleaned.get("contact_id")
        if missing and not self.has_error("company_id") and not self.has_error("contact_id"):
            self.add_error("company_id", _("Choose the client."))
        return cleaned


def _may_choose_deal(by: Actor, kept_id: UUID | None) -> bool:
    """Whether the actor sees deals, the one that the draft bills already among them."""
    if not by.may(Permission.DEALS_VIEW):
        return False
    return kept_id is None or visible_deals(by, archived=None).filter(pk=kept_id).exists()


def _id_of(form: forms.Form, name: str) -> UUID | None:
    """The id that stands in a field of the form; None while it is none."""
    try:
        return UUID(str(form[name].value()))
    except ValueError:
        return None


class InvoiceLines(LineForms):
    """The lines of an invoice; it has at least one."""

    def clean(self) -> None:
        if not self.filled:
            raise ValidationError(_("Add at least one line."), code="required")

    def items(self) -> tuple[ItemInput, ...]:
        """The lines for the operation, in their order."""
        return tuple(ItemInput(**line.values()) for line in self.filled)

    def totals(self) -> rules.Totals:
        """What the lines come to; those that are not right yet do not count."""
        return rules.compute_totals(_rule_line(line) for line in self.filled if line.is_valid())


def _rule_line(line: LineForm) -> rules.LineInput:
    item = ItemInput(**line.values())
    return rules.LineInput(item.quantity, item.unit_price, item.discount_percent, item.vat_rate)


def as_draft(form: InvoiceForm, lines: InvoiceLines) -> InvoiceInput:
    """What was typed, for the operation; call it when both are valid."""
    return InvoiceInput(**form.cleaned_data, items=lines.items())


def as_change(form: InvoiceForm, lines: InvoiceLines) -> InvoiceChange:
    """What was typed over a draft, for the operation; a field that the form does not have stays as it is."""
    return InvoiceChange(**form.cleaned_data, items=lines.items())


def add_draft_refusal(form: InvoiceForm, lines: InvoiceLines, refusal: DomainError) -> None:
    """Put a refusal where it belongs: `items.2.quantity` beside that cell of the third filled line."""
    errors: Iterable[FieldError] = getattr(refusal, "errors", ())
    in_lines = [error for error in errors if error.field.startswith("items.")]
    for error in in_lines:
        _items, position, name = error.field.split(".")
        lines.filled[int(position)].add_error(name, str(error.message))
    if not in_lines:
        add_refusal(form, refusal)


def usual_rate(profile: OrganizationProfile) -> Decimal | None:
    """The VAT rate of a new line: the standard one, or none where the organization is not registered."""
    return rules.usual_rate(profile.is_vat_registered)


def initial_draft(profile: OrganizationProfile, **chosen: Any) -> dict[str, Any]:
    """How an empty invoice starts: by the organization's defaults and with what the address already chose."""
    return {"currency": profile.default_currency, "language": profile.default_language, **chosen}


def initial_of(invoice: Invoice) -> dict[str, Any]:
    """The head of a draft, for its form."""
    return {name: getattr(invoice, name) for name in InvoiceForm.base_fields}


def initial_lines(items: Iterable[InvoiceItem | ItemInput]) -> list[dict[str, Any]]:
    """The lines of a draft, for their forms; no discount is an empty cell."""
    return [
        {name: getattr(item, name) for name in LineForm.base_fields}
        | {"discount_percent": item.discount_percent or None}
        for item in items
    ]


def initial_of_draft(draft: InvoiceInput) -> dict[str, Any]:
    """The head of a draft that nobody wrote yet, for its form: what the draft says, nothing else."""
    said = {name: getattr(draft, name) for name in InvoiceForm.base_fields}
    return {name: value for name, value in said.items() if value}
