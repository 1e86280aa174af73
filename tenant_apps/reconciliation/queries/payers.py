"""Whose money comes from which account, and who bears which name."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_text_of
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.queries import live_allocations
from tenant_apps.reconciliation.models import KnownPayer
from tenant_apps.sharing.queries import visible_to

Client = tuple[UUID | None, UUID | None]


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose money comes from an account, as a `KnownPayer` has it. `is_written`: it is remembered already."""

    company_id: UUID | None
    contact_id: UUID | None
    is_shared: bool
    is_written: bool = True

    @property
    def pays_for(self) -> Client:
        """As of a `KnownPayer`."""
        return self.company_id, self.contact_id


def known_payers(ibans: Collection[str]) -> dict[str, Payer]:
    """What is remembered of these accounts: of one client, or shared by several."""
    if not ibans:
        return {}
    rows = KnownPayer.objects.filter(is_text_of("iban", ibans))
    told = rows.values_list("iban", "company_id", "contact_id", "is_shared")
    return {iban: Payer(firm, person, is_shared) for iban, firm, person, is_shared in told}


def visible_clients(by_key: Mapping[str, Client], actor: Actor) -> dict[str, Client]:
    """Those whose client the actor sees."""
    firms = {firm for firm, _ in by_key.values() if firm}
    people = {person for _, person in by_key.values() if person}
    seen: set[UUID | None] = {None}
    if firms:
        seen |= set(visible_to(Company.objects.filter(pk__in=firms), actor).values_list("id", flat=True))
    if people:
        seen |= set(visible_to(Contact.objects.filter(pk__in=people), actor).values_list("id", flat=True))
    return {key: client for key, client in by_key.items() if seen.issuperset(client)}


def clients_paid_for(ibans: Collection[str]) -> dict[str, set[Client]]:
    """IBAN → the clients, as they are kept now, whose invoices have money from it."""
    person = Case(
        When(invoice__company=None, then=Coalesce("invoice__contact__merged_into_id", "invoice__contact_id")),
        default=Value(None),
    )
    rows = (
        live_allocations()
        .filter(is_text_of("payment__payer_iban", ibans), payment__voided_at=None)
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
