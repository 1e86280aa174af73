"""An offer as it is typed, and the answers and choices that follow it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.form_fields import DayField, NumberField, currency_choices, named, offer
from shared_apps.core.formats import format_money
from tenant_apps.crm.queries import (
    deals_to_bill,
    visible_companies,
    visible_company,
    visible_contact,
    visible_contacts,
    visible_deal,
)
from tenant_apps.invoices import rules
from tenant_apps.invoices.forms.drafts import (
    DISCOUNT,
    InvoiceForm,
    InvoiceLineForm,
    InvoiceLines,
    PricedForm,
    id_in_field,
    may_choose_deal,
)
from tenant_apps.invoices.models import Offer, OfferItem, OfferPart
from tenant_apps.invoices.operations import OfferChange, OfferInput, OfferItemInput
from tenant_apps.invoices.queries import OfferLeft
from tenant_apps.invoices.treatment_texts import written_treatment

NOTHING = Decimal("0.00")


class OfferForm(PricedForm):
    """The head of an offer. Its lines are `OfferLines`.

    A draft for a deal which its editor may not see keeps it: the form has no such field then.
    """

    company_id = InvoiceForm.base_fields["company_id"]
    contact_id = forms.UUIDField(
        label=_("contact person"),
        required=False,
        help_text=_("With no company, the offer is addressed to the person."),
        widget=InvoiceForm.base_fields["contact_id"].widget,
    )
    deal_id = forms.UUIDField(
        label=_("deal"),
        required=False,
        help_text=_("It moves by itself when the offer is sent and answered."),
        widget=InvoiceForm.base_fields["deal_id"].widget,
    )
    language = forms.ChoiceField(
        label=_("language of the document"), choices=[("bg", "Български"), ("en", "English")]
    )
    valid_until = DayField(
        label=_("valid until"), required=False, help_text=_("Empty: 30 days from the day it is sent.")
    )
    advance_percent = NumberField(
        label=_("advance"),
        required=False,
        min_value=0,
        max_value=Decimal("99.99"),
        max_digits=5,
        decimal_places=2,
        help_text=_("How much is invoiced on acceptance, before the rest. Empty: all at once."),
    )
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)
    notes = forms.CharField(
        label=_("notes"),
        required=False,
        help_text=_("Printed below the lines: terms, deadlines, what is included."),
        widget=forms.Textarea(attrs={"rows": 4}),
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
        if may_choose_deal(by, deal_id):
            offer(self, "deal_id", deals_to_bill(by, id_in_field(self, "company_id")), visible_deal, by)
        else:
            del self.fields["deal_id"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        missing = not cleaned.get("company_id") and not cleaned.get("contact_id")
        if missing and not self.has_error("company_id") and not self.has_error("contact_id"):
            self.add_error("company_id", _("Choose the client."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What was typed, named as the operations name it."""
        cleaned = {name: said for name, said in self.cleaned_data.items() if name not in DISCOUNT}
        cleaned["advance_percent"] = cleaned["advance_percent"] or NOTHING
        return cleaned | self.discounts()


class OfferLineForm(InvoiceLineForm):
    """One line, which the client may be free to leave out."""

    deducts_id = None  # type: ignore[assignment]
    is_optional = forms.BooleanField(
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input", **named("is_optional")}),
    )


class OfferLines(InvoiceLines):
    """The lines of an offer; at least one of them is not optional."""

    form = OfferLineForm
    can_be_optional = True

    def items(self) -> tuple[OfferItemInput, ...]:
        """The lines for the operation, in their order."""
        return tuple(OfferItemInput(**line.values()) for line in self.filled)

    def totals(self, pricing: dict[str, Any]) -> rules.Totals:
        """What the lines that are sure come to; those that are not right yet do not count."""
        items = (OfferItemInput(**line.values()) for line in self.filled if line.is_valid())
        return rules.compute_totals([_rule_line(item) for item in items if not item.is_optional], **pricing)


def _rule_line(item: OfferItemInput) -> rules.LineInput:
    return rules.LineInput(
        item.quantity, item.unit_price, item.discount_percent, item.vat_rate, item.vat_code
    )


def as_offer(form: OfferForm, lines: OfferLines) -> OfferInput:
    """What was typed, for the operation; call it when both are valid."""
    return OfferInput(**form.values(), items=lines.items())


