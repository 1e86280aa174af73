from django.db import models

from shared_apps.core.ids import new_id


class Merge(models.Model):
    """Two records of one kind made one: what `absorbed` was is kept, so that it can be undone for 30 days.

    `entity`: `company` or `contact`; `before`: the details of both; `moved`: table → ids of the rows that
    went over.
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
