"""`manage.py create_api_token`: another API token for a member of an organization; one JSON object."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.queries import membership_of, user_by_email
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.core.errors import DomainError
from tenant_apps.integrations.operations import create_api_token
from tenants.context import in_organization, in_public
from tenants.models import Organization
from tenants.queries import organization_by_subdomain


class Command(BaseCommand):
    help = (
        "Make an API token with every scope for a member of an organization and print it as one JSON object."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="its subdomain")
        parser.add_argument("--email", required=True, help="of the member in whose name the token acts")
        parser.add_argument("--name", default="create_api_token")

    def handle(self, **options: Any) -> None:
        member = _member(options["organization"], options["email"])
        with in_organization(member.organization_id):
            try:
                _row, plain = create_api_token(
                    user_id=member.user_id,
                    name=options["name"],
                    by=system_actor(member.organization_id),
                    at=clock.now(),
                )
            except DomainError as refusal:
                with translation.override("en"):
                    raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps({"api_token": plain}))


def _member(subdomain: str, email: str) -> TeamMember:
    with in_public():
        try:
            member = membership_of(user_by_email(email).pk, organization_by_subdomain(subdomain).pk)
        except (User.DoesNotExist, Organization.DoesNotExist):
            member = None
    if member is None:
        raise CommandError(f"There is no active member {email} in the organization {subdomain}.")
    return member
