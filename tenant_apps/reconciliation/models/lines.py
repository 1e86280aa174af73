from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.addresses import address_of
from shared_apps.core.formats import format_money
from shared_apps.core.ids import new_id
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.models import Payment, Refund
from tenant_apps.reconciliation.models.statements import BankAccount, Statement


class Sign(models.TextChoices):
    IN = "in", _("Money in")
    OUT = "out", _("Money out")


class Verdict(models.TextChoices):
    """What a rule says of its lines."""

    FEE = "fee", _("Bank fee")
    NOT_OURS = "not_ours", _("Not ours")
    TRANSFER = "transfer", _("Transfer between own accounts")
    CLIENT = "client", _("From this client")


class LineRule(models.Model):
    """Lines like these are always … The text is looked for in a line's text and name, as search folds them.

    Rules are asked in the order of their making; the first that is about a line says what it is.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    text = models.CharField(_("text"), max_length=200, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    sign = models.CharField(max_length=3, choices=Sign.choices, blank=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(iban=""), name="reconciliation_rule_asks_something"
            ),
            models.CheckConstraint(
                condition=Q(verdict="client", company__isnull=False, contact=None)
                | Q(verdict="client", company=None, contact__isnull=False)
                | (~Q(verdict="client") & Q(company=None, contact=None)),
                name="reconciliation_rule_names_client",
            ),
        ]

    class Data:
        plain = (
            "id",
            "sign",
            "account",
            "verdict",
            "company",
            "contact",
            "archived_at",
            "created_at",
            "updated_at",
        )
        personal = ("name", "text", "iban")
        secret = ()

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> str:
        return "archived" if self.archived_at else "active"


class Explanation(models.TextChoices):
    """What a line is. Only `open` and `ask` wait for somebody."""

    OPEN = "open", pgettext_lazy("bank line", "Unexplained")
    ASK = "ask", pgettext_lazy("bank line", "Needs a look")
    PAYMENT = "payment", pgettext_lazy("bank line", "Payment")
    FEE = "fee", pgettext_lazy("bank line", "Bank fee")
    TRANSFER = "transfer", pgettext_lazy("bank line", "Own transfer")
    REFUND = "refund", pgettext_lazy("bank line", "Refund")
    NOT_OURS = "not_ours", pgettext_lazy("bank line", "Not ours")
    REVERSAL = "reversal", pgettext_lazy("bank line", "Reversal")
    REVERSED = "reversed", pgettext_lazy("bank line", "Reversed")


WAITING = (Explanation.OPEN, Explanation.ASK)


class LineStatus(models.TextChoices):
    """What the bank says of a line. Pending ones are not kept: they come again when they are booked."""

    BOOKED = "booked", pgettext_lazy("bank line", "Booked")


class BankLine(models.Model):
    """A booked movement of money on an account: above 0 came in. A trigger freezes what the bank said.

    One movement is one line, whatever files it stands in: `fingerprint` is of everything that tells it apart
    and `occurrence` counts those that are truly identical within one file. `statement` is the file that
    brought it. `payment` is the payment that explains money that came in; `own_payments` counts those that
    this line recorded itself. `refund` is what money going out gave back of a payment, `reverses` the line
    that a reversal takes back. `rule` says which rule explained it, `explained_by` who did. `candidates` are
    ids of payments, and `look_alikes` of lines, that it may be.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="lines", db_index=False)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", db_index=False)
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    payer_name = models.CharField(max_length=200, blank=True)
    payer_iban = models.CharField(max_length=34, blank=True)
    text = models.TextField(blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    bank_reference = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=10, choices=LineStatus.choices, default=LineStatus.BOOKED)
    is_reversal = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)
    occurrence = models.PositiveIntegerField(default=1)
    explanation = models.CharField(max_length=10, choices=Explanation.choices, default=Explanation.OPEN)
    payment = models.OneToOneField(Payment, models.PROTECT, null=True, related_name="bank_line")
    own_payments = models.PositiveSmallIntegerField(default=0)
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="bank_line")
    own_refunds = models.PositiveSmallIntegerField(default=0)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    rule = models.ForeignKey(LineRule, models.PROTECT, null=True, related_name="lines")
    candidates = models.JSONField(default=list)
    look_alikes = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    explained_by = models.CharField(max_length=250, blank=True)
    explained_at = models.DateTimeField(null=True)
    owner_id = models.UUIDField(null=True)
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "fingerprint", "occurrence"], name="reconciliation_line_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="reconciliation_line_moves_money"),
            models.CheckConstraint(condition=Q(occurrence__gte=1), name="reconciliation_line_is_counted"),
            models.CheckConstraint(
                condition=Q(explanation="payment", payment__isnull=False, amount__gt=0)
                | (~Q(explanation="payment") & Q(payment=None)),
                name="reconciliation_line_payment",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None) | Q(explanation="reversal", is_reversal=True),
                name="reconciliation_line_reversal",
            ),
            models.CheckConstraint(
                condition=Q(refund=None)
                | Q(explanation="refund", amount__lt=0)
                | Q(explanation="reversal", amount__lt=0),
                name="reconciliation_line_refund",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="reconciliation_line_search"),
            models.Index(fields=["account", "booked_on", "amount"], name="reconciliation_line_account"),
            models.Index(fields=["booked_on", "id"], name="reconciliation_line_day"),
            models.Index(fields=["statement", "id"], name="reconciliation_line_statement"),
            models.Index(
                fields=["booked_on", "id"],
                condition=Q(explanation__in=["open", "ask"]),
                name="reconciliation_line_waiting",
            ),
        ]

    class Data:
        plain = (
            "id",
            "account",
            "statement",
            "booked_on",
            "value_on",
            "amount",
            "currency",
            "status",
            "is_reversal",
            "fingerprint",
            "occurrence",
            "explanation",
            "payment",
            "own_payments",
            "refund",
            "own_refunds",
            "reverses",
            "rule",
            "candidates",
            "look_alikes",
            "explained_at",
            "owner_id",
            "created_at",
            "updated_at",
        )
        personal = (
            "payer_name",
            "payer_iban",
            "text",
            "end_to_end_id",
            "bank_reference",
            "note",
            "explained_by",
            "search_text",
        )
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)

    def get_absolute_url(self) -> str:
        return address_of("bank_line_detail", self.pk)

    @property
    def came_in(self) -> bool:
        return self.amount > 0

    @property
    def size(self) -> Decimal:
        """The amount without its sign."""
        return abs(self.amount)

    @property
    def waits(self) -> bool:
        """Whether somebody has to say what it is."""
        return self.explanation in WAITING

    @property
    def shown_status(self) -> str:
        """The explanation, by the name of its look; money that no invoice has yet is told apart."""
        if self.payment is not None and self.payment.unallocated:
            return "line_unmatched"
        return f"line_{self.explanation}"
