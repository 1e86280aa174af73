"""The rules by which deals move, in words, and how what they did is told."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.rules import RuleCode


@dataclass(frozen=True)
class RuleText:
    """The name of a rule, and what it does."""

    name: Text
    does: Text


RULE_TEXTS = {
    RuleCode.INVOICE_ISSUED: RuleText(
        _("An issued invoice wins its deal"),
        _("When an invoice that bills an open deal is issued, the deal is closed as won."),
    ),
    RuleCode.INVOICE_PAID: RuleText(
        _("A paid deal is celebrated"),
        _(
            "When every invoice issued for a deal is paid, the deal is marked as paid, and the owner of a won"
            " deal is told."
        ),
    ),
}

# What happened by itself is told by its cause.
CAUSED = {
    (CrmEvent.DEAL_WON, RuleCode.INVOICE_ISSUED): _("The deal %(subject)s was won: its invoice was issued"),
    (CrmEvent.AUTOMATIC_MOVE_UNDONE, RuleCode.INVOICE_ISSUED): _(
        "%(actor)s took back that the deal %(subject)s was won by its invoice"
    ),
    (CrmEvent.AUTOMATIC_MOVE_UNDONE, RuleCode.INVOICE_PAID): _(
        "%(actor)s took the mark “paid” off the deal %(subject)s"
    ),
    (CrmEvent.DEAL_MOVED, "stage_archived"): _(
        "%(actor)s archived a stage, and the deal %(subject)s went to another"
    ),
}
