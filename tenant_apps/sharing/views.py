from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, page
from shared_apps.core.permissions import Permission
from tenant_apps.sharing import operations, queries
from tenant_apps.sharing.forms import ShareForm
from tenant_apps.sharing.models import PublicLink


@page(Permission.RECORDS_SHARE)
def record_sharing(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    record = queries.visible_record(record_type, record_id, request.actor)
    operations.require_may_change(record, request.actor)
    readers = queries.record_readers(record)
    return _sharing_page(
        request, record, readers, ShareForm(candidates=queries.possible_readers(record, readers))
    )


@record_sharing.act
def share_record(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    record = queries.visible_record(record_type, record_id, request.actor)
    readers = queries.record_readers(record)
    form = ShareForm(request.POST, candidates=queries.possible_readers(record, readers))
    try:
        if form.is_valid():
            operations.share_record(
                record_type=record_type,
                record_id=record_id,
                by=request.actor,
                at=clock.now(),
                **form.cleaned_data,
            )
            return done(request, to=request.path, message=_("%(name)s is shared.") % {"name": record})
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _sharing_page(request, record, readers, form)


@act(Permission.RECORDS_SHARE)
def unshare_record(request: ActorRequest, record_type: str, record_id: UUID, user_id: UUID) -> HttpResponse:
    operations.unshare_record(
        record_type=record_type, record_id=record_id, user_id=user_id, by=request.actor, at=clock.now()
    )
    back = reverse("record_sharing", args=[record_type, record_id])
    return done(request, to=back, message=_("This person no longer sees it."))


@act(Permission.LINKS_MAKE)
def make_public_link(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    link = operations.make_public_link(
        record_type=record_type, record_id=record_id, by=request.actor, at=clock.now()
    )
    return _back(request, link, _("The client link is made."))


@act(Permission.LINKS_MAKE)
def renew_public_link(request: ActorRequest, link_id: UUID) -> HttpResponse:
    link = operations.renew_public_link(link_id=link_id, by=request.actor, at=clock.now())
    return _back(request, link, _("The client link has another address now."))


@act(Permission.LINKS_MAKE)
def revoke_public_link(request: ActorRequest, link_id: UUID) -> HttpResponse:
    link = operations.revoke_public_link(link_id=link_id, by=request.actor, at=clock.now())
    return _back(request, link, _("The client link leads nowhere now."))


def _back(request: ActorRequest, link: PublicLink, message: str) -> HttpResponse:
    """To the page of the record, which shows its link."""
    record = queries.visible_record(link.record_type, link.record_id, request.actor)
    return done(request, to=record.get_absolute_url(), message=message)


def _sharing_page(
    request: ActorRequest, record: queries.Record, readers: list[queries.Reader], form: ShareForm
) -> HttpResponse:
    context = {
        "record": record,
        "readers": readers,
        "form": form,
        "owner_name": queries.owner_name(record),
    }
    return render(request, "sharing/record_sharing.html", context, status=422 if form.errors else 200)
