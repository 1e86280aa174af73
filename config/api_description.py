"""What the API's own description (OpenAPI 3.1) says of every endpoint alike: how it fails, and that a POST
may be named.
"""

from typing import Any

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Error",
    "required": ["code", "message", "field", "errors"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string", "description": "In the language of Accept-Language."},
        "field": {"type": ["string", "null"], "description": "A path such as items.0.quantity."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": ["string", "null"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "limit": {"type": "integer", "description": "With 402: what the plan allows."},
        "used": {"type": "integer", "description": "With 402: what is used already."},
        "plan": {"type": ["string", "null"], "description": "With 402: the plan that lifts the limit."},
    },
}
_ALWAYS = {
    "401": "No token, or an unknown one",
    "403": "The role or the scopes do not allow this",
    "429": "Too many requests; see Retry-After",
}
_WITH_VALUES = {"422": "Values that cannot be accepted"}
_WITH_RECORD = {"404": "Missing, or not visible"}
_WRITING = {
    "402": "The plan's limit is reached",
    "404": "Missing, or not visible, also for ids inside the body",
    "409": "The state of the record forbids it, or the Idempotency-Key came with another body",
    "413": "The body is too large",
    **_WITH_VALUES,
}
_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "The same key and body within 24 hours give the stored answer; another body gives 409.",
}


def complete(description: dict[str, Any]) -> dict[str, Any]:
    """Add to ninja's description the errors of every endpoint and the Idempotency-Key of every POST."""
    description.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    for path, methods in description["paths"].items():
        for method, endpoint in methods.items():
            _describe_errors(endpoint, method, path)
            if method == "post":
                endpoint.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    return description


def _describe_errors(endpoint: dict[str, Any], method: str, path: str) -> None:
    errors = dict(_ALWAYS)
    if method in {"post", "patch", "delete"}:
        errors |= _WRITING
    elif "{" in path:
        errors |= _WITH_RECORD
    else:
        errors |= _WITH_VALUES
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for status, sentence in errors.items():
        endpoint["responses"].setdefault(status, {"description": sentence, "content": content})
