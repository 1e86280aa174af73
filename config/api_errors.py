"""How the API says no: one shape, in the caller's language.

`{"code", "message", "field", "errors": [{"field", "code", "message"}]}`, the first error on top.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError, FieldError, LimitReached, Refused, Text
from shared_apps.core.http import status_of
from shared_apps.core.json import json_response

# pydantic's error type → our code and words. `%(…)s` are filled from the error's context.
_VALUE_ERRORS: dict[str, tuple[str, Text]] = {
    "missing": ("required", _("This field is required.")),
    "extra_forbidden": ("unknown_field", _("There is no such field here.")),
    "string_type": ("not_a_text", _("This must be a text.")),
    "string_too_long": ("too_long", _("Use at most %(max_length)s characters.")),
    "string_too_short": ("too_short", _("Use at least %(min_length)s characters.")),
    "too_long": ("too_many", _("Give at most %(max_length)s of these.")),
    "too_short": ("too_few", _("Give at least %(min_length)s of these.")),
    "decimal_max_places": ("too_precise", _("Use at most %(decimal_places)s decimal places.")),
    "decimal_max_digits": ("too_large", _("This number is too large.")),
    "decimal_whole_digits": ("too_large", _("This number is too large.")),
    "greater_than_equal": ("too_small", _("This must be %(ge)s or more.")),
    "greater_than": ("too_small", _("This must be more than %(gt)s.")),
    "less_than_equal": ("too_large", _("This must be %(le)s or less.")),
    "less_than": ("too_large", _("This must be less than %(lt)s.")),
    "literal_error": ("not_a_choice", _("This must be one of: %(expected)s.")),
    "enum": ("not_a_choice", _("This must be one of: %(expected)s.")),
}
# The rest by the beginning of pydantic's type.
_KINDS: dict[str, tuple[str, Text]] = {
    "decimal": ("not_a_number", _("This must be a number, with a dot before the decimals.")),
    "int": ("not_a_whole_number", _("This must be a whole number.")),
    "float": ("not_a_number", _("This must be a number, with a dot before the decimals.")),
    "finite": ("not_a_number", _("This must be a number, with a dot before the decimals.")),
    "bool": ("not_a_boolean", _("This must be true or false.")),
    "datetime": ("not_an_instant", _("This must be an instant such as 2026-03-31T09:30:00Z.")),
    "date": ("not_a_date", _("This must be a date such as 2026-03-31.")),
    "uuid": ("not_an_id", _("This must be an id.")),
    "list": ("not_a_list", _("This must be a list.")),
    "model": ("not_an_object", _("This must be an object.")),
    "dict": ("not_an_object", _("This must be an object.")),
    "string": ("malformed", _("This text has not the right form.")),
}
_CHOICE = re.compile(r"'([^']*)'")
_UNKNOWN_KIND = ("invalid", _("This value is not valid."))


def error_response(
    status: int,
    code: str,
    message: Text,
    *,
    field: str | None = None,
    errors: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    **facts: Any,
) -> HttpResponse:
    """An answer in the API's error shape. `facts` stand beside the code (a limit's numbers)."""
    listed = [{"field": one.field, "code": one.code, "message": str(one.message)} for one in errors]
    top = listed[0] if listed else {"field": field, "code": code, "message": str(message)}
    body = {**top, "errors": listed or [top], **facts}
    return json_response(body, status=status, headers=dict(headers or {}))


def refusal_response(refusal: DomainError) -> HttpResponse:
    """The answer to what an operation raised."""
    facts: dict[str, Any] = {}
    if isinstance(refusal, LimitReached):
        facts = {"limit": refusal.limit, "used": refusal.used, "plan": refusal.plan}
    field = refusal.field if isinstance(refusal, Refused) else None
    errors = refusal.errors if isinstance(refusal, Refused) else ()
    return error_response(
        status_of(refusal), refusal.code, refusal.message, field=field, errors=errors, **facts
    )


def values_response(errors: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """The answer to values that do not fit the description of the endpoint (pydantic's errors)."""
    found = [_field_error(error) for error in errors]
    return error_response(422, "invalid", _UNKNOWN_KIND[1], errors=found)


def _field_error(error: Mapping[str, Any]) -> FieldError:
    code, message = _VALUE_ERRORS.get(error["type"]) or _KINDS.get(error["type"].split("_")[0], _UNKNOWN_KIND)
    facts = dict(error.get("ctx", {}))
    if "expected" in facts:
        facts["expected"] = ", ".join(_CHOICE.findall(facts["expected"]))
    return FieldError(_path(error["loc"]), code, str(message) % facts)


def _path(location: tuple[str | int, ...]) -> str:
    """`("body", "data", "items", 0, "quantity")` → `items.0.quantity`: source, parameter and schema names
    fall away.
    """
    source, *rest = location
    steps = rest[1:] if source == "body" else rest
    return ".".join(str(step) for step in steps if _is_step(step)) or str(source)


def _is_step(step: str | int) -> bool:
    return isinstance(step, int) or (step.isidentifier() and step == step.lower())


def not_found(right_address: str = "") -> HttpResponse:
    """Nothing is here. `right_address`: what the caller will have meant."""
    if right_address:
        message = _("There is nothing here. The address ends with a slash: %(address)s") % {
            "address": right_address
        }
        return error_response(404, "not_found", message)
    return error_response(404, "not_found", _("There is nothing here, or you may not see it."))


def unauthorized() -> HttpResponse:
    message = _("Give a valid API token in the header: Authorization: Bearer <token>.")
    return error_response(401, "unauthorized", message, headers={"WWW-Authenticate": "Bearer"})


def wrong_method(allowed: str) -> HttpResponse:
    return error_response(
        405, "method_not_allowed", _("This address does not take this method."), headers={"Allow": allowed}
    )


def too_many_requests(seconds: int) -> HttpResponse:
    message = _("Too many requests. Try again in a moment.")
    return error_response(429, "rate_limited", message, headers={"Retry-After": str(seconds)})


def unreadable_body() -> HttpResponse:
    return error_response(422, "invalid_json", _("The body is not valid JSON in UTF-8."), field="body")


def too_large() -> HttpResponse:
    return error_response(413, "body_too_large", _("The body is too large."))


def broken() -> HttpResponse:
    message = _("Something went wrong here, and it has been noted. Nothing was changed.")
    return error_response(500, "internal_error", message)
