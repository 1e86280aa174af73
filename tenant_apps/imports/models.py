from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from tenant_apps.files.models import StoredFile
from tenant_apps.workspace.models import ChangeSet

UNDO_WITHIN = timedelta(days=30)


class ImportState(models.TextChoices):
    MAPPING = "mapping", _("Columns to be chosen")
    REHEARSING = "rehearsing", _("Rehearsing")
    REHEARSED = "rehearsed", _("Rehearsed")
    RUNNING = "importing", _("Importing")
    DONE = "imported", _("Imported")
    STOPPED = "stopped", _("Stopped")
    UNDOING = "undoing", _("Undoing")
    UNDONE = "undone", _("Undone")


class Outcome(models.TextChoices):
    """What became of a row: something new, something changed, nothing to change, left out, an error."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Nothing to change")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")


class Import(models.Model):
    """A file on its way in.

    `reading`: format, encoding, delimiter, sheet, header_row (0: the file has no headers). `columns`: a
    `{"header", "samples", "dates"}` each. `mapping`: for each column a target such as `company.name`, or "".
    `options`: mode, match fields by entity, date order. `position`: number of the last row that the present
    step is done with, committed with that row's writes. `counts`: of the step under way or done last, by
    outcome and by `entity.outcome`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    reading = models.JSONField()
    columns = models.JSONField(default=list)
    headers_key = models.CharField(max_length=64, db_index=True)
    mapping = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.MAPPING)
    row_count = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, blank=True)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, null=True, related_name="+")
    owner_id = models.UUIDField(null=True)
    owner_label = models.CharField(max_length=250)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Data:
        plain = (
            "id",
            "file",
            "reading",
            "headers_key",
            "mapping",
            "options",
            "state",
            "row_count",
            "position",
            "counts",
            "problem",
            "change_set",
            "owner_id",
            "created_at",
            "updated_at",
            "finished_at",
        )
        personal = ("name", "columns", "owner_label")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("import_detail", self.pk)

    @property
    def created_count(self) -> int:
        return int(self.counts.get(Outcome.CREATED, 0))

    @property
    def updated_count(self) -> int:
        return int(self.counts.get(Outcome.UPDATED, 0))

    @property
    def failed_count(self) -> int:
        return int(self.counts.get(Outcome.FAILED, 0))


class ImportRow(models.Model):
    """What became of one row of a file. `number`: the row's in the file; `column`: the header of the cell
    that was wrong; `records`: `[type, id, name]` each. Of a rehearsal only rows that failed or were skipped
    are kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_index=False)
    is_rehearsal = models.BooleanField()
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    column = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=500, blank=True)
    records = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "is_rehearsal", "number"], name="imports_row_once")
        ]

    class Data:
        plain = ("id", "source", "is_rehearsal", "number", "outcome")
        personal = ("column", "message", "records")
        secret = ()

    def __str__(self) -> str:
        return f"{self.number} {self.outcome}"
