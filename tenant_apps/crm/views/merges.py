"""Two records side by side, made one, and parted again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest, act, done, page
from shared_apps.core.ids import id_in
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.models import Merge
from tenant_apps.crm.views.duplicates import words_of

CHOICE = "choice-"
LISTS = {"company": "company_list", "contact": "contact_list"}


@page(Permission.RECORDS_MERGE)
def company_merge(request: ActorRequest, company_id: UUID) -> HttpResponse:
    """Two companies side by side (`?with=`), or the choice of the second one."""
    return _side_by_side(request, "company", company_id)


@company_merge.act
def merge_companies(request: ActorRequest, company_id: UUID) -> HttpResponse:
    return _merged(request, "company", company_id, operations.merge_companies)


@page(Permission.RECORDS_MERGE)
def contact_merge(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    """Two contacts side by side (`?with=`), or the choice of the second one."""
    return _side_by_side(request, "contact", contact_id)


@contact_merge.act
def merge_contacts(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    return _merged(request, "contact", contact_id, operations.merge_contacts)


@act(Permission.RECORDS_MERGE)
def undo_merge(request: ActorRequest, merge_id: UUID) -> HttpResponse:
    merge = operations.undo_merge(merge_id=merge_id, by=request.actor, at=clock.now())
    kept = queries.visible_client(merge.entity, merge.kept_id, request.actor)
    return done(request, to=kept, message=_undone_message(merge))


def _side_by_side(request: ActorRequest, entity: str, record_id: UUID) -> HttpResponse:
    kept = queries.visible_client(entity, record_id, request.actor)
    other_id = id_in(request.GET.get("with"))
    context: dict[str, Any] = {
        "entity": entity,
        "kept": kept,
        "list_url": reverse(LISTS[entity]),
        "options_url": reverse(f"{entity}_options"),
    }
    if other_id is None or other_id == record_id:
        return render(request, "crm/merge_choose.html", context | {"suspects": _suspects_of(request, kept)})
    absorbed = queries.visible_client(entity, other_id, request.actor)
    context |= {
        "absorbed": absorbed,
        "choices": queries.choices_between(kept, absorbed),
        "moves": queries.what_moves(entity, absorbed.pk),
        "stays": queries.what_stays(entity, absorbed.pk),
        "swapped_url": f"{reverse(f'{entity}_merge', args=[absorbed.pk])}?with={kept.pk}",
    }
    return render(request, "crm/merge.html", context)


def _suspects_of(request: ActorRequest, kept: Any) -> list[tuple[Any, list[Any]]]:
    typed = {name: getattr(kept, name, "") for name in queries.TYPED}
    hints = queries.alike(kept.shared_as, typed, request.actor, other_than=kept.pk)
    return [(hint.record, words_of(hint.evidence)) for hint in hints]


def _merged(
    request: ActorRequest, entity: str, record_id: UUID, operation: Callable[..., Merge]
) -> HttpResponse:
    kept = queries.visible_client(entity, record_id, request.actor)
    absorbed = queries.visible_client(
        entity, id_in(request.POST.get("absorb_id")) or UUID(int=0), request.actor
    )
    taken = [
        name.removeprefix(CHOICE)
        for name, value in request.POST.items()
        if name.startswith(CHOICE) and value == "absorbed"
    ]
    merge = operation(kept_id=kept.pk, absorbed_id=absorbed.pk, take=taken, by=request.actor, at=clock.now())
    return done(
        request,
        to=kept,
        message=_("%(absorbed)s was merged into %(kept)s.") % {"absorbed": absorbed, "kept": kept},
        undo=reverse("undo_merge", args=[merge.pk]),
    )


def _undone_message(merge: Merge) -> str:
    stayed = merge.before["stayed"]
    number = len(stayed["fields"]) + sum(stayed["rows"].values())
    if not number:
        return _("The merge was undone: both records are as they were.")
    return ngettext(
        "The merge was undone. %(number)s thing changed since stays as it is.",
        "The merge was undone. %(number)s things changed since stay as they are.",
        number,
    ) % {"number": number}
