"""The door of the portal: who comes with which link, how often, and what no answer may leave behind.

`@opened` answers GET and `.act` POST, as `@page` does for members. Whoever knows the address may come in;
there is no account, no session and no cookie. So there is nothing that another site could make a browser send
along, and the forms need no CSRF token: the authority is the address itself. (They could not have one either:
a page without a referrer posts with `Origin: null`.)
"""

import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation

from shared_apps.accounts.entrance import client_ip
from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import status_of
from shared_apps.core.rates import seconds_to_wait
from tenant_apps.client_portal import queries, rules
from tenant_apps.sharing.operations import note_link_opened
from tenant_apps.workspace.queries import profile
from tenants.context import current_organization

LANGUAGE = "lang"
PRIVATE = {
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}
View = Callable[..., HttpResponse]


class Request(HttpRequest):
    """A request of somebody who came by a link."""

    visit: "Visit"


@dataclass(frozen=True)
class Visit:
    """One who came: by which token, to what, reading which language. `address` is where they come from."""

    token: str
    opened: queries.Opened
    language: str
    address: str

    def url(self, name: str, *more: Any, **query: Any) -> str:
        """The address of a page behind this link, in the language that the visitor has chosen."""
        if self.language != self.opened.language:
            query[LANGUAGE] = self.language
        path = reverse(name, args=[self.token, *more])
        return f"{path}?{urlencode(query)}" if query else path


class Door:
    """A view behind a client link of one of `kinds`."""

    csrf_exempt = True

    def __init__(self, kinds: Collection[str], on_get: View | None, on_post: View | None = None) -> None:
        self.kinds = frozenset(kinds)
        self.handlers: dict[str, View] = {}
        if on_get:
            self.handlers |= {"GET": on_get, "HEAD": on_get}
        if on_post:
            self.handlers["POST"] = on_post
        functools.update_wrapper(self, on_post or on_get)  # type: ignore[arg-type]

    def act(self, view: View) -> View:
        """Let `view` answer the POST of this page's form."""
        self.handlers["POST"] = view
        return view

    def __call__(self, request: Request, token: str, **values: Any) -> HttpResponse:
        with translation.override(language_asked(request) or translation.get_language()):
            return private(self._answer(request, token, values))

    def _answer(self, request: Request, token: str, values: dict[str, Any]) -> HttpResponse:
        address = client_ip(request)
        if wait := seconds_to_wait(f"portal:{address}", per_minute=settings.LINK_RATE_PER_MINUTE):
            return too_often(request, wait)
        try:
            opened = queries.open_link(token)
        except ObjectDoesNotExist:
            return leads_nowhere(request)
        if wait := seconds_to_wait(f"portal:{opened.link.pk}", per_minute=settings.LINK_RATE_PER_MINUTE):
            return too_often(request, wait)
        handler = self.handlers.get(request.method or "")
        if handler is None:
            return HttpResponseNotAllowed([*self.handlers])
        language = language_asked(request) or opened.language
        request.visit = Visit(token, opened, language, address)
        zone = ZoneInfo(current_organization().time_zone)
        with translation.override(language), timezone.override(zone):
            response = self._handled(handler, request, values)
        response["Content-Language"] = language
        return response

    def _handled(self, handler: View, request: Request, values: dict[str, Any]) -> HttpResponse:
        if request.visit.opened.kind not in self.kinds:
            return leads_nowhere(request)
        try:
            return handler(request, **values)
        except ObjectDoesNotExist:
            return leads_nowhere(request)
        except DomainError as refusal:
            context = {"refusal": refusal, "back": request.visit.url("public_page"), **frame(request)}
            return render(request, "client_portal/refused.html", context, status=status_of(refusal))


def opened(*kinds: str) -> Callable[[View], Door]:
    """A view that answers GET behind a link of one of these kinds."""
    return lambda view: Door(kinds, view)


def acted(*kinds: str) -> Callable[[View], Door]:
    """A view that answers POST alone. Who comes to its address otherwise, such as by the address bar
    after a refusal, is led to the page that it belongs to.
    """
    return lambda view: Door(kinds, _to_page, view)


def _to_page(request: Request) -> HttpResponse:
    return redirect(request.visit.url("public_page"))


def frame(request: Request) -> dict[str, Any]:
    """What every page of the portal shows around its own: whose it is, and the other language."""
    visit, organization = request.visit, profile()
    return {
        "visit": visit,
        "organization_name": organization.legal_name,
        "has_logo": organization.logo_id is not None,
        "logo_url": visit.url("public_logo"),
        "colors_url": reverse("public_colors", args=[visit.token]),
        "languages": _languages(request),
    }


def note_opening(request: Request) -> None:
    """Tell the team, once, that the client opened their link: a person at a browser, and none of the team."""
    link = request.visit.opened.link
    if link.opened_at or request.method != "GET" or getattr(request, "member", None) is not None:
        return
    if rules.is_a_person({name.lower(): value for name, value in request.headers.items()}):
        note_link_opened(link_id=link.pk, by=request.visit.opened.client, at=clock.now())


def private(response: HttpResponse) -> HttpResponse:
    """The answer, for nobody to keep, to index, or to tell others where it was found."""
    for name, value in PRIVATE.items():
        response[name] = value
    return response


def as_file(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to be kept; `name` is of figures and letters of ours."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def language_asked(request: HttpRequest) -> str:
    """The language that the address asks for; "" for none."""
    asked = request.GET.get(LANGUAGE, "")
    return asked if asked in dict(settings.LANGUAGES) else ""


def _languages(request: Request) -> list[dict[str, Any]]:
    """The languages, each with this page's address in it; after a form, that of the page it belongs to."""
    path = reverse("public_page", args=[request.visit.token]) if request.method == "POST" else ""
    found = []
    for code, _name in settings.LANGUAGES:
        query = request.GET.copy()
        query[LANGUAGE] = code
        is_current = code == request.visit.language
        found.append({"code": code, "url": f"{path}?{query.urlencode()}", "is_current": is_current})
    return found


def leads_nowhere(request: HttpRequest) -> HttpResponse:
    """One answer for what was altered, revoked, drafted anew, or is another organization's."""
    return render(request, "client_portal/nowhere.html", status=404)


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    """The answer to one who has to wait."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(seconds)
    return response
