from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from shared_apps.core.ids import new_id
from tenant_apps.invoices import rules
from tenant_apps.invoices.models.documents import Invoice


class ReminderTone(models.TextChoices):
    FRIENDLY = rules.FRIENDLY, pgettext_lazy("tone", "Friendly")
    FIRM = rules.FIRM, pgettext_lazy("tone", "Firm")
    FINAL = rules.FINAL, pgettext_lazy("tone", "Final")


class PauseScope(models.TextChoices):
    CLIENT = "client", _("Client")
    INVOICE = "invoice", _("Invoice")


class ReminderSettings(models.Model):
    """Whether the organization's clients are reminded by themselves; at most one row. Off until turned on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    only = models.BooleanField(default=True, unique=True)
    is_on = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="invoices_one_reminder_setting")]

    class Data:
        plain = ("id", "only", "is_on", "created_at", "updated_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return str(_("Payment reminders"))


class ReminderStage(models.Model):
    """When an unpaid invoice is reminded of, and how: `offset_days` from its due date, below 0 before it.

    Texts in the languages of documents; `{client}`, `{seller}` and `{total}` are filled in.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    offset_days = models.SmallIntegerField(unique=True)
    tone = models.CharField(max_length=10, choices=ReminderTone.choices, default=ReminderTone.FRIENDLY)
    subject_bg = models.CharField(_("subject in Bulgarian"), max_length=200)
    subject_en = models.CharField(_("subject in English"), max_length=200)
    text_bg = models.TextField(_("text in Bulgarian"), max_length=4000)
    text_en = models.TextField(_("text in English"), max_length=4000)
    shows_interest = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["offset_days"]

    class Data:
        plain = (
            "id",
            "offset_days",
            "tone",
            "subject_bg",
            "subject_en",
            "text_bg",
            "text_en",
            "shows_interest",
            "created_at",
            "updated_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        days = abs(self.offset_days)
        if not days:
            return str(_("On the due date"))
        if self.offset_days < 0:
            return ngettext("%(days)d day before", "%(days)d days before", days) % {"days": days}
        return ngettext("%(days)d day after", "%(days)d days after", days) % {"days": days}


class ReminderPause(models.Model):
    """While it stands, nobody is reminded: of one invoice, or of anything of a company or person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(max_length=10, choices=PauseScope.choices)
    company = models.ForeignKey("crm.Company", models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey("crm.Contact", models.CASCADE, null=True, related_name="+")
    invoice = models.OneToOneField(Invoice, models.CASCADE, null=True, related_name="reminder_pause")
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "scope"], name="invoices_company_paused_once"),
            models.UniqueConstraint(fields=["contact", "scope"], name="invoices_contact_paused_once"),
            models.CheckConstraint(
                condition=Q(scope="invoice", invoice__isnull=False, company=None, contact=None)
                | Q(scope="client", invoice=None, company__isnull=False, contact=None)
                | Q(scope="client", invoice=None, company=None, contact__isnull=False),
                name="invoices_pause_of_one",
            ),
        ]

    class Data:
        plain = ("id", "scope", "company", "contact", "invoice", "by_id", "at")
        personal = ()
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return str(self.invoice or self.company or self.contact)


class PaymentReminder(models.Model):
    """An invoice was reminded of at a stage, in an e-mail that may name others too; each stage once.

    `outstanding` and `interest` are what the letter said.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="reminders", db_index=False)
    offset_days = models.SmallIntegerField()
    message = models.ForeignKey("tenant_messages.OutgoingMessage", models.PROTECT, related_name="+")
    outstanding = models.DecimalField(max_digits=14, decimal_places=2)
    interest = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    sent_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "offset_days"], name="invoices_stage_told_once")
        ]

    class Data:
        plain = (
            "id",
            "invoice",
            "offset_days",
            "message",
            "outstanding",
            "interest",
            "sent_on",
            "created_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return f"{self.invoice} {self.offset_days:+}"
