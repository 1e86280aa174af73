"""The way in: what allauth does here, taught our hosts, our doors for writing, and our letters."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.middleware import SESSION_ORGANIZATION, home_of
from shared_apps.accounts.models import User
from shared_apps.accounts.operations import note_sign_in, queue_account_mail, set_password, verify_email
from shared_apps.accounts.queries import person_actor, visitor_actor
from shared_apps.core import clock

BACKEND = "shared_apps.accounts.backends.MemberBackend"


def sign_in(request: HttpRequest, user: User) -> None:
    """Open a session of `user` that is good on this host alone. Its key is a new one."""
    login(request, user, backend=BACKEND)
    request.session[SESSION_ORGANIZATION] = home_of(request)
    request.session.set_expiry(settings.SESSION_COOKIE_AGE)
    organization = request.organization  # type: ignore[attr-defined]
    note_sign_in(
        user_id=user.pk,
        organization_id=organization.id if organization else None,
        by=person_actor(user),
        at=clock.now(),
    )


def client_ip(request: HttpRequest) -> str:
    """The visitor's address, past as many proxies as `settings.TRUSTED_PROXIES` says."""
    address: str = AccountAdapter(request).get_client_ip(request)
    return address


class AccountAdapter(DefaultAccountAdapter):
    """allauth asks here for whatever this product does in its own way."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is wrong."),
        "enter_current_password": _("This is not your present password."),
        "invalid_password_reset": _("This link was already used or is too old. Ask for a new one."),
    }

    def login(self, request: HttpRequest, user: User) -> None:
        sign_in(request, user)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Companies sign up on the website; nobody signs up alone."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return _first_page(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login") if request.organization else "/"  # type: ignore[attr-defined]

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return _first_page(self.request) if self.request.user.is_authenticated else reverse("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile_edit") if request.organization else _first_page(request)  # type: ignore[attr-defined]

    def set_password(self, user: User, password: str) -> None:
        """Write through our door, and forgive the failed tries that led here."""
        set_password(user_id=user.pk, password=password, by=person_actor(user), at=clock.now())
        user.refresh_from_db()
        forget_failures(username=user.email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            user = email_address.user
            verify_email(user_id=user.pk, by=person_actor(user), at=clock.now())
        return confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter now, in the reader's language, and let a job send it."""
        reader = context.get("user")
        language = reader.language if reader else translation.get_language() or settings.LANGUAGE_CODE
        queue_account_mail(
            to=email,
            template=template_prefix,
            context={"email": email, **_plain(context)},
            language=language,
            by=visitor_actor(language),
            at=clock.now(),
        )


def _first_page(request: HttpRequest) -> str:
    return "/" if request.organization else reverse("organization_list")  # type: ignore[attr-defined]


def _plain(context: dict[str, Any]) -> dict[str, Any]:
    reader = context.get("user")
    texts = {name: value for name, value in context.items() if isinstance(value, str)}
    return texts | {"name": reader.name if reader else ""}
