from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.core.form_fields import NumberField
from tenant_apps.online_payments.operations import StripeKeys

LONGEST_KEY = 260


class StripeKeysForm(forms.Form):
    """The organization's own keys. What was typed stays while it is wrong, and is never shown once it is
    kept.
    """

    secret_key = forms.CharField(
        label=_("secret key"),
        max_length=LONGEST_KEY,
        help_text=_(
            "In Stripe under Developers → API keys: sk_live_…, or sk_test_… to try without real money."
        ),
        widget=forms.PasswordInput({"autocomplete": "off", "spellcheck": "false"}, render_value=True),
    )
    webhook_secret = forms.CharField(
        label=_("webhook secret"),
        max_length=LONGEST_KEY,
        help_text=_("Stripe shows it (whsec_…) when you add the address below as a webhook."),
        widget=forms.PasswordInput({"autocomplete": "off", "spellcheck": "false"}, render_value=True),
    )

    def __init__(self, *args: object, may_keep: bool = False, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        if may_keep:
            self.fields["webhook_secret"].required = False
            self.fields["webhook_secret"].help_text = _(
                "Leave it empty for a new key of the same account: the secret that is there is kept."
            )

    def keys(self) -> StripeKeys:
        return StripeKeys(self.cleaned_data["secret_key"], self.cleaned_data["webhook_secret"])


class NoticeForm(forms.Form):
    is_confirmed = forms.BooleanField(
        label=_("I have read this, and I take care of fiscal receipts myself"), required=False
    )


class CardRefundForm(forms.Form):
    amount = NumberField(label=_("amount"), least_places=2, max_digits=14, decimal_places=2)
    reason = forms.CharField(label=_("reason"), max_length=500, help_text=_("It stays in the history."))

    @classmethod
    def of(cls, amount: Decimal) -> "CardRefundForm":
        return cls(initial={"amount": amount})
