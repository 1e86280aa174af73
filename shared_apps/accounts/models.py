from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from shared_apps.accounts.roles import Role
from shared_apps.core.ids import new_id
from tenants.models import Organization


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail, in any number of organizations. Never deleted: anonymized.

    `place`: their place in the organization of the host, where the session was read there.
    """

    place: "TeamMember | None" = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=150)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="bg")
    time_zone = models.CharField(max_length=60, default="Europe/Sofia")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_email_lower")]

    class Data:
        plain = (
            "id",
            "language",
            "time_zone",
            "is_active",
            "is_superuser",
            "created_at",
            "last_login",
            "groups",
            "user_permissions",
        )
        personal = ("email", "name", "phone")
        secret = ("password",)

    def __str__(self) -> str:
        return self.name or self.email


class TeamMember(models.Model):
    """A person's place in an organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="team")
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="accounts_member_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_role_known"),
        ]

    class Data:
        plain = ("id", "user", "organization", "role", "is_active", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return str(self.user)

    @property
    def name(self) -> str:
        """How the person is called; asks for the user, so load it along."""
        return self.user.name

    @property
    def email(self) -> str:
        """Where the person is written to; asks for the user, so load it along."""
        return self.user.email


class Handover(models.Model):
    """A one-time way from the public host to an organization's: used once, within a minute."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE)
    organization = models.ForeignKey(Organization, models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Data:
        plain = ("id", "user", "organization", "expires_at", "used_at")
        personal = ()
        secret = ("token_hash",)

    def __str__(self) -> str:
        return f"{self.user} → {self.organization}"


class Invitation(models.Model):
    """A place in a team, offered by e-mail for a week. The token is in the mail; here is only its hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="accounts_invited_once",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_invited_role_known"),
        ]

    class Data:
        plain = (
            "id",
            "organization",
            "role",
            "invited_by",
            "created_at",
            "expires_at",
            "accepted_at",
            "revoked_at",
        )
        personal = ("email",)
        secret = ("token_hash",)

    def __str__(self) -> str:
        return self.email

    def is_open(self, at: datetime) -> bool:
        """Whether the invitation can still be accepted at the instant `at`."""
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > at


class AccountMail(models.Model):
    """A letter about an account. It holds a way in, so its texts are erased once it has left."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Data:
        plain = ("id", "created_at", "sent_at")
        personal = ("to", "subject")
        secret = ("text", "html")

    def __str__(self) -> str:
        return self.subject
