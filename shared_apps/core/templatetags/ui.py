"""The template tags of the interface: one look of each thing, in one place."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField, Form, widgets
from django.template.base import token_kwargs
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from shared_apps.core import clock, formats, statuses

register = template.Library()

ICONS = Path(__file__).resolve().parents[3] / "static/vendor/tabler-icons-3.51.0"
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
CANVAS = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


@cache
def _drawing(name: str) -> SafeString:
    """The strokes inside a vendored icon. Raises ValueError for an icon that is not there."""
    file = ICONS / f"{name}.svg"
    if not file.is_file():
        raise ValueError(f"no icon {name!r} in {ICONS.name}")
    inside = DRAWING.search(file.read_text())
    lines = inside.group(1).replace(CANVAS, "").split("\n") if inside else []
    return SafeString("".join(line.strip() for line in lines))


@register.simple_tag
def icon(name: str, label: str = "", size: int = 18) -> SafeString:
    """Draw a Tabler icon inline; hidden from screen readers unless it has a `label`."""
    if not label:
        return _silent_icon(name, size)
    return _drawn(name, size, format_html('role="img" aria-label="{}"', label))


@cache
def _silent_icon(name: str, size: int) -> SafeString:
    return _drawn(name, size, mark_safe('aria-hidden="true"'))


def _drawn(name: str, size: int, spoken: SafeString) -> SafeString:
    return format_html(
        '<svg class="ui-icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" {1}>{2}</svg>',
        size,
        spoken,
        _drawing(name),
    )


DRAWN_ONCE, ID_STANDS_HERE = "drawn once", "\0id\0"  # no text of a page holds a zero


class AlikeNode(template.Node):
    """Markup that is the same for many records but for their id and some texts."""

    def __init__(
        self, inside: template.NodeList, record_id: Any, texts: Mapping[str, Any], differences: list[Any]
    ) -> None:
        self.inside, self.record_id, self.texts, self.differences = inside, record_id, texts, differences

    def render(self, context: template.Context) -> SafeString:
        own_id = str(self.record_id.resolve(context))
        kept = context.dicts[0].setdefault(DRAWN_ONCE, {})
        key = (self, *(one.resolve(context) for one in self.differences))
        if key not in kept:
            with context.push(**{name: f"\0{name}\0" for name in self.texts}):
                kept[key] = self.inside.render(context).replace(own_id, ID_STANDS_HERE)
        drawn = kept[key].replace(ID_STANDS_HERE, own_id)
        for name, text in self.texts.items():
            drawn = drawn.replace(f"\0{name}\0", conditional_escape(text.resolve(context)))
        return SafeString(drawn)


@register.tag
def alike(parser: Any, token: Any) -> AlikeNode:
    """`{% alike task.id task.done_at|yesno title=task.title %}…{% endalike %}`: what stands inside depends on
    nothing but the id, the values after it and the named texts, which have these names inside. It is drawn
    once for all records of a page.
    """
    _name, record_id, *rest = token.split_contents()
    texts = token_kwargs(rest, parser)
    inside = parser.parse(("endalike",))
    parser.delete_first_token()
    return AlikeNode(inside, parser.compile_filter(record_id), texts, [*map(parser.compile_filter, rest)])


@register.filter
def may(actor: Any, permission: str) -> bool:
    """Say whether the actor holds the permission; nobody holds nothing."""
    return bool(actor) and actor.may(permission)


def _address_of(url_name: str) -> str:
    """The address of a named page, or nothing on a host that has no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(
    context: Mapping[str, Any], url_name: str, icon: str, label: str, under: str = ""
) -> dict[str, Any]:
    """A line of the navigation; it is the current one on its own page and on those below it (or `under`)."""
    address = _address_of(url_name)
    path, root = context["request"].path, under or address
    is_current = path == address if root == "/" else bool(root) and path.startswith(root)
    return {"address": address, "icon": icon, "label": label, "is_current": is_current}


@register.inclusion_tag("components/menu_link.html")
def menu_link(url_name: str, icon: str, label: str) -> dict[str, str]:
    """A line of a drop-down menu."""
    return {"address": _address_of(url_name), "icon": icon, "label": label}


# Values -----------------------------------------------------------------------------------------------------


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> SafeString | str:
    """An amount with its currency, as the reader writes it; a dash for none."""
    if amount is None:
        return "—"
    return format_html('<span class="money">{}</span>', formats.format_money(amount, currency))


