"""How a client answers an offer."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.invoices.models import Offer

NAME_MISSING = _("Write your name: it is kept with the answer.")


class AcceptForm(forms.Form):
    """Who accepts, and which of the optional lines they choose."""

    name = forms.CharField(
        label=_("your name"),
        max_length=200,
        error_messages={"required": NAME_MISSING},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    chosen = forms.TypedMultipleChoiceField(coerce=UUID, required=False)

    def __init__(self, data: Any = None, *, offered: Offer) -> None:
        super().__init__(data, initial={"name": offered.buyer.get("contact", "")}, auto_id="accept_%s")
        optional = [item for item in offered.items.all() if item.is_optional]
        self.fields["chosen"].choices = [(str(item.pk), item.description) for item in optional]  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """Who declines, and why."""

    name = forms.CharField(
        label=_("your name"),
        max_length=200,
        error_messages={"required": NAME_MISSING},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    reason = forms.CharField(
        label=_("reason"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, data: Any = None, *, offered: Offer) -> None:
        super().__init__(data, initial={"name": offered.buyer.get("contact", "")}, auto_id="decline_%s")
