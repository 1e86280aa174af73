from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.keyset import held_in
from shared_apps.core.listing import Column, Edit, Field, Kind, Listing, Relation
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.models import Contact, DealContact
from tenant_apps.crm.operations import ContactChange
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to


def lock_contact(record_id: UUID, by: Actor) -> Contact:
    """One contact that the actor may change, locked."""
    contact = visible_to(Contact.objects.select_for_update(), by).get(pk=record_id)
    require_may_change(contact, by)
    return contact


def write_contact(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Contact:
    """Change details of a contact from a list."""
    wanted = {"company_id" if name == "company" else name: value for name, value in values.items()}
    return operations.change_contact(contact_id=record_id, change=ContactChange(**wanted), by=by, at=at)


def assign_contact(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Contact:
    """Give a contact to another owner from a list."""
    return operations.assign_contact(contact_id=record_id, owner_id=values["owner"], by=by, at=at)


def archive_contact(*, record_id: UUID, by: Actor, at: datetime) -> Contact:
    return operations.archive_contact(contact_id=record_id, by=by, at=at)


def unarchive_contact(*, record_id: UUID, by: Actor, at: datetime) -> Contact:
    return operations.unarchive_contact(contact_id=record_id, by=by, at=at)


CONTACTS = Listing(
    entity="contact",
    model=Contact,
    label=_("Contacts"),
    rows=lambda actor, archived: queries.visible_contacts(actor, archived=archived),
    view=Permission.CONTACTS_VIEW,
    edit=Permission.CONTACTS_EDIT,
    list_url="contact_list",
    lock=lock_contact,
    change=write_contact,
    shape=ContactChange,
    archive=archive_contact,
    unarchive=unarchive_contact,
    columns=(
        Column("name", _("Name"), Kind.TITLE, value=str, order="name_folded"),
        Column(
            "company",
            _("Company"),
            Kind.RECORD,
            order=held_in("company__name_folded"),
            join=("company",),
        ),
        Column("job_title", pgettext_lazy("of a contact", "Job title"), order="job_title"),
        Column("email", _("E-mail")),
        Column("phone", _("Phone")),
        Column("first_name", _("First name"), is_shown=False),
        Column("last_name", _("Last name"), order="last_name", is_shown=False),
        Column("owner", _("Owner"), Kind.PERSON, value="owner_id", is_minor=True),
        Column("created_at", pgettext_lazy("contact", "Added"), Kind.INSTANT, order="id", is_minor=True),
        Column("updated_at", _("Changed"), Kind.INSTANT, order="updated_at", is_shown=False),
    ),
    fields=(
        Field("first_name", _("First name"), Kind.TEXT, path="first_name"),
        Field("last_name", _("Last name"), Kind.TEXT, path="last_name"),
        Field(
            "job_title",
            pgettext_lazy("of a contact", "Job title"),
            Kind.TEXT,
            path="job_title",
            group_path="job_title",
        ),
        Field("email", _("E-mail"), Kind.TEXT, path="email"),
        Field("phone", _("Phone"), Kind.TEXT, path="phone"),
        Field("owner", _("Owner"), Kind.PERSON, path="owner_id", group_path="owner_id"),
        Field("created_at", pgettext_lazy("contact", "Added"), Kind.INSTANT, path="created_at"),
        Field("updated_at", _("Changed"), Kind.INSTANT, path="updated_at"),
        Field(
            "has_company",
            _("Has a company"),
            Kind.YES_NO,
            where=lambda test: test.truth(Q(company_id__isnull=False)),
        ),
    ),
    relations=(
        Relation("company", _("Company"), "company", lambda rows: Q(company_id__in=rows.values("pk"))),
        Relation(
            "deal",
            _("A deal"),
            "deal",
            lambda rows: Q(
                pk__in=DealContact.objects.filter(deal_id__in=rows.values("pk")).values("contact_id")
            ),
        ),
        Relation("task", _("A task"), "task", lambda rows: Q(pk__in=rows.values("contact_id"))),
    ),
    edits=(
        Edit("first_name", _("First name"), Kind.TEXT, write=write_contact, in_bulk=False),
        Edit("last_name", _("Last name"), Kind.TEXT, write=write_contact, in_bulk=False),
        Edit("job_title", pgettext_lazy("of a contact", "Job title"), Kind.TEXT, write=write_contact),
        Edit("email", _("E-mail"), Kind.TEXT, write=write_contact, in_bulk=False),
        Edit("phone", _("Phone"), Kind.TEXT, write=write_contact, in_bulk=False),
        Edit(
            "company",
            _("Company"),
            Kind.RECORD,
            write=write_contact,
            read="company_id",
            options_url="company_options",
        ),
        Edit("owner", _("Owner"), Kind.PERSON, write=assign_contact, read="owner_id"),
    ),
    groups=("job_title", "owner"),
)
