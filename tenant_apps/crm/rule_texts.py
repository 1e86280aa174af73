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
    RuleCode.OFFER_SENT: RuleText(
        _("A sent offer takes its deal forward"),
        _(
            "When an offer for an open deal is sent, the deal goes forward to the stage of its pipeline that"
            " is marked for sent offers."
        ),
    ),
    RuleCode.OFFER_ACCEPTED: RuleText(
        _("An accepted offer wins its deal and drafts the invoice"),
        _(
            "When a client accepts an offer, its open deal is closed as won, and a draft invoice for what was"
            " accepted, or for the agreed advance, is written."
        ),
    ),
    RuleCode.OFFER_DECLINED: RuleText(
        _("A declined offer asks what comes next"),
        _(
            "When a client declines the offer for an open deal, its owner gets a task: is the deal lost, or"
            " is there a follow-up?"
        ),
    ),
}

# What happened by itself is told by its cause.
CAUSED = {
    (CrmEvent.DEAL_WON, RuleCode.INVOICE_ISSUED): _("The deal %(subject)s was won: its invoice was issued"),
    (CrmEvent.DEAL_WON, RuleCode.OFFER_ACCEPTED): _("The deal %(subject)s was won: its offer was accepted"),
    (CrmEvent.DEAL_MOVED, RuleCode.OFFER_SENT): _("The deal %(subject)s went forward: its offer was sent"),
    (CrmEvent.AUTOMATIC_MOVE_UNDONE, RuleCode.OFFER_ACCEPTED): _(
        "%(actor)s took back that the deal %(subject)s was won by its offer"
    ),
    (CrmEvent.AUTOMATIC_MOVE_UNDONE, RuleCode.OFFER_SENT): _(
        "%(actor)s took back that the deal %(subject)s went forward with its offer"
    ),
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
