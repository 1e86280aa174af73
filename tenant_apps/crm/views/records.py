"""What the pages of companies, contacts and deals share: the stream, the composer, facts, neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock, slots
from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking, rows_of, together
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, add_refusal, done, is_htmx, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.forms import CompanyForm, ContactForm
from tenant_apps.crm.forms.records import (
    DETAILS,
    PLACES,
    ConversationForm,
    NoteForm,
    OwnerForm,
    details_in,
    places_in,
)
from tenant_apps.crm.forms.tasks import QuickTaskForm
from tenant_apps.crm.models import Company, Contact, Note, Task
from tenant_apps.crm.operations import CompanyChange, ContactChange
from tenant_apps.crm.queries import Stream
from tenant_apps.crm.views.tasks import prepared
from tenant_apps.sharing.queries import may_change, owner_name
from tenant_apps.workspace.queries import active_members, arranged_by_query, in_order

EDIT = {
    "company": Permission.COMPANIES_EDIT,
    "contact": Permission.CONTACTS_EDIT,
    "deal": Permission.DEALS_EDIT,
}
VIEW = {
    "company": Permission.COMPANIES_VIEW,
    "contact": Permission.CONTACTS_VIEW,
    "deal": Permission.DEALS_VIEW,
}
LISTS = {"company": "company_list", "contact": "contact_list", "deal": "deal_list"}
FORMS: dict[str, type[CompanyForm] | type[ContactForm]] = {"company": CompanyForm, "contact": ContactForm}
_ALIKE = {"email", "phone"}
INLINE = {
    "company": _ALIKE
    | {"name", "eik", "vat_number", "website", "industry", "size", "city", "address", "postal_code"},
    "contact": _ALIKE | {"first_name", "last_name", "job_title"},
}
TASKS_SHOWN, PINNED_SHOWN = 20, 10


@dataclass(frozen=True)
class Fact:
    """One detail of a record. `href` makes a link of it, `field` is what the inline editor changes; a text
    can be copied.
    """

    label: str
    text: str
    field: str = ""
    href: str = ""
    is_copied: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Walk:
    """The list that one came from: the way back to its place, and the records before and after."""

    back: str
    previous: str
    next: str


def record_context(request: ActorRequest, record: Any, **own: Asking[Any]) -> dict[str, Any]:
    """What every record page shows beside its own facts, and what the parts of its `own` come to: asked
    together, for one statement in each round.
    """
    actor, name = request.actor, record.shared_as
    may = actor.may(EDIT[name]) and may_change(record, actor)
    shown = {"record_type": name, "record": record, "actor": actor, "may_change": may}
    parts: dict[str, Asking[Any]] = {
        "members": rows_of(active_members()),
        "stream": queries.stream_asking(record, actor),
        "pinned": rows_of(_pinned_notes(record, actor)),
        "tasks": rows_of(_open_tasks(record, request)),
        "parts": slots.filling("record.fields", **shown),
        "tag_parts": slots.filling("record.tags", **shown),
        "related": slots.filling(f"{name}.related", **{name: record}, actor=actor),
        **own,
    }
    told = dict(zip(parts, together(*parts.values()), strict=True))
    people = told["members"]
    known = {one.user_id: str(one) for one in people}
    prepared((one.item for one in told["stream"].entries if one.kind == "task"), request, known)
    return {
        **told,
        "record": record,
        "record_type": name,
        "tasks": prepared(told["tasks"], request, known),
        "owner_name": owner_name(record, known),
        "may_change": may,
        "may_write": actor.may(Permission.NOTES_EDIT) and may_change(record, actor),
        "members": [*known.values()],
        "note_form": NoteForm(),
        "conversation_form": ConversationForm(auto_id="talk_%s"),
        "task_form": QuickTaskForm(initial={"assignee_id": str(actor.id)}, people=people),
        "record_field": f"{name}_id",
        "walk": walk_of(request, record),
    }


def _pinned_notes(record: Any, actor: Actor) -> QuerySet[Note]:
    return queries.notes_about(record, actor).select_related(None).filter(is_pinned=True)[:PINNED_SHOWN]


def _open_tasks(record: Any, request: ActorRequest) -> QuerySet[Task]:
    if not request.actor.may(Permission.TASKS_VIEW):
        return Task.objects.none()
    tasks = queries.tasks_about(record, request.actor).filter(done_at=None)
    return tasks.select_related(None).order_by("due_at", "-priority", "id")[: TASKS_SHOWN + 1]


def stream_of(record: Any, request: ActorRequest, until: datetime) -> Stream:
    """An older part of the stream, with its tasks as pages show them."""
    stream = queries.stream_about(record, request.actor, until=until)
    prepared((entry.item for entry in stream.entries if entry.kind == "task"), request)
    return stream


def split(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The facts that say something, and those that are empty."""
    rows = list(facts)
    return {"facts": [one for one in rows if one.text], "empty_facts": [one for one in rows if not one.text]}


