"""An invitation at the side of the invited: with a new account, with one's password, or with one press."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from shared_apps.accounts import operations, queries
from shared_apps.accounts.entrance import sign_in
from shared_apps.accounts.forms import NewPersonForm, PresentPasswordForm
from shared_apps.accounts.models import Invitation, TeamMember, User
from shared_apps.accounts.operations.tokens import hash_of
from shared_apps.accounts.views.hosts import hand_over
from shared_apps.core import clock
from shared_apps.core.errors import Refused
from shared_apps.core.http import add_refusal, form_page


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take the offered place: with a new account, with one's password, or with one press when signed in."""
    invitation = _open_invitation(request, token)
    if invitation is None:
        return render(request, "accounts/invitation_closed.html", status=410)
    form = _invitation_form(request, invitation)
    if request.method == "POST" and form.is_valid():
        try:
            return _enter(request, _join(request, token, invitation, form))
        except Refused as refusal:
            add_refusal(form, refusal)
    return form_page(
        request,
        "accounts/accept_invitation.html",
        form,
        {"invitation": invitation, "is_another": _is_another(request, invitation)},
    )


def _open_invitation(request: HttpRequest, token: str) -> Invitation | None:
    """The invitation, when it can be accepted on this host."""
    try:
        invitation = queries.invitation_by_hash(hash_of(token))
    except Invitation.DoesNotExist:
        return None
    here = request.organization  # type: ignore[attr-defined]
    is_here = here is None or here.id == invitation.organization_id
    return invitation if is_here and invitation.is_open(clock.now()) else None


def _invitation_form(request: HttpRequest, invitation: Invitation) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if request.user.is_authenticated:
        return forms.Form(data)
    if queries.has_account(invitation.email):
        return PresentPasswordForm(data)
    form = NewPersonForm(data)
    form.known_email = invitation.email
    return form


def _is_another(request: HttpRequest, invitation: Invitation) -> bool:
    user = request.user
    return isinstance(user, User) and user.email.lower() != invitation.email.lower()


def _join(request: HttpRequest, token: str, invitation: Invitation, form: forms.Form) -> TeamMember:
    language = get_language() or settings.LANGUAGE_CODE
    by, at = queries.visitor_actor(language), clock.now()
    if isinstance(form, NewPersonForm):
        return operations.join_by_invitation(
            token=token,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
            language=language,
            by=by,
            at=at,
        )
    user: Any = request.user
    if isinstance(form, PresentPasswordForm):
        user = authenticate(request, email=invitation.email, password=form.cleaned_data["password"])
    if user is None:
        raise Refused("password_wrong", _("The password is wrong."), field="password")
    return operations.accept_invitation(token=token, user_id=user.pk, by=by, at=at)


def _enter(request: HttpRequest, member: TeamMember) -> HttpResponse:
    if not request.user.is_authenticated:
        sign_in(request, member.user)
    if request.organization:  # type: ignore[attr-defined]
        return redirect("/")
    return hand_over(request, member.organization_id)
