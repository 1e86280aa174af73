"""The edge for pages: who may come in, what an act answers, how a refusal reaches a human.

`@page` answers GET; `.act` beside it answers the POST of its form, at the same address; `@act` answers POST
alone. All three want a signed-in member of the organization whose host was asked, or send the visitor to
sign in.
"""

import functools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError, LimitReached, NotAllowed, Refused
from shared_apps.core.permissions import Permission

View = Callable[..., HttpResponse]


class ActorRequest(HttpRequest):
    """A request whose actor is known: a signed-in member, or the person behind an API token."""

    actor: Actor


class Page:
    """A view of the organization's host: the GET, and with `.act` the POST to the same address."""

    def __init__(
        self,
        permission: Permission | None,
        on_get: View | None,
        on_post: View | None = None,
        to_act: Permission | None = None,
    ) -> None:
        self.permissions = {"POST": to_act or permission}
        self.permission = permission
        self.handlers: dict[str, View] = {}
        if on_get:
            self.handlers |= {"GET": on_get, "HEAD": on_get}
        if on_post:
            self.handlers["POST"] = on_post
        functools.update_wrapper(self, on_get or on_post)  # type: ignore[arg-type]

    def act(self, view: View) -> View:
        """Let `view` answer the POST of this page's form."""
        self.handlers["POST"] = view
        return view

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = getattr(request, "actor", None)
        if actor is None:
            return _sign_in_first(request)
        handler = self.handlers.get(request.method or "")
        if handler is None:
            return HttpResponseNotAllowed([*self.handlers])
        try:
            actor.require(self.permissions.get(request.method or "", self.permission))
            return handler(request, *args, **kwargs)
        except ObjectDoesNotExist as missing:
            raise Http404 from missing
        except DomainError as refusal:
            return _refused(request, refusal)


def page(permission: Permission | None, *, to_act: Permission | None = None) -> Callable[[View], Page]:
    """A view that answers GET; `to_act` is what its `.act` asks for, where that is more than looking."""
    return lambda view: Page(permission, view, to_act=to_act)


def act(permission: Permission | None) -> Callable[[View], Page]:
    """A view that answers POST and nothing else."""
    return lambda view: Page(permission, None, view)


def done(
    request: HttpRequest, *, to: Any, message: Any = "", event: str = "", undo: str = ""
) -> HttpResponse:
    """Answer an act that succeeded: go to `to` and say `message` in a toast there, with Undo posting to
    `undo`.

    htmx gets 204 with `HX-Redirect`, and `HX-Trigger` named `event` for parts of the page that listen.
    """
    if message:
        messages.success(request, message, extra_tags=undo)
    address = resolve_url(to)
    if not is_htmx(request):
        return redirect(address)
    headers = {"HX-Redirect": address} | ({"HX-Trigger": event} if event else {})
    return HttpResponse(status=204, headers=headers)


def partial(
    request: HttpRequest, template: str, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page; or for htmx only its named partial, so that one template serves both."""
    wanted = f"{template}#{name}" if is_htmx(request) and not _is_boosted(request) else template
    response = render(request, wanted, context, status=status)
    patch_vary_headers(response, ["HX-Request"])  # or Back would show the part that the browser kept for htmx
    return response


def form_page(
    request: HttpRequest, template: str, form: Form, context: dict[str, Any] | None = None
) -> HttpResponse:
    """A page around `form`: 200 when it is fresh, 422 when it came back with errors; nothing typed is
    lost.
    """
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **(context or {})}, status=status)


def add_refusal(form: Form, refusal: DomainError) -> None:
    """Put a refusal beside its fields; what belongs to no field of the form stands on top of it."""
    errors = getattr(refusal, "errors", ()) or ()
    for error in errors:
        name = error.field if error.field in form.fields else error.field.split(".")[0]
        form.add_error(name if name in form.fields else None, str(error.message))
    if not errors:
        form.add_error(None, str(refusal))


def address_on(request: HttpRequest, host: str, path: str = "/") -> str:
    """The address of `path` on another host of the product (no port): scheme and port are those of this
    request.
    """
    _own, colon, port = request.get_host().partition(":")
    return f"{request.scheme}://{host}{colon}{port}{path}"


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _is_boosted(request: HttpRequest) -> bool:
    return request.headers.get("HX-Boosted") == "true" or "HX-History-Restore-Request" in request.headers


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    address = resolve_url(settings.LOGIN_URL)
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/", address)


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    if isinstance(refusal, NotAllowed) and request.method in {"GET", "HEAD"}:
        raise PermissionDenied(str(refusal)) from refusal
    if is_htmx(request):
        toast = json.dumps({"toast": {"message": str(refusal), "level": "danger"}})
        return HttpResponse(status=status_of(refusal), headers={"HX-Trigger": toast, "HX-Reswap": "none"})
    if isinstance(refusal, NotAllowed):
        raise PermissionDenied(str(refusal)) from refusal
    messages.error(request, str(refusal))
    return redirect(_came_from(request))


def status_of(refusal: DomainError) -> int:
    """The HTTP status of a refusal: 403, 402, 409 or 422."""
    if isinstance(refusal, NotAllowed):
        return 403
    if isinstance(refusal, LimitReached):
        return 402
    return 409 if isinstance(refusal, Refused) and refusal.conflict else 422


def _came_from(request: HttpRequest) -> str:
    """The page that the act was pressed on, never another host, never the act's own address."""
    referrer = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure())
    address = urlsplit(referrer)
    return f"{address.path}?{address.query}" if safe and address.path != request.path else "/"
