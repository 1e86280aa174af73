"""The cards of the board. A page has a hundred of them, so one function writes them, not a template each."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.core.formats import format_money
from tenant_apps.crm.queries import Card

register = template.Library()


@dataclass(frozen=True)
class ShownCard:
    """A card with what its columns do not hold: its owner's name, how it fares, notes of other apps.

    `owner_mark` and `close` are markup; everything else is text. `days`: whole days in the stage.
    """

    deal: Card
    url: str
    owner: str
    owner_mark: str
    close: str
    activity: str
    activity_text: str
    is_rotting: bool
    days: int
    notes: tuple[Any, ...]


@register.simple_tag(takes_context=True)
def board_cards(context: Mapping[str, Any], cards: Iterable[ShownCard]) -> SafeString:
    """The cards of a column as list items, with the `fields` of the context; `may_move` adds their menu."""
    return SafeString("".join(_card(one, context["fields"], may_move=context["may_move"]) for one in cards))


def _card(card: ShownCard, fields: Collection[str], *, may_move: bool) -> str:
    deal, address, activity = card.deal, escape(card.url), escape(card.activity_text)
    rotting = " is-rotting" if card.is_rotting else ""
    parts = "".join((_menu(deal.name) if may_move else "", *_lines(card, fields)))
    return (
        f'<li class="board-card{rotting}" data-card="{deal.id}" data-version="{deal.version}">'
        f'<span class="activity-dot is-{card.activity}" role="img" aria-label="{activity}"'
        f' title="{activity}"></span>'
        f'<a class="board-card-name" href="{address}" data-panel-url="{address}">{escape(deal.name)}</a>'
        f"{parts}</li>\n"
    )


def _menu(name: str) -> str:
    label = escape(_("Move or close %(name)s") % {"name": name})
    return (
        '<button type="button" class="board-card-more" data-card-menu aria-haspopup="menu"'
        f' aria-label="{label}">⋯</button>'
    )


def _lines(card: ShownCard, fields: Collection[str]) -> Iterable[str]:
    """What stands below the name: what the reader wants to see, and what nobody may overlook."""
    deal = card.deal
    if "company" in fields and deal.company_name:
        yield _line(escape(deal.company_name))
    if "value" in fields:
        amount = escape(format_money(deal.value, deal.currency))
        yield f'<span class="board-card-value"><span class="money">{amount}</span></span>'
    if "close" in fields and card.close:
        yield _line(f'<span class="visually-hidden">{escape(_("Expected close"))}</span>{card.close}')
    if "days" in fields or card.is_rotting:
        here = ngettext("%(days)s day here", "%(days)s days here", card.days) % {"days": card.days}
        yield _line(escape(here), "bad" if card.is_rotting else "")
    if deal.paid_at:
        yield _line(escape(_("Paid in full")), "good")
    for note in card.notes:
        yield _line(escape(str(note.text)), note.tone)
    if "owner" in fields and card.owner:
        hidden = f'<span class="visually-hidden">{escape(card.owner)}</span>'
        yield f'<span class="board-card-owner">{card.owner_mark}{hidden}</span>'


def _line(markup: str, tone: str = "") -> str:
    return f'<span class="board-card-line{f" is-{tone}" if tone else ""}">{markup}</span>'
