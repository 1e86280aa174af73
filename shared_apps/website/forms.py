from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.forms import NewPersonForm, email_field
from shared_apps.accounts.operations import EmailTaken
from shared_apps.accounts.queries import has_account
from shared_apps.core.bulgaria.eik import is_valid_eik, normalize_eik
from shared_apps.core.errors import DomainError
from shared_apps.website.operations import Company
from shared_apps.website.queries import require_free_subdomain

# While one types, the server suggests an address and says whether it is free.
_CHECK = {"hx-get": reverse_lazy("check_subdomain"), "hx-include": "closest form"}
_SUGGEST = _CHECK | {
    "hx-trigger": "input changed delay:300ms",
    "hx-target": "#subdomain-field",
    "hx-swap": "outerHTML",
}
_JUDGE = _CHECK | {"hx-trigger": "input changed delay:300ms", "hx-target": "#subdomain-status"}


class CompanyForm(forms.Form):
    """The company that becomes an organization. `suggested` is what the server last put into the address."""

    company_name = forms.CharField(
        label=_("Company name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization", **_SUGGEST}),
    )
    eik = forms.CharField(
        label=_("EIK"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    subdomain = forms.CharField(
        label=_("Address in Tefter"),
        max_length=63,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", **_JUDGE}
        ),
    )
    suggested = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_company_name(self) -> str:
        return " ".join(self.cleaned_data["company_name"].split())

    def clean_eik(self) -> str:
        eik = normalize_eik(self.cleaned_data["eik"])
        if eik and not is_valid_eik(eik):
            raise ValidationError(_("This EIK is not valid: a digit is wrong."))
        return eik

    def clean_subdomain(self) -> str:
        subdomain: str = self.cleaned_data["subdomain"].strip().lower()
        try:
            require_free_subdomain(subdomain)
        except DomainError as refusal:
            raise ValidationError(str(refusal)) from refusal
        return subdomain

    def company(self) -> Company:
        """What was typed, checked."""
        typed: dict[str, Any] = self.cleaned_data
        return Company(name=typed["company_name"], subdomain=typed["subdomain"], eik=typed["eik"])


class SignUpForm(CompanyForm, NewPersonForm):
    """A new person and their company, on one page."""

    email = email_field()
    field_order = ("name", "email", "password", "company_name", "eik", "subdomain")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if has_account(email):
            raise ValidationError(EmailTaken.message, code=EmailTaken.code)
        return email
