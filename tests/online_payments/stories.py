"""How the stories of card payments begin and are looked at."""

from decimal import Decimal
from typing import Any

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.jobs.actors import perform
from shared_apps.jobs.models import Job, JobState
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.online_payments.models import Checkout, StripeEvent
from tenant_apps.online_payments.operations import request_checkout
from tenants.context import OrganizationRef
from tenants.hosts import host_of
from tests.online_payments.fake_stripe import FakeStripe

KEY = "sk_live_51abcdefgh1234"
OTHER_KEY = "sk_live_51otherothers99"
TEST_KEY = "sk_test_51abcdefgh5678"


def host_of_webhook(organization: OrganizationRef) -> str:
    return host_of(organization.subdomain)


def open_page(invoice: Invoice, by: Actor) -> Checkout:
    """A page at Stripe where the invoice is paid."""
    asked = request_checkout(invoice_id=invoice.pk, by=by, at=clock.now())
    run_due_jobs()
    return Checkout.objects.get(pk=asked.pk)


def run_due_jobs() -> None:
    """Run what is due now, as the worker would, until nothing is; what is asked for later stays. What a job
    raises rises here, after its row was written.
    """
    due = Job.objects.filter(state=JobState.QUEUED).order_by("id")
    while job := due.filter(due_at__lte=clock.now()).first():
        job.state, job.sent_count = JobState.SENT, job.sent_count + 1
        job.save(update_fields=["state", "sent_count"])
        raised = perform(job_id=job.pk, organization_id=job.organization_id, sending=job.sent_count)
        if raised:
            raise raised


def outcome_of(event: dict[str, Any]) -> str:
    return StripeEvent.objects.get(event_id=event["id"]).outcome


def money_of(invoice: Invoice) -> tuple[Decimal, Decimal]:
    """What was paid of the invoice, and what is left of all payments."""
    left = sum((one.unallocated for one in Payment.objects.all()), Decimal("0.00"))
    return Invoice.objects.get(pk=invoice.pk).paid_total, left


def told(fake: FakeStripe, kind: str, key: str = KEY) -> dict[str, Any]:
    """The last event of this type."""
    return fake.events_of(key, kind)[-1]
