"""Who is asking: the session belongs to one host, and its user becomes the request's actor."""

from collections.abc import Callable
from importlib import import_module
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from shared_apps.accounts.queries import actor_of

Respond = Callable[[HttpRequest], HttpResponse]
SESSION_ORGANIZATION = "organization_id"
PUBLIC = "public"
_new_session = import_module(settings.SESSION_ENGINE).SessionStore


def home_of(request: HttpRequest) -> str:
    """What a session that was opened on this host is stamped with."""
    organization = request.organization  # type: ignore[attr-defined]
    return str(organization.id) if organization else PUBLIC


class SessionHomeMiddleware:
    """A session opened on one host is no session on another: there the visitor is a stranger.

    A signed-in session without a stamp was opened by nobody we know, so it is a stranger's too. Visitors
    without a cookie cost nothing: their session is not read.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith("/api/"):
            home = request.session.get(SESSION_ORGANIZATION)
            if home != home_of(request) and (home is not None or SESSION_KEY in request.session):
                request.session = _new_session()
        return self.respond(request)


class ActorMiddleware:
    """`request.actor`, `request.member`, the reader's language and time zone.

    One who has no place in the organization (any more) is signed out of its host.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = request.member = None  # type: ignore[attr-defined]
        if not request.path.startswith("/api/") and request.user.is_authenticated:
            _recognize(request)
        try:
            return self.respond(request)
        finally:
            timezone.deactivate()


def _recognize(request: HttpRequest) -> None:
    organization = request.organization  # type: ignore[attr-defined]
    if organization is not None:
        member = request.user.place  # type: ignore[union-attr]
        if member is None:
            logout(request)
            return
        request.member = member  # type: ignore[attr-defined]
        request.actor = actor_of(member)  # type: ignore[attr-defined]
    language = request.user.language  # type: ignore[union-attr]
    translation.activate(language)
    request.LANGUAGE_CODE = language
    timezone.activate(ZoneInfo(request.user.time_zone))  # type: ignore[union-attr]
