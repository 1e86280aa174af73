from django.db import models
from django.db.models import F, Q

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id


class MonthPack(models.Model):
    """What the accountant gets for a month (`month` is its first day): one zip, made by a job.

    `done_count` of `total` documents are written; without `file` it is still being made. `contents_sha256` is
    the digest of everything in it: the same month twice has the same one while nothing has changed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    month = models.DateField()
    total = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    contents_sha256 = models.CharField(max_length=64, blank=True)
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=250)
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="invoices_pack_of_a_month"),
            models.CheckConstraint(
                condition=Q(done_count__lte=F("total")), name="invoices_pack_within_total"
            ),
        ]

    class Data:
        plain = (
            "id",
            "month",
            "total",
            "done_count",
            "file",
            "contents_sha256",
            "by_id",
            "at",
            "finished_at",
        )
        personal = ("by_label",)
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return address_of("month_pack_detail", self.pk)
