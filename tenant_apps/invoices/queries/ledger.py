"""Payments, and the money between them and invoices."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db.models import Case, F, Prefetch, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform

from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_one_of
from tenant_apps.invoices.models import Allocation, Invoice, Payment, Refund, WriteOff
from tenant_apps.invoices.queries.documents import of_client, open_invoices
from tenant_apps.sharing.queries import visible_to

M = TypeVar("M", Invoice, Payment)


# How the keys of money begin that a line of a bank statement recorded.
BANK_KEY = "bank:"
PAYMENT_STATUSES = ("unmatched", "partly_matched", "matched", "refunded")
FEW = 3
NEARBY = timedelta(days=5)
HAS_CLIENT = Q(company__isnull=False) | Q(contact__isnull=False)
# Money of which something is neither given to an invoice nor given back.
WAITING = Q(voided_at=None, allocated_total__lt=F("amount") - F("refunded_total"))


def likely_invoices(payment: Payment, actor: Actor, *, on: date) -> QuerySet[Invoice]:
    """Open invoices in its currency: first those that owe just what is left of it, then its client's."""
    ours = {"company": payment.company} if payment.company_id else {"contact": payment.contact}
    nearness = Case(
        When(outstanding_amount=payment.unallocated, then=Value(0)),
        When(**ours, then=Value(1)),
        default=Value(2),
    )
    return open_invoices(actor, on=on, currency=payment.currency).order_by(nearness, "due_date", "number")


def visible_payments(actor: Actor) -> QuerySet[Payment]:
    """The payments that the actor sees, with their client."""
    return visible_to(Payment.objects.select_related("company", "contact"), actor)


def money_that_may_pay(invoice: Invoice, actor: Actor) -> list[Payment]:
    """Payments that wait, owe nobody else and have just what the invoice is owed: its client's or a
    stranger's, the newest first, a few of them.
    """
    just = Q(amount=F("allocated_total") + F("refunded_total") + invoice.outstanding)
    client = {"company_id": invoice.company_id} if invoice.company_id else {"contact_id": invoice.contact_id}
    whose = of_client(**client) | ~HAS_CLIENT
    rows = visible_payments(actor).filter(WAITING, just, whose, currency=invoice.currency)
    return list(rows.order_by("-received_on", "-id")[:FEW])


def money_alike(
    *,
    amount: Decimal,
    currency: str,
    received_on: date,
    payer_iban: str,
    company_id: UUID | None,
    contact_id: UUID | None,
    actor: Actor,
) -> list[Payment]:
    """Payments recorded already that may be this very money: just as much, within a few days, and neither of
    another client nor from another account. The newest first, a few of them.
    """
    days = (received_on - NEARBY, received_on + NEARBY)
    rows = visible_payments(actor).filter(
        amount=amount, currency=currency, received_on__range=days, voided_at=None
    )
    if company_id or contact_id:
        rows = rows.filter(of_client(company_id=company_id, contact_id=contact_id) | ~HAS_CLIENT)
    if payer_iban:
        rows = rows.filter(payer_iban__in=("", payer_iban))
    return list(rows.order_by("-received_on", "-id")[:FEW])


def visible_payment(payment_id: UUID, actor: Actor) -> Payment:
    """One payment with `live_allocations` (each with its invoice) and `live_refunds`.

    `DoesNotExist` when the actor may not see it.
    """
    return with_live_allocations(visible_payments(actor)).get(pk=payment_id)


