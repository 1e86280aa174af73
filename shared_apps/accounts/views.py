"""Pages of people: the way in and out, one's profile, the team. allauth's own views are named in `urls`."""

from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.accounts import operations, queries
from shared_apps.accounts.entrance import sign_in
from shared_apps.accounts.forms import InvitationForm, NewPersonForm, PresentPasswordForm, ProfileForm
from shared_apps.accounts.models import Invitation, TeamMember, User
from shared_apps.accounts.operations.tokens import hash_of
from shared_apps.accounts.roles import rank_of, roles_up_to
from shared_apps.core import clock
from shared_apps.core.errors import DomainError, Refused
from shared_apps.core.http import act, add_refusal, address_on, done, form_page, page
from shared_apps.core.permissions import Permission
from tenants.queries import primary_host

LANGUAGE_COOKIE_AGE = 365 * 24 * 3600


# The way in -----------------------------------------------------------------------------------------------------------


def to_sign_up(request: HttpRequest) -> HttpResponse:
    """Whoever looks for a sign-up anywhere is led to the one there is."""
    return redirect(address_on(request, settings.BASE_DOMAIN, reverse("sign_up", urlconf=settings.PUBLIC_SCHEMA_URLCONF)))


@login_required
@never_cache
@require_GET
def organization_list(request: HttpRequest) -> HttpResponse:
    """Where the signed-in person may go; one with a single place goes straight there."""
    places = list(queries.memberships_of(request.user.pk))  # type: ignore[arg-type]
    if len(places) == 1:
        return _hand_over(request, places[0].organization_id)
    return render(request, "accounts/organization_list.html", {"places": places})


