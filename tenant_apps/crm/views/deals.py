"""The pages of a deal, and the forecast of all."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shared_apps.core import clock, slots
from shared_apps.core.asking import rows_of
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page, partial
from shared_apps.core.ids import id_in
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.crm import forms, operations, queries
from tenant_apps.crm.models import Deal, DealStatus
from tenant_apps.crm.views.records import record_context
from tenant_apps.workspace.queries import active_members, names_of, profile

OPTIONS = 20
WON_FOR_MONTHS = 6


@page(Permission.DEALS_VIEW)
def deal_forecast(request: ActorRequest) -> HttpResponse:
    """What is expected to be won in which month, beside what was."""
    deals = queries.visible_deals(request.actor)
    if owner := id_in(request.GET.get("owner")):
        deals = deals.filter(owner_id=owner)
    now = timezone.localtime(clock.now())
    won_from = (now - timedelta(days=30 * WON_FOR_MONTHS)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    this_month = now.date().replace(day=1)
    months = queries.forecast(deals, won_from=won_from)
    context = {
        "months": [(one, bool(one.month and one.month < this_month)) for one in months],
        "owners": [(str(user_id), name) for user_id, name in _owners()],
    }
    return partial(request, "crm/deal_forecast.html", "list", context)


@page(Permission.DEALS_VIEW)
def deal_detail(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal = queries.visible_deal(deal_id, request.actor)
    won = {"deal": deal, "actor": request.actor} if deal.status == DealStatus.WON else None
    context = {
        "deal": deal,
        "next_steps": [],
        **record_context(
            request,
            deal,
            stages=rows_of(queries.stages().filter(pipeline=deal.pipeline_id)),
            stays=queries.stays_of_deal(deal_id, at=clock.now()),
            items=rows_of(queries.items_of_deal(deal_id)),
            people=rows_of(queries.people_of_deal(deal_id)),
            **({"next_steps": slots.filling("deal.won", **won)} if won else {}),
        ),
    }
    places = (n for n, one in enumerate(context["stages"]) if one.pk == deal.stage_id)
    context["place"] = next(places, -1)
    return partial(request, "crm/deal_detail.html", "panel", context)


@page(Permission.DEALS_EDIT)
def deal_create(request: ActorRequest) -> HttpResponse:
    """An empty form; the address may choose company, contact, stage, and the pipeline's first stage."""
    asked, actor = request.GET, request.actor
    contact = _contact(request, asked.get("contact"))
    company_id = asked.get("company") or (contact.company_id if contact else None)
    stages = _stages(asked.get("pipeline"))
    initial = {
        "name": asked.get("name", ""),
        "company_id": company_id,
        "currency": profile().default_currency,
        "owner_id": actor.id,
        "stage_id": asked.get("stage") or (stages[0].pk if stages else None),
    }
    form = forms.DealForm(by=actor, owners=_owners(), stages=stages, initial=initial)
    chosen = [{"contact_id": contact.pk, "role": ""}] if contact else []
    people = forms.PeopleForms(names=_names(request, [one["contact_id"] for one in chosen]), initial=chosen)
    return _form(request, "crm/deal_create.html", form, people, forms.DealLines(vat_rate=_usual_rate()))


@deal_create.act
def create_deal(request: ActorRequest) -> HttpResponse:
    form, people, lines = _typed(request, stages=_stages(request.GET.get("pipeline")))
    try:
        if _are_valid(form, people, lines):
            deal = operations.create_deal(
                details=forms.as_change(form, people, lines),
                stage_id=form.cleaned_data.get("stage_id"),
                by=request.actor,
                at=clock.now(),
            )
            return done(request, to=deal, message=_("The deal was added."), event="crm.deal_created")
    except DomainError as refusal:
        forms.add_deal_refusal(form, lines, refusal)
    return _form(request, "crm/deal_create.html", form, people, lines)


