"""Who may be the same: the hint while one types, the list of suspects, and two that are told apart."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import Text
from shared_apps.core.http import ActorRequest, act, done, page
from shared_apps.core.ids import id_in
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries

HINT_URLS = {"company": "company_duplicates", "contact": "contact_duplicates"}
SUSPECTS = {"company": "company_suspects", "contact": "contact_suspects"}


@page(Permission.COMPANIES_VIEW)
def company_duplicates(request: ActorRequest) -> HttpResponse:
    """The hint beside the form while one types a company: who may be the same."""
    return _hint(request, "company")


@page(Permission.CONTACTS_VIEW)
def contact_duplicates(request: ActorRequest) -> HttpResponse:
    """The hint beside the form while one types a contact."""
    return _hint(request, "contact")


@page(Permission.RECORDS_MERGE)
def company_suspects(request: ActorRequest) -> HttpResponse:
    """Pairs of companies that may be one, by what they share."""
    return _suspects(request, "company")


@page(Permission.RECORDS_MERGE)
def contact_suspects(request: ActorRequest) -> HttpResponse:
    """Pairs of contacts that may be one, by what they share."""
    return _suspects(request, "contact")


@act(Permission.RECORDS_MERGE)
def tell_apart(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    queries.visible_client(record_type, record_id, request.actor)
    other_id = id_in(request.POST.get("other")) or UUID(int=0)
    operations.tell_apart(
        entity=record_type, first_id=record_id, second_id=other_id, by=request.actor, at=clock.now()
    )
    evidence = request.POST.get("by", "")
    address = reverse(SUSPECTS[record_type]) + (f"?by={evidence}" if evidence in queries.EVIDENCE else "")
    return done(request, to=address, message=_("These two are not suspected any more."))


def hints_for(request: ActorRequest, entity: str, other_than: UUID | None = None) -> dict[str, Any]:
    """What the hint beside a form shows of those who may be the one being typed."""
    sent = request.POST if request.method == "POST" else request.GET
    typed = {name: sent.get(name, "") for name in queries.TYPED}
    hints = queries.alike(entity, typed, request.actor, other_than=other_than)
    return {
        "hints": [(hint.record, words_of(hint.evidence)) for hint in hints],
        "hint_url": reverse(HINT_URLS[entity]),
        "other_than": other_than,
    }


def words_of(evidence: tuple[str, ...]) -> list[Text]:
    return [queries.EVIDENCE[name] for name in evidence]


def _hint(request: ActorRequest, entity: str) -> HttpResponse:
    context = hints_for(request, entity, id_in(request.GET.get("other_than")))
    return render(request, "crm/components/duplicates.html", context)


def _suspects(request: ActorRequest, entity: str) -> HttpResponse:
    kinds = queries.EVIDENCE_OF[entity]
    by = request.GET.get("by", "")
    found = queries.suspects(entity, by or kinds[0], request.actor, after=request.GET.get("after", ""))
    context = {
        "entity": entity,
        "by": by or kinds[0],
        "views": [("" if kind == kinds[0] else kind, queries.EVIDENCE[kind]) for kind in kinds],
        "pairs": [(pair.first, pair.second, words_of(pair.evidence)) for pair in found.pairs],
        "next_key": found.next_key,
        "merge_url": f"{entity}_merge",
    }
    return render(request, "crm/suspects.html", context)
