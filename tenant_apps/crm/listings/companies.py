from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.countries import country_choices
from shared_apps.core.keyset import held_in
from shared_apps.core.listing import Column, Edit, Field, Kind, Listing, Reading, Relation
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.models import Company, CompanySize
from tenant_apps.crm.operations import CompanyChange
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to


def lock_company(record_id: UUID, by: Actor) -> Company:
    """One company that the actor may change, locked."""
    company = visible_to(Company.objects.select_for_update(), by).get(pk=record_id)
    require_may_change(company, by)
    return company


def write_company(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Company:
    """Change details of a company from a list."""
    return operations.change_company(company_id=record_id, change=CompanyChange(**values), by=by, at=at)


def assign_company(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Company:
    """Give a company to another owner from a list."""
    return operations.assign_company(company_id=record_id, owner_id=values["owner"], by=by, at=at)


def archive_company(*, record_id: UUID, by: Actor, at: datetime) -> Company:
    return operations.archive_company(company_id=record_id, by=by, at=at)


def unarchive_company(*, record_id: UUID, by: Actor, at: datetime) -> Company:
    return operations.unarchive_company(company_id=record_id, by=by, at=at)


def sizes(reading: Reading) -> list[tuple[str, Any]]:
    return list(CompanySize.choices)


def countries(reading: Reading) -> list[tuple[str, Any]]:
    return list(country_choices())


COMPANIES = Listing(
    entity="company",
    model=Company,
    label=_("Companies"),
    rows=lambda actor, archived: queries.visible_companies(actor, archived=archived),
    view=Permission.COMPANIES_VIEW,
    edit=Permission.COMPANIES_EDIT,
    list_url="company_list",
    lock=lock_company,
    change=write_company,
    shape=CompanyChange,
    archive=archive_company,
    unarchive=unarchive_company,
    columns=(
        Column("name", _("Name"), Kind.TITLE, order="name_folded"),
        Column("eik", _("EIK"), order="eik"),
        Column("city", _("City"), order="city"),
        Column("email", _("E-mail")),
        Column("phone", _("Phone")),
        Column("industry", _("Industry"), order="industry", is_shown=False),
        Column("size", pgettext_lazy("of a company", "Size"), Kind.CHOICE, choices=sizes, is_shown=False),
        Column("country", _("Country"), Kind.CHOICE, choices=countries, is_shown=False),
        Column("website", _("Website"), is_shown=False),
        Column("vat_number", _("VAT number"), is_shown=False),
        Column(
            "parent",
            _("Parent company"),
            Kind.RECORD,
            order=held_in("parent__name_folded"),
            join=("parent",),
            is_shown=False,
        ),
        Column("owner", _("Owner"), Kind.PERSON, value="owner_id", is_minor=True),
        Column("created_at", pgettext_lazy("company", "Added"), Kind.INSTANT, order="id", is_minor=True),
        Column("updated_at", _("Changed"), Kind.INSTANT, order="updated_at", is_shown=False),
    ),
    fields=(
        Field("name", _("Name"), Kind.TEXT, path="name"),
        Field("eik", _("EIK"), Kind.TEXT, path="eik"),
        Field("vat_number", _("VAT number"), Kind.TEXT, path="vat_number"),
        Field("city", _("City"), Kind.TEXT, path="city", group_path="city"),
        Field("country", _("Country"), Kind.CHOICE, path="country", choices=countries, group_path="country"),
        Field("industry", _("Industry"), Kind.TEXT, path="industry", group_path="industry"),
        Field(
            "size",
            pgettext_lazy("of a company", "Size"),
            Kind.CHOICE,
            path="size",
            choices=sizes,
            group_path="size",
        ),
        Field("email", _("E-mail"), Kind.TEXT, path="email"),
        Field("phone", _("Phone"), Kind.TEXT, path="phone"),
        Field("website", _("Website"), Kind.TEXT, path="website"),
        Field("owner", _("Owner"), Kind.PERSON, path="owner_id", group_path="owner_id"),
        Field("created_at", pgettext_lazy("company", "Added"), Kind.INSTANT, path="created_at"),
        Field("updated_at", _("Changed"), Kind.INSTANT, path="updated_at"),
    ),
    relations=(
        Relation("parent", _("Parent company"), "company", lambda rows: Q(parent_id__in=rows.values("pk"))),
        Relation("contact", _("A contact"), "contact", lambda rows: Q(pk__in=rows.values("company_id"))),
        Relation("deal", _("A deal"), "deal", lambda rows: Q(pk__in=rows.values("company_id"))),
        Relation("task", _("A task"), "task", lambda rows: Q(pk__in=rows.values("company_id"))),
    ),
    edits=(
        Edit("name", _("Name"), Kind.TEXT, write=write_company, is_required=True, in_bulk=False),
        Edit("eik", _("EIK"), Kind.TEXT, write=write_company, in_bulk=False),
        Edit("city", _("City"), Kind.TEXT, write=write_company),
        Edit("country", _("Country"), Kind.CHOICE, write=write_company, choices=countries, is_required=True),
        Edit("industry", _("Industry"), Kind.TEXT, write=write_company),
        Edit("size", pgettext_lazy("of a company", "Size"), Kind.CHOICE, write=write_company, choices=sizes),
        Edit("email", _("E-mail"), Kind.TEXT, write=write_company, in_bulk=False),
        Edit("phone", _("Phone"), Kind.TEXT, write=write_company, in_bulk=False),
        Edit("website", _("Website"), Kind.TEXT, write=write_company, in_bulk=False),
        Edit("owner", _("Owner"), Kind.PERSON, write=assign_company, read="owner_id"),
    ),
    groups=("city", "country", "industry", "size", "owner"),
)
