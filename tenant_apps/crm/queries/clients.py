from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.eik import normalize_eik
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.prepared import prepared
from tenant_apps.crm.models import Address, Company, Contact, ContactDetail
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import custom_column

OWNERS: dict[str, type[Company | Contact]] = {"company": Company, "contact": Contact}


def visible_companies(actor: Actor, *, archived: bool | None = False) -> QuerySet[Company]:
    """The companies that the actor sees: those in use, those in the archive, or (None) both.

    What was merged into another is not in the archive: it opens there.
    """
    rows = Company.objects.all()
    if archived is not None:
        rows = rows.filter(archived_at__isnull=not archived, merged_into=None)
    return visible_to(rows, actor)


def visible_company(company_id: UUID, actor: Actor) -> Company:
    """One company with its ways of reach, archived or not; `DoesNotExist` when the actor may not see it."""
    return visible_to(Company.objects.annotate(**reach_columns("company")), actor).get(pk=company_id)


def visible_contacts(actor: Actor, *, archived: bool | None = False) -> QuerySet[Contact]:
    """The contacts that the actor sees: those in use, those in the archive, or (None) both."""
    rows = Contact.objects.all()
    if archived is not None:
        rows = rows.filter(archived_at__isnull=not archived, merged_into=None)
    return visible_to(rows, actor)


def visible_contact(contact_id: UUID, actor: Actor) -> Contact:
    """One contact with its company and ways of reach, archived or not; `DoesNotExist` when the actor may not
    see it.
    """
    rows = Contact.objects.select_related("company").annotate(**reach_columns("contact"))
    return visible_to(rows, actor).get(pk=contact_id)


def contacts_of_company(company_id: UUID, actor: Actor) -> QuerySet[Contact]:
    """The contacts of a company that the actor sees, by name."""
    return visible_contacts(actor).filter(company_id=company_id).order_by("name_folded", "id")


def companies_with_eik(eik: str, actor: Actor, *, other_than: UUID | None = None) -> QuerySet[Company]:
    """Companies in use with this EIK, by name: a hint that the new one may be a duplicate."""
    number = normalize_eik(eik)
    found = with_eik(visible_companies(actor), number) if number else Company.objects.none()
    return (found.exclude(pk=other_than) if other_than else found).order_by("name_folded", "id")


def with_eik(companies: QuerySet[Company], eik: str) -> QuerySet[Company]:
    """Narrowed to an EIK; the search column's index finds it."""
    return companies.filter(eik=eik, search_text__contains=fold(eik))


@cache
def reach_columns(owner: str) -> Mapping[str, RawSQL]:
    """The columns `kept_details` and `kept_addresses` of a list of companies or contacts, in the same
    statement.
    """
    detail = JSONObject(kind="kind", value="value", label="label")
    place = JSONObject(**{name: name for name in ("country", "city", "address", "postal_code", "label")})
    rows = (("kept_details", ContactDetail, detail), ("kept_addresses", Address, place))
    held = {
        name: model._default_manager.filter(**{owner: OuterRef("pk")})
        .order_by("position", "id")
        .values(row=shape)
        for name, model, shape in rows
    }
    return {name: prepared(OWNERS[owner], ArraySubquery(rows)) for name, rows in held.items()}


def kept_columns(owner: str) -> dict[str, RawSQL]:
    """What the API tells of companies or contacts beside their own columns: `reach_columns`, and `custom`."""
    return {**reach_columns(owner), **custom_column(owner)}


def kept_of(owner: str, row_id: UUID) -> dict[str, Any]:
    """The `kept_columns` of one."""
    return dict(OWNERS[owner]._default_manager.values(**kept_columns(owner)).get(pk=row_id))


def count_contacts() -> int:
    """How many contacts are in use, for the plan's limit."""
    return Contact.objects.filter(archived_at__isnull=True).count()