def with_live_allocations(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """The payments, each with lists `live_allocations` (invoices included) and `live_refunds` of what was not
    taken back: three statements.
    """
    live = live_allocations().select_related("invoice").order_by("id")
    refunds = live_refunds().order_by("id")
    return payments.prefetch_related(
        Prefetch("allocations", queryset=live, to_attr="live_allocations"),
        Prefetch("refunds", queryset=refunds, to_attr="live_refunds"),
    )


def live_allocations() -> QuerySet[Allocation]:
    """What was given to an invoice and not taken back."""
    return Allocation.objects.filter(undoes=None, undone_by=None)


def live_refunds() -> QuerySet[Refund]:
    """What was given back to payers and not taken back."""
    return Refund.objects.filter(undoes=None, undone_by=None)


def live_write_offs() -> QuerySet[WriteOff]:
    """What was written off and not taken back."""
    return WriteOff.objects.filter(undoes=None, undone_by=None)


def write_offs_of_invoice(invoice_id: UUID) -> QuerySet[WriteOff]:
    """What of the invoice is written off, newest first. Load the invoice by its own query first."""
    return live_write_offs().filter(invoice_id=invoice_id).order_by("-id")


def allocations_of_invoice(invoice_id: UUID) -> QuerySet[Allocation]:
    """The money that the invoice has, newest first, each with its payment.

    Load the invoice by its own query first.
    """
    return live_allocations().filter(invoice_id=invoice_id).select_related("payment").order_by("-id")


def payments_with_status(queryset: QuerySet[Payment], status: str) -> QuerySet[Payment]:
    """The payments of one of PAYMENT_STATUSES, or `voided`; the void ones have no other status here."""
    return queryset.filter(payments_of_statuses([status]))


def payments_of_statuses(statuses: Collection[str]) -> Q:
    """The payments of any of these statuses."""
    stands = Q(voided_at=None)
    conditions = {
        "unmatched": WAITING & Q(allocated_total=0),
        "partly_matched": WAITING & Q(allocated_total__gt=0),
        "matched": stands & Q(allocated_total__gt=0, allocated_total=F("amount") - F("refunded_total")),
        "refunded": stands & Q(refunded_total=F("amount")),
        "voided": Q(voided_at__isnull=False),
    }
    found = Q(pk__in=[])
    for status in statuses:
        found |= conditions[status]
    return found


def unmatched_payments() -> QuerySet[Payment]:
    """Payments of which something is left to allocate, in the order in which they came."""
    return Payment.objects.filter(WAITING).order_by("id")


def ids_of_unmatched_payments() -> QuerySet[Payment, UUID]:
    """The ids of payments of which something is left to allocate, in the order in which they came."""
    return unmatched_payments().values_list("id", flat=True)


def payments_to_match(payment_ids: Collection[UUID]) -> set[UUID]:
    """Those of new payments that nobody matches: what a bank's line recorded is matched by those who take it
    in.
    """
    of_the_bank = Q(external_key__isnull=False, external_key__startswith=BANK_KEY)
    found = Payment.objects.filter(~of_the_bank, pk__in=payment_ids)
    return set(found.values_list("id", flat=True))


def payments_that_may_name(number: str) -> QuerySet[Payment, UUID]:
    """The ids of unmatched payments whose reference holds the digits of an invoice number, zeros in front or
    not.
    """
    return ids_of_unmatched_payments().filter(search_text__contains=number.lstrip("0"))


def payments_taken_back(payment_ids: Collection[UUID]) -> set[UUID]:
    """Those of the payments that a person has unlinked from an invoice."""
    undone = Allocation.objects.filter(is_one_of("payment_id", payment_ids), undoes__isnull=False)
    return set(undone.values_list("payment_id", flat=True))


def lock_invoice(invoice_id: UUID, actor: Actor) -> Invoice:
    """The invoice under a row lock until the transaction ends. `DoesNotExist` when it is not visible."""
    return lock_invoices({invoice_id}, actor)[invoice_id]


def lock_invoices(invoice_ids: Collection[UUID], actor: Actor) -> dict[UUID, Invoice]:
    """The invoices under row locks, taken by ascending id; `DoesNotExist` when one of them is not visible."""
    locked = Invoice.objects.select_related("company", "contact").select_for_update(of=("self",))
    return _all_of(visible_to(locked.filter(pk__in=invoice_ids), actor).order_by("id"), invoice_ids)


def with_kept_client(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The invoices with `buyer_name` as it was issued, and `kept_company_id` and `kept_contact_id` where the
    client has been merged into another.
    """
    return invoices.annotate(
        buyer_name=KeyTextTransform("name", "buyer"),
        kept_company_id=F("company__merged_into_id"),
        kept_contact_id=F("contact__merged_into_id"),
    )


def lock_payment(payment_id: UUID, actor: Actor) -> Payment:
    """The payment under a row lock. Whoever locks both locks the payment first."""
    return lock_payments({payment_id}, actor)[payment_id]


def lock_payments(payment_ids: Collection[UUID], actor: Actor) -> dict[UUID, Payment]:
    """The payments under row locks, taken by ascending id; `DoesNotExist` when one of them is not visible."""
    locked = Payment.objects.select_related("company", "contact").select_for_update(of=("self",))
    return _all_of(visible_to(locked.filter(pk__in=payment_ids), actor).order_by("id"), payment_ids)


def _all_of(queryset: QuerySet[M], ids: Collection[UUID]) -> dict[UUID, M]:
    found = {row.pk: row for row in queryset}
    if len(found) < len(ids):
        raise queryset.model.DoesNotExist()
    return found
