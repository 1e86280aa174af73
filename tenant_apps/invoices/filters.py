"""What addresses of lists asked for before lists took filters, said as a filter: old links stay good."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from shared_apps.core.ids import id_in
from shared_apps.core.listing import Condition, Filter, write_filter
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import PaymentMethod
from tenant_apps.invoices.queries import PAYMENT_STATUSES

OLD = ("status", "company_id", "currency", "period", "method")
STATUSES = {*rules.STATUSES, *PAYMENT_STATUSES, "voided"}
PERIODS = {
    "this_month": ("this", "month"),
    "last_month": ("previous", "month"),
    "this_year": ("this", "year"),
    "last_year": ("previous", "year"),
}


def said_anew(query: Mapping[str, str], day: str) -> str | None:
    """The part of today's address after `?` for an old one; None for one that is not old.

    `day`: the field whose period was asked for. What an old address misspells is left out.
    """
    if not any(name in query for name in OLD):
        return None
    kept = {name: query[name] for name in ("search", "ordering") if query.get(name)}
    found = write_filter(Filter(tuple(_conditions(query, day))))
    return urlencode(kept | {"filter": found} if found else kept | {"view": "all"})


def _conditions(query: Mapping[str, str], day: str) -> Iterator[Condition]:
    status, period = query.get("status", ""), PERIODS.get(query.get("period", ""))
    if status == "unpaid":
        yield Condition("open", "is", ("yes",))
    elif status in STATUSES:
        yield Condition("status", "is", (status,))
    if company_id := id_in(query.get("company_id", "")):
        yield Condition("company", "is", (str(company_id),))
    if currency := query.get("currency", ""):
        yield Condition("currency", "is", (currency,))
    if period:
        yield Condition(day, period[0], (period[1],))
    if (method := query.get("method", "")) in PaymentMethod.values:
        yield Condition("method", "is", (method,))
