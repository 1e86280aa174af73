"""Money that came, and what is done with it."""

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.form_fields import DayField, NumberField, currency_choices, offer
from tenant_apps.crm.queries import visible_companies, visible_company, visible_contact, visible_contacts
from tenant_apps.invoices.models import Invoice, Payment, PaymentMethod, WriteOffKind
from tenant_apps.invoices.operations import PaymentInput
from tenant_apps.workspace.models import OrganizationProfile


def _company() -> forms.UUIDField:
    attrs = {"data-select-url": reverse_lazy("company_options"), "data-placeholder": _("Type a name or EIK")}
    return forms.UUIDField(label=_("client"), required=False, widget=forms.Select(attrs=attrs))


def _contact() -> forms.UUIDField:
    attrs = {"data-select-url": reverse_lazy("contact_options"), "data-placeholder": _("Type a name")}
    return forms.UUIDField(
        label=_("contact person"),
        required=False,
        help_text=_("With no company, the money is the person's own."),
        widget=forms.Select(attrs=attrs),
    )


class ClientForm(forms.Form):
    """Whose money it is."""

    company_id, contact_id = _company(), _contact()

    def __init__(self, data: Any = None, *, by: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        offer(self, "company_id", visible_companies(by), visible_company, by)
        offer(self, "contact_id", visible_contacts(by), visible_contact, by)


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
    company_id, contact_id = _company(), _contact()

    def __init__(self, data: Any = None, *, by: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        offer(self, "company_id", visible_companies(by), visible_company, by)
        offer(self, "contact_id", visible_contacts(by), visible_contact, by)

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


class RefundForm(ReasonForm):
    """How much went back to the payer, and when."""

    amount = NumberField(label=_("amount"), least_places=2, max_digits=14, decimal_places=2)
    refunded_on = DayField(label=_("given back on"))
    frees_allocations = forms.BooleanField(
        label=_("take it from the invoices"),
        required=False,
        help_text=_("Unlinks as much as is needed, the newest link first; those invoices owe it again."),
    )
    field_order = ("amount", "refunded_on", "reason", "frees_allocations")

    def __init__(self, data: Any = None, *, payment: Payment, on: date) -> None:
        left = payment.unallocated or payment.amount - payment.refunded_total
        start = {"amount": left, "refunded_on": on, "frees_allocations": not payment.unallocated}
        super().__init__(data, initial=start)
        if not payment.allocated_total:
            del self.fields["frees_allocations"]


class WriteOffForm(ReasonForm):
    """How much of an invoice is not waited for any more, and why."""

    amount = NumberField(label=_("amount"), least_places=2, max_digits=14, decimal_places=2)
    kind = forms.ChoiceField(label=_("what it is"), choices=WriteOffKind.choices)
    field_order = ("amount", "kind", "reason")


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
        "contact_id": invoice.contact_id,
    }
