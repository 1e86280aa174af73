"""Forms about people. allauth's keep its checks and get our words; none ever shows a password again."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.models import User
from shared_apps.accounts.queries import membership_of
from shared_apps.accounts.roles import roles_up_to

LANGUAGES_BY_THEMSELVES = [
    (code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES
]
PASSWORD_HELP = _(
    "At least 10 characters. Three or four words that do not belong together are easy to remember."
)


def email_field(**attributes: str) -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", **attributes}),
    )


def password_field(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """A password that is never shown again. `label` and `help_text` are texts, plain or lazy."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class NewPersonForm(forms.Form):
    """What a person without an account says of themselves. `known_email` is set when none is typed."""

    known_email = ""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = password_field(_("Password"), autocomplete="new-password", help_text=PASSWORD_HELP)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if password:
            person = User(email=cleaned.get("email", self.known_email), name=cleaned.get("name", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PresentPasswordForm(forms.Form):
    """An existing person shows that it is they."""

    password = password_field(_("Password"), autocomplete="current-password")


class SignInForm(allauth_forms.LoginForm):
    """Sign-in. On an organization's host it is for those who have a place there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self, {"login": _("E-mail"), "password": _("Password")})
        self.fields["login"].widget.attrs["autocomplete"] = "username"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        organization = self.request.organization
        is_known = self.user is not None and self.user.is_active
        if is_known and organization and membership_of(self.user.pk, organization.id) is None:
            text = _("%(email)s has no place in %(organization)s. Ask its owner for an invitation.")
            raise ValidationError(text % {"email": self.user.email, "organization": organization.name})
        return cleaned


class ResetRequestForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self, {"email": _("E-mail")})


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self, {"password1": _("New password"), "password2": _("New password again")})


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(
            self,
            {
                "oldpassword": _("Present password"),
                "password1": _("New password"),
                "password2": _("New password again"),
            },
        )


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES_BY_THEMSELVES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone],
        help_text=_("Times on the screen are shown in this zone."),
    )


class InvitationForm(forms.Form):
    """An invitation by somebody with the role `giver`, who can give no higher one."""

    email = email_field(autocomplete="off")
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, giver: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label) for role in roles_up_to(giver)
        ]


def _reword(form: forms.Form, labels: dict[str, Any]) -> None:
    """Our labels above the fields in place of allauth's words inside them."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.help_text = PASSWORD_HELP if name == "password1" else ""
        field.widget.attrs.pop("placeholder", None)


class AddressForm(forms.Form):
    """The subdomain of an organization. Whether it can be had, the operation says."""

    subdomain = forms.CharField(
        label=_("Address in Tefter"),
        max_length=63,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_subdomain(self) -> str:
        subdomain: str = self.cleaned_data["subdomain"]
        return subdomain.strip().lower()


class ClosingForm(forms.Form):
    """The organization's name, typed again by one who closes it."""

    name = forms.CharField(
        label=_("Name of the organization"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
