from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from shared_apps.core.ids import new_id
from tenant_apps.workspace.models import Member


class ApiToken(models.Model):
    """A program's way in, on behalf of one member. `token_hash`: SHA-256 of the secret, in hexadecimal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Data:
        plain = (
            "id",
            "member",
            "name",
            "prefix",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        )
        personal = ()
        secret = ("token_hash",)

    def __str__(self) -> str:
        return self.name

    def status_at(self, at: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= at else "active"


class IdempotencyKey(models.Model):
    """The answer to one POST, kept for a day. `status` is null only inside the transaction that does the
    work.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    actor_id = models.UUIDField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    response_body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["method", "path", "key"], name="integrations_key_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="integrations_key_age")]

    class Data:
        plain = ("id", "method", "path", "key", "body_hash", "actor_id", "status", "created_at")
        personal = ("response_body",)
        secret = ()
        people = ("actor_id",)
        travels = False

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
