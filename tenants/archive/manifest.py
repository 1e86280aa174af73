"""What an archive says of itself. Plain values, so that it is JSON as it stands."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Refused

FORMAT = 1
PRODUCT = "tefter"
NAME = "manifest.json"


class ArchiveDamaged(Refused):
    """Something in the archive is not what its manifest says."""

    code = "archive_damaged"

    def __init__(self, what: str) -> None:
        super().__init__(message=_("The archive is damaged: %(what)s.") % {"what": what})


@dataclass(frozen=True)
class Table:
    """A table as it travels. `columns` are those of its rows, which stand in the order of `key`; `rows`,
    `size` (bytes) and `sha256` are of `data/<name>.copy`.

    `secret` columns stayed behind. `people` hold user ids, `documents` JSON in which user ids may stand,
    `files` paths of stored files; `references` says of a column which kind of public record it names.
    """

    name: str
    columns: tuple[str, ...]
    key: str = "id"
    secret: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    references: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    size: int = 0
    sha256: str = ""

    @property
    def member(self) -> str:
        """Its name inside the zip."""
        return f"data/{self.name}.copy"


@dataclass(frozen=True)
class File:
    """A stored file: `path` inside the organization's folder, `size` in bytes."""

    path: str
    size: int
    sha256: str

    @property
    def member(self) -> str:
        """Its name inside the zip."""
        return f"files/{self.path}"


@dataclass(frozen=True)
class Person:
    """One of the team. `user_id` is the id that the data uses; `role` a code of `accounts.roles`."""

    user_id: str
    email: str
    name: str
    language: str
    role: str
    is_active: bool


@dataclass(frozen=True)
class Facts:
    """What the organization was: `created_at` in ISO 8601."""

    id: str
    name: str
    subdomain: str
    language: str
    time_zone: str
    created_at: str


@dataclass(frozen=True)
class Manifest:
    """`migrations`: the applied ones of the organization's apps, as (app, name); `made_at` in ISO 8601."""

    made_at: str
    organization: Facts
    migrations: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    files: tuple[File, ...]
    people: tuple[Person, ...]
    product: str = PRODUCT
    format: int = FORMAT

    @property
    def organization_id(self) -> UUID:
        return UUID(self.organization.id)

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()


def read_manifest(content: bytes) -> Manifest:
    """The manifest of `content`; raises `ArchiveDamaged` for anything that is none of ours."""
    try:
        values = json.loads(content)
        if values["product"] != PRODUCT or values["format"] != FORMAT:
            raise ArchiveDamaged(
                f"{values['product']} {values['format']} is not a format of this installation"
            )
        return _manifest(values)
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveDamaged(f"{NAME} cannot be read ({type(error).__name__})") from error


def _manifest(values: dict[str, Any]) -> Manifest:
    manifest = Manifest(
        made_at=values["made_at"],
        organization=Facts(**values["organization"]),
        migrations=tuple((app, name) for app, name in values["migrations"]),
        tables=tuple(Table(**_with_tuples(one)) for one in values["tables"]),
        files=tuple(File(**one) for one in values["files"]),
        people=tuple(Person(**one) for one in values["people"]),
    )
    for id_ in (manifest.organization.id, *(person.user_id for person in manifest.people)):
        UUID(id_)
    return manifest


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
