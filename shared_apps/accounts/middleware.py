"""Who is asking: the session belongs to one host, and its user becomes the request's actor."""

from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shared_apps.accounts.queries import actor_of, membership_of
from shared_apps.core.actors import Actor

Respond = Callable[[HttpRequest], HttpResponse]
SESSION_ORGANIZATION = "organization_id"
PUBLIC = "public"
_new_session = import_module(settings.SESSION_ENGINE).SessionStore


def home_of(request: HttpRequest) -> str:
    """What a session that was opened on this host is stamped with."""
    organization = request.organization  # type: ignore[attr-defined]
    return str(organization.id) if organization else PUBLIC


class SessionHomeMiddleware:
    """A session opened on one host is no session on another: there the visitor is a stranger."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith("/api/"):
            home = request.session.get(SESSION_ORGANIZATION)
            if home is not None and home != home_of(request):
                request.session = _new_session()
        return self.respond(request)


class ActorMiddleware:
    """`request.actor`, `request.member` and the reader's language."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = request.member = None  # type: ignore[attr-defined]
        if request.path.startswith("/api/"):
            return self.respond(request)
        user = request.user
        if not user.is_authenticated:
            return self.respond(request)
        request.actor = self._actor(request)  # type: ignore[attr-defined]
        translation.activate(user.language)  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = user.language  # type: ignore[attr-defined]
        return self.respond(request)

    def _actor(self, request: HttpRequest) -> Actor | None:
        organization = request.organization  # type: ignore[attr-defined]
        if organization is None:
            return None
        member = membership_of(request.user.pk, organization.id)
        request.member = member  # type: ignore[attr-defined]
        return actor_of(member) if member else None
