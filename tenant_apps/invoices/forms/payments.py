"""Money that came, and what is done with it."""

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.form_fields import DayField, NumberField, currency_choices, offer
from tenant_apps.crm.queries import visible_companies, visible_company
from tenant_apps.invoices.models import Invoice, PaymentMethod
from tenant_apps.invoices.operations import PaymentInput
from tenant_apps.workspace.models import OrganizationProfile


class PaymentForm(forms.Form):
    """Money that came."""

    amount = NumberField(label=_("amount"), least_places=2, max_digits=14, decimal_places=2)
    currency = forms.ChoiceField(label=_("currency"), choices=currency_choices)
    received_on = DayField(label=_("received on"))
    method = forms.ChoiceField(label=_("way of paying"), choices=PaymentMethod.choices)
    reference = forms.CharField(
        label=_("reference"),
        required=False,
        max_length=500,
        help_text=_(
            "What the payer wrote. With the number of an invoice in it, the payment finds the invoice itself."
        ),
    )
    payer_name = forms.CharField(label=_("payer"), required=False, max_length=200)
    payer_iban = forms.CharField(label=_("IBAN of the payer"), required=False, max_length=42)
    company_id = forms.UUIDField(
        label=_("client"),
        required=False,
        widget=forms.Select(
            attrs={
                "data-select-url": reverse_lazy("company_options"),
                "data-placeholder": _("Type a name or EIK"),
            }
        ),
    )

    def __init__(self, data: Any = None, *, by: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        offer(self, "company_id", visible_companies(by), visible_company, by)

    def as_payment(self) -> PaymentInput:
        """What was typed, for the operation; call it on a valid form."""
        return PaymentInput(**self.cleaned_data)


class PaidForm(forms.Form):
    """When and how the whole outstanding amount came."""

    received_on = DayField(label=_("received on"))
    method = forms.ChoiceField(label=_("way of paying"), choices=PaymentMethod.choices)


class ReasonForm(forms.Form):
    """Why something is annulled, unlinked or voided."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why, so that it can be understood later.")},
    )


class AllocationForm(forms.Form):
    """An invoice for a payment, and how much of the money it gets."""

    invoice_id = forms.UUIDField(label=_("invoice"), error_messages={"required": _("Choose the invoice.")})
    amount = NumberField(label=_("amount"), least_places=2, max_digits=14, decimal_places=2)


def initial_payment(invoice: Invoice | None, profile: OrganizationProfile, on: date) -> dict[str, Any]:
    """How an empty payment starts; for an invoice, with what is outstanding and its number as reference."""
    start: dict[str, Any] = {
        "received_on": on,
        "method": PaymentMethod.BANK_TRANSFER,
        "currency": profile.default_currency,
    }
    if invoice is None:
        return start
    return start | {
        "amount": invoice.outstanding,
        "currency": invoice.currency,
        "reference": invoice.number,
        "payer_name": invoice.buyer.get("name", ""),
        "company_id": invoice.company_id,
    }
