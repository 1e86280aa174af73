from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from tenant_apps.invoices.models import Allocation, Invoice, Payment, WriteOff
from tenant_apps.reconciliation.models.lines import BankLine, LineRule


class DecisionKind(models.TextChoices):
    """What somebody decided at the workbench."""

    ACCEPT = "accept", pgettext_lazy("decision", "Linked to an invoice")
    SPLIT = "split", pgettext_lazy("decision", "Split over invoices")
    CLIENT = "client", pgettext_lazy("decision", "Given to a client")
    MARK = "mark", pgettext_lazy("decision", "Said what the line is")
    SAME = "same", pgettext_lazy("decision", "Recorded before")
    RECORD = "record", pgettext_lazy("decision", "Recorded as a payment")
    REFUND = "refund", pgettext_lazy("decision", "Given back")
    RULE = "rule", pgettext_lazy("decision", "Rule for such lines")
    CERTAIN = "certain", pgettext_lazy("decision", "All that is certain")


class Rest(models.TextChoices):
    """What becomes of the rest of an invoice that a payment does not cover."""

    OWED = "owed", _("Still owed")
    FEE = "fee", _("Bank fee")
    DISCOUNT = "discount", _("Discount")


class DecisionState(models.TextChoices):
    WORKING = "working", pgettext_lazy("decision", "At work")
    DONE = "done", pgettext_lazy("decision", "Done")
    UNDOING = "undoing", pgettext_lazy("decision", "Being taken back")
    UNDONE = "undone", pgettext_lazy("decision", "Taken back")


class Decision(models.Model):
    """One thing that somebody decided at the workbench, with what it takes to take it back.

    `payment` and `line` are what it is about. `before` holds what was there: `company_id` and `contact_id` of
    the payment, `explanation`, `candidates`, `look_alikes`, `note` and `payment_id` of the line; and `after`,
    how the decision left the payment. `write_off`, `note` and `rule` are what it made, `links` the
    allocations. Of all that was certain `wanted` names the pairs that
    the person was shown, [[payment, invoice], …]; a job has come as far as `position`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=DecisionKind.choices)
    state = models.CharField(max_length=10, choices=DecisionState.choices, default=DecisionState.DONE)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="decisions")
    line = models.ForeignKey(BankLine, models.SET_NULL, null=True, related_name="decisions")
    rule = models.ForeignKey(LineRule, models.PROTECT, null=True, related_name="+")
    write_off = models.ForeignKey(WriteOff, models.PROTECT, null=True, related_name="+")
    note = models.ForeignKey(Invoice, models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(default=dict)
    wanted = models.JSONField(default=list)
    position = models.PositiveIntegerField(default=0)
    linked_count = models.PositiveIntegerField(default=0)
    owner_id = models.UUIDField(null=True)
    owner_label = models.CharField(max_length=250)
    undone_by = models.CharField(max_length=250, blank=True)
    undone_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False)
                | (~Q(state="undone") & Q(undone_at=None)),
                name="reconciliation_decision_undone",
            ),
        ]
        indexes = [
            models.Index(fields=["owner_id", "id"], name="reconciliation_decision_owner"),
        ]

    class Data:
        plain = (
            "id",
            "kind",
            "state",
            "payment",
            "line",
            "rule",
            "write_off",
            "note",
            "wanted",
            "position",
            "linked_count",
            "owner_id",
            "undone_at",
            "created_at",
            "updated_at",
        )
        personal = ("before", "owner_label", "undone_by")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return str(DecisionKind(self.kind).label)

    def get_absolute_url(self) -> str:
        return address_of("decision_detail", self.pk)

    @property
    def wanted_count(self) -> int:
        return len(self.wanted)

    @property
    def may_be_undone(self) -> bool:
        return self.state == DecisionState.DONE

    @property
    def is_at_work(self) -> bool:
        return self.state in {DecisionState.WORKING, DecisionState.UNDOING}

    @property
    def shown_status(self) -> str:
        """The state, by the name of its look."""
        return f"decision_{self.state}"


class DecisionLink(models.Model):
    """An allocation that a decision made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="links")
    allocation = models.OneToOneField(Allocation, models.PROTECT, related_name="+")

    class Data:
        plain = ("id", "decision", "allocation")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return str(self.allocation_id)
