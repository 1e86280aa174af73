"""How a figure of a report is drawn. By functions, since a report has hundreds."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shared_apps.core.templatetags.ui import money, number
from tenant_apps.dashboard.queries.reports.tables import Column, Figure, Table

register = template.Library()


@register.simple_tag
def report_cell(
    table: Table, column: Column, figure: Figure, address: str, is_total: bool = False
) -> SafeString:
    """A figure in its cell, as a link where a list stands behind it; in the column that the chart draws, with
    its bare value.
    """
    drawn = _figure(table, column, figure)
    if address and figure:
        drawn = format_html('<a href="{}">{}</a>', address, drawn)
    is_drawn = column.name == table.chart and not is_total
    value = format_html(' data-value="{}"', figure or 0) if is_drawn else ""
    nothing = "" if figure else " is-nothing"
    cell = '<td class="is-number{}" data-label="{}"{}>{}</td>'
    return format_html(cell, nothing, column.label, value, drawn)


def _figure(table: Table, column: Column, figure: Figure) -> SafeString | str:
    if column.kind == "money":
        return money(None if figure is None else Decimal(figure), table.currency)
    if figure is not None and column.kind == "percent":
        return f"{number(figure, 1)} %"
    return number(figure)
