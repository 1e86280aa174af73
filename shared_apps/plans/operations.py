from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.journal.operations import record
from shared_apps.plans.catalog import PLANS
from shared_apps.plans.events import PlanEvent
from shared_apps.plans.models import OrganizationPlan
from tenants.queries import organization_by_id


@operation(permission=None)
def choose_plan(*, organization_id: UUID, plan_code: str, by: Actor, at: datetime) -> OrganizationPlan:
    """Put an organization on a plan of the catalog."""
    organization = organization_by_id(organization_id)
    chosen, _created = OrganizationPlan.objects.update_or_create(
        organization=organization, defaults={"plan_code": PLANS[plan_code].code, "since_at": at}
    )
    record(
        event=PlanEvent.PLAN_CHOSEN,
        organization_id=organization_id,
        subject=organization,
        by=by,
        at=at,
        new={"plan": plan_code},
    )
    return chosen
