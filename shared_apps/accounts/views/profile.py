"""What a person says of themselves."""

from typing import cast

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from shared_apps.accounts import operations, queries
from shared_apps.accounts.forms import ProfileForm
from shared_apps.accounts.models import User
from shared_apps.core import clock
from shared_apps.core.http import ActorRequest, done, form_page, page


@page(None)
def profile_edit(request: ActorRequest) -> HttpResponse:
    """What I say of myself."""
    user = _reader(request)
    fields = ("name", "phone", "language", "time_zone")
    form = ProfileForm(initial={field: getattr(user, field) for field in fields})
    return _profile_page(request, form)


@profile_edit.act
def change_profile(request: ActorRequest) -> HttpResponse:
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _profile_page(request, form)
    profile, user = operations.Profile(**form.cleaned_data), _reader(request)
    operations.change_profile(user_id=user.pk, profile=profile, by=request.actor, at=clock.now())
    with translation.override(profile.language):
        return done(request, to="profile_edit", message=_("Your profile is saved."))


def _profile_page(request: ActorRequest, form: ProfileForm) -> HttpResponse:
    is_verified = queries.is_email_verified(_reader(request))
    return form_page(request, "accounts/profile_edit.html", form, {"is_verified": is_verified})


def _reader(request: ActorRequest) -> User:
    return cast(User, request.user)
