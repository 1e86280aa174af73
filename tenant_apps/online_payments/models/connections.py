from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.ids import new_id


class ConnectionState(models.TextChoices):
    CHECKING = "checking", pgettext_lazy("connection", "Being checked")
    REFUSED = "refused", pgettext_lazy("connection", "Refused")
    WORKING = "working", pgettext_lazy("connection", "Works")
    LEAVING = "leaving", pgettext_lazy("connection", "Being disconnected")
    GONE = "gone", pgettext_lazy("connection", "Disconnected")


# Of which the keys are still here.
HELD = (ConnectionState.CHECKING, ConnectionState.REFUSED, ConnectionState.WORKING, ConnectionState.LEAVING)
CANDIDATES = (ConnectionState.CHECKING, ConnectionState.REFUSED)


class StripeConnection(models.Model):
    """A pair of keys of the organization's own Stripe account, sealed (`core.sealing`); what is shown of them
    is the prefix and the last four characters.

    At most one works, and at most one besides is being checked. The one before it stays (`leaving`) until
    nothing of it is on its way any more; then its keys are deleted. `error`: a code of `connection_texts`.
    `events_read_until`: up to when Stripe was asked for its events. Without a `webhook_secret`, keys that are
    being checked take over that of the working ones, when they prove to be of the same account.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=10, choices=ConnectionState.choices, default=ConnectionState.CHECKING)
    secret_key = models.TextField(null=True)
    webhook_secret = models.TextField(null=True)
    key_prefix = models.CharField(max_length=8)
    key_last4 = models.CharField(max_length=4)
    webhook_last4 = models.CharField(max_length=4)
    is_live = models.BooleanField()
    account_id = models.CharField(max_length=100, blank=True)
    account_name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    default_currency = models.CharField(max_length=3, blank=True)
    charges_enabled = models.BooleanField(default=False)
    error = models.CharField(max_length=60, blank=True)
    checked_at = models.DateTimeField(null=True)
    event_seen_at = models.DateTimeField(null=True)
    events_read_until = models.DateTimeField(null=True)
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=250)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state=ConnectionState.WORKING),
                name="online_payments_one_works",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConnectionState.GONE) | Q(secret_key=None, webhook_secret=None),
                name="online_payments_gone_has_no_keys",
            ),
        ]

    class Data:
        plain = (
            "id",
            "state",
            "key_prefix",
            "key_last4",
            "webhook_last4",
            "is_live",
            "account_id",
            "account_name",
            "country",
            "default_currency",
            "charges_enabled",
            "error",
            "checked_at",
            "event_seen_at",
            "events_read_until",
            "by_id",
            "created_at",
            "updated_at",
        )
        personal = ("by_label",)
        secret = ("secret_key", "webhook_secret")
        people = ("by_id",)

    def __str__(self) -> str:
        return f"{self.key_prefix}…{self.key_last4}"

    @property
    def is_working(self) -> bool:
        return self.state == ConnectionState.WORKING

    @property
    def is_candidate(self) -> bool:
        """Whether its keys were entered and do not work (yet)."""
        return self.state in CANDIDATES

    @property
    def is_held(self) -> bool:
        """Whether its keys are still here."""
        return self.state in HELD


class CardSettings(models.Model):
    """Whether clients may pay by card, and who confirmed the notice on fiscal receipts, when; at most one
    row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    only = models.BooleanField(default=True, unique=True)
    is_on = models.BooleanField(default=False)
    notice_confirmed_at = models.DateTimeField(null=True)
    notice_confirmed_by_id = models.UUIDField(null=True)
    notice_confirmed_by = models.CharField(max_length=250, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="online_payments_one_setting"),
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(notice_confirmed_at__isnull=False),
                name="online_payments_on_after_notice",
            ),
        ]

    class Data:
        plain = (
            "id",
            "only",
            "is_on",
            "notice_confirmed_at",
            "notice_confirmed_by_id",
            "created_at",
            "updated_at",
        )
        personal = ("notice_confirmed_by",)
        secret = ()
        people = ("notice_confirmed_by_id",)

    def __str__(self) -> str:
        return str(_("Card payments"))


class EventOutcome(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("stripe event", "Being worked on")
    FAILED = "failed", pgettext_lazy("stripe event", "Failed, Stripe will repeat it")
    BOOKED = "booked", pgettext_lazy("stripe event", "Booked")
    NOTED = "noted", pgettext_lazy("stripe event", "Noted")
    NOTHING_NEW = "nothing_new", pgettext_lazy("stripe event", "Nothing new")
    NOT_OURS = "not_ours", pgettext_lazy("stripe event", "Not ours")
    IGNORED = "ignored", pgettext_lazy("stripe event", "Of no interest")


# Nothing more will be done for these.
DONE = (
    EventOutcome.BOOKED,
    EventOutcome.NOTED,
    EventOutcome.NOTHING_NEW,
    EventOutcome.NOT_OURS,
    EventOutcome.IGNORED,
)


class StripeEvent(models.Model):
    """An event of Stripe, once, and what came of it. Its content is not kept: what is true is asked for anew.

    `error`: the kind of the last failure, never its text. `is_found`: we found it ourselves, since its
    webhook had not come.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(StripeConnection, models.PROTECT, related_name="events", db_index=False)
    event_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255, blank=True)
    is_live = models.BooleanField()
    is_found = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=EventOutcome.choices, default=EventOutcome.RECEIVED)
    error = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    happened_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="online_payments_event_age")]

    class Data:
        plain = (
            "id",
            "connection",
            "event_id",
            "type",
            "object_id",
            "is_live",
            "is_found",
            "outcome",
            "error",
            "attempts",
            "happened_at",
            "created_at",
            "updated_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.type

    @property
    def is_done(self) -> bool:
        return self.outcome in DONE
