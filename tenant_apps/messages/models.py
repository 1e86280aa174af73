from django.db import models
from django.utils.translation import pgettext_lazy

from shared_apps.core.ids import new_id
from tenant_apps.files.models import StoredFile


class MessageState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("message status", "Queued")
    SENDING = "sending", pgettext_lazy("message status", "Sending")
    SENT = "sent", pgettext_lazy("message status", "Sent")
    DELIVERED = "delivered", pgettext_lazy("message status", "Delivered")
    OPENED = "opened", pgettext_lazy("message status", "Opened")
    BOUNCED = "bounced", pgettext_lazy("message status", "Bounced")
    COMPLAINED = "complained", pgettext_lazy("message status", "Marked as spam")
    FAILED = "failed", pgettext_lazy("message status", "Failed")

    @property
    def look(self) -> str:
        """What its badge goes by: a letter that was sent reads otherwise than a document that was."""
        return "letter_sent" if self == MessageState.SENT else self.value


class OutgoingMessage(models.Model):
    """One e-mail to one address, with copies to those in `cc`. `key` makes queueing it twice the same as
    queueing it once.

    `about_type` (`invoices.invoice`) and `about_id` name the record it belongs to. `error` is the kind of the
    last failure, never its text.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=200, null=True, unique=True)
    to = models.EmailField(max_length=254)
    cc = models.JSONField(default=list)
    subject = models.CharField(max_length=250)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    attachments = models.ManyToManyField(StoredFile, through="MessageAttachment", related_name="+")
    language = models.CharField(max_length=5)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.UUIDField(null=True, db_index=True)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Data:
        plain = (
            "id",
            "key",
            "language",
            "about_type",
            "about_id",
            "state",
            "attempts",
            "claimed_at",
            "sent_at",
            "opened_at",
            "error",
            "created_at",
            "updated_at",
            "attachments",
        )
        personal = ("to", "cc", "subject", "body_text", "body_html")
        secret = ()

    def __str__(self) -> str:
        return self.subject


class MessageAttachment(models.Model):
    """A stored file that goes with a message."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(OutgoingMessage, models.CASCADE, related_name="+", db_index=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "file"], name="messages_attached_once")]

    class Data:
        plain = ("id", "message", "file")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return str(self.file_id)


class Notification(models.Model):
    """Something that one person of the team is told in the product. `url`: a path on the organization's host.

    `kind`: `task_reminder`, `mention`, …; `key` makes telling it twice the same as telling it once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-id"], name="messages_told_to"),
            models.Index(fields=["user_id"], condition=models.Q(read_at=None), name="messages_unread_of"),
            models.Index(fields=["created_at"], name="messages_told_at"),
        ]

    class Data:
        plain = ("id", "user_id", "kind", "url", "key", "created_at", "read_at")
        personal = ("text",)
        secret = ()
        people = ("user_id",)

    def __str__(self) -> str:
        return self.text
