"""The team of the organization: who works here, in which role, and who is invited."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from shared_apps.accounts import operations, queries
from shared_apps.accounts.forms import InvitationForm
from shared_apps.accounts.roles import rank_of, roles_up_to
from shared_apps.accounts.views.hosts import origin_of
from shared_apps.core import clock
from shared_apps.core.errors import LimitReached, Refused
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page
from shared_apps.core.permissions import Permission
from tenants.context import current_organization


@page(Permission.TEAM_VIEW, to_act=Permission.TEAM_MANAGE)
def team_list(request: ActorRequest) -> HttpResponse:
    """Who works here, in which role, and who is invited."""
    return _team_page(request, InvitationForm(giver=_own_role(request)))


@team_list.act
def invite_member(request: ActorRequest) -> HttpResponse:
    form = InvitationForm(request.POST, giver=_own_role(request))
    if form.is_valid():
        try:
            operations.invite_member(
                **form.cleaned_data,
                origin=origin_of(request),
                by=request.actor,
                at=clock.now(),
            )
        except (Refused, LimitReached) as refusal:
            add_refusal(form, refusal)
        else:
            text = _("The invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]}
            return done(request, to="team_list", message=text)
    return _team_page(request, form)


@act(Permission.TEAM_MANAGE)
def resend_invitation(request: ActorRequest, invitation_id: UUID) -> HttpResponse:
    invitation = operations.resend_invitation(
        invitation_id=invitation_id,
        origin=origin_of(request),
        by=request.actor,
        at=clock.now(),
    )
    text = _("The invitation is on its way to %(email)s.") % {"email": invitation.email}
    return done(request, to="team_list", message=text)


@act(Permission.TEAM_MANAGE)
def revoke_invitation(request: ActorRequest, invitation_id: UUID) -> HttpResponse:
    invitation = operations.revoke_invitation(
        invitation_id=invitation_id,
        by=request.actor,
        at=clock.now(),
    )
    text = _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email}
    return done(request, to="team_list", message=text)


@act(Permission.TEAM_MANAGE)
def change_member_role(request: ActorRequest, member_id: UUID) -> HttpResponse:
    role = request.POST.get("role", "")
    if role not in roles_up_to("owner"):
        raise Refused("role_unknown", _("Choose one of the roles."), field="role")
    member = operations.change_member_role(
        member_id=member_id,
        role=role,
        by=request.actor,
        at=clock.now(),
    )
    text = _("%(name)s has another role: %(role)s.") % {"name": member, "role": member.get_role_display()}
    return done(request, to="team_list", message=text)


@act(Permission.TEAM_MANAGE)
def deactivate_member(request: ActorRequest, member_id: UUID) -> HttpResponse:
    member = operations.deactivate_member(
        member_id=member_id,
        by=request.actor,
        at=clock.now(),
    )
    return done(request, to="team_list", message=_("%(name)s can no longer sign in here.") % {"name": member})


@act(Permission.TEAM_MANAGE)
def activate_member(request: ActorRequest, member_id: UUID) -> HttpResponse:
    member = operations.activate_member(
        member_id=member_id,
        by=request.actor,
        at=clock.now(),
    )
    return done(request, to="team_list", message=_("%(name)s can sign in here again.") % {"name": member})


def _team_page(request: ActorRequest, form: InvitationForm) -> HttpResponse:
    organization_id = current_organization().id
    own = _own_role(request)
    may_manage = request.actor.may(Permission.TEAM_MANAGE)
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


def _own_role(request: ActorRequest) -> str:
    role: str = request.member.role  # type: ignore[attr-defined]
    return role
