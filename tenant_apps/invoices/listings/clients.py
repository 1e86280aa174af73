"""Fields that ask for companies, people and deals by their ids, and name them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Text
from shared_apps.core.ids import id_in
from shared_apps.core.listing import Field, Kind, Reading, Test
from shared_apps.core.permissions import Permission
from tenant_apps.crm.queries import visible_companies, visible_contacts, visible_deals
from tenant_apps.invoices.queries import of_client_among
from tenant_apps.workspace.models import NumberSeries, SeriesKind

Words = Callable[[Sequence[str], Reading], Mapping[str, str]]


def company_field(label: Text) -> Field:
    """The company of a document or a payment; what was made for one that was merged into it is its own."""
    return Field(
        "company",
        label,
        Kind.RECORD,
        where=lambda test: _of_client("company_id", test),
        group_path="company_id",
        options_url="company_options",
        words=_named(visible_companies, Permission.COMPANIES_VIEW),
    )


def contact_field() -> Field:
    """The person whom a document is addressed to."""
    return Field(
        "contact",
        _("Contact"),
        Kind.RECORD,
        where=lambda test: _of_client("contact_id", test),
        options_url="contact_options",
        words=_named(visible_contacts, Permission.CONTACTS_VIEW),
    )


def deal_field() -> Field:
    """The deal that a document bills."""
    return Field(
        "deal",
        _("Deal"),
        Kind.RECORD,
        path="deal_id",
        options_url="deal_options",
        words=_named(visible_deals, Permission.DEALS_VIEW),
        permission=Permission.DEALS_VIEW,
    )


def series_choices(reading: Reading) -> list[tuple[str, str]]:
    """The series that number documents, by name; asked once for each reading."""
    if "series" not in reading.memory:
        found = NumberSeries.objects.filter(kind__in=(SeriesKind.TAX, SeriesKind.PROFORMA)).order_by("id")
        reading.memory["series"] = [(one.code, str(one)) for one in found]
    known: list[tuple[str, str]] = reading.memory["series"]
    return known


def _of_client(key: str, test: Test) -> Q:
    if test.operator in ("empty", "filled"):
        return test.on(key)
    found = of_client_among(key, test.values)
    return ~found if test.operator == "not" else found


def _named(visible: Callable[..., QuerySet[Any]], view: Permission) -> Words:
    """The names of those records that the reader may see."""

    def words(ids: Sequence[str], reading: Reading) -> Mapping[str, str]:
        return _names(visible, ids, reading.actor) if reading.actor.may(view) else {}

    return words


def _names(visible: Callable[..., QuerySet[Any]], ids: Sequence[str], actor: Actor) -> dict[str, str]:
    known = [one for one in ids if id_in(one)]
    return {str(key): str(row) for key, row in visible(actor, archived=None).in_bulk(known).items()}
