"""The way in and out, on both hosts. allauth's own views are named in `urls`."""

from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shared_apps.accounts import operations, queries
from shared_apps.accounts.entrance import sign_in
from shared_apps.accounts.models import User
from shared_apps.accounts.views.hosts import hand_over, origin_of
from shared_apps.core import clock
from shared_apps.core.http import address_on
from tenants.models import OrganizationStatus

LANGUAGE_COOKIE_AGE = 365 * 24 * 3600


def to_sign_up(request: HttpRequest) -> HttpResponse:
    """Whoever looks for a sign-up anywhere is led to the one there is."""
    return redirect(
        address_on(request, settings.BASE_DOMAIN, reverse("sign_up", urlconf=settings.PUBLIC_SCHEMA_URLCONF))
    )


@login_required
@never_cache
@require_safe
def organization_list(request: HttpRequest) -> HttpResponse:
    """Where the signed-in person may go; one with a single place goes straight there."""
    everywhere = list(queries.memberships_of(request.user.pk))  # type: ignore[arg-type]
    places = [place for place in everywhere if place.organization.status == OrganizationStatus.ACTIVE]
    if len(places) == 1:
        return hand_over(request, places[0].organization_id)
    shut = [place for place in everywhere if place not in places]
    return render(request, "accounts/organization_list.html", {"places": places, "shut_places": shut})


@login_required
@require_POST
def begin_handover(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    return hand_over(request, organization_id)


@never_cache
@require_safe
def complete_handover(request: HttpRequest) -> HttpResponse:
    """Open the session on this host. A link used twice leads one who is signed in to the first page."""
    organization = request.organization  # type: ignore[attr-defined]
    try:
        user = operations.complete_handover(
            token=request.GET.get("token", ""),
            organization_id=organization.id,
            by=queries.visitor_actor(get_language() or ""),
            at=clock.now(),
        )
    except operations.HandoverInvalid as refusal:
        if request.actor is None:  # type: ignore[attr-defined]
            messages.error(request, str(refusal))
        return redirect("/")
    sign_in(request, user)
    return redirect(_safe(request, request.GET.get("next", "/")))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Read the product in another language from now on: remembered with the person, else in a cookie."""
    language = request.POST.get("language", "")
    response = redirect(_safe(request, request.POST.get("next", "")))
    if language not in dict(settings.LANGUAGES) or not check_for_language(language):
        return response
    if isinstance(request.user, User):
        operations.choose_language(
            user_id=request.user.pk, language=language, by=queries.person_actor(request.user)
        )
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=LANGUAGE_COOKIE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


@login_required
@require_POST
def send_verification_mail(request: HttpRequest) -> HttpResponse:
    """Ask once more to confirm the e-mail; not again within a few minutes."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  (login_required)
    if ratelimit.consume(request, action="confirm_email", key=user.email.lower()):
        operations.queue_verification_mail(
            user_id=user.pk, origin=origin_of(request), by=queries.person_actor(user), at=clock.now()
        )
        messages.success(request, _("We sent a letter to %(email)s.") % {"email": user.email})
    else:
        messages.info(
            request, _("We sent a letter a moment ago. Look for it in your mailbox, spam included.")
        )
    return redirect("profile_edit" if request.organization else "organization_list")  # type: ignore[attr-defined]


def _safe(request: HttpRequest, address: str) -> str:
    is_safe = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if is_safe else "/"
