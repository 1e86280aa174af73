from django.db import models

from shared_apps.core.ids import new_id
from tenant_apps.files.models import StoredFile


class ExportFormat(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"


class ListExport(models.Model):
    """A list that somebody took along as a file, exactly as it was shown: `query` is its address. Without
    `file` it is still being written; `done_count` of `total` rows (at most) are.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.CharField(max_length=20)
    query = models.TextField(blank=True)
    format = models.CharField(max_length=4, choices=ExportFormat.choices)
    total = models.PositiveIntegerField()
    done_count = models.PositiveIntegerField(default=0)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=250)
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Data:
        plain = ("id", "entity", "format", "total", "done_count", "file", "by_id", "at", "finished_at")
        personal = ("query", "by_label")
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return f"{self.entity}.{self.format}"
