from django.db import models

from shared_apps.core.ids import new_id
from tenant_apps.crm.models.deals import Deal, Stage
from tenant_apps.crm.rule_texts import RULE_TEXTS
from tenant_apps.crm.rules import RuleCode


class RuleSwitch(models.Model):
    """How somebody switched a rule of `rules.MOVING_RULES`; one that nobody touched has no row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="crm_rule_switched_once")]

    class Data:
        plain = ("id", "code", "is_on", "changed_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return str(RULE_TEXTS[RuleCode(self.code)].name)


class AutomaticMove(models.Model):
    """What a rule did to a deal because of a document, and what an undo needs.

    `document_id` has no key: documents belong to apps above. `stage` and `board_order`: where the deal stood;
    `version`: the deal's right after. `event_id`: the line of the timeline that tells it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="automatic_moves")
    rule = models.CharField(max_length=40)
    document_id = models.UUIDField()
    event_id = models.UUIDField(unique=True)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False)
    board_order = models.DecimalField(max_digits=30, decimal_places=15)
    version = models.PositiveIntegerField()
    moved_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["document_id"], name="crm_moves_of_document")]

    class Data:
        plain = (
            "id",
            "deal",
            "rule",
            "document_id",
            "event_id",
            "stage",
            "board_order",
            "version",
            "moved_at",
            "undone_at",
            "undone_by_id",
        )
        personal = ()
        secret = ()
        people = ("undone_by_id",)

    def __str__(self) -> str:
        return f"{self.rule} {self.deal_id}"
