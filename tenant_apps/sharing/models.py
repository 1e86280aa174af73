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
