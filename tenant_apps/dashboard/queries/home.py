"""The figures of the home page: one statement each, unless it says otherwise."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, F, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth

from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.activity.models import Event
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.models import Invoice, InvoiceState, Payment
from tenant_apps.invoices.queries import LEFT, OPEN
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import OrganizationProfile

ZERO = Decimal("0.00")
MONTHS = 12
EVENTS_SHOWN = 10
TOLD_AT_HOME = ("crm.company", "crm.contact", "catalog.product", "invoices.invoice", "invoices.payment")
MADE_BY_ITSELF = ("_document_stored", "_qr_codes_stored")


@dataclass(frozen=True)
class Owed:
    """What clients owe in one currency, and how much of it is late."""

    currency: str
    owed: Decimal
    open_count: int
    overdue: Decimal
    overdue_count: int


@dataclass(frozen=True)
class FirstSteps:
    """What an organization has done so far, and the profile that says it."""

    profile: OrganizationProfile
    has_details: bool
    has_client: bool
    has_product: bool
    has_invoice: bool
    has_issued: bool

    @property
    def are_needed(self) -> bool:
        """Whether the way to the first issued invoice still has to be shown."""
        return not self.has_issued


def owed_per_currency(actor: Actor, *, on: date) -> dict[str, Owed]:
    """Currency → what is owed in it on the day."""
    late, left = Q(due_date__lt=on), LEFT
    rows = (
        visible_to(Invoice.objects.filter(OPEN), actor)
        .values("currency")
        .annotate(
            owed=Sum(left),
            open_count=Count("id"),
            overdue=Coalesce(Sum(left, filter=late), Value(ZERO)),
            overdue_count=Count("id", filter=late),
        )
    )
    return {row["currency"]: Owed(**row) for row in rows}


def received_per_month(actor: Actor, *, on: date) -> dict[str, dict[date, Decimal]]:
    """Currency → first day of the month → money received in it, less what went back, for twelve months."""
    start = months_up_to(on)[0]
    received = visible_to(
        Payment.objects.filter(voided_at=None, received_on__gte=start, received_on__lte=on), actor
    )
    kept = Sum(F("amount") - F("refunded_total"))
    rows = received.values("currency", month=TruncMonth("received_on")).annotate(sum=kept)
    found: dict[str, dict[date, Decimal]] = {}
    for row in rows:
        found.setdefault(row["currency"], {})[row["month"]] = row["sum"]
    return found


def months_up_to(on: date) -> list[date]:
    """The first days of the last twelve months, this one last."""
    number = on.year * 12 + on.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(number - MONTHS + 1, number + 1)]


def recent_activity(actor: Actor) -> list[Event]:
    """What happened lately to clients, products and money; who sees own records only, sees own deeds."""
    events = Event.objects.filter(subject_type__in=TOLD_AT_HOME)
    for ending in MADE_BY_ITSELF:
        events = events.exclude(type__endswith=ending)
    if not actor.may(Permission.RECORDS_VIEW_ALL):
        events = events.filter(actor_id=actor.id)
    return list(events.order_by("-id")[:EVENTS_SHOWN])


def first_steps() -> FirstSteps:
    """The profile, and what there is already."""
    has_client = Q(Exists(Company.objects.all())) | Q(Exists(Contact.objects.all()))
    profile = OrganizationProfile.objects.annotate(
        has_client=has_client,
        has_product=Exists(Product.objects.all()),
        has_invoice=Exists(Invoice.objects.all()),
        has_issued=Exists(Invoice.objects.exclude(state=InvoiceState.DRAFT)),
    ).get()
    return FirstSteps(
        profile=profile,
        has_details=all((profile.eik, profile.address, profile.iban)),
        has_client=profile.has_client,
        has_product=profile.has_product,
        has_invoice=profile.has_invoice,
        has_issued=profile.has_issued,
    )