@register.filter
def number(value: Decimal | int | None, places: int | None = None) -> str:
    """A quantity or a rate as the reader writes it: `{{ line.quantity|number }}`, `{{ rate|number:2 }}`."""
    return "—" if value is None else formats.format_number(value, places)


@register.simple_tag
def day(value: date | None) -> SafeString | str:
    """A date; the weekday and month in words on hover."""
    if value is None:
        return "—"
    markup = '<time class="day" datetime="{}" title="{}">{}</time>'
    return format_html(markup, value.isoformat(), formats.format_long_day(value), formats.format_day(value))


@register.simple_tag
def when(instant: datetime | None) -> SafeString | str:
    """How long ago; the full instant on hover."""
    if instant is None:
        return "—"
    relative = formats.format_relative(instant, clock.now())
    markup = '<time class="when" datetime="{}" title="{}">{}</time>'
    return format_html(markup, instant.isoformat(), formats.format_instant(instant), relative)


@register.simple_tag
def instant(value: datetime | None) -> SafeString | str:
    """A day and time in full, for what is looked up later."""
    if value is None:
        return "—"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.format_instant(value))


@register.simple_tag
def status_badge(status: str, label: str = "") -> SafeString:
    """A record's status: a coloured dot and a word; annulled and voided are struck through."""
    look, word = statuses.look_of(status)
    return format_html('<span class="status-badge is-{}">{}</span>', look, label or word)


@register.filter
def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    letters = [word[0] for word in re.findall(r"\w+", name or "")]
    return "".join(letters[:1] + letters[1:][-1:]).upper()


@register.inclusion_tag("components/avatar.html")
def avatar(name: str, square: bool = False) -> dict[str, Any]:
    """A person (round) or an organization (square) as initials on one of eight calm tints."""
    return {"name": name, "square": square, "tint": sum(map(ord, name)) % 8}


@register.inclusion_tag("components/copy_button.html")
def copy_button(value: str, label: str = "") -> dict[str, str]:
    """A small button that copies `value` and says so."""
    return {"value": value, "label": label or _("Copy")}


# Forms ------------------------------------------------------------------------------------------------------


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, widgets.CheckboxInput):
        return "checkbox"
    if isinstance(widget, (widgets.RadioSelect, widgets.CheckboxSelectMultiple)):
        return "choices"
    if isinstance(widget, widgets.DateInput):
        return "date"
    if isinstance(widget, widgets.Select):
        return "select"
    return "text"


CLASSES = {"checkbox": "form-check-input", "choices": "form-check-input", "select": "form-select"}


def _describe(bound: BoundField) -> str:
    parts = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    parts += [f"{bound.auto_id}_error"] if bound.errors else []
    return " ".join(parts)


def _attributes(bound: BoundField, kind: str) -> dict[str, Any]:
    own = bound.field.widget.attrs
    classes = [CLASSES.get(kind, "form-control"), own.get("class", "")]
    if bound.errors:
        classes.append("is-invalid")
    attributes: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    if described := _describe(bound):
        attributes["aria-describedby"] = described
    if kind == "date":
        dates = {"data-date": "", "inputmode": "text", "autocomplete": "off", "placeholder": _("dd.mm.yyyy")}
        attributes |= {key: value for key, value in dates.items() if key not in own}
    return attributes


def _prepare(widget: Any, kind: str) -> None:
    """Set what a widget reads from itself and not from the attributes of one rendering."""
    if kind == "date" and widget.format is None:
        widget.format = "%d.%m.%Y"
    if kind == "choices":
        widget.attrs["class"] = CLASSES[kind]


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, **options: Any) -> dict[str, Any]:
    """A form field: label above, control, help below, error beside.

    Options: `wide` spans both columns, `prefix` and `suffix` stand in the control, `label` is another label,
    `optional=False` does not say that a field may stay empty.
    """
    kind = _kind(bound)
    _prepare(bound.field.widget, kind)
    return {
        "field": bound,
        "kind": kind,
        "control": bound.as_widget(attrs=_attributes(bound, kind)),
        "label": options.get("label") or capfirst(bound.label),
        "optional": options.get("optional", not bound.field.required) and kind not in ("checkbox", "choices"),
        **{name: options.get(name, "") for name in ("wide", "prefix", "suffix")},
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Form, summary: bool = False) -> dict[str, Any]:
    """What is wrong with the whole form; with `summary`, links to the wrong fields too (for long forms)."""
    wrong = [bound for bound in form.visible_fields() if bound.errors] if summary else []
    return {"general": form.non_field_errors(), "wrong": wrong}


