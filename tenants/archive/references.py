"""Records of the public schema that an organization's rows name by id. Ids differ between installations, so
an archive names them by codename.
"""

from collections.abc import Callable

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from tenants.archive.manifest import ArchiveDamaged
from tenants.archive.rows import Change, as_cell, as_text


def _content_types() -> dict[int, str]:
    rows = ContentType.objects.values_list("pk", "app_label", "model")
    return {pk: f"{app_label}.{model}" for pk, app_label, model in rows}


def _permissions() -> dict[int, str]:
    rows = Permission.objects.values_list("pk", "content_type__app_label", "codename")
    return {pk: f"{app_label}.{codename}" for pk, app_label, codename in rows}


def _groups() -> dict[int, str]:
    return dict(Group.objects.values_list("pk", "name"))


KINDS: dict[str, Callable[[], dict[int, str]]] = {
    "contenttypes.contenttype": _content_types,
    "auth.permission": _permissions,
    "auth.group": _groups,
}


def to_codename(kind: str) -> Change:
    """Changes a cell from an id of this installation to the codename."""
    names = KINDS[kind]()
    return lambda cell: as_cell(names[int(cell)])


def to_id(kind: str) -> Change:
    """Changes a cell from a codename to the id that it has here; raises `ArchiveDamaged` for one that is not
    known here.
    """
    if kind not in KINDS:
        raise ArchiveDamaged(f"nothing here is called {kind}")
    ids = {name: pk for pk, name in KINDS[kind]().items()}

    def found(cell: bytes) -> bytes:
        name = as_text(cell)
        if name not in ids:
            raise ArchiveDamaged(f"no {kind} here is called {name}")
        return str(ids[name]).encode()

    return found
