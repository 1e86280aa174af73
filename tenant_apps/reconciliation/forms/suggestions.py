from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.core.form_fields import NumberField


class AcceptForm(forms.Form):
    """The suggested invoice that a person accepts for a payment, and how much of the money it gets."""

    invoice_id = forms.UUIDField(label=_("invoice"), error_messages={"required": _("Choose the invoice.")})
    amount = NumberField(label=_("amount"), least_places=2, max_digits=14, decimal_places=2)