@register.inclusion_tag("components/line_cell.html")
def line_cell(bound: BoundField, label: str, kind: str = "", hidden: BoundField | str = "") -> dict[str, Any]:
    """One cell of the line editor: the control, named by its column, a hidden one, the error right below."""
    error_id = f"{bound.auto_id}_error"
    classes = bound.field.widget.attrs.get("class", "form-control")
    if classes != "form-check-input":
        classes += " line-input"
    attributes: dict[str, str | bool] = {"aria-label": label, "class": classes}
    if bound.errors:
        classes += " is-invalid"
        attributes |= {"aria-invalid": "true", "aria-describedby": error_id, "class": classes}
    return {
        "control": bound.as_widget(attrs=attributes),
        "errors": bound.errors,
        "error_id": error_id,
        "label": label,
        "kind": kind,
        "hidden": hidden,
    }


# Lists ------------------------------------------------------------------------------------------------------


Choices = Iterable[tuple[Any, Any]]


def _address(context: Mapping[str, Any], changes: dict[str, Any]) -> str:
    """The query of this page with some parameters changed; an empty value drops its parameter."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def query_string(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's query with the given parameters changed, the others kept."""
    return _address(context, changes)


def _options(context: Mapping[str, Any], name: str, choices: Choices) -> list[dict[str, Any]]:
    """The choices of parameter `name` as addresses of this list's first page, the current one marked."""
    chosen = context["request"].GET.get(name, "")
    return [
        {
            "value": value,
            "label": label,
            "url": _address(context, {name: value, "cursor": None}),
            "is_chosen": str(value or "") == chosen,
        }
        for value, label in choices
    ]


@register.inclusion_tag("components/filter_menu.html", takes_context=True)
def filter_menu(context: Mapping[str, Any], name: str, label: str, choices: Choices) -> dict[str, Any]:
    """A filter chip with a menu: `choices` are pairs of value and label; the URL holds the choice."""
    options = [option for option in _options(context, name, choices) if option["value"]]
    current = next((option["label"] for option in options if option["is_chosen"]), "")
    clear = _address(context, {name: None, "cursor": None})
    return {"label": label, "options": options, "current": current, "clear": clear}


@register.inclusion_tag("components/view_tabs.html", takes_context=True)
def view_tabs(context: Mapping[str, Any], name: str, choices: Choices) -> dict[str, Any]:
    """The views of a list as tabs beside its title: pairs of value and label; empty means the whole list."""
    return {"tabs": _options(context, name, choices)}


@register.inclusion_tag("components/search_box.html", takes_context=True)
def search_box(context: Mapping[str, Any], placeholder: str = "") -> dict[str, Any]:
    """The search of a list: filters `#list` while one types, keeps the other parameters of the URL."""
    request = context["request"]
    kept = [(name, value) for name, value in request.GET.items() if name not in ("search", "cursor")]
    search = request.GET.get("search", "")
    return {"path": request.path, "search": search, "kept": kept, "placeholder": placeholder or _("Search")}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Mapping[str, Any], page: Any) -> dict[str, str]:
    """Previous and next of a keyset page; nothing when the list fits on one."""
    cursors = {"previous": page.previous_cursor, "next": page.next_cursor}
    return {name: _address(context, {"cursor": cursor}) if cursor else "" for name, cursor in cursors.items()}


@register.inclusion_tag("components/empty_state.html")
def empty_state(icon: str, title: str, **words: str) -> dict[str, str]:
    """What will live here (`text`) and the one action that fills it (`action_url`, `action_label`)."""
    return {"icon": icon, "title": title, "text": "", "action_url": "", "action_label": "", **words}


@register.inclusion_tag("components/stat_tile.html")
def stat_tile(label: str, value: Any, hint: str = "", tone: str = "", url: str = "") -> dict[str, Any]:
    """One figure of a dashboard; `tone` is `good`, `warning` or `bad`."""
    return {"label": label, "value": value, "hint": hint, "tone": tone, "url": url}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str) -> dict[str, Any]:
    """A bar with its count; the width is set by script."""
    percent = round(100 * done / total) if total else 0
    return {"done": done, "total": total, "label": label, "percent": percent}
