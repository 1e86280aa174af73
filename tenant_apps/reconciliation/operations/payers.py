"""What links teach: from whose account which client pays."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.reconciliation.models import KnownPayer
from tenant_apps.reconciliation.queries import Client, Payer, clients_paid_for, known_payers


@operation(
    permission=Permission.PAYMENTS_MATCH, event=None, why="what the ledger tells of an account is remembered"
)
def learn_payers(*, ibans: Collection[str], by: Actor, at: datetime) -> None:
    """Remember of these accounts what the ledger says now: one client, several, or nothing any more."""
    if not ibans:
        return
    _hold(ibans, at)
    paid_for = clients_paid_for(ibans)
    KnownPayer.objects.filter(iban__in=set(ibans) - paid_for.keys()).delete()
    _remember(row_of(iban, clients, at) for iban, clients in paid_for.items())


def what_is_known(ibans: Collection[str]) -> dict[str, Payer]:
    """What is remembered of these accounts; where nothing is, what the ledger says, not written down yet:
    people link payments, too.
    """
    known = known_payers(ibans)
    if unknown := set(ibans) - known.keys():
        known |= {iban: _told_by(clients) for iban, clients in clients_paid_for(unknown).items()}
    return known


def teach(links: Iterable[tuple[str, Client]], known: Mapping[str, Payer], at: datetime) -> None:
    """Remember new links of accounts with clients, beside what is `known` of those accounts, and what others
    learned of them meanwhile.
    """
    learned: dict[str, set[Client]] = defaultdict(set)
    for iban, client in links:
        learned[iban].add(client)
    news = {iban for iban, clients in learned.items() if not _says(known.get(iban), clients)}
    held = _hold(news, at) if news else {}
    rows = []
    for iban in news:
        told = [one for one in (known.get(iban), held.get(iban)) if one is not None]
        clients = learned[iban] | {one.pays_for for one in told if not one.is_shared}
        rows.append(row_of(iban, clients, at, is_shared=any(one.is_shared for one in told)))
    _remember(rows)


def _says(before: Payer | None, clients: set[Client]) -> bool:
    """Whether what is written down of an account says as much already."""
    if before is None or not before.is_written:
        return False
    return before.is_shared or clients == {before.pays_for}


def _hold(ibans: Collection[str], at: datetime) -> dict[str, KnownPayer]:
    """What is remembered of these accounts now, under locks, so that two who learn of one account do it one
    after the other. One of which nothing was remembered gets a row that the caller fills in; it is not told.
    """
    empty = [KnownPayer(iban=iban, is_shared=True, learned_at=at) for iban in sorted(set(ibans))]
    KnownPayer.objects.bulk_create(empty, ignore_conflicts=True)
    locked = KnownPayer.objects.select_for_update().filter(iban__in=ibans).order_by("iban")
    made = {row.pk for row in empty}
    return {row.iban: row for row in locked if row.pk not in made}


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
    told = _told_by(clients, is_shared=is_shared)
    return KnownPayer(
        iban=iban,
        company_id=told.company_id,
        contact_id=told.contact_id,
        is_shared=told.is_shared,
        learned_at=at,
    )


def _told_by(clients: Collection[Client], *, is_shared: bool = False) -> Payer:
    """What these clients, who were paid for from an account, say of it."""
    if is_shared or len(clients) > 1:
        return Payer(None, None, is_shared=True, is_written=False)
    return Payer(*next(iter(clients)), is_shared=False, is_written=False)
