"""The two organizations of the tests, each with a person in every role."""

from django.core.management import call_command

from shared_apps.accounts.operations import add_team_member, create_user, found_organization
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.core.bulgaria.transliteration import transliterate
from shared_apps.jobs.models import Job
from shared_apps.plans.operations import choose_plan
from tenant_apps.workspace.operations import mirror_member
from tenants.context import in_organization
from tenants.operations import Founding

ORGANIZATIONS = {"alpha": "Алфа Проба ООД", "beta": "Бета Проба ЕООД"}
EIKS = {"alpha": "175074752", "beta": "831646048"}


def build_world() -> None:
    """Migrate an empty database and found both organizations, on the plan without limits."""
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    for subdomain, name in ORGANIZATIONS.items():
        _found(subdomain, name)
    Job.objects.all().delete()


def _found(subdomain: str, name: str) -> None:
    by, at = system_actor(), clock.now()
    people = {
        role: create_user(
            email=f"{role}@{subdomain}.example",
            password="correct-horse-7",
            name=f"{role.title()} {transliterate(name)}",
            language="en",
            by=by,
            at=at,
        )
        for role in Role.values
    }
    owner = people[Role.OWNER]
    founding = Founding(
        name=name,
        subdomain=subdomain,
        owner_user_id=owner.pk,
        owner_name=owner.name,
        owner_email=owner.email,
        eik=EIKS[subdomain],
        vat_number=f"BG{EIKS[subdomain]}",
        address="ул. Пробна 1",
        city="София",
        postal_code="1000",
        iban="BG80BNBG96611020345678",
    )
    organization = found_organization(founding=founding, by=by, at=at)
    choose_plan(organization_id=organization.pk, plan_code="unlimited", by=by, at=at)
    for role, person in people.items():
        if role != Role.OWNER:
            add_team_member(user_id=person.pk, organization_id=organization.pk, role=role, by=by, at=at)
    with in_organization(organization.pk):
        for role, person in people.items():
            mirror_member(
                user_id=person.pk,
                name=person.name,
                email=person.email,
                role=role,
                is_active=True,
                by=by,
                at=at,
            )
