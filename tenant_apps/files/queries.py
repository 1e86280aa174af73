import hashlib
from pathlib import PurePosixPath
from uuid import UUID

from django.core.files.storage import default_storage

from tenant_apps.files.models import StoredFile
from tenants.context import current_organization


class Corrupted(RuntimeError):
    """The stored bytes are not those that were stored."""


def stored_file(file_id: UUID) -> StoredFile:
    return StoredFile.objects.get(pk=file_id)


def read_bytes(file: StoredFile) -> bytes:
    """The file's bytes, compared with their checksum, from the organization's own folder and no other."""
    folder, *rest = PurePosixPath(file.path).parts
    if folder != str(current_organization().id) or ".." in rest:
        raise Corrupted(str(file.pk))
    with default_storage.open(file.path) as stored:
        content: bytes = stored.read()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Corrupted(str(file.pk))
    return content
