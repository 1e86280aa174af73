"""What a person says of themselves."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shared_apps.accounts import operations, queries
from shared_apps.accounts.forms import ProfileForm
from shared_apps.core import clock
from shared_apps.core.http import done, form_page, page


@page(None)
def profile_edit(request: HttpRequest) -> HttpResponse:
    """What I say of myself."""
    user: Any = request.user
    fields = ("name", "phone", "language", "time_zone")
    form = ProfileForm(initial={field: getattr(user, field) for field in fields})
    return _profile_page(request, form)


@profile_edit.act
def change_profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _profile_page(request, form)
    operations.change_profile(
        user_id=request.user.pk,
        profile=operations.Profile(**form.cleaned_data),  # type: ignore[arg-type]
        by=request.actor,
        at=clock.now(),  # type: ignore[attr-defined]
    )
    return done(request, to="profile_edit", message=_("Your profile is saved."))


def _profile_page(request: HttpRequest, form: ProfileForm) -> HttpResponse:
    is_verified = queries.is_email_verified(request.user)  # type: ignore[arg-type]
    return form_page(request, "accounts/profile_edit.html", form, {"is_verified": is_verified})
