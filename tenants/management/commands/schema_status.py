"""`manage.py schema_status`: who is at which version, and whose schema differs from the template."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandParser

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.anatomy import AT_ONCE, Anatomy, anatomies_of
from tenants.models import Organization
from tenants.operations import draw_blueprint
from tenants.operations.schemas import pieces_of
from tenants.queries import living_organizations
from tenants.versions import Version, newest_version, versions_of

SHOWN_DIFFERENCES = 5


@dataclass(frozen=True)
class SchemaState:
    """`missing`: migrations not applied; `differences` from the template, known when nothing is missing."""

    organization: str
    schema: str
    status: str
    missing: list[str]
    differences: list[str]

    @property
    def is_right(self) -> bool:
        return not self.missing and not self.differences

    @property
    def verdict(self) -> str:
        if self.missing:
            return f"{len(self.missing)} behind: {', '.join(self.missing[:SHOWN_DIFFERENCES])}"
        if self.differences:
            more = (
                ""
                if len(self.differences) <= SHOWN_DIFFERENCES
                else f" and {len(self.differences) - SHOWN_DIFFERENCES} more"
            )
            return f"drifted: {', '.join(self.differences[:SHOWN_DIFFERENCES])}{more}"
        return "newest"


class Command(BaseCommand):
    help = (
        "Say at which version every organization's schema is and whether it differs from the template "
        "(+ too much, - missing, ~ different). Exit code 1 when any is behind or has drifted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wrong", action="store_true", help="only those that are behind or have drifted")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        template = Anatomy(tuple(pieces_of(draw_blueprint(by=system_actor(), at=clock.now()))))
        count = wrong_count = 0
        for state in _states(template):
            count += 1
            wrong_count += not state.is_right
            if not (options["wrong"] and state.is_right):
                self.stdout.write(_as_json(state) if options["json"] else _as_line(state))
        if not options["json"]:
            self.stdout.write(
                f"{count} organizations, {wrong_count} not as the template "
                f"(version {newest_version().digest[:12]}, anatomy {template.digest[:12]})."
            )
        if wrong_count:
            sys.exit(1)


def _states(template: Anatomy) -> Iterator[SchemaState]:
    organizations = list(living_organizations())
    versions = versions_of(one.schema_name for one in organizations)
    for start in range(0, len(organizations), AT_ONCE):
        batch = organizations[start : start + AT_ONCE]
        anatomies = anatomies_of(one.schema_name for one in batch)
        for one in batch:
            yield _state(one, versions.get(one.schema_name), anatomies[one.schema_name], template)


def _state(one: Organization, version: Version | None, anatomy: Anatomy, template: Anatomy) -> SchemaState:
    missing = newest_version().missing_in(version or Version(frozenset()))
    differences = [] if missing or anatomy.digest == template.digest else anatomy.differences_from(template)
    return SchemaState(one.subdomain, one.schema_name, one.status, missing, differences)


def _as_line(state: SchemaState) -> str:
    return f"{state.organization:<40} {state.schema:<20} {state.status:<10} {state.verdict}"


def _as_json(state: SchemaState) -> str:
    return orjson.dumps(state).decode()
