import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.core.errors import DomainError
from shared_apps.plans.catalog import PLANS, UNLIMITED
from shared_apps.plans.operations import choose_plan
from tenants.context import in_public
from tenants.hosts import host_of
from tenants.models import Organization
from tenants.operations import restore_organization


class Command(BaseCommand):
    help = (
        "Make a new organization of an archive that export_organization wrote, here or on another "
        "installation. Every checksum is compared first; nothing remains of one that fails. Records keep "
        "their ids. People are found by e-mail; those without an account get an inactive one, which an "
        "owner can activate. API tokens are revoked, messages that waited are not sent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path, help="the zip file")
        parser.add_argument("--subdomain", required=True, help="where the new organization will be found")
        parser.add_argument(
            "--owner-email",
            default="",
            help="who becomes an owner; without an account they get one and choose a password by e-mail",
        )
        parser.add_argument("--plan", default=UNLIMITED.code, choices=[*PLANS])

    def handle(self, **options: Any) -> None:
        began_at = time.perf_counter()
        if not options["archive"].is_file():
            raise CommandError(f"There is no file {options['archive']}.")
        try:
            with in_public(), translation.override("en"), transaction.atomic():
                organization = _restored(options)
        except DomainError as refusal:
            with translation.override("en"):
                raise CommandError(str(refusal)) from refusal
        seconds = time.perf_counter() - began_at
        self.stdout.write(
            f"{organization} is restored at {host_of(organization.subdomain)} "
            f"(organization {organization.pk}), {seconds:.2f} s"
        )


def _restored(options: dict[str, Any]) -> Organization:
    by, at = system_actor(), clock.now()
    organization = restore_organization(
        archive=options["archive"],
        subdomain=options["subdomain"],
        owner_email=options["owner_email"],
        by=by,
        at=at,
    )
    choose_plan(organization_id=organization.pk, plan_code=options["plan"], by=by, at=at)
    return organization
