"""How values of the workbench are written where a program reads them."""

from decimal import Decimal

from django import template

from shared_apps.core.formats import format_number
from tenant_apps.reconciliation.queries import CAP

register = template.Library()


@register.filter
def plain(value: Decimal) -> str:
    """A decimal with a dot, whatever the language: `1234.50`."""
    return f"{value:.2f}"


@register.filter
def counted(count: int) -> str:
    """How many, of which no more than CAP were counted: `12`, `1,000+`."""
    return f"{format_number(CAP)}+" if count > CAP else format_number(count)
