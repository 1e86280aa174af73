"""The lines of invoices that recur, and what they come to."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from shared_apps.core.bulgaria.vat_treatments import usual_code
from shared_apps.core.errors import Refused
from tenant_apps.catalog.models import Product
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import RecurringInvoice, RecurringItem, RecurringTerms
from tenant_apps.invoices.operations.draft_inputs import ItemInput
from tenant_apps.invoices.operations.drafts import LARGEST_TOTAL
from tenant_apps.invoices.queries import totals_of_terms
from tenant_apps.workspace.queries import profile

LINE_FIELDS = (
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_percent",
    "vat_rate",
    "vat_code",
    "product_id",
)


def items_of_terms(wanted: Iterable[ItemInput]) -> list[RecurringItem]:
    """The rows of the lines, not yet saved. A product that is missing raises its `DoesNotExist`."""
    registered, lines = profile().is_vat_registered, list(wanted)
    products = {item.product_id for item in lines if item.product_id}
    if products and Product.objects.filter(pk__in=products).count() < len(products):
        raise Product.DoesNotExist()
    items = []
    for position, line in enumerate(lines):
        values = {name: getattr(line, name) for name in LINE_FIELDS}
        values["vat_code"] = line.vat_code or usual_code(line.vat_rate, registered=registered)
        items.append(RecurringItem(position=position, **values))
    return items


def replace_items(terms: RecurringTerms, wanted: Iterable[ItemInput]) -> None:
    """Write the lines of some terms anew, with what they come to."""
    items = items_of_terms(wanted)
    RecurringItem.objects.filter(terms=terms).delete()
    price(terms, items)
    terms.save(update_fields=["net_total", "total"])
    write_items(terms, items)


def write_items(terms: RecurringTerms, items: list[RecurringItem]) -> None:
    """Add the lines to their terms."""
    for item in items:
        item.terms = terms
    RecurringItem.objects.bulk_create(items)


def write_terms(recurring: RecurringInvoice, terms: RecurringTerms, items: list[RecurringItem]) -> None:
    """Put new terms with these lines in the place of those of the same day."""
    RecurringTerms.objects.filter(recurring=recurring, from_on=terms.from_on).delete()
    price(terms, items)
    terms.save(force_insert=True)
    write_items(terms, items)


def price(terms: RecurringTerms, items: Iterable[RecurringItem]) -> None:
    totals = totals_of_terms(terms.recurring, items)
    if totals.total < 0 or max(map(abs, (totals.total, *totals.line_amounts))) > LARGEST_TOTAL:
        raise Refused(
            "total_out_of_range", _("The total must be between 0 and 999,999,999,999.99."), field="items"
        )
    terms.net_total, terms.total = totals.net_total, totals.total


def price_all(recurring: RecurringInvoice) -> None:
    for terms in RecurringTerms.objects.filter(recurring=recurring).prefetch_related("items"):
        terms.recurring = recurring
        price(terms, terms.items.all())
        terms.save(update_fields=["net_total", "total"])


def show_terms(recurring: RecurringInvoice, terms: RecurringTerms) -> None:
    """What lists say of it: what holds on its next day."""
    recurring.net_total, recurring.total = terms.net_total, terms.total
    recurring.annual_value = rules.value_of_year(terms.net_total, recurring.unit, recurring.every)
