from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.addresses import address_of
from shared_apps.core.bulgaria.iban import format_iban
from shared_apps.core.ids import new_id
from tenant_apps.files.models import StoredFile


class BankAccount(models.Model):
    """An account of the organization's. Where one IBAN holds several currencies, each is an account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    iban = models.CharField(_("IBAN"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["iban", "currency"], name="reconciliation_account_once")
        ]

    class Data:
        plain = ("id", "currency", "bic", "archived_at", "created_at", "updated_at")
        personal = ("name", "iban")
        secret = ()

    def __str__(self) -> str:
        return f"{self.name} · {self.currency}"

    @property
    def iban_in_fours(self) -> str:
        """The IBAN for human eyes."""
        return format_iban(self.iban)

    @property
    def status(self) -> str:
        return "archived" if self.archived_at else "active"


class StatementState(models.TextChoices):
    MAPPING = "mapping", _("Columns to be chosen")
    REHEARSING = "rehearsing", _("Rehearsing")
    REHEARSED = "rehearsed", _("Rehearsed")
    RUNNING = "importing", _("Importing")
    DONE = "imported", _("Imported")
    STOPPED = "stopped", _("Stopped")
    DISCARDED = "discarded", _("Discarded")
    UNDOING = "undoing", _("Undoing")
    UNDONE = "undone", _("Undone")


class Door(models.TextChoices):
    """Through which a file came in."""

    PAGE = "page", pgettext_lazy("where a file came from", "Page")
    API = "api", "API"
    FOLDER = "folder", pgettext_lazy("where a file came from", "Folder")


class Statement(models.Model):
    """A file from a bank.

    `checksum` is the file's SHA-256: one file is here once, unless it was discarded or taken back. `reading`,
    `columns` (`{"header", "samples"}` each), `mapping` and `date_order` are about tables. `account` is the
    one that somebody chose, for files that do not name theirs. `goes_on`: nobody waits for it, so a rehearsal
    without doubts is followed by the import: every entry was read, and the balances agree. `position` is the
    number of the last entry that the present step is done with. `rehearsal` and `counts` say what would be
    and what was done.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64)
    door = models.CharField(max_length=10, choices=Door.choices)
    reading = models.JSONField()
    columns = models.JSONField(default=list)
    headers_key = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(default=list)
    date_order = models.CharField(max_length=3, blank=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, related_name="+")
    goes_on = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=StatementState.choices)
    entry_count = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    rehearsal = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, blank=True)
    undo_reason = models.CharField(max_length=500, blank=True)
    owner_id = models.UUIDField(null=True)
    owner_label = models.CharField(max_length=250)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checksum"],
                condition=~Q(state__in=["discarded", "undone"]),
                name="reconciliation_file_once",
            )
        ]
        indexes = [models.Index(fields=["headers_key", "id"], name="reconciliation_headers")]

    class Data:
        plain = (
            "id",
            "file",
            "checksum",
            "door",
            "reading",
            "headers_key",
            "mapping",
            "date_order",
            "account",
            "goes_on",
            "state",
            "entry_count",
            "position",
            "rehearsal",
            "counts",
            "problem",
            "owner_id",
            "created_at",
            "updated_at",
            "finished_at",
        )
        personal = ("name", "columns", "undo_reason", "owner_label")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("statement_detail", self.pk)

    @property
    def added_count(self) -> int:
        return int(self.counts.get("added", 0))

    @property
    def failed_count(self) -> int:
        return int(self.counts.get("failed", 0))

    @property
    def format(self) -> str:
        """camt053, mt940, csv or xlsx."""
        return str(self.reading["format"])


class StatementPart(models.Model):
    """What a file says of one account, and whether its lines make its closing balance out of its opening one.

    `difference` is what is missing between them: 0 when the balances agree, null when the file does not tell
    both. `written_account` is the account as the file writes it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="parts", db_index=False)
    position = models.PositiveIntegerField()
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, related_name="+")
    written_account = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    number = models.CharField(max_length=100, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    opening = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    closing = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    difference = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    is_repeated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="reconciliation_part_once")
        ]

    class Data:
        plain = (
            "id",
            "statement",
            "position",
            "account",
            "currency",
            "number",
            "opened_on",
            "closed_on",
            "opening",
            "closing",
            "difference",
            "is_repeated",
        )
        personal = ("written_account",)
        secret = ()

    def __str__(self) -> str:
        return self.number or self.written_account

    @property
    def is_right(self) -> bool | None:
        """Whether the balances agree; None where the file does not tell them."""
        return None if self.difference is None else self.difference == Decimal("0.00")


class RowOutcome(models.TextChoices):
    """What became of an entry of a file."""

    ADDED = "added", pgettext_lazy("an entry of a statement", "Added")
    SEEN = "seen", pgettext_lazy("an entry of a statement", "Here before")
    PENDING = "pending", pgettext_lazy("an entry of a statement", "Pending at the bank")
    INFORMATION = "information", pgettext_lazy("an entry of a statement", "Moves no money")
    FAILED = "failed", pgettext_lazy("an entry of a statement", "Cannot be read")
    DISMISSED = "dismissed", pgettext_lazy("an entry of a statement", "Left out")


class StatementRow(models.Model):
    """What became of one entry of a file. `place` is where a person finds it there.

    Of one that cannot be read `field` and `problem` say what is wrong, and `texts` keeps what it says, so
    that it can be corrected and taken in. Of a rehearsal only those are kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="rows", db_index=False)
    is_rehearsal = models.BooleanField()
    number = models.PositiveIntegerField()
    part = models.PositiveIntegerField(default=0)
    place = models.CharField(max_length=20)
    outcome = models.CharField(max_length=12, choices=RowOutcome.choices)
    line = models.ForeignKey("reconciliation.BankLine", models.PROTECT, null=True, related_name="rows")
    field = models.CharField(max_length=20, blank=True)
    problem = models.CharField(max_length=20, blank=True)
    texts = models.JSONField(default=dict)
    is_reversal = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "is_rehearsal", "number"], name="reconciliation_row_once"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["added", "seen"]) | Q(line__isnull=False),
                name="reconciliation_row_has_line",
            ),
        ]

    class Data:
        plain = (
            "id",
            "statement",
            "is_rehearsal",
            "number",
            "part",
            "place",
            "outcome",
            "line",
            "field",
            "problem",
            "is_reversal",
        )
        personal = ("texts",)
        secret = ()

    def __str__(self) -> str:
        return f"{self.place} {self.outcome}"
