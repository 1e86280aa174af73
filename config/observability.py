"""Structured logs. Each line carries the request id, the organization and, for jobs, the job."""

import logging
import logging.config
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
import structlog.tracebacks
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

REQUESTS = Counter("tefter_requests", "Answered requests", ["method", "status"])
SECONDS = Histogram("tefter_request_seconds", "Time to answer a request")
SECRET_PARTS = {"token", "key"}
CLIENT_LINK = re.compile(r"^/p/[^/]+")
log = structlog.get_logger("tefter.request")
# A traceback never shows the values of variables: passwords and tokens are among them.
_TRACEBACK = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def configure_logging(settings: dict[str, Any]) -> None:
    """Called by Django with `settings.LOGGING`: `format` is console or json, `level` a level's name."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_json = settings["format"] == "json"
    shown: list[Any] = (
        [structlog.processors.ExceptionRenderer(_TRACEBACK), structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shown],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "filters": {"without_ways_in": {"()": WithoutWaysIn}},
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "structured",
                    "filters": ["without_ways_in"],
                }
            },
            "root": {"handlers": ["stderr"], "level": settings["level"]},
            "loggers": {
                "django": {"level": "INFO"},  # here alone: what Django brings along would tell it twice
                "django.request": {"level": "ERROR"},  # each answer has its line here already
                "xhtml2pdf": {"level": "ERROR"},
                "reportlab": {"level": "ERROR"},
                "fontTools": {"level": "ERROR"},
            },
        }
    )


class WithoutWaysIn(logging.Filter):
    """Puts `_path_of` in the place of the path in what Django itself writes about a request: a broken page,
    a form without its token.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            written = (request.path, request.path.encode("unicode_escape").decode("ascii"))
            shown = _path_of(request)
            record.args = tuple(shown if value in written else value for value in record.args)
        return True


class RequestLogMiddleware:
    """One line per request: method, path without its query, status, milliseconds; and the id in
    `X-Request-ID`.
    """

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.respond(request)
            self._tell(request, response, time.perf_counter() - started)
        response["X-Request-ID"] = request_id
        return response

    def _tell(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        REQUESTS.labels(request.method, response.status_code).inc()
        SECONDS.observe(seconds)
        actor = getattr(request, "actor", None)
        log.info(
            "answered",
            method=request.method,
            path=_path_of(request),
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            host=request.META.get("HTTP_HOST", ""),
            actor=str(actor.id) if actor else None,
        )


def _path_of(request: HttpRequest) -> str:
    """The path without the secrets that letters put into it: invitations, confirmations, new passwords and
    clients' links, these also where the address is mistyped behind the token.
    """
    path, match = CLIENT_LINK.sub("/p/…", request.path), request.resolver_match
    for name in SECRET_PARTS & (match.kwargs.keys() if match else set()):
        path = path.replace(str(match.kwargs[name]), "…")  # type: ignore[union-attr]
    return path
