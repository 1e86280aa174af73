"""The invoices that a payment may be for, for a human to choose from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber

from shared_apps.core.actors import Actor
from tenant_apps.crm.queries import near_names
from tenant_apps.invoices.models import Allocation, Invoice, Payment
from tenant_apps.invoices.queries import (
    OPEN,
    WAITING,
    visible_payments,
    with_kept_client,
    with_outstanding,
    with_status,
)
from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.queries.matching import invoice_facts, payment_facts
from tenant_apps.reconciliation.queries.payers import known_payers
from tenant_apps.sharing.queries import visible_to

MOST, LISTED = 5, 50
OF_AN_AMOUNT, OF_A_CLIENT = 30, 40


@dataclass(frozen=True)
class Suggestion:
    """An invoice that may be meant, and the `amount` that it would get. `evidence` is what speaks for it, as
    on an allocation; `against` are the codes of what kept it from being linked without asking.
    """

    invoice: Invoice
    amount: Decimal
    evidence: tuple[rules.Evidence, ...]
    score: int
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """What to say of a payment, the likeliest first; what is `rejected` it names, but cannot be given to."""

    suggestions: list[Suggestion] = field(default_factory=list)
    rejected: list[Suggestion] = field(default_factory=list)


def suggestions_for(
    payment_id: UUID, by: Actor, limit: int = MOST, *, on: date | None = None
) -> list[Suggestion]:
    """The invoices that a payment may be for, the likeliest first, with a day each with its `status` on it.
    `DoesNotExist` when the payment is not visible.
    """
    return advice_for(payment_id, by, limit, on=on).suggestions


def suggestions_for_many(
    payment_ids: Collection[UUID], by: Actor, limit: int = MOST, *, on: date | None = None
) -> dict[UUID, list[Suggestion]]:
    """`suggestions_for` of many payments, in a constant number of statements; none for what has no money left
    or is not visible.
    """
    found = advice_for_many(payment_ids, by, limit, on=on)
    return {payment_id: advice.suggestions for payment_id, advice in found.items()}


def advice_for(payment_id: UUID, by: Actor, limit: int = MOST, *, on: date | None = None) -> Advice:
    """What to say of one payment. `DoesNotExist` when it is not visible."""
    visible_payments(by).get(pk=payment_id)
    return advice_for_many([payment_id], by, limit, on=on).get(payment_id, Advice())


def advice_for_many(
    payment_ids: Collection[UUID], by: Actor, limit: int = MOST, *, on: date | None = None
) -> dict[UUID, Advice]:
    """What to say of payments that have money left: six statements at most, however many there are."""
    payments = list(_asked(payment_ids, by))
    known = known_payers({one.payer_iban for one in payments if one.payer_iban})
    facts = payment_facts(payments, known, by)
    strangers = {one.payer_name for one in payments if one.payer_name and not _client_of(facts[one.pk])}
    near = near_names(strangers, by)
    found = _Found(payments, facts, near, by, on)
    return {one.pk: found.advice(one, limit) for one in payments}


class _Found:
    """Candidates of many payments, read together."""

    def __init__(
        self,
        payments: list[Any],
        facts: dict[UUID, rules.PaymentFacts],
        near: dict[str, list[UUID]],
        by: Actor,
        on: date | None,
    ) -> None:
        self.facts, self.near = facts, near
        clients = {client for one in payments for client in self._clients_of(one)}
        numbers = {number for one in facts.values() for number in one.numbers}
        alike = {pk for one in payments for pk in one.of_its_amount}
        rows = visible_to(with_kept_client(_light()), by)
        rows = with_status(rows, on=on) if on else rows
        wanted = Q(pk__in=alike) | Q(number__in=numbers) | Q(pk__in=_open_of(clients))
        self.invoices = {one.pk: one for one in rows.filter(wanted)} if payments else {}
        self.told = {pk: invoice_facts(one) for pk, one in self.invoices.items()}
        self.by_number = {one.number: pk for pk, one in self.told.items()}
        self.by_client: dict[UUID, list[UUID]] = {}
        for pk, one in self.told.items():
            if one.client:
                self.by_client.setdefault(one.client, []).append(pk)

    def advice(self, payment: Any, limit: int) -> Advice:
        facts = self.facts[payment.pk]
        ids = {*payment.of_its_amount, *(self.by_number.get(number) for number in facts.numbers)}
        for client in self._clients_of(payment):
            ids.update(self.by_client.get(client, ()))
        back = set(payment.taken_back)
        likely, refused = rules.weigh(facts, [self.told[pk] for pk in ids if pk in self.told])
        kept = [one for one in likely if one.invoice.id not in back]
        unlinked = [replace(one, against=(rules.TAKEN_BACK,)) for one in likely if one.invoice.id in back]
        return Advice(self._told(kept[:limit]), self._told([*refused, *unlinked][:limit]))

    def _told(self, weighed: Iterable[rules.Weighed]) -> list[Suggestion]:
        return [
            Suggestion(self.invoices[one.invoice.id], one.amount, one.evidence, one.score, one.against)
            for one in weighed
        ]

    def _clients_of(self, payment: Payment) -> list[UUID]:
        known = _client_of(self.facts[payment.pk])
        return [known] if known else self.near.get(payment.payer_name, [])


def _client_of(facts: rules.PaymentFacts) -> UUID | None:
    return facts.client or facts.namesake


def _asked(payment_ids: Collection[UUID], by: Actor) -> QuerySet[Any]:
    """The payments that have money left, with `of_its_amount`, the open invoices that owe just that, the
    newest first, and `taken_back`, those from which somebody unlinked it.
    """
    owing: QuerySet[Any, Any] = with_outstanding(Invoice.objects.filter(OPEN, currency=OuterRef("currency")))
    owing = owing.filter(outstanding_amount=OuterRef("free")).order_by("-id")
    undone = Allocation.objects.filter(payment=OuterRef("pk"), undoes__isnull=False)
    payments = Payment.objects.filter(WAITING, pk__in=payment_ids).defer("search_text", "void_reason")
    payments = payments.annotate(free=F("amount") - F("allocated_total") - F("refunded_total"))
    return visible_to(payments, by).annotate(
        of_its_amount=ArraySubquery(owing.values("pk")[:OF_AN_AMOUNT]),
        taken_back=ArraySubquery(undone.order_by().values("invoice_id")),
    )


def _light() -> QuerySet[Invoice]:
    return Invoice.objects.defer("seller", "vat_groups", "notes", "search_text", "amend_reason")


def _open_of(clients: set[UUID]) -> QuerySet[Any, Any]:
    """The ids of the open invoices of each of these companies and people, those that were due first."""
    rows = Invoice.objects.filter(OPEN).filter(
        Q(company_id__in=clients)
        | Q(company__merged_into_id__in=clients)
        | Q(company=None) & (Q(contact_id__in=clients) | Q(contact__merged_into_id__in=clients))
    )
    place = Window(
        RowNumber(),
        partition_by=Coalesce("company_id", "contact_id"),
        order_by=[F("due_date").asc(), F("id").asc()],
    )
    return rows.annotate(place=place).filter(place__lte=OF_A_CLIENT).values("pk")