def reach_facts(record: Company | Contact) -> list[Fact]:
    """The further e-mails, phones, links and addresses as facts."""
    words = {"email": _("E-mail"), "phone": _("Phone"), "link": _("Link")}
    found = [
        Fact(words[one.kind], one.value, href=_href(one.kind, one.value), is_copied=True, hint=one.label)
        for one in operations.details_of(record)
    ]
    for place in operations.places_of(record):
        text = ", ".join(filter(None, [place.address, f"{place.postal_code} {place.city}".strip()]))
        found.append(Fact(_("Address"), text, is_copied=True, hint=place.label))
    return found


def walk_of(request: ActorRequest, record: Any) -> Walk:
    """Previous and next in the list whose address stands in `list`; else the bare list."""
    home = reverse(LISTS[record.shared_as])
    came_from = request.GET.get("list", "")
    address = urlsplit(came_from)
    if address.path != home or address.netloc or address.scheme:
        return Walk(home, "", "")
    shown = arranged_by_query(record.shared_as, address.query, request.actor, clock.now())
    before, after = in_order(shown).neighbours(record.pk)
    keep = urlencode({"list": came_from})
    first, second = (f"{one.get_absolute_url()}?{keep}" if one else "" for one in (before, after))
    return Walk(came_from, first, second)


