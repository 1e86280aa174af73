"""`manage.py create_organization`: an organization with its owner, ready for the API; one JSON object."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation

from shared_apps.accounts.models import User
from shared_apps.accounts.operations import create_user, found_organization, verify_email
from shared_apps.accounts.queries import is_email_verified, user_by_email
from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.bulgaria.eik import is_valid_eik
from shared_apps.core.bulgaria.iban import is_valid_iban
from shared_apps.core.bulgaria.vat import is_valid_vat_number
from shared_apps.core.errors import DomainError
from shared_apps.plans.catalog import PLANS, UNLIMITED
from shared_apps.plans.operations import choose_plan
from tenant_apps.integrations.operations import create_api_token
from tenants.context import in_organization, in_public
from tenants.hosts import host_of
from tenants.models import Organization
from tenants.operations import Founding

CHECKS = {"eik": is_valid_eik, "vat_number": is_valid_vat_number, "iban": is_valid_iban}


class Command(BaseCommand):
    help = (
        "Found an organization; print its id, subdomain, host and the owner's API token as one JSON object."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("name", "subdomain", "owner-email", "owner-password"):
            parser.add_argument(f"--{name}", required=True)
        for name in ("eik", "vat-number", "address", "city", "postal-code", "iban"):
            parser.add_argument(f"--{name}", default="")
        parser.add_argument("--owner-name", default="", help="the e-mail's first part, unless given")
        parser.add_argument("--plan", default=UNLIMITED.code, choices=[*PLANS])
        parser.add_argument("--language", default="bg", choices=["bg", "en"])
        parser.add_argument("--not-vat-registered", action="store_true")

    def handle(self, **options: Any) -> None:
        _check(options)
        try:
            with in_public(), transaction.atomic():
                answer = _found(options, by=system_actor(), at=clock.now())
        except DomainError as refusal:
            with translation.override("en"):
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(answer))


def _check(options: dict[str, Any]) -> None:
    """Stop at a value that could never be right."""
    if not options["name"].strip():
        raise CommandError("--name is empty.")
    try:
        validate_email(options["owner_email"])
    except ValidationError as error:
        raise CommandError("--owner-email is not an e-mail address.") from error
    for name, is_valid in CHECKS.items():
        if options[name] and not is_valid(options[name]):
            raise CommandError(f"--{name.replace('_', '-')} is not valid: {options[name]}")


def _found(options: dict[str, Any], by: Actor, at: datetime) -> dict[str, str]:
    owner = _owner(options, by, at)
    organization = found_organization(founding=_founding(options, owner), by=by, at=at)
    choose_plan(organization_id=organization.pk, plan_code=options["plan"], by=by, at=at)
    return {
        "organization_id": str(organization.pk),
        "subdomain": organization.subdomain,
        "host": host_of(organization.subdomain),
        "api_token": _token(organization, owner.pk, at),
    }


def _owner(options: dict[str, Any], by: Actor, at: datetime) -> User:
    """The person with this e-mail; one who has no account gets one. Their password stays what it is."""
    email = options["owner_email"].strip()
    try:
        owner = user_by_email(email)
    except User.DoesNotExist:
        name = options["owner_name"] or email.partition("@")[0]
        owner = create_user(
            email=email,
            password=options["owner_password"],
            name=name,
            language=options["language"],
            by=by,
            at=at,
        )
    if not is_email_verified(owner):
        verify_email(user_id=owner.pk, by=by, at=at)
    return owner


def _founding(options: dict[str, Any], owner: User) -> Founding:
    facts = ("subdomain", "eik", "vat_number", "address", "city", "postal_code", "iban", "language")
    return Founding(
        name=options["name"].strip(),
        owner_user_id=owner.pk,
        owner_name=owner.name,
        owner_email=owner.email,
        is_vat_registered=not options["not_vat_registered"],
        **{fact: options[fact].strip() for fact in facts},
    )


def _token(organization: Organization, user_id: UUID, at: datetime) -> str:
    with in_organization(organization.pk):
        by = system_actor(organization.pk)
        _row, plain = create_api_token(user_id=user_id, name="create_organization", by=by, at=at)
    return plain
