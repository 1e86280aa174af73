from django.db import models

from shared_apps.core.ids import new_id


class Event(models.Model):
    """One thing that became true. Rows are only ever added (a trigger says so); there are no foreign keys.

    `old` and `new` hold changed fields as plain JSON. Erasure may blank the personal ones and set
    `erased_at`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=250)
    parent_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=250)
    at = models.DateTimeField()
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    cause = models.CharField(max_length=250, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="activity_of_subject"),
            models.Index(
                fields=["parent_id", "-id"],
                condition=models.Q(parent_id__isnull=False),
                name="activity_of_parent",
            ),
        ]

    class Data:
        plain = (
            "id",
            "type",
            "subject_type",
            "subject_id",
            "parent_id",
            "actor_kind",
            "actor_id",
            "at",
            "cause",
            "erased_at",
        )
        personal = ("subject_label", "actor_label", "old", "new")
        secret = ()
        people = ("actor_id",)

    def __str__(self) -> str:
        return f"{self.type} {self.subject_label}"
