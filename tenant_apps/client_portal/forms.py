"""How a client answers an offer."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.invoices.models import Offer

NAME_MISSING = _("Write your name: it is kept with the answer.")
NOT_OFFERED = _("One of the lines that you have chosen is not offered any more. Choose again.")


class AnswerForm(forms.Form):
    """Who accepts or declines, which of the optional lines they choose, and why not. It is one form with two
    buttons, so that whichever was pressed, nothing that they have typed or ticked is lost.
    """

    name = forms.CharField(
        label=_("your name"),
        max_length=200,
        error_messages={"required": NAME_MISSING},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    reason = forms.CharField(
        label=_("reason"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )
    chosen = forms.TypedMultipleChoiceField(
        coerce=UUID, required=False, error_messages={"invalid_choice": NOT_OFFERED}
    )

    def __init__(self, data: Any = None, *, offered: Offer) -> None:
        super().__init__(data, initial={"name": offered.buyer.get("contact", "")}, auto_id="answer_%s")
        optional = [item for item in offered.items.all() if item.is_optional]
        self.fields["chosen"].choices = [(str(item.pk), item.description) for item in optional]  # type: ignore[attr-defined]
