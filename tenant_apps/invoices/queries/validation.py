"""What an accountant would say of a document: its facts, and what the rules find in them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from shared_apps.core.clock import day_in
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceItem
from tenant_apps.invoices.queries.chains import groups_of, remaining_of
from tenant_apps.invoices.queries.papers import buyer_of, seller_of
from tenant_apps.workspace.queries import profile
from tenants.context import current_organization

SAME_NAMES = (
    "kind",
    "state",
    "currency",
    "net_total",
    "vat_total",
    "total",
    "tax_event_date",
    "due_date",
    "prices_include_vat",
    "supply",
    "payment_method",
    "vies_number",
    "vies_checked_on",
    "exchange_rate",
    "exchange_rate_on",
    "language",
    "amend_reason",
    "annul_reason",
)


def findings_of(invoice: Invoice, *, on: date) -> list[rules.Finding]:
    """What every rule says of a document: of a draft as of the day `on`, of any other as it was issued."""
    return rules.validate(document_facts(invoice, on=on))


def document_facts(invoice: Invoice, *, on: date) -> rules.DocumentFacts:
    """The document as its rules look at it; seller and buyer as it keeps them, of a draft as they are now."""
    taxed_on = invoice.tax_event_date or invoice.issue_date or on
    items = list(invoice.items.all())
    original = _original(invoice)
    codes = frozenset(item.vat_code for item in items)
    return rules.DocumentFacts(
        **{name: getattr(invoice, name) for name in SAME_NAMES},
        seller=_party(rules.SellerFacts, invoice.seller or seller_of(profile())),
        buyer=_party(rules.BuyerFacts, invoice.buyer or buyer_of(invoice)),
        number=invoice.number or "",
        issue_date=invoice.issue_date or on,
        today=day_in(current_organization().time_zone, invoice.issued_at) if invoice.issued_at else on,
        lines=_lines(items),
        groups=groups_of(invoice),
        series=_series(invoice),
        original=original,
        heading=rules.HEADINGS[invoice.kind],
        stamp=rules.STAMPS[invoice.state],
        marks=rules.marks_of(codes, on=original.taxed_on if original else taxed_on),
    )


def _party(kind: type[Any], kept: Mapping[str, Any]) -> Any:
    """Seller or buyer from a snapshot; one that is older than a field has not got it."""
    return kind(**{name: kept[name] for name in kind.__dataclass_fields__ if name in kept})


def _lines(items: list[InvoiceItem]) -> tuple[rules.LineFacts, ...]:
    advances = {item.deducts_id for item in items if item.deducts_id}
    numbers: dict[UUID, str | None] = {}
    if advances:
        numbers = dict(Invoice.objects.filter(pk__in=advances).values_list("pk", "number"))
    return tuple(
        rules.LineFacts(
            description=item.description,
            quantity=item.quantity,
            unit=item.unit,
            unit_price=item.unit_price,
            discount_percent=item.discount_percent,
            net=item.net_total,
            vat_rate=item.vat_rate,
            vat_code=item.vat_code,
            deducts=numbers.get(item.deducts_id) or "" if item.deducts_id else "",
        )
        for item in items
    )


def _series(invoice: Invoice) -> rules.SeriesFacts:
    """The document that came before in the series; before a draft, the last one."""
    earlier = Invoice.objects.filter(series=invoice.series, number__isnull=False)
    if invoice.number:
        earlier = earlier.filter(number__lt=invoice.number)
    before = earlier.order_by("-number").values_list("number", "issue_date").first()
    number, day = before or (None, None)
    if number is None:
        return rules.SeriesFacts()
    is_next = not (invoice.number and number.isdigit()) or int(number) + 1 == int(invoice.number)
    return rules.SeriesFacts(previous_number=number, previous_day=day, has_gap=not is_next)


def _original(invoice: Invoice) -> rules.OriginalFacts | None:
    """The invoice that a note amends, with what was left of it for this note."""
    original = invoice.amends
    if original is None or original.issue_date is None or original.number is None:
        return None
    own = groups_of(invoice) if invoice.is_issued and invoice.is_credit else ()
    left = rules.what_remains((*remaining_of(original.pk).values(), *own), ())
    return rules.OriginalFacts(
        number=original.number,
        issue_date=original.issue_date,
        taxed_on=original.tax_event_date or original.issue_date,
        currency=original.currency,
        is_issued=original.is_issued,
        groups={group.key: group for group in groups_of(original)},
        left=left,
    )
