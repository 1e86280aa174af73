"""The board: its page, the cards that follow, and what a drag or a key does to a card."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core import clock, slots
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, done, page, partial, status_of
from shared_apps.core.ids import id_in
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from shared_apps.core.templatetags.ui import avatar, day
from tenant_apps.crm import operations, queries, rules
from tenant_apps.crm.models import Company, Deal, Pipeline, Stage
from tenant_apps.crm.queries import FIRST_CARDS, Card, Head
from tenant_apps.crm.templatetags.board import ShownCard, board_cards
from tenant_apps.workspace.operations import remember_layout
from tenant_apps.workspace.queries import layout_of, mirrored_members

LAYOUT = "board"
FIELDS = {
    "company": gettext_lazy("Company"),
    "value": gettext_lazy("Value"),
    "close": gettext_lazy("Expected close"),
    "owner": gettext_lazy("Owner"),
    "days": gettext_lazy("Days in the stage"),
    "money": gettext_lazy("How the client pays"),
}
USUAL_FIELDS = ("company", "value", "close", "owner", "money")
NEXT_ACTIVITY = {
    "overdue": gettext_lazy("Something is overdue"),
    "today": gettext_lazy("Something is to be done today"),
    "later": gettext_lazy("Something is planned"),
    "none": gettext_lazy("Nothing is planned"),
}


@dataclass(frozen=True)
class Column:
    stage: Stage
    head: Head
    cards: list[ShownCard]
    more: str


class Board:
    """What one request needs to show cards: who owns what, what time it is, which fields are wanted."""

    def __init__(self, request: ActorRequest, stages: list[Stage]) -> None:
        self.request, self.actor = request, request.actor
        self.at = clock.now()
        local = timezone.localtime(self.at)
        tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
        self.day_ends_at, self.today = tomorrow, local.date()
        self.stages = {stage.pk: stage for stage in stages}
        self.owners = {one.user_id: one for one in mirrored_members()}
        # What many cards have in common is written once.
        self.mark_of, self.day_of = cache(_mark), cache(day)

    def deals(self) -> QuerySet[Deal]:
        """The open deals that the reader sees and the address asks for."""
        asked, rows = self.request.GET, queries.open_deals(self.actor)
        if owner := id_in(asked.get("owner")):
            rows = rows.filter(owner_id=owner)
        if company := id_in(asked.get("company_id")):
            rows = rows.filter(company_id=company)
        return matching(rows, asked.get("search", ""))

    def heads(self) -> dict[UUID, Head]:
        return queries.heads_of(self.deals(), list(self.stages.values()), at=self.at)

    def shown(self, cards: Iterable[Card], fields: Iterable[str]) -> list[ShownCard]:
        """The cards for the template; the notes of other apps are one statement for all of them."""
        found = list(cards)
        notes = self._notes(found) if "money" in fields else {}
        root = reverse("deal_list")
        return [self._card(card, root, notes.get(card.company_id, ())) for card in found]

    def _card(self, card: Card, root: str, notes: tuple[Any, ...]) -> ShownCard:
        activity = rules.next_activity(card.next_task_at, at=self.at, day_ends_at=self.day_ends_at)
        stage, owner = self.stages[card.stage_id], self.owners.get(card.owner_id)  # type: ignore[arg-type]
        return ShownCard(
            card,
            f"{root}{card.id}/",
            owner.name if owner else "",
            self.mark_of(owner.name) if owner else "",
            self.day_of(card.expected_close_on) if card.expected_close_on else "",
            activity,
            str(NEXT_ACTIVITY[activity]),
            rules.is_rotting(card.stage_entered_at, stage.rot_days, at=self.at),
            (self.at - card.stage_entered_at).days,
            notes,
        )

    def _notes(self, cards: list[Card]) -> Mapping[UUID | None, tuple[Any, ...]]:
        """Company id → what other apps say of it on a card."""
        company_ids = {card.company_id for card in cards if card.company_id}
        told: dict[UUID | None, tuple[Any, ...]] = {}
        if company_ids:
            for found in slots.fill("deal.card", company_ids=company_ids, actor=self.actor, on=self.today):
                for company_id, notes in found.items():
                    told[company_id] = (*told.get(company_id, ()), *notes)
        return told


@page(Permission.DEALS_VIEW)
def deal_board(request: ActorRequest) -> HttpResponse:
    """The open deals of one pipeline, a column for each stage."""
    every_stage = list(queries.stages())
    pipeline = _pipeline(request, every_stage)
    stages = [stage for stage in every_stage if pipeline and stage.pipeline_id == pipeline.pk]
    fields = _fields(request)
    board = Board(request, stages)
    context = {
        "pipeline": pipeline,
        "pipelines": _distinct(every_stage),
        "columns": _columns(board, stages, fields),
        "fields": fields,
        "all_fields": [(name, label, name in fields) for name, label in FIELDS.items()],
        "owners": [(str(one.user_id), one.name) for one in board.owners.values() if one.is_active],
        "company": _company(request),
        "is_narrowed": any(request.GET.get(name) for name in ("owner", "company_id", "search")),
        "may_move": request.actor.may(Permission.DEALS_EDIT),
    }
    return partial(request, "crm/deal_board.html", "list", context)


@page(Permission.DEALS_VIEW)
def deal_cards(request: ActorRequest) -> HttpResponse:
    """The next cards of a column, below the place that the address names."""
    stage = queries.stage_by_id(id_in(request.GET.get("stage")) or UUID(int=0))
    fields = _fields(request)
    board = Board(request, [stage])
    found = queries.cards_after(board.deals(), stage, _place(request.GET.get("after", "")))
    cards = board.shown(found[:FIRST_CARDS], fields)
    more = _more(request, stage, found)
    may_move = request.actor.may(Permission.DEALS_EDIT)
    context = {"cards": cards, "fields": fields, "more": more, "may_move": may_move}
    return partial(request, "crm/deal_cards.html", "cards", context)


@act(Permission.DEALS_EDIT)
def move_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    """Move a card: to another stage, or to another place in its column.

    The board's script gets JSON: the heads as they are now, and the card where it truly stands. 409 when
    somebody moved it meanwhile. A form of the deal's page is answered as every act.
    """
    asked = request.POST if "stage_id" in request.POST else request.GET
    stage_id = id_in(asked.get("stage_id")) or UUID(int=0)
    if request.headers.get("Accept") != "application/json":
        return _moved_by_form(request, deal_id, stage_id)
    try:
        _move(request, deal_id, stage_id)
    except DomainError as refusal:
        return _truth(request, deal_id, stage_id, status=status_of(refusal), message=str(refusal))
    return _truth(request, deal_id, stage_id)


@act(Permission.DEALS_VIEW)
def choose_card_fields(request: ActorRequest) -> HttpResponse:
    """What the cards show; remembered for the person."""
    chosen = [name for name in FIELDS if name in request.POST.getlist("fields")]
    kept = urlencode({"fields": chosen or ["none"]}, doseq=True)
    remember_layout(entity=LAYOUT, query=kept, by=request.actor, at=clock.now())
    request.session[LAYOUT] = kept
    query = request.META.get("QUERY_STRING", "")
    return done(request, to=f"{reverse('deal_board')}?{query}" if query else "deal_board")


def _fields(request: ActorRequest) -> list[str]:
    """What the person wants on cards; the session spares the question to the database."""
    if LAYOUT not in request.session:
        request.session[LAYOUT] = layout_of(LAYOUT, request.actor.id)
    return parse_qs(request.session[LAYOUT]).get("fields", list(USUAL_FIELDS))


def _columns(board: Board, stages: list[Stage], fields: list[str]) -> list[Column]:
    """Heads by one statement, cards by another, what other apps say of them by one for all."""
    if not stages:
        return []
    heads, found = board.heads(), queries.first_cards(board.deals(), stages)
    first = [card for stage in stages for card in found[stage.pk][:FIRST_CARDS]]
    shown = iter(board.shown(first, fields))
    return [
        Column(
            stage,
            heads[stage.pk],
            [next(shown) for _card in found[stage.pk][:FIRST_CARDS]],
            _more(board.request, stage, found[stage.pk]),
        )
        for stage in stages
    ]


def _more(request: HttpRequest, stage: Stage, found: list[Card]) -> str:
    """The address of the next cards; empty when these were the last."""
    if len(found) <= FIRST_CARDS:
        return ""
    last = found[FIRST_CARDS - 1]
    asked = {name: request.GET[name] for name in ("owner", "company_id", "search") if request.GET.get(name)}
    place = {"stage": stage.pk, "after": f"{last.board_order}~{last.id}"}
    return f"{reverse('deal_cards')}?{urlencode({**asked, **place})}"


def _place(text: str) -> tuple[Decimal, UUID]:
    order, _tilde, deal_id = text.partition("~")
    try:
        return Decimal(order), UUID(deal_id)
    except (InvalidOperation, ValueError) as error:
        raise Deal.DoesNotExist() from error


def _move(request: ActorRequest, deal_id: UUID, stage_id: UUID) -> None:
    above = id_in(request.POST.get("above_id"))
    if id_in(request.POST.get("from_stage_id")) == stage_id:
        operations.place_deal(
            deal_id=deal_id, stage_id=stage_id, above_id=above, by=request.actor, at=clock.now()
        )
        return
    operations.move_deal(
        deal_id=deal_id,
        stage_id=stage_id,
        above_id=above,
        version=_version(request),
        by=request.actor,
        at=clock.now(),
    )


def _version(request: ActorRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() else None


def _moved_by_form(request: ActorRequest, deal_id: UUID, stage_id: UUID) -> HttpResponse:
    left = queries.visible_deal(deal_id, request.actor).stage_id
    deal = operations.move_deal(
        deal_id=deal_id, stage_id=stage_id, version=_version(request), by=request.actor, at=clock.now()
    )
    undo = f"{reverse('move_deal', args=[deal_id])}?stage_id={left}"
    message = _("%(name)s is in “%(stage)s” now.") % {"name": deal, "stage": deal.stage}
    return done(request, to=deal, message=message, event="crm.deal_moved", undo=undo)


def _truth(
    request: ActorRequest, deal_id: UUID, stage_id: UUID, *, status: int = 200, message: str = ""
) -> HttpResponse:
    """Where the card stands now, and the heads of its pipeline's columns."""
    every_stage = list(queries.stages())
    pipeline_id = next((one.pipeline_id for one in every_stage if one.pk == stage_id), None)
    stages = [one for one in every_stage if one.pipeline_id == pipeline_id]
    fields = _fields(request)
    board = Board(request, stages)
    deals = board.deals()
    card = queries.card_of(deals.filter(stage__in=stages), deal_id)
    told: dict[str, Any] = {"message": message, "card": None, "heads": {}}
    for key, head in board.heads().items():
        told["heads"][str(key)] = render_to_string("crm/components/board_head.html", {"head": head}, request)
    if card:
        told["card"] = board_cards({"fields": fields, "may_move": True}, board.shown([card], fields))
        told |= {"stage_id": str(card.stage_id), "above_id": _text(queries.card_above(deals, card))}
    return json_response(told, status=status)


def _pipeline(request: ActorRequest, stages: list[Stage]) -> Pipeline | None:
    """The pipeline that the address names, else the first."""
    found = _distinct(stages)
    wanted = id_in(request.GET.get("pipeline"))
    return next((one for one in found if one.pk == wanted), found[0] if found else None)


def _company(request: ActorRequest) -> Company | None:
    """The company that the address narrows the board to, if the reader sees it."""
    wanted = id_in(request.GET.get("company_id"))
    if wanted is None:
        return None
    return queries.visible_companies(request.actor, archived=None).filter(pk=wanted).first()


def _distinct(stages: list[Stage]) -> list[Pipeline]:
    return list({stage.pipeline_id: stage.pipeline for stage in stages}.values())


def _mark(name: str) -> str:
    return render_to_string("components/avatar.html", avatar(name))


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
