"""What a payment may be for, and one click to say so."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import add_refusal, done, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.queries import visible_payment
from tenant_apps.reconciliation import operations, queries
from tenant_apps.reconciliation.forms.suggestions import AcceptForm
from tenant_apps.reconciliation.views import Request


@page(Permission.PAYMENTS_MATCH)
def payment_suggestions(request: Request, payment_id: UUID) -> HttpResponse:
    """The likeliest invoices, each with what speaks for and against it, and those that were rejected."""
    return _page(request, payment_id, AcceptForm())


@payment_suggestions.act
def accept_suggestion(request: Request, payment_id: UUID) -> HttpResponse:
    form = AcceptForm(request.POST)
    try:
        if form.is_valid():
            operations.accept_candidate(
                payment_id=payment_id, **form.cleaned_data, by=request.actor, at=clock.now()
            )
            to = reverse("payment_detail", args=[payment_id])
            message = _("The payment was linked to the invoice.")
            return done(request, to=to, message=message, event="invoices.payment_allocated")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _page(request, payment_id, form)


def _page(request: Request, payment_id: UUID, form: AcceptForm) -> HttpResponse:
    on = clock.today(request.organization.time_zone)
    context: dict[str, Any] = {
        "payment": visible_payment(payment_id, request.actor),
        "advice": queries.advice_for(payment_id, request.actor, on=on),
        "form": form,
    }
    status = 422 if form.errors else 200
    return partial(request, "reconciliation/payment_suggestions.html", "suggestions", context, status=status)
