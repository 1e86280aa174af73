"""A column whose SQL is made once reads as the one that the ORM makes anew."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from shared_apps.core.actors import Actor
from shared_apps.core.prepared import prepared
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import CompanyChange, ContactChange, create_company, create_contact
from tenants.context import OrganizationRef


def test_it_reads_as_the_orm_s_own(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    firms = [create_company(details=CompanyChange(name=name), by=owner, at=at) for name in ("А", "Б", "В")]
    for firm, name in [(firms[0], "Ани"), (firms[0], "100 %"), (firms[1], "Ива")]:
        create_contact(details=ContactChange(first_name=name, company_id=firm.pk), by=owner, at=at)
    people = Contact.objects.filter(company_id=OuterRef("pk")).order_by("first_name")
    column = ArraySubquery(people.values(told=JSONObject(name="first_name", company="company__name")))
    made = prepared(Company, column)

    for rows in (Company.objects.order_by("name"), Company.objects.filter(contacts__first_name="Ани")):
        anew = list(rows.annotate(people=column).values_list("name", "people"))
        assert list(rows.annotate(people=made).values_list("name", "people")) == anew
    assert rows.annotate(people=made).get().people == [
        {"name": "100 %", "company": "А"},
        {"name": "Ани", "company": "А"},
    ]