@page(Permission.DEALS_EDIT)
def deal_edit(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal = queries.visible_deal(deal_id, request.actor)
    form = forms.DealForm(by=request.actor, owners=_owners(deal), initial=forms.initial_of(deal))
    taking_part = list(queries.people_of_deal(deal_id))
    names = {str(one.contact_id): str(one.contact) for one in taking_part}
    people = forms.PeopleForms(names=names, initial=forms.initial_people(taking_part))
    written = forms.initial_lines(queries.items_of_deal(deal_id))
    lines = forms.DealLines(initial=written, vat_rate=_usual_rate())
    return _form(request, "crm/deal_edit.html", form, people, lines, deal)


@deal_edit.act
def change_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal = queries.visible_deal(deal_id, request.actor)
    form, people, lines = _typed(request, deal=deal)
    try:
        if _are_valid(form, people, lines):
            operations.change_deal(
                deal_id=deal_id,
                change=forms.as_change(form, people, lines),
                by=request.actor,
                at=clock.now(),
            )
            return done(request, to=deal, message=_("The deal was saved."), event="crm.deal_changed")
    except DomainError as refusal:
        forms.add_deal_refusal(form, lines, refusal)
    return _form(request, "crm/deal_edit.html", form, people, lines, deal)


@act(Permission.DEALS_EDIT)
def win_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal = operations.win_deal(deal_id=deal_id, by=request.actor, at=clock.now())
    undo = reverse("reopen_deal", args=[deal_id])
    message = _("%(name)s is won.") % {"name": deal}
    return done(request, to=deal, message=message, event="crm.deal_won", undo=undo)


@page(Permission.DEALS_EDIT)
def lose_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    """Asks why it was lost."""
    deal = queries.visible_deal(deal_id, request.actor)
    return _ask_why(request, deal, forms.LoseForm())


@lose_deal.act
def lose_deal_for(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal, form = queries.visible_deal(deal_id, request.actor), forms.LoseForm(request.POST)
    try:
        if form.is_valid():
            operations.lose_deal(
                deal_id=deal_id, reason=form.cleaned_data["reason"], by=request.actor, at=clock.now()
            )
            undo = reverse("reopen_deal", args=[deal_id])
            message = _("%(name)s is lost.") % {"name": deal}
            return done(request, to=deal, message=message, event="crm.deal_lost", undo=undo)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _ask_why(request, deal, form)


@act(Permission.DEALS_EDIT)
def reopen_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal = operations.reopen_deal(deal_id=deal_id, by=request.actor, at=clock.now())
    message = _("%(name)s is open again.") % {"name": deal}
    return done(request, to=deal, message=message, event="crm.deal_reopened")


@act(Permission.DEALS_EDIT)
def archive_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal = operations.archive_deal(deal_id=deal_id, by=request.actor, at=clock.now())
    undo = reverse("unarchive_deal", args=[deal_id])
    message = _("%(name)s was archived.") % {"name": deal}
    return done(request, to=deal, message=message, event="crm.deal_archived", undo=undo)


@act(Permission.DEALS_EDIT)
def unarchive_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal = operations.unarchive_deal(deal_id=deal_id, by=request.actor, at=clock.now())
    message = _("%(name)s is back in the list.") % {"name": deal}
    return done(request, to=deal, message=message, event="crm.deal_unarchived")


@act(Permission.DEALS_EDIT)
def duplicate_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    deal = operations.duplicate_deal(deal_id=deal_id, by=request.actor, at=clock.now())
    message = _("This is a new deal with the same people and lines.")
    return done(request, to=deal, message=message, event="crm.deal_created")


@page(Permission.DEALS_VIEW)
def deal_options(request: ActorRequest) -> HttpResponse:
    """Deals for a select that searches on the server: of one company and in these states if asked."""
    found = matching(queries.visible_deals(request.actor), request.GET.get("q", ""))
    if company_id := id_in(request.GET.get("company_id")):
        found = found.filter(company_id=company_id)
    if statuses := request.GET.getlist("status"):
        found = found.filter(status__in=statuses)
    rows = found.select_related("company", "stage").order_by("name_folded", "id")[:OPTIONS]
    items = [
        {"value": one.pk, "text": one.name, "hint": f"{one.company or ''} · {one.stage}".strip(" ·")}
        for one in rows
    ]
    return json_response({"items": items})


def _ask_why(request: ActorRequest, deal: Deal, form: forms.LoseForm) -> HttpResponse:
    context = {"deal": deal, "form": form, "reasons": queries.lost_reasons(request.actor)}
    status = 422 if form.is_bound and form.errors else 200
    return partial(request, "crm/lose_deal.html", "panel", context, status=status)


def _form(
    request: ActorRequest,
    template: str,
    form: forms.DealForm,
    people: forms.PeopleForms,
    lines: forms.DealLines,
    deal: Deal | None = None,
) -> HttpResponse:
    """The form with its people and lines: 422 when any of them came back with errors."""
    answer = form_page(request, template, form, {"people": people, "lines": lines, "deal": deal})
    if form.is_bound and not (people.is_valid() and lines.is_valid()):
        answer.status_code = 422
    return answer


def _typed(
    request: ActorRequest, *, deal: Deal | None = None, stages: Any = ()
) -> tuple[forms.DealForm, forms.PeopleForms, forms.DealLines]:
    """What came back from the form's page."""
    form = forms.DealForm(request.POST, by=request.actor, owners=_owners(deal), stages=stages)
    names = _names(request, _chosen_people(request.POST))
    return (
        form,
        forms.PeopleForms(request.POST, names=names),
        forms.DealLines(request.POST, vat_rate=_usual_rate()),
    )


def _are_valid(form: forms.DealForm, people: forms.PeopleForms, lines: forms.DealLines) -> bool:
    """Ask all three, so that every error is shown at once."""
    return form.is_valid() & people.is_valid() & lines.is_valid()


def _owners(deal: Deal | None = None) -> list[tuple[UUID, str]]:
    """Who may own a deal: the team, and its present owner even when no longer in it."""
    found = {one.user_id: one.name for one in active_members()}
    return list((found | names_of({deal.owner_id} - {*found}) if deal else found).items())


def _stages(pipeline: str | None) -> list[Any]:
    """The stages that a new deal may enter: of the asked pipeline, or of all of them."""
    found, wanted = list(queries.stages()), id_in(pipeline)
    return [one for one in found if one.pipeline_id == wanted] or found


def _chosen_people(posted: QueryDict) -> list[Any]:
    return [value for name, value in posted.items() if name.endswith("-contact_id")]


def _names(request: ActorRequest, ids: list[Any]) -> dict[str, str]:
    """The names of contacts that the reader sees, for selects that show what was chosen."""
    wanted = [one for one in (id_in(str(value)) for value in ids) if one]
    if not wanted:
        return {}
    rows = queries.visible_contacts(request.actor, archived=None).filter(pk__in=wanted)
    return {str(one.pk): str(one) for one in rows}


def _contact(request: ActorRequest, contact_id: str | None) -> Any:
    wanted = id_in(contact_id)
    if wanted is None:
        return None
    return queries.visible_contacts(request.actor, archived=None).filter(pk=wanted).first()


def _usual_rate() -> Decimal | None:
    return forms.usual_rate(profile())
