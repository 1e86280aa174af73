"""What every endpoint of the API shares: strict input, list parameters, list answers, decimals as text.

    class ContactList(ListQuery):
        company_id: UUID | None = None

    @router.get("", response=ListOf[ContactOut], operation_id="list_contacts")
    def list_contacts(request, query: Query[ContactList]):
        rows = queries.contacts_for_api(by=request.actor, ...)          # a queryset, `.values(...)` for speed
        return list_response(rows, query, orderings=("created_at", "last_name"), item=_contact)

    @router.post("", response={201: ContactOut}, operation_id="create_contact")
    def create_contact(request, data: ContactIn):
        contact = operations.create_contact(..., by=request.actor, at=clock.now())
        return json_response(_contact(contact), status=201)

Views raise what operations raise: `DomainError` and `DoesNotExist` become answers in `config.api`.
`response=` is what the description shows; a view that returns `json_response(...)` is not validated a second
time.
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo, model_validator
from pydantic_core import PydanticKnownError

from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.json import json_response
from shared_apps.core.keyset import keyset_page
from shared_apps.core.listing.conditions import LONGEST

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
NEWEST_FIRST = "-created_at"
UNKNOWN_PARAMETER = _("This list knows no such parameter.")
T = TypeVar("T")

_PLAIN_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def _plainly_written(value: Any) -> Any:
    """Refuse what Python alone takes for a number: 1_000, 1e3, figures of other scripts."""
    if isinstance(value, str) and not _PLAIN_DECIMAL.fullmatch(value.strip()):
        raise PydanticKnownError("decimal_parsing")
    return value


# Input decimals: strings or JSON numbers with a dot, within what the columns hold.
_Plain = BeforeValidator(_plainly_written)
Amount = Annotated[Decimal, Field(max_digits=14, decimal_places=2), _Plain]
UnitPrice = Annotated[Decimal, Field(max_digits=14, decimal_places=4), _Plain]
Quantity = Annotated[Decimal, Field(max_digits=14, decimal_places=3), _Plain]
ExchangeRate = Annotated[Decimal, Field(max_digits=18, decimal_places=6, gt=0), _Plain]
Percent = Annotated[Decimal, Field(max_digits=5, decimal_places=2), _Plain]
CurrencyCode = Annotated[str, StringConstraints(min_length=3, max_length=3, to_upper=True)]


Custom = Annotated[
    dict[str, Any],
    Field(
        description="Values of the organization's own fields by code; null empties one. Text, link, choice:"
        " a text; number: a number or a text; money: `{amount, currency}`; date: `YYYY-MM-DD`;"
        " choices: a list; yes_no: a boolean; person: the user's id."
    ),
]


class Input(Schema):
    """The body of a request: unknown fields are refused, texts are stripped. Use
    `.model_dump(exclude_unset=True)` to know what a PATCH named.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ListQuery(Schema):
    """The parameters of every list; a list with filters adds its own by inheriting. What a list does not
    know is refused by its name: a misspelt filter would answer with everything.
    """

    search: str = Field("", max_length=200)
    ordering: str = Field("", max_length=40, description="One listed field; `-` in front for descending.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=1000)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, values: Any, info: ValidationInfo) -> Any:
        sent = info.context["request"].GET if info.context else {}
        unknown = [name for name in sent if name not in cls.model_fields]
        refuse_all([FieldError(name[:100], "unknown_parameter", UNKNOWN_PARAMETER) for name in unknown])
        return values


class FilteredQuery(ListQuery):
    """The parameters of a list that people see as a page too: `filter` as in its address."""

    filter: str = Field(
        "",
        max_length=LONGEST,
        description="As in the address of the page: `city:is:Varna,any(size:is:10-49,tags:any:<id>)`."
        " Parts beside each other must all hold, `any(…)` wants one of its parts.",
    )


class ListOf(Schema, Generic[T]):
    """What a list answers."""

    items: list[T]
    next_cursor: str | None


class UnknownOrdering(Refused):
    code = "unknown_ordering"
    message = _("This list cannot be ordered by that field.")
    field = "ordering"


def list_response(
    rows: QuerySet[Any],
    query: ListQuery,
    *,
    orderings: Collection[str],
    item: Callable[[Any], Any] | None = None,
    items: Callable[[list[Any]], list[Any]] | None = None,
    default: str = NEWEST_FIRST,
) -> HttpResponse:
    """One page of `rows`, each written by `item` (or all of them by `items`, where they need something in
    common), ordered by one of the non-null fields `orderings` (or, where it is a mapping, by the column that
    stands behind a name that clients know).

    `rows` may be a `.values(...)` queryset that holds `id` and the ordered field; each ordering wants an
    index on the field and the id. Raises `UnknownOrdering` and `InvalidCursor`.
    """
    page = keyset_page(
        rows, ordering=_ordering(query, orderings, default), cursor=query.cursor, limit=query.limit
    )
    written = items(page.items) if items else [item(row) for row in page.items] if item else page.items
    return json_response({"items": written, "next_cursor": page.next_cursor})


def _ordering(query: ListQuery, orderings: Collection[str], default: str) -> str:
    name = query.ordering.removeprefix("-")
    if not name:
        return default
    if name not in orderings:
        raise UnknownOrdering()
    column = orderings[name] if isinstance(orderings, Mapping) else name
    return f"-{column}" if query.ordering.startswith("-") else column


def decimal_text(value: Decimal | None, places: int = 2) -> str | None:
    """A decimal as the API writes it: `decimal_text(Decimal(20)) == "20.00"`; None stays null."""
    return None if value is None else f"{value:.{places}f}"