@login_required
@require_POST
def begin_handover(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    return _hand_over(request, organization_id)


@never_cache
@require_GET
def complete_handover(request: HttpRequest) -> HttpResponse:
    """Open the session on this host. A link used twice leads whoever is signed in already to the first page."""
    organization = request.organization  # type: ignore[attr-defined]
    try:
        user = operations.complete_handover(
            token=request.GET.get("token", ""), organization_id=organization.id,
            by=queries.visitor_actor(get_language() or ""), at=clock.now(),
        )
    except operations.HandoverInvalid as refusal:
        if request.actor is None:  # type: ignore[attr-defined]
            messages.error(request, str(refusal))
        return redirect("/")
    sign_in(request, user)
    return redirect("/")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Read the product in another language from now on: remembered with the person, else in a cookie."""
    language = request.POST.get("language", "")
    response = redirect(_safe(request, request.POST.get("next", "")))
    if language not in dict(settings.LANGUAGES) or not check_for_language(language):
        return response
    if isinstance(request.user, User):
        operations.choose_language(user_id=request.user.pk, language=language, by=queries.person_actor(request.user))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=LANGUAGE_COOKIE_AGE, secure=request.is_secure(),
        httponly=True, samesite="Lax",
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
            user_id=user.pk, origin=_origin(request), by=queries.person_actor(user), at=clock.now()
        )
        messages.success(request, _("We sent a letter to %(email)s.") % {"email": user.email})
    else:
        messages.info(request, _("We sent a letter a moment ago. Look for it in your mailbox, spam included."))
    return redirect("profile_edit" if request.organization else "organization_list")  # type: ignore[attr-defined]


# Invitations, at the side of the invited ------------------------------------------------------------------------------


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
        request, "accounts/accept_invitation.html", form,
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
            token=token, name=form.cleaned_data["name"], password=form.cleaned_data["password"], language=language,
            by=by, at=at,
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
    return _hand_over(request, member.organization_id)


# One's profile --------------------------------------------------------------------------------------------------------


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
        user_id=request.user.pk, profile=operations.Profile(**form.cleaned_data),  # type: ignore[arg-type]
        by=request.actor, at=clock.now(),  # type: ignore[attr-defined]
    )
    return done(request, to="profile_edit", message=_("Your profile is saved."))


def _profile_page(request: HttpRequest, form: ProfileForm) -> HttpResponse:
    is_verified = queries.is_email_verified(request.user)  # type: ignore[arg-type]
    return form_page(request, "accounts/profile_edit.html", form, {"is_verified": is_verified})


# The team -------------------------------------------------------------------------------------------------------------


@page(Permission.TEAM_VIEW)
def team_list(request: HttpRequest) -> HttpResponse:
    """Who works here, in which role, and who is invited."""
    return _team_page(request, InvitationForm(giver=_own_role(request)))


@team_list.act
def invite_member(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(request.POST, giver=_own_role(request))
    if form.is_valid():
        try:
            operations.invite_member(
                **form.cleaned_data, origin=_origin(request),
                by=request.actor, at=clock.now(),  # type: ignore[attr-defined]
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            text = _("The invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]}
            return done(request, to="team_list", message=text)
    return _team_page(request, form)


@act(Permission.TEAM_MANAGE)
def resend_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = operations.resend_invitation(
        invitation_id=invitation_id, origin=_origin(request), by=request.actor, at=clock.now()  # type: ignore[attr-defined]
    )
    text = _("The invitation is on its way to %(email)s.") % {"email": invitation.email}
    return done(request, to="team_list", message=text)


@act(Permission.TEAM_MANAGE)
def revoke_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = operations.revoke_invitation(
        invitation_id=invitation_id, by=request.actor, at=clock.now()  # type: ignore[attr-defined]
    )
    text = _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email}
    return done(request, to="team_list", message=text)


@act(Permission.TEAM_MANAGE)
def change_member_role(request: HttpRequest, member_id: UUID) -> HttpResponse:
    role = request.POST.get("role", "")
    if role not in roles_up_to("owner"):
        raise Refused("role_unknown", _("Choose one of the roles."), field="role")
    member = operations.change_member_role(
        member_id=member_id, role=role, by=request.actor, at=clock.now()  # type: ignore[attr-defined]
    )
    text = _("%(name)s has another role: %(role)s.") % {"name": member, "role": member.get_role_display()}
    return done(request, to="team_list", message=text)


@act(Permission.TEAM_MANAGE)
def deactivate_member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    member = operations.deactivate_member(
        member_id=member_id, by=request.actor, at=clock.now()  # type: ignore[attr-defined]
    )
    return done(request, to="team_list", message=_("%(name)s can no longer sign in here.") % {"name": member})


@act(Permission.TEAM_MANAGE)
def activate_member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    member = operations.activate_member(
        member_id=member_id, by=request.actor, at=clock.now()  # type: ignore[attr-defined]
    )
    return done(request, to="team_list", message=_("%(name)s can sign in here again.") % {"name": member})


def _team_page(request: HttpRequest, form: InvitationForm) -> HttpResponse:
    organization_id = request.organization.id  # type: ignore[attr-defined]
    own = _own_role(request)
    may_manage = request.actor.may(Permission.TEAM_MANAGE)  # type: ignore[attr-defined]
    team = [
        {
            "member": member,
            "is_me": member.user_id == request.user.pk,
            "may_change": may_manage and rank_of(member.role) <= rank_of(own),
        }
        for member in queries.team_of(organization_id)
    ]
    at = clock.now()
    waiting = queries.waiting_invitations(organization_id) if may_manage else []
    invitations = [{"invitation": one, "is_open": one.is_open(at)} for one in waiting]
    context = {"team": team, "invitations": invitations, "roles": roles_up_to(own), "may_manage": may_manage}
    return form_page(request, "accounts/team_list.html", form, context)


def _own_role(request: HttpRequest) -> str:
    role: str = request.member.role  # type: ignore[attr-defined]
    return role


def _hand_over(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    user: Any = request.user
    try:
        token = operations.begin_handover(
            user_id=user.pk, organization_id=organization_id, by=queries.person_actor(user), at=clock.now()
        )
    except TeamMember.DoesNotExist as missing:
        raise Http404 from missing
    return redirect(address_on(request, primary_host(organization_id), queries.handover_path(token)))


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _safe(request: HttpRequest, address: str) -> str:
    is_safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_safe else "/"
