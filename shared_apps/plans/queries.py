from uuid import UUID

from shared_apps.plans.catalog import FREE, PLANS, Plan
from shared_apps.plans.models import OrganizationPlan


def plan_of(organization_id: UUID) -> Plan:
    """The organization's plan; the free one until another is chosen."""
    code = (
        OrganizationPlan.objects.filter(organization_id=organization_id)
        .values_list("plan_code", flat=True)
        .first()
    )
    return PLANS[code] if code else FREE
