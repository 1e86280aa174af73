"""What of logged time goes onto an invoice, and how."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.invoices import rules


class InvoiceTimeForm(forms.Form):
    """How the chosen entries become lines."""

    grouping = forms.ChoiceField(
        label=_("lines"),
        choices=[(rules.BY_ENTRY, _("One for each entry")), (rules.BY_RATE, _("One for each rate per hour"))],
        initial=rules.BY_ENTRY,
        widget=forms.RadioSelect,
    )
