import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from shared_apps.core.http import ActorRequest, page, partial
from shared_apps.core.keyset import keyset_page
from shared_apps.core.permissions import Permission
from shared_apps.core.slots import fill, registered_sentences
from tenant_apps.activity import queries
from tenant_apps.activity.filters import audit_filter
from tenants.context import current_organization

PAGE_LENGTH = 50
_PLACEHOLDER = re.compile(r"%\(\w+\)s")
_PLATFORM_APPS = frozenset({"accounts", "tenants", "plans", "jobs", "journal", "website"})


@page(Permission.AUDIT_VIEW)
def audit_log(request: ActorRequest) -> HttpResponse:
    """Everything that happened, newest first."""
    wanted = audit_filter(request.GET)
    events = queries.audited_events(
        event_type=wanted.event_type,
        person_id=wanted.person_id,
        period=wanted.hours(current_organization().time_zone),
    )
    shown = keyset_page(events, ordering="-id", cursor=request.GET.get("cursor"), limit=PAGE_LENGTH)
    queries.with_words(shown.items, request.actor)
    context: dict[str, Any] = {
        "page": shown,
        "types": _type_choices(),
        "people": _people_choices(),
        "day": request.GET.get("day", ""),
        "is_filtered": wanted.is_set,
    }
    return partial(request, "activity/audit_log.html", "list", context)


def _type_choices() -> list[tuple[str, str]]:
    """Kinds of event with their sentences, an ellipsis for who and what."""
    told = {
        event_type: _PLACEHOLDER.sub("…", str(sentence))
        for event_type, sentence in registered_sentences().items()
        if event_type.split(".")[0] not in _PLATFORM_APPS
    }
    return sorted(told.items(), key=lambda pair: pair[1].strip("… ").lower())


def _people_choices() -> list[tuple[str, str]]:
    people: list[tuple[UUID, str]] = [person for shown in fill("audit.people") for person in shown]
    return [(str(person_id), name) for person_id, name in people]
