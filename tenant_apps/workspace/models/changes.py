from django.db import models

from shared_apps.core.ids import new_id


class ChangeSet(models.Model):
    """Many records changed by one act (a bulk edit, an import), kept so that it can be undone for 30 days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20)
    entity = models.CharField(max_length=20)
    label = models.CharField(max_length=250)
    total = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=250)
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Data:
        plain = (
            "id",
            "kind",
            "entity",
            "label",
            "total",
            "done_count",
            "failed_count",
            "by_id",
            "at",
            "finished_at",
            "undone_at",
        )
        personal = ("by_label",)
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return self.label


class ChangedRecord(models.Model):
    """One record of a change set: what it was (`old`, null when the act created it) and what was written
    (`new`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="records")
    record_type = models.CharField(max_length=20)
    record_id = models.UUIDField()
    old = models.JSONField(null=True)
    new = models.JSONField()
    undone_at = models.DateTimeField(null=True)
    kept_reason = models.CharField(max_length=250, blank=True)

    class Data:
        plain = ("id", "change_set", "record_type", "record_id", "undone_at", "kept_reason")
        personal = ("old", "new")
        secret = ()

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"
