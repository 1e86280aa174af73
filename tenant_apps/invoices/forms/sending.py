"""The letter that goes with an invoice, as it is typed."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import LetterInput
from tenant_apps.invoices.queries import email_of_buyer, usual_letter

BETWEEN = re.compile(r"[\s,;]+")


class LetterForm(forms.Form):
    """To whom, and what it says; it begins as it usually is."""

    to = forms.EmailField(label=_("to"), max_length=254)
    cc = forms.CharField(
        label=_("copy to"), max_length=1000, required=False, help_text=_("Several with commas between them.")
    )
    subject = forms.CharField(label=_("subject"), max_length=250)
    text = forms.CharField(label=_("text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 12}))
    with_ubl = forms.BooleanField(
        label=_("attach the e-invoice (UBL)"), required=False, help_text=_("Beside the PDF.")
    )

    @classmethod
    def of(cls, invoice: Invoice) -> "LetterForm":
        letter = usual_letter(invoice)
        facts = {"to": email_of_buyer(invoice), "subject": letter.subject, "text": letter.text}
        return cls(initial=facts)

    def letter(self) -> LetterInput:
        """What was typed, for the operation; call it when the form is valid."""
        typed = self.cleaned_data
        copies = tuple(one for one in BETWEEN.split(typed["cc"]) if one)
        return LetterInput(**typed | {"cc": copies})