def as_offer_change(form: OfferForm, lines: OfferLines) -> OfferChange:
    """What was typed over a draft, for the operation; a field that the form does not have stays as it is."""
    return OfferChange(**form.values(), items=lines.items())


def initial_of_offer(offered: Offer | OfferInput) -> dict[str, Any]:
    """The head of an offer, for its form: what it says, nothing else."""
    said = {name: getattr(offered, name) for name in OfferForm.base_fields if hasattr(offered, name)}
    is_amount = bool(offered.discount_amount)
    said["discount"] = (offered.discount_amount if is_amount else offered.discount_percent) or None
    said["discount_in"] = "amount" if is_amount else "percent"
    return {name: value for name, value in said.items() if value}


def initial_offer_lines(items: Iterable[OfferItem | OfferItemInput]) -> list[dict[str, Any]]:
    """The lines of an offer, for their forms; no discount is an empty cell."""
    names = [name for name in OfferLineForm.base_fields if name != "vat_rate"]
    return [
        {name: getattr(item, name) for name in names}
        | {
            "discount_percent": item.discount_percent or None,
            "vat_rate": written_treatment(item.vat_rate, item.vat_code),
        }
        for item in items
    ]


class AcceptForm(forms.Form):
    """Who accepts an offer, and which of its optional lines."""

    name = forms.CharField(
        label=_("who accepted"), max_length=200, help_text=_("The name of the person at the client.")
    )
    chosen = forms.TypedMultipleChoiceField(
        label=_("optional lines that they chose"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, offered: Offer) -> None:
        super().__init__(data, initial={"name": offered.buyer.get("contact", "")})
        optional = [item for item in offered.items.all() if item.is_optional]
        if optional:
            self.fields["chosen"].choices = _choices(optional, offered)  # type: ignore[attr-defined]
        else:
            del self.fields["chosen"]


class DeclineForm(forms.Form):
    """Who declines an offer, and why."""

    name = forms.CharField(
        label=_("who declined"), max_length=200, help_text=_("The name of the person at the client.")
    )
    reason = forms.CharField(
        label=_("reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, offered: Offer) -> None:
        super().__init__(data, initial={"name": offered.buyer.get("contact", "")})


class InvoiceOfferForm(forms.Form):
    """What of an accepted offer the next invoice takes."""

    part = forms.ChoiceField(label=_("what to invoice"), widget=forms.RadioSelect)
    items = forms.TypedMultipleChoiceField(
        label=_("lines"), coerce=UUID, required=False, widget=forms.CheckboxSelectMultiple
    )
    percent = NumberField(
        label=_("advance in percent of the offer"),
        required=False,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )

    def __init__(self, data: Any = None, *, offered: Offer, left: OfferLeft) -> None:
        super().__init__(data, initial={"part": OfferPart.WHOLE, "percent": offered.advance_percent or None})
        parts = [OfferPart.WHOLE]
        if not left.advances and len(left.items) > 1:
            parts.append(OfferPart.LINES)
        if not left.has_parts:
            parts.append(OfferPart.ADVANCE)
        self.fields["part"].choices = [(part.value, part.label) for part in parts]  # type: ignore[attr-defined]
        self.fields["items"].choices = _choices(left.items, offered)  # type: ignore[attr-defined]
        if OfferPart.LINES not in parts:
            del self.fields["items"]
        if OfferPart.ADVANCE not in parts:
            del self.fields["percent"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("part") == OfferPart.LINES and not cleaned.get("items"):
            self.add_error("items", _("Choose at least one line."))
        if cleaned.get("part") == OfferPart.ADVANCE and cleaned.get("percent") is None:
            self.add_error("percent", _("Say how much."))
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """What was chosen, for the operation."""
        part = self.cleaned_data["part"]
        return {
            "part": part,
            "item_ids": self.cleaned_data.get("items", ()) if part == OfferPart.LINES else (),
            "percent": self.cleaned_data.get("percent") if part == OfferPart.ADVANCE else None,
        }


def _choices(items: Iterable[OfferItem], offered: Offer) -> list[tuple[str, str]]:
    return [
        (str(item.pk), f"{item.description} · {format_money(item.amount, offered.currency)}")
        for item in items
    ]
