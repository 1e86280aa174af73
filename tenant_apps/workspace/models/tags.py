from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from shared_apps.core.ids import new_id


class Tag(models.Model):
    """A word that can be put on any record. `color` is one of the names that the style sheet knows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=60)
    color = models.CharField(max_length=20, default="grey")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="workspace_tag_once")]

    class Data:
        plain = ("id", "name", "color", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """A tag on a record. `record_type`: `company`, `contact`, `deal`, `task`, `product`, `invoice`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings", db_index=False)
    record_type = models.CharField(max_length=20)
    record_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_id", "tag"], name="workspace_tagged_once"),
        ]
        indexes = [models.Index(fields=["tag", "record_type", "record_id"], name="workspace_tagged")]

    class Data:
        plain = ("id", "tag", "record_type", "record_id")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return f"{self.tag_id} {self.record_type}"
