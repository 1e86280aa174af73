"""The plans, as data. None means without limit."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class Limit(StrEnum):
    """What a plan counts."""

    INVOICES_PER_MONTH = "invoices_per_month"
    CONTACTS = "contacts"
    MEMBERS = "members"


@dataclass(frozen=True)
class Plan:
    code: str
    name: Text
    limits: dict[Limit, int | None]
    is_offered: bool = True


FREE = Plan("free", _("Free"), {Limit.INVOICES_PER_MONTH: 50, Limit.CONTACTS: 2_000, Limit.MEMBERS: 3})
TEAM = Plan("team", _("Team"), {Limit.INVOICES_PER_MONTH: 1_000, Limit.CONTACTS: 50_000, Limit.MEMBERS: 25})
UNLIMITED = Plan(
    "unlimited",
    _("Unlimited"),
    {Limit.INVOICES_PER_MONTH: None, Limit.CONTACTS: None, Limit.MEMBERS: None},
)
PLANS = {plan.code: plan for plan in (FREE, TEAM, UNLIMITED)}


def plan_that_lifts(limit: Limit, used: int) -> Plan | None:
    """The smallest plan under which one more than `used` is possible."""
    for plan in PLANS.values():
        allowed = plan.limits[limit]
        if plan.is_offered and (allowed is None or allowed > used):
            return plan
    return None
