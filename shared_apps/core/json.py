"""JSON as the API writes it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.functional import Promise

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
MEDIA_TYPE = "application/json; charset=utf-8"


def json_response(data: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """`data` as JSON: ids and dates as ISO text, instants in UTC with `Z`, decimals as the text they hold."""
    return HttpResponse(to_json(data), status=status, content_type=MEDIA_TYPE, headers=headers)


def to_json(data: Any) -> bytes:
    """The bytes of `data` as JSON, in UTF-8."""
    return orjson.dumps(data, default=_plain, option=_OPTIONS)


def _plain(value: Any) -> Any:
    if isinstance(value, (Decimal, Promise)):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    raise TypeError(f"{type(value).__name__} is not written as JSON")
