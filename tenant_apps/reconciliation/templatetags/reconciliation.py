"""How values of the workbench are written where a program reads them."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def plain(value: Decimal) -> str:
    """A decimal with a dot, whatever the language: `1234.50`."""
    return f"{value:.2f}"
