"""Money that came, over the API."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.invoices import operations, queries
from tenant_apps.invoices.schemas import (
    PAYMENT_ORDERINGS,
    AllocateIn,
    ClientIn,
    DeallocateIn,
    PaymentFilters,
    PaymentIn,
    PaymentOut,
    ReasonIn,
    RefundIn,
    payment_out,
)
from tenant_apps.workspace.queries import narrowed
from tenants.context import OrganizationRef

router = Router(tags=["payments"])


class Request(HttpRequest):
    """A request of the API, after the token was read."""

    actor: Actor
    organization: OrganizationRef


@router.get("payments/", response=ListOf[PaymentOut], operation_id="list_payments")
def list_payments(request: Request, query: Query[PaymentFilters]) -> HttpResponse:
    """Payments with what they were allocated to, newest first."""
    request.actor.require(Permission.PAYMENTS_VIEW)
    visible = queries.with_live_allocations(queries.visible_payments(request.actor))
    asked = narrowed(query.narrow(visible), "payment", query.filter, request.actor, clock.now())
    found = matching(asked, query.search).select_related(None)
    return list_response(found, query, orderings=PAYMENT_ORDERINGS, item=payment_out, default="-id")


@router.post("payments/", response={201: PaymentOut}, operation_id="record_payment")
def record_payment(request: Request, data: PaymentIn) -> HttpResponse:
    """Post a payment; a job looks for the invoice that its reference names."""
    payment = operations.record_payment(payment=data.payment(), by=request.actor, at=clock.now())
    return _payment(request, payment.pk, status=201)


@router.get("payments/{uuid:payment_id}/", response=PaymentOut, operation_id="read_payment")
def read_payment(request: Request, payment_id: UUID) -> HttpResponse:
    """One payment with what it was allocated to."""
    request.actor.require(Permission.PAYMENTS_VIEW)
    return _payment(request, payment_id)


@router.post(
    "payments/{uuid:payment_id}/allocate/",
    response=PaymentOut,
    operation_id="allocate_payment",
)
def allocate_payment(request: Request, payment_id: UUID, data: AllocateIn) -> HttpResponse:
    """Give a part of a payment to an issued invoice of the same currency."""
    operations.allocate_payment(
        payment_id=payment_id,
        invoice_id=data.invoice_id,
        amount=data.amount,
        by=request.actor,
        at=clock.now(),
    )
    return _payment(request, payment_id)


@router.post(
    "payments/{uuid:payment_id}/deallocate/",
    response=PaymentOut,
    operation_id="deallocate_payment",
)
def deallocate_payment(request: Request, payment_id: UUID, data: DeallocateIn) -> HttpResponse:
    """Take back all that the payment gave to the invoice; 409 when that is nothing."""
    operations.deallocate_payment(
        payment_id=payment_id,
        invoice_id=data.invoice_id,
        reason=data.reason,
        by=request.actor,
        at=clock.now(),
    )
    return _payment(request, payment_id)


@router.post("payments/{uuid:payment_id}/void/", response=PaymentOut, operation_id="void_payment")
def void_payment(request: Request, payment_id: UUID, data: ReasonIn) -> HttpResponse:
    """Say that a payment was recorded by mistake; 409 while it is allocated."""
    operations.void_payment(payment_id=payment_id, reason=data.reason, by=request.actor, at=clock.now())
    return _payment(request, payment_id)


@router.post("payments/{uuid:payment_id}/client/", response=PaymentOut, operation_id="set_payment_client")
def set_payment_client(request: Request, payment_id: UUID, data: ClientIn) -> HttpResponse:
    """Say whose the money is."""
    operations.set_payment_client(
        payment_id=payment_id, **data.model_dump(), by=request.actor, at=clock.now()
    )
    return _payment(request, payment_id)


@router.post("payments/{uuid:payment_id}/refund/", response=PaymentOut, operation_id="refund_payment")
def refund_payment(request: Request, payment_id: UUID, data: RefundIn) -> HttpResponse:
    """Record that money went back to the payer; what invoices have of it only with `frees_allocations`."""
    operations.refund_payment(payment_id=payment_id, **data.model_dump(), by=request.actor, at=clock.now())
    return _payment(request, payment_id)


@router.post(
    "payments/{uuid:payment_id}/refunds/{uuid:refund_id}/undo/",
    response=PaymentOut,
    operation_id="undo_refund",
)
def undo_refund(request: Request, payment_id: UUID, refund_id: UUID, data: ReasonIn) -> HttpResponse:
    """Take a refund back: recorded by mistake, or the money came again."""
    operations.undo_refund(
        payment_id=payment_id, refund_id=refund_id, reason=data.reason, by=request.actor, at=clock.now()
    )
    return _payment(request, payment_id)


def _payment(request: Request, payment_id: UUID, status: int = 200) -> HttpResponse:
    return json_response(payment_out(queries.visible_payment(payment_id, request.actor)), status=status)
