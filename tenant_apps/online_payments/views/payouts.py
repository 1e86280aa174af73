from uuid import UUID

from django.http import HttpResponse

from shared_apps.core.http import ActorRequest, page, partial
from shared_apps.core.keyset import InvalidCursor, KeysetPage, keyset_page
from shared_apps.core.permissions import Permission
from tenant_apps.online_payments import queries
from tenant_apps.online_payments.connection_texts import transaction_words
from tenant_apps.online_payments.models import Payout, PayoutTransaction


@page(Permission.CARDS_VIEW)
def payout_list(request: ActorRequest) -> HttpResponse:
    """What Stripe paid out, the newest first."""
    context = {"page": _page(request)}
    return partial(request, "online_payments/payout_list.html", "list", context)


@page(Permission.CARDS_VIEW)
def payout_detail(request: ActorRequest, payout_id: UUID) -> HttpResponse:
    """One payout: payments minus refunds and fees, line by line."""
    payout = queries.payout_by_id(payout_id)
    lines = _lines(request, payout_id)
    context = {
        "payout": payout,
        "page": lines,
        "lines": [(line, transaction_words(line.kind)) for line in lines.items],
    }
    return partial(request, "online_payments/payout_detail.html", "lines", context)


def _page(request: ActorRequest) -> KeysetPage[Payout]:
    """A page of payouts; an address that is no longer good shows the first."""
    rows = queries.payouts()
    try:
        return keyset_page(rows, ordering="-arrival_on", cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return keyset_page(rows, ordering="-arrival_on")


def _lines(request: ActorRequest, payout_id: UUID) -> KeysetPage[PayoutTransaction]:
    rows = queries.transactions_of(payout_id)
    try:
        return keyset_page(rows, ordering="id", cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return keyset_page(rows, ordering="id")
