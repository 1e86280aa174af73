from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from shared_apps.core import clock, slots
from shared_apps.core.http import ActorRequest, act, done, page, partial
from shared_apps.core.keyset import InvalidCursor, KeysetPage, keyset_page
from tenant_apps.messages import operations, queries
from tenant_apps.messages.models import Notification


@page(None)
def notification_list(request: ActorRequest) -> HttpResponse:
    """What the reader was told, newest first."""
    is_unread = request.GET.get("state") == "unread"
    told = _page(request, is_unread)
    parts: dict[UUID, list[object]] = {}
    for filled in slots.fill("notification.parts", notifications=told.items, actor=request.actor):
        for notification_id, part in filled.items():
            parts.setdefault(notification_id, []).append(part)
    context = {
        "page": told,
        "rows": [(one, parts.get(one.pk, [])) for one in told.items],
        "views": [("", _("All")), ("unread", _("Unread"))],
        "unread": queries.unread_count(request.actor.id),
    }
    return partial(request, "messages/notification_list.html", "list", context)


@act(None)
def mark_notification_read(request: ActorRequest, notification_id: UUID) -> HttpResponse:
    """Note that it was read, and go to what it is about."""
    told = operations.mark_notification_read(
        notification_id=notification_id, by=request.actor, at=clock.now()
    )
    return done(request, to=told.url or "notification_list")


@act(None)
def mark_all_notifications_read(request: ActorRequest) -> HttpResponse:
    operations.mark_all_notifications_read(by=request.actor, at=clock.now())
    return done(request, to="notification_list", message=_("Everything is read."))


def _page(request: ActorRequest, is_unread: bool) -> KeysetPage[Notification]:
    """A page of what the reader was told; an address that is no longer good shows the first."""
    rows = queries.notifications_of(request.actor.id, unread=is_unread)
    try:
        return keyset_page(rows, cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return keyset_page(rows)
