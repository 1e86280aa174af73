from django.db import models
from django.db.models import Q

from shared_apps.core.ids import new_id


class JobState(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(models.Model):
    """One piece of work, from the transaction that asked for it to its end.

    `organization_id` is null only for jobs of the platform. `key` makes asking twice the same as asking once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    organization_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=250)
    language = models.CharField(max_length=5)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "key"], name="jobs_key_once", nulls_distinct=True
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(organization_id__isnull=True), name="jobs_platform_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="jobs_queued"),
            models.Index(
                fields=["sent_at"], condition=Q(state__in=("sent", "running")), name="jobs_in_flight"
            ),
            models.Index(
                fields=["finished_at"], condition=Q(state__in=("done", "dead")), name="jobs_finished"
            ),
        ]

    class Data:
        plain = (
            "id",
            "name",
            "organization_id",
            "language",
            "arguments",
            "key",
            "state",
            "attempts",
            "error",
            "created_at",
            "due_at",
            "sent_at",
            "finished_at",
        )
        personal = ("actor_label",)
        secret = ()

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class ScheduleSlot(models.Model):
    """One firing of a scheduled job. The unique row is what lets several schedulers run and one fire."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    slot_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot_at"], name="jobs_slot_once")]

    class Data:
        plain = ("id", "name", "slot_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return f"{self.name} {self.slot_at:%Y-%m-%d %H:%M}"
