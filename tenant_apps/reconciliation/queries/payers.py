"""Whose money comes from which account, and who bears which name."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from tenant_apps.invoices.queries import live_allocations
from tenant_apps.reconciliation.models import KnownPayer

Client = tuple[UUID | None, UUID | None]


def known_payers(ibans: Collection[str]) -> dict[str, KnownPayer]:
    """What is remembered of these accounts: of one client, or shared by several."""
    return {one.iban: one for one in KnownPayer.objects.filter(iban__in=ibans)} if ibans else {}


def client_of_iban(iban: str) -> Client:
    """The (company id, contact id) whose money comes from an account; (None, None) when nobody's for sure."""
    found = KnownPayer.objects.filter(iban=iban, is_shared=False).first() if iban else None
    return (found.company_id, found.contact_id) if found else (None, None)


def clients_paid_for(ibans: Collection[str]) -> dict[str, set[Client]]:
    """IBAN → the clients, as they are kept now, whose invoices have money from it."""
    person = Case(
        When(invoice__company=None, then=Coalesce("invoice__contact__merged_into_id", "invoice__contact_id")),
        default=Value(None),
    )
    rows = (
        live_allocations()
        .filter(payment__payer_iban__in=ibans, payment__voided_at=None)
        .annotate(
            iban=F("payment__payer_iban"),
            firm=Coalesce("invoice__company__merged_into_id", "invoice__company_id"),
            person=person,
        )
        .order_by()
        .values_list("iban", "firm", "person")
        .distinct()
    )
    found: dict[str, set[Client]] = defaultdict(set)
    for iban, firm, person_id in rows:
        found[iban].add((firm, person_id))
    return found
