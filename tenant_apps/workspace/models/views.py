from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shared_apps.core.ids import new_id


class SavedView(models.Model):
    """A list as somebody arranged it. `query` is the part of the address after `?` that shows it: filters,
    order, columns, grouping, layout. Without `owner_id` it belongs to the whole team.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(blank=True)
    owner_id = models.UUIDField(null=True)
    is_pinned = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "owner_id"],
                condition=Q(is_default=True),
                name="workspace_one_default_view",
                nulls_distinct=False,
            )
        ]

    class Data:
        plain = (
            "id",
            "entity",
            "name",
            "query",
            "owner_id",
            "is_pinned",
            "is_default",
            "position",
            "created_at",
            "updated_at",
        )
        personal = ()
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.name
