from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class PlanEvent(StrEnum):
    PLAN_CHOSEN = "plans.plan_chosen"


SENTENCES = {PlanEvent.PLAN_CHOSEN: _("%(actor)s put the organization on another plan")}
