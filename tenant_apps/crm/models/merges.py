from django.db import models

from shared_apps.core.ids import new_id


class Merge(models.Model):
    """Two records of one kind made one: what `absorbed` was is kept, so that it can be undone for 30 days.

    `entity`: `company` or `contact`; `moved`: `table.column` → ids of the rows that went over.
    `before`: `kept` and `absorbed` as they were, `after`: both as the merge left them; `removed`: rows that
    it took out; `added`: ids of the rows that it wrote; `swapped`: ids that went to the absorbed one;
    `stayed`: what an undo left as it was, because it had been changed since.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.CharField(max_length=20)
    kept_id = models.UUIDField()
    absorbed_id = models.UUIDField()
    before = models.JSONField()
    moved = models.JSONField()
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kept_id"], name="crm_merges_of_record")]

    class Data:
        plain = ("id", "entity", "kept_id", "absorbed_id", "moved", "by_id", "at", "undone_at")
        personal = ("before",)
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return f"{self.entity} {self.absorbed_id} → {self.kept_id}"


class DistinctPair(models.Model):
    """Two records that look like one, of which somebody said that they are not; `first_id` is lower."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.CharField(max_length=20)
    first_id = models.UUIDField()
    second_id = models.UUIDField()
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first_id", "second_id"], name="crm_told_apart_once"),
            models.CheckConstraint(
                condition=models.Q(first_id__lt=models.F("second_id")), name="crm_pair_in_order"
            ),
        ]

    class Data:
        plain = ("id", "entity", "first_id", "second_id", "by_id", "at")
        personal = ()
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
