"""The one API, at /api/v1/ on the organization's host: its routers, its error map, its description."""

from functools import cached_property
from typing import Any

import orjson
import structlog
from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer

from config import api_errors
from config.api_description import complete
from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError, Refused
from shared_apps.core.json import to_json
from tenant_apps.catalog.api import router as products
from tenant_apps.crm.api import automation, deals, merges, notes, tasks, time
from tenant_apps.crm.api import router as companies_and_contacts
from tenant_apps.dashboard.api import router as dashboard
from tenant_apps.invoices.api import books, invoices, offers, payments, recurring_invoices
from tenant_apps.online_payments.api import router as card_payments
from tenant_apps.reconciliation.api import bank, suggestions, workbench
from tenant_apps.sharing.api import router as links
from tenant_apps.workspace.api import lists, tags
from tenant_apps.workspace.api import router as organization

log = structlog.get_logger(__name__)


class StrictParser(Parser):
    """JSON in UTF-8 without what no text column can hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        return refuse_nul(orjson.loads(request.body))

    def parse_querydict(
        self, data: MultiValueDict, list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        return {name: refuse_nul(data.getlist(name) if name in list_fields else data[name]) for name in data}


class Renderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return to_json(data)


class BearerToken(HttpBearer):
    """Describes the header. The token itself was read by `ApiGate`, which lets no stranger pass."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return getattr(request, "actor", None)


class DocsPage(DocsBase):
    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        return render(
            request, "integrations/api_docs.html", {"description_url": self.get_openapi_url(api, kwargs)}
        )


class Api(NinjaAPI):
    """django-ninja with operation ids that are the operations' own names, and a description made once."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **unused: Any) -> Any:
        return self._description

    @cached_property
    def _description(self) -> Any:
        return complete(super().get_openapi_schema(path_prefix="/api/v1/"))


class UnstorableText(Refused):
    code = "invalid_characters"
    message = _("This holds characters that cannot be kept.")


def refuse_nul(value: Any) -> Any:
    """Return `value`; one that holds a NUL character anywhere raises `UnstorableText`."""
    if isinstance(value, str) and "\x00" in value:
        raise UnstorableText()
    if isinstance(value, list):
        for item in value:
            refuse_nul(item)
    elif isinstance(value, dict):
        for pair in value.items():
            refuse_nul(list(pair))
    return value


api = Api(
    title="Tefter",
    version="1.0.0",
    description="Companies, contacts, products, invoices and payments of one organization.",
    urls_namespace="api",
    auth=BearerToken(),
    renderer=Renderer(),
    parser=StrictParser(),
    docs=DocsPage(),
    docs_url="/docs/",
)
for _router in (
    organization,
    companies_and_contacts,
    merges,
    deals,
    automation,
    tasks,
    time,
    notes,
    products,
    tags,
    lists,
    invoices,
    payments,
    offers,
    recurring_invoices,
    books,
    card_payments,
    links,
    bank,
    suggestions,
    workbench,
    dashboard,
):
    api.add_router("", _router)


@api.exception_handler(DomainError)
def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    return api_errors.refusal_response(refusal)


@api.exception_handler(ValidationError)
def _values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return api_errors.values_response(error.errors)


@api.exception_handler(ObjectDoesNotExist)
@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return api_errors.not_found()


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return api_errors.unauthorized()


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return api_errors.too_large()


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return api_errors.unreadable_body()


@api.exception_handler(Exception)
def report_broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """A bug: told to the log and to whoever listens for it, never to the caller."""
    got_request_exception.send(sender=Api, request=request)
    log.exception("api_failed", method=request.method, path=request.path)
    return api_errors.broken()
