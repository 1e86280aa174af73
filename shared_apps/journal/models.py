from django.db import models

from shared_apps.core.ids import new_id


class PlatformEvent(models.Model):
    """One thing that became true on the platform. Rows are only ever added; there are no foreign keys."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(max_length=80)
    organization_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=250)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=250)
    at = models.DateTimeField()
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["organization_id", "-id"])]

    class Data:
        plain = (
            "id",
            "type",
            "organization_id",
            "subject_type",
            "subject_id",
            "actor_kind",
            "actor_id",
            "at",
        )
        personal = ("subject_label", "actor_label", "old", "new")
        secret = ()

    def __str__(self) -> str:
        return f"{self.type} {self.subject_label}"
