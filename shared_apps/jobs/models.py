from uuid import UUID

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from shared_apps.core.ids import new_id

PLATFORM_LANE = UUID(int=0)


class JobState(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(models.Model):
    """One piece of work, from the transaction that asked for it to its end.

    `organization_id` is null only for jobs of the platform. `key` makes asking twice the same as asking once.
    `lane` is who shares the places with the broker: an organization, or the platform. `sent_count` is how
    often the job left the outbox; its message bears the number, so that one of an earlier round is told
    apart.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    organization_id = models.UUIDField(null=True)
    lane = models.GeneratedField(
        expression=Coalesce("organization_id", Value(PLATFORM_LANE, output_field=models.UUIDField())),
        output_field=models.UUIDField(),
        db_persist=True,
    )
    is_patient = models.BooleanField(default=False)
    actor_label = models.CharField(max_length=250)
    language = models.CharField(max_length=5)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_count = models.PositiveIntegerField(default=0)
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
                fields=["lane", "is_patient", "due_at"], condition=Q(state="queued"), name="jobs_waiting"
            ),
            models.Index(
                fields=["lane", "is_patient"],
                condition=Q(state__in=("sent", "running")),
                name="jobs_with_broker",
            ),
            models.Index(fields=["finished_at"], condition=Q(state="done"), name="jobs_done"),
            models.Index(fields=["finished_at"], condition=Q(state="dead"), name="jobs_dead"),
        ]

    class Data:
        plain = (
            "id",
            "name",
            "organization_id",
            "lane",
            "is_patient",
            "language",
            "arguments",
            "key",
            "state",
            "attempts",
            "sent_count",
            "error",
            "created_at",
            "due_at",
            "sent_at",
            "finished_at",
        )
        personal = ("actor_label",)
        secret = ()

    def __str__(self) -> str:
        return self.name


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


class DueWork(models.Model):
    """An organization has something to do for a scheduled job, from `next_due_at` on. Who has no row is not
    asked.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.CharField(max_length=80)
    organization_id = models.UUIDField()
    next_due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization_id", "job"], name="jobs_due_work_once")]
        indexes = [models.Index(fields=["job", "next_due_at", "organization_id"], name="jobs_due_work")]

    class Data:
        plain = ("id", "job", "organization_id", "next_due_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return f"{self.job} {self.next_due_at:%Y-%m-%d %H:%M}"
