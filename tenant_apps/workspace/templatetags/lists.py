"""How a cell of a list is drawn."""

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from shared_apps.core.listing import Kind
from shared_apps.core.listing.kinds import TRUTHS
from shared_apps.core.templatetags.ui import day, money, number, status_badge, when
from tenant_apps.workspace.queries.rows import Cell, Row, classes_of

register = template.Library()
DASH = "—"
_ROW = '<tr data-href="{0}">{1}<td class="cell-title"><a href="{0}">{2}</a></td>{3}</tr>'
_CHECK = (
    '<td class="cell-check"><input type="checkbox" class="form-check-input" name="id" value="{}" form="bulk"'
    ' aria-label="{}"></td>'
)


@register.simple_tag
def cell_value(cell: Cell) -> SafeString | str:
    """The value of a cell as its kind is drawn; a dash for none."""
    value, kind = cell.value, cell.column.kind
    if kind is Kind.INSTANT:
        return when(value)
    if kind is Kind.DATE:
        return day(value)
    if value is None or value == "" or value == []:
        return DASH
    if kind is Kind.MONEY:
        return money(value, cell.currency)
    if kind is Kind.NUMBER:
        return number(value)
    return _words(cell, value, kind)


@register.simple_tag(takes_context=True)
def list_row(context: template.Context, row: Row, here: str, with_check: bool) -> SafeString:
    """A row of a list: the box that chooses it, its name as a link that knows the list (`here`, encoded), its
    cells. Drawn by a function, since a list has fifty. A column's own template gets the `record`.
    """
    name = conditional_escape(row.title)
    check = (
        format_html(_CHECK, row.record.pk, gettext("Choose %(name)s") % {"name": name}) if with_check else ""
    )
    cells = "".join([_cell(context, row, cell) for cell in row.cells[1:]])
    return format_html(_ROW, f"{row.url}?list={here}", check, row.title, mark_safe(cells))  # noqa: S308 — drawn here


@register.simple_tag
def tag_marks(tags: list[Any]) -> SafeString:
    """Tags as small coloured words."""
    return format_html_join(" ", '<span class="tag is-{}">{}</span>', ((one.color, one.name) for one in tags))


def _cell(context: template.Context, row: Row, cell: Cell) -> str:
    place = f' data-cell="{cell.edit_url}"' if cell.edit_url else ""
    return f"{_opening(context, cell)}{place}>{conditional_escape(_drawn(context, row, cell))}</td>"


def _opening(context: template.Context, cell: Cell) -> str:
    """How the cells of a column begin, written once for all rows."""
    kept: Any = context.render_context
    openings: dict[str, str] = kept.setdefault("list_row", {})
    name = cell.column.name
    if name not in openings:
        markup = '<td class="{}" data-label="{}"'
        openings[name] = format_html(markup, classes_of(cell.column), cell.column.label)
    return openings[name]


def _drawn(context: template.Context, row: Row, cell: Cell) -> SafeString | str:
    if not cell.column.template:
        is_struck = cell.column.struck is not None and cell.column.struck(row.record)
        return format_html("<del>{}</del>", cell_value(cell)) if is_struck else cell_value(cell)
    with context.push(record=row.record):
        return context.template.engine.get_template(cell.column.template).render(context)  # type: ignore[union-attr]


def _words(cell: Cell, value: Any, kind: Kind) -> SafeString | str:
    if kind is Kind.TAGS:
        return tag_marks(value)
    if kind is Kind.RECORD:
        return format_html('<a href="{}">{}</a>', value.get_absolute_url(), value)
    if kind is Kind.STATUS:
        return status_badge(value)
    if kind is Kind.LINK:
        return _link(str(value))
    if kind is Kind.YES_NO:
        return cell.text or str(_truth(value))
    return cell.text or (
        DASH if kind is Kind.PERSON else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    )


def _link(address: str) -> SafeString:
    whole = address if address.startswith(("http://", "https://")) else f"https://{address}"
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', whole, address)


def _truth(value: Any) -> Any:
    return TRUTHS["yes" if value else "no"]
