"""What the commands about one organization share: it is named by its subdomain, a refusal is an error."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from shared_apps.core.errors import DomainError
from tenants.context import in_public
from tenants.models import Organization
from tenants.queries import organization_by_subdomain


class OrganizationCommand(BaseCommand):
    """`manage.py <command> <subdomain> …`. Exit code 1 when there is no such organization or it was
    refused.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subdomain", help="the present subdomain of the organization")

    def handle(self, *, subdomain: str, **options: Any) -> None:
        with in_public(), translation.override("en"):
            try:
                self.stdout.write(self.act(organization_by_subdomain(subdomain), **options))
            except Organization.DoesNotExist as missing:
                raise CommandError(f"There is no organization at the subdomain {subdomain}.") from missing
            except DomainError as refusal:
                raise CommandError(str(refusal)) from refusal

    def act(self, organization: Organization, **options: Any) -> str:
        """Do what the command is for; returns what to tell the operator."""
        raise NotImplementedError
