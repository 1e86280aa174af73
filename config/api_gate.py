"""The API's own way through the middleware: who asks, how often, and whether it was asked before.

Requests under /api/ leave the stack here. They have no session, no cookie and no CSRF token, so that what
follows for pages would only cost time. Unknown addresses, wrong methods and bugs answer in the API's error
shape too.
"""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, ResolverMatch, is_valid_path, resolve
from django.utils import translation

from config import api_errors
from config.api import report_broken
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError, NotAllowed, Refused
from shared_apps.core.json import MEDIA_TYPE
from tenant_apps.integrations.adapters import rate_limit
from tenant_apps.integrations.models import IdempotencyKey
from tenant_apps.integrations.operations import claim_key, keep_answer, note_token_use
from tenant_apps.integrations.queries import Bearer, bearer_of

Respond = Callable[[HttpRequest], HttpResponse]
API_ROOT = "/api/"
OPEN_TO_ALL = frozenset({"openapi-json", "openapi-view"})
LONGEST_KEY = 255
READING = frozenset({"GET", "HEAD"})
# Nouns of addresses that are written with the permissions of another area.
AREAS = {
    "conversations": "notes",
    "attachments": "notes",
    "merges": "records",
    "bank-accounts": "bank",
    "bank-statements": "bank",
    "bank-rows": "bank",
    "bank-lines": "bank",
    "bank-rules": "bank",
    "card-payments": "cards",
    "checkouts": "cards",
    "payouts": "cards",
}
REPEATED = "Idempotent-Replayed"


class KeyTooLong(Refused):
    code = "too_long"
    field = "Idempotency-Key"
    message = translation.gettext_lazy("Use an Idempotency-Key of at most 255 characters.")


class ApiGate:
    """Answers everything under /api/; lets the rest pass."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API_ROOT):
            return self.respond(request)
        with translation.override(_language_of(request)):
            response = _guarded(request)
        response["Content-Length"] = str(len(response.content))
        response._csp_exempt = response.headers["Content-Type"].startswith("application/json")  # type: ignore[attr-defined]
        return response


def _language_of(request: HttpRequest) -> str:
    """The first language of Accept-Language that we speak; cookies are not looked at."""
    request.COOKIES = {}
    return translation.get_language_from_request(request)


def _guarded(request: HttpRequest) -> HttpResponse:
    try:
        return _answer(request)
    except DomainError as refusal:
        return api_errors.refusal_response(refusal)
    except Http404:
        return api_errors.not_found()
    except RequestDataTooBig:
        return api_errors.too_large()
    except Exception as error:
        return report_broken(request, error)


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        match = resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return _without_slash(request)
    request.resolver_match = match
    if match.url_name in OPEN_TO_ALL:
        return match.func(request, *match.args, **match.kwargs)
    bearer = _bearer(request)
    if bearer is None:
        return api_errors.unauthorized()
    seconds = rate_limit(settings.API_RATE_PER_MINUTE).seconds_to_wait(str(bearer.token_id))
    if seconds:
        return api_errors.too_many_requests(seconds)
    request.actor = bearer.actor  # type: ignore[attr-defined]
    return _once(request, match, bearer.actor)


def _without_slash(request: HttpRequest) -> HttpResponse:
    """An address that lacks its last slash: reading is led there, for the rest the right one is named."""
    right = f"{request.path_info}/"
    if right.endswith("//") or not is_valid_path(right, getattr(request, "urlconf", None)):
        return api_errors.not_found()
    if request.method in READING:
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return api_errors.not_found(right)


def _bearer(request: HttpRequest) -> Bearer | None:
    scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return None
    at = clock.now()
    bearer = bearer_of(secret.strip(), at=at, language=translation.get_language() or settings.LANGUAGE_CODE)
    if bearer and bearer.is_use_worth_noting(at):
        note_token_use(token_id=bearer.token_id, by=bearer.actor, at=at)
    return bearer


def _once(request: HttpRequest, match: ResolverMatch, actor: Actor) -> HttpResponse:
    """Run the view; with an Idempotency-Key, at most once for this method, path and key, and repeat its
    answer.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "").strip()
    if not key or request.method != "POST":
        return _view(request, match)
    if len(key) > LONGEST_KEY:
        raise KeyTooLong()
    with transaction.atomic():
        kept = claim_key(
            method=request.method,
            path=request.path,
            key=key,
            by=actor,
            at=clock.now(),
            body_hash=hashlib.sha256(request.body).hexdigest(),
        )
        if kept.status is not None:
            return _repeated(kept, match, actor)
        response = _view(request, match)
        if 200 <= response.status_code < 300:
            keep_answer(key_id=kept.pk, status=response.status_code, response_body=response.content, by=actor)
        else:
            transaction.set_rollback(True)
    return response


def _repeated(kept: IdempotencyKey, match: ResolverMatch, actor: Actor) -> HttpResponse:
    """The stored answer, for one who may write here: a narrower token of the same person learns nothing by
    the key.
    """
    noun = match.route.removeprefix("api/v1/").split("/")[0]
    area = AREAS.get(noun, noun)
    if not any(permission.area == area and not permission.reads for permission in actor.permissions):
        raise NotAllowed()
    return HttpResponse(
        bytes(kept.response_body), status=kept.status, content_type=MEDIA_TYPE, headers={REPEATED: "true"}
    )


def _view(request: HttpRequest, match: ResolverMatch) -> HttpResponse:
    response = match.func(request, *match.args, **match.kwargs)
    return api_errors.wrong_method(response["Allow"]) if response.status_code == 405 else response
