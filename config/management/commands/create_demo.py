"""Makes the demo organization, once."""

import json
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from config.demo.story import MONTHS_IN_DAYS, Storyteller, invented_eik
from shared_apps.accounts.models import User
from shared_apps.accounts.operations import add_team_member, create_user, found_organization, verify_email
from shared_apps.accounts.queries import actor_of, team_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.plans.operations import choose_plan
from tenant_apps.workspace.operations import mirror_member
from tenants.context import in_organization
from tenants.models import Organization
from tenants.operations import Founding

SUBDOMAIN = "demo"
EMAIL, PASSWORD = "owner@demo.example", "demo-tefter-2026"
NAME = "Шарен Мост ООД"
COLLEAGUES = (("boris@demo.example", "Борис Калчев"), ("neda@demo.example", "Неда Стоилова"))


class Command(BaseCommand):
    help = "Make the demo organization with fourteen months of business, unless it is there already."

    def handle(self, *args: Any, **options: Any) -> None:
        made = not Organization.objects.filter(subdomain=SUBDOMAIN).exists()
        if made:
            with transaction.atomic():
                self._make()
        self.stdout.write(
            json.dumps({"subdomain": SUBDOMAIN, "email": EMAIL, "password": PASSWORD, "made": made})
        )

    def _make(self) -> None:
        at = clock.now()
        founded_at = at - timedelta(days=MONTHS_IN_DAYS + 1)
        owner = self._owner()
        eik = invented_eik(999)
        founding = Founding(
            name=NAME,
            subdomain=SUBDOMAIN,
            owner_user_id=owner.pk,
            owner_name=owner.name,
            owner_email=owner.email,
            eik=eik,
            vat_number=f"BG{eik}",
            address="ул. Занаятчийска 12",
            city="Пловдив",
            postal_code="4000",
            iban="BG80BNBG96611020345678",
        )
        organization = found_organization(founding=founding, by=system_actor(), at=founded_at)
        choose_plan(organization_id=organization.pk, plan_code="unlimited", by=system_actor(), at=founded_at)
        actor = actor_of(team_of(organization.pk).get(user=owner))
        colleagues = [self._colleague(organization, *who, founded_at) for who in COLLEAGUES]
        with in_organization(organization.pk):
            Storyteller(actor, colleagues, clock.day_in(organization.time_zone, at)).tell()

    def _colleague(self, organization: Organization, email: str, name: str, at: datetime) -> Actor:
        """Somebody who sells too; nobody knows the password, and nobody can sign in with it."""
        by = system_actor()
        person = create_user(email=email, password=token_urlsafe(24), name=name, by=by, at=at)
        member = add_team_member(
            user_id=person.pk, organization_id=organization.pk, role=Role.MANAGER, by=by, at=at
        )
        with in_organization(organization.pk):
            mirror_member(
                user_id=person.pk, name=name, email=email, role=Role.MANAGER, is_active=True, by=by, at=at
            )
        return actor_of(member)

    def _owner(self) -> User:
        by, at = system_actor(), clock.now()
        owner = create_user(email=EMAIL, password=PASSWORD, name="Веселина Дражева", by=by, at=at)
        return verify_email(user_id=owner.pk, by=by, at=at)
