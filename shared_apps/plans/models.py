from django.db import models

from tenants.models import Organization


class OrganizationPlan(models.Model):
    """The plan that an organization is on."""

    organization = models.OneToOneField(Organization, models.CASCADE, primary_key=True, related_name="plan")
    plan_code = models.CharField(max_length=30)
    since_at = models.DateTimeField()

    class Data:
        plain = ("organization", "plan_code", "since_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.plan_code
