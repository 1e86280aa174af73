from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from tenant_apps.crm.models.clients import Company, Contact
from tenant_apps.crm.models.deals import Deal
from tenant_apps.files.models import StoredFile


class TaskKind(models.TextChoices):
    TODO = "todo", _("To do")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    EMAIL = "email", _("E-mail")


class TaskPriority(models.IntegerChoices):
    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")


class Recurrence(models.TextChoices):
    NEVER = "", _("Does not repeat")
    DAILY = "daily", _("Every day")
    WORKDAYS = "workdays", _("Every working day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    YEARLY = "yearly", _("Every year")


class Task(models.Model):
    """Something that somebody has to do. `due_at`: the instant when it becomes overdue; with `is_all_day`
    the last microsecond of that day in the organization's zone. A done task that recurs leaves the next
    one behind; `recurrence_day`: the day of the month it aims at, which short months do not reach.
    """

    shared_as = "task"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=TaskKind.choices, default=TaskKind.TODO)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=TaskPriority.choices, default=TaskPriority.NORMAL
    )
    notes = models.TextField(_("notes"), blank=True)
    due_at = models.DateTimeField(_("due"), null=True)
    is_all_day = models.BooleanField(default=True)
    recurrence = models.CharField(_("repeats"), max_length=10, choices=Recurrence.choices, blank=True)
    recurrence_day = models.PositiveSmallIntegerField(null=True)
    remind_at = models.DateTimeField(_("reminder"), null=True)
    reminded_at = models.DateTimeField(null=True)
    assignee_id = models.UUIDField(null=True)
    owner_id = models.UUIDField(null=True)
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="tasks")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="tasks")
    deal = models.ForeignKey(Deal, models.CASCADE, null=True, related_name="tasks")
    follows = models.OneToOneField("self", models.SET_NULL, null=True, related_name="followed_by")
    done_at = models.DateTimeField(null=True)
    done_by_id = models.UUIDField(null=True)
    search_text = models.TextField()
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="crm_task_has_title"),
            models.CheckConstraint(
                condition=Q(remind_at=None) | Q(due_at__isnull=False), name="crm_reminder_of_a_date"
            ),
            models.CheckConstraint(
                condition=Q(recurrence="") | Q(due_at__isnull=False), name="crm_recurs_from_a_date"
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee_id", "due_at"],
                condition=Q(done_at=None, archived_at=None),
                name="crm_tasks_to_do",
            ),
            models.Index(
                fields=["remind_at"],
                condition=Q(reminded_at=None, done_at=None, archived_at=None, remind_at__isnull=False),
                name="crm_tasks_to_remind",
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(done_at=None, archived_at=None),
                name="crm_tasks_by_due",
            ),
            models.Index(
                fields=["done_at", "id"],
                condition=Q(archived_at=None, done_at__isnull=False),
                name="crm_tasks_done",
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_tasks_search"),
        ]

    class Data:
        plain = (
            "id",
            "title",
            "kind",
            "priority",
            "due_at",
            "is_all_day",
            "recurrence",
            "recurrence_day",
            "remind_at",
            "reminded_at",
            "assignee_id",
            "owner_id",
            "company",
            "contact",
            "deal",
            "follows",
            "done_at",
            "done_by_id",
            "archived_at",
            "created_at",
            "updated_at",
        )
        personal = ("notes", "search_text")
        secret = ()
        people = ("assignee_id", "owner_id", "done_by_id")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("task_detail", self.pk)


class About(models.Model):
    """What a note, a logged conversation or a file is about: at least one client or deal."""

    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="%(class)ss")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="%(class)ss")
    deal = models.ForeignKey(Deal, models.CASCADE, null=True, related_name="%(class)ss")

    class Meta:
        abstract = True


ABOUT_SOMETHING = Q(company__isnull=False) | Q(contact__isnull=False) | Q(deal__isnull=False)


class Note(About):
    """What somebody wrote down. `mentions`: the user ids of those named with @ in it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    text = models.TextField(_("note"))
    mentions = ArrayField(models.UUIDField(), default=list)
    author_id = models.UUIDField(null=True)
    author_label = models.CharField(max_length=250)
    is_pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ABOUT_SOMETHING, name="crm_note_about"),
            models.CheckConstraint(condition=~Q(text=""), name="crm_note_has_text"),
        ]

    class Data:
        plain = (
            "id",
            "company",
            "contact",
            "deal",
            "mentions",
            "author_id",
            "is_pinned",
            "created_at",
            "edited_at",
            "archived_at",
        )
        personal = ("text", "author_label")
        secret = ()
        people = ("mentions", "author_id")

    def __str__(self) -> str:
        return self.text[:80]


class Conversation(About):
    """A call, meeting or e-mail that took place and was logged. `minutes`: how long, null when unknown."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        EMAIL = "email", _("E-mail")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("summary"), blank=True)
    took_place_at = models.DateTimeField(_("when"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True)
    author_id = models.UUIDField(null=True)
    author_label = models.CharField(max_length=250)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=ABOUT_SOMETHING, name="crm_conversation_about")]

    class Data:
        plain = (
            "id",
            "company",
            "contact",
            "deal",
            "kind",
            "took_place_at",
            "minutes",
            "author_id",
            "created_at",
            "archived_at",
        )
        personal = ("subject", "text", "author_label")
        secret = ()
        people = ("author_id",)

    def __str__(self) -> str:
        return self.subject


class Attachment(About):
    """A stored file that belongs to a client or deal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    author_id = models.UUIDField(null=True)
    author_label = models.CharField(max_length=250)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=ABOUT_SOMETHING, name="crm_attachment_about")]

    class Data:
        plain = ("id", "company", "contact", "deal", "file", "author_id", "created_at", "archived_at")
        personal = ("author_label",)
        secret = ()
        people = ("author_id",)

    def __str__(self) -> str:
        return str(self.file)
