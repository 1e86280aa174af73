"""People: created, their e-mail confirmed, their profile and password changed, their sign-in noted."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.events import AccountEvent
from shared_apps.accounts.models import TeamMember, User
from shared_apps.core.actors import Actor
from shared_apps.core.constraints import violates
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.journal.operations import record


class EmailTaken(Refused):
    code = "email_taken"
    message = _("There is already an account with this e-mail. Sign in to it first.")
    field = "email"


@dataclass(frozen=True)
class Profile:
    """What people say of themselves. `language`: a code of `settings.LANGUAGES`, `time_zone`: IANA."""

    name: str
    phone: str
    language: str
    time_zone: str


@operation(permission=None)
def create_user(
    *, email: str, password: str, name: str, by: Actor, at: datetime, language: str = "bg", phone: str = ""
) -> User:
    """Make an account. The password is hashed here and kept nowhere; its strength is the form's concern."""
    user = User(email=email.strip().lower(), name=name.strip(), language=language, phone=phone, created_at=at)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if violates(error, "accounts_user_email_key"):
            raise EmailTaken() from error
        raise
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    record(event=AccountEvent.USER_CREATED, subject=user, by=by, at=at)
    return user


@operation(permission=None)
def verify_email(*, user_id: UUID, by: Actor, at: datetime) -> User:
    """Note that the person reads the mail sent to their address."""
    user = User.objects.select_for_update().get(pk=user_id)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    record(event=AccountEvent.EMAIL_VERIFIED, subject=user, by=by, at=at)
    return user


@operation(permission=None)
def set_password(*, user_id: UUID, password: str, by: Actor, at: datetime) -> User:
    """Give the account another password. Every session that was opened with the old one ends."""
    user = User.objects.select_for_update().get(pk=user_id)
    user.set_password(password)
    user.save(update_fields=["password"])
    record(event=AccountEvent.PASSWORD_CHANGED, subject=user, by=by, at=at)
    return user


@operation(permission=None)
def change_profile(*, user_id: UUID, profile: Profile, by: Actor, at: datetime) -> User:
    """Change what a person says of themselves; a new name travels to every organization they belong to."""
    user = User.objects.select_for_update().get(pk=user_id)
    old_name = user.name
    for field, value in asdict(profile).items():
        setattr(user, field, value.strip())
    user.save(update_fields=[*asdict(profile)])
    record(event=AccountEvent.PROFILE_CHANGED, subject=user, by=by, at=at)
    if user.name != old_name:
        _tell_teams(user, by, at)
    return user


def _tell_teams(user: User, by: Actor, at: datetime) -> None:
    for member in TeamMember.objects.filter(user=user).order_by("id"):
        record(
            event=AccountEvent.TEAM_MEMBER_CHANGED,
            organization_id=member.organization_id,
            subject=member,
            by=by,
            at=at,
            new={"name": user.name},
        )


@operation(permission=None, event=None, why="a preference")
def choose_language(*, user_id: UUID, language: str, by: Actor) -> None:
    """Remember the language in which the person reads the product and gets mail."""
    User.objects.filter(pk=user_id).update(language=language)


@operation(permission=None)
def note_sign_in(*, user_id: UUID, organization_id: UUID | None, by: Actor, at: datetime) -> None:
    """Write down that a person signed in, on an organization's host or on the public one."""
    user = User.objects.get(pk=user_id)
    record(event=AccountEvent.SIGNED_IN, organization_id=organization_id, subject=user, by=by, at=at)