@page(None)
def record_stream(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """The older part of the stream of a record, from the instant `before` on."""
    record = queries.visible_subject(record_type, record_id, request.actor)
    request.actor.require(VIEW[record_type])
    try:
        until = datetime.fromisoformat(request.GET.get("before", "").replace(" ", "+"))
    except ValueError:
        return redirect(record.get_absolute_url())
    context: dict[str, Any] = {
        "record": record,
        "record_type": record_type,
        "stream": stream_of(record, request, until),
        "members": queries.names_of_members(),
        "may_write": request.actor.may(Permission.NOTES_EDIT) and may_change(record, request.actor),
    }
    return partial(request, "crm/record_stream.html", "stream", context)


@page(None)
def record_owner(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """The choice of another owner."""
    record = _client(record_type, record_id, request)
    form = OwnerForm(initial={"owner_id": record.owner_id})
    return partial(
        request,
        "crm/record_owner.html",
        "panel",
        {"form": form, "record": record, "record_type": record_type},
    )


@record_owner.act
def assign_record(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    record = _client(record_type, record_id, request)
    form = OwnerForm(request.POST)
    try:
        if form.is_valid():
            _assign(record, form.cleaned_data["owner_id"], request)
            to = record.get_absolute_url() if _still_sees(record, request) else LISTS[record_type]
            return done(request, to=to, message=_("The owner was changed."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    context = {"form": form, "record": record, "record_type": record_type}
    return partial(request, "crm/record_owner.html", "panel", context, status=422)


@page(None)
def record_reach(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """Further e-mails, phones, links and addresses, all at once."""
    record = _client(record_type, record_id, request)
    details = DETAILS(initial=[vars(one) for one in operations.details_of(record)], prefix="details")
    places = PLACES(initial=[vars(one) for one in operations.places_of(record)], prefix="places")
    return _reach_page(request, record, details, places)


@record_reach.act
def change_record_reach(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    record = _client(record_type, record_id, request)
    details, places = DETAILS(request.POST, prefix="details"), PLACES(request.POST, prefix="places")
    if not (details.is_valid() and places.is_valid()):
        return _reach_page(request, record, details, places, status=422)
    try:
        _change(record, request, details=details_in(details), addresses=places_in(places))
    except DomainError as refusal:
        return _reach_page(request, record, details, places, refusal, status=422)
    return done(request, to=record, message=_("The ways to reach them were saved."))


@page(None)
def record_field(request: ActorRequest, record_type: str, record_id: UUID, field_name: str) -> HttpResponse:
    """The editor of one fact; without script the whole form."""
    record = _client(record_type, record_id, request)
    _require_field(record_type, field_name)
    if not is_htmx(request):
        return redirect(reverse(f"{record_type}_edit", args=[record_id]))
    return _editor(request, record, field_name)


@record_field.act
def change_record_field(
    request: ActorRequest, record_type: str, record_id: UUID, field_name: str
) -> HttpResponse:
    record = _client(record_type, record_id, request)
    _require_field(record_type, field_name)
    try:
        _change(record, request, **{field_name: request.POST.get(field_name, "")})
    except DomainError as refusal:
        return _editor(request, record, field_name, refusal)
    return done(request, to=_here(request, record), message=_("Saved."))


def _editor(
    request: ActorRequest, record: Any, field_name: str, refusal: DomainError | None = None
) -> HttpResponse:
    typed = request.POST if refusal else None
    form = FORMS[record.shared_as](typed, initial={field_name: getattr(record, field_name)})
    context = {
        "record": record,
        "record_type": record.shared_as,
        "bound": form[field_name],
        "field_name": field_name,
        "error": str(refusal or ""),
    }
    return render(request, "crm/components/fact_editor.html", context, status=422 if refusal else 200)


def _reach_page(
    request: ActorRequest,
    record: Any,
    details: Any,
    places: Any,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "record": record,
        "record_type": record.shared_as,
        "details": details,
        "places": places,
        "errors": [str(error.message) for error in getattr(refusal, "errors", ())] or [str(refusal or "")],
    }
    return partial(request, "crm/record_reach.html", "panel", context, status=status)


def _client(record_type: str, record_id: UUID, request: ActorRequest) -> Any:
    """The company or contact, for one who may change it."""
    if record_type not in FORMS:
        raise ObjectDoesNotExist(record_type)
    request.actor.require(EDIT[record_type])
    return operations.subject_for_writing(record_type, record_id, request.actor)


def _require_field(record_type: str, field_name: str) -> None:
    if field_name not in INLINE[record_type]:
        raise ObjectDoesNotExist(field_name)


def _change(record: Any, request: ActorRequest, **values: Any) -> None:
    if isinstance(record, Company):
        operations.change_company(
            company_id=record.pk, change=CompanyChange(**values), by=request.actor, at=clock.now()
        )
    else:
        operations.change_contact(
            contact_id=record.pk, change=ContactChange(**values), by=request.actor, at=clock.now()
        )


def _assign(record: Any, owner_id: UUID | None, request: ActorRequest) -> None:
    if isinstance(record, Company):
        operations.assign_company(company_id=record.pk, owner_id=owner_id, by=request.actor, at=clock.now())
    else:
        operations.assign_contact(contact_id=record.pk, owner_id=owner_id, by=request.actor, at=clock.now())


def _still_sees(record: Any, request: ActorRequest) -> bool:
    try:
        queries.visible_subject(record.shared_as, record.pk, request.actor)
    except ObjectDoesNotExist:
        return False
    return True


def _here(request: ActorRequest, record: Any) -> str:
    """The record's page, still in the list that one walks."""
    query = urlsplit(request.headers.get("HX-Current-URL", "")).query
    address = str(record.get_absolute_url())
    return f"{address}?{query}" if query else address


def _href(kind: str, value: str) -> str:
    if kind == "link":
        return value if "://" in value else f"https://{value}"
    return f"mailto:{value}" if kind == "email" else f"tel:{value}"
