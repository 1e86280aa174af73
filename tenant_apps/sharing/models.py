from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from guardian.models import GroupObjectPermissionAbstract, UserObjectPermissionAbstract

from shared_apps.core.ids import new_id

# People, groups, permissions and content types live in the public schema: no constraint crosses the border.


class MemberRecordPermission(UserObjectPermissionAbstract):
    """One permission (`view_…` or `change_…`) that one member holds on one record."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, db_index=False)
    content_type = models.ForeignKey(ContentType, models.DO_NOTHING, db_constraint=False, db_index=False)
    permission = models.ForeignKey(Permission, models.DO_NOTHING, db_constraint=False, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "content_type", "object_pk", "permission"],
                name="sharing_member_permission_once",
            )
        ]
        indexes = [models.Index(fields=["object_pk"], name="sharing_readers_of_record")]

    class Data:
        plain = ("id", "user", "content_type", "permission", "object_pk")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return f"{self.user_id} {self.permission_id} {self.object_pk}"


class GroupRecordPermission(GroupObjectPermissionAbstract):
    """One permission that a group holds on one record. Nothing grants one yet; guardian wants the table."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = models.ForeignKey(Group, models.DO_NOTHING, db_constraint=False, db_index=False)
    content_type = models.ForeignKey(ContentType, models.DO_NOTHING, db_constraint=False, db_index=False)
    permission = models.ForeignKey(Permission, models.DO_NOTHING, db_constraint=False, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "content_type", "object_pk", "permission"],
                name="sharing_group_permission_once",
            )
        ]

    class Data:
        plain = ("id", "group", "content_type", "permission", "object_pk")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return f"{self.group_id} {self.permission_id} {self.object_pk}"


class PublicLink(models.Model):
    """A client's way to one record: an address that nobody can guess. A record has at most one.

    `record_type` is what the record is shared as. `token_hash`: SHA-256 of the token, in hexadecimal, by
    which it is found; `sealed_token`: the token itself, sealed for the organization, so that it can be shown
    again. `opened_at`: when somebody from outside first opened this address. A revoked one leads nowhere;
    renewed, it has another token.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record_type = models.CharField(max_length=40)
    record_id = models.UUIDField(unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    sealed_token = models.CharField(max_length=300)
    made_by_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Data:
        plain = (
            "id",
            "record_type",
            "record_id",
            "made_by_id",
            "opened_at",
            "revoked_at",
            "created_at",
            "updated_at",
        )
        personal = ()
        secret = ("token_hash", "sealed_token")
        people = ("made_by_id",)

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None
