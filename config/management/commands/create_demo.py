"""Makes the demo organization, once."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from config.demo.story import MONTHS_IN_DAYS, Storyteller, invented_eik
from shared_apps.accounts.models import User
from shared_apps.accounts.operations import create_user, found_organization, verify_email
from shared_apps.accounts.queries import actor_of, team_of
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.plans.operations import choose_plan
from tenants.context import in_organization
from tenants.models import Organization
from tenants.operations import Founding

SUBDOMAIN = "demo"
EMAIL, PASSWORD = "owner@demo.example", "demo-tefter-2026"
NAME = "Шарен Мост ООД"


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
        with in_organization(organization.pk):
            Storyteller(actor, clock.day_in(organization.time_zone, at)).tell()

    def _owner(self) -> User:
        by, at = system_actor(), clock.now()
        owner = create_user(email=EMAIL, password=PASSWORD, name="Веселина Дражева", by=by, at=at)
        return verify_email(user_id=owner.pk, by=by, at=at)
