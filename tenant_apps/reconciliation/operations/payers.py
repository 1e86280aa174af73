"""What links teach: from whose account which client pays."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.reconciliation.models import KnownPayer
from tenant_apps.reconciliation.queries import Client, clients_paid_for, known_payers


@operation(
    permission=Permission.PAYMENTS_MATCH, event=None, why="what the ledger tells of an account is remembered"
)
def learn_payers(*, ibans: Collection[str], by: Actor, at: datetime) -> None:
    """Remember of these accounts what the ledger says now: one client, several, or nothing any more."""
    paid_for = clients_paid_for(ibans)
    KnownPayer.objects.filter(iban__in=set(ibans) - paid_for.keys()).delete()
    _remember(row_of(iban, clients, at) for iban, clients in paid_for.items())


def what_is_known(ibans: Collection[str], at: datetime) -> dict[str, KnownPayer]:
    """What is remembered of these accounts; where nothing is, what the ledger says, not written down yet:
    people link payments, too.
    """
    known = known_payers(ibans)
    if unknown := set(ibans) - known.keys():
        known |= {iban: row_of(iban, clients, at) for iban, clients in clients_paid_for(unknown).items()}
    return known


def teach(links: Iterable[tuple[str, Client]], known: Mapping[str, KnownPayer], at: datetime) -> None:
    """Remember new links of accounts with clients, beside what is `known` of those accounts."""
    learned: dict[str, set[Client]] = defaultdict(set)
    for iban, client in links:
        learned[iban].add(client)
    rows = []
    for iban, clients in learned.items():
        before = known.get(iban)
        if before and not before._state.adding and (before.is_shared or clients == {before.pays_for}):
            continue
        if before and not before.is_shared:
            clients.add(before.pays_for)
        rows.append(row_of(iban, clients, at, is_shared=bool(before and before.is_shared)))
    _remember(rows)


def _remember(rows: Iterable[KnownPayer]) -> None:
    """Write down what is known of accounts, over what was, in their order: others may do the same."""
    rows = sorted(rows, key=lambda row: row.iban)
    KnownPayer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["iban"],
        update_fields=["company", "contact", "is_shared", "learned_at"],
    )


def row_of(iban: str, clients: Collection[Client], at: datetime, *, is_shared: bool = False) -> KnownPayer:
    """What is known of an account, not saved."""
    is_shared = is_shared or len(clients) > 1
    company_id, contact_id = (None, None) if is_shared else next(iter(clients))
    return KnownPayer(
        iban=iban, company_id=company_id, contact_id=contact_id, is_shared=is_shared, learned_at=at
    )
