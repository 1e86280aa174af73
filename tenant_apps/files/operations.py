import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from shared_apps.core.actors import Actor
from shared_apps.core.ids import new_id
from shared_apps.core.operation import operation
from tenant_apps.activity.operations import record
from tenant_apps.files.events import FileEvent
from tenant_apps.files.models import StoredFile
from tenants.context import current_organization


@operation(permission=None)
def store_file(*, name: str, content_type: str, content: bytes, by: Actor, at: datetime) -> StoredFile:
    """Keep `content` in the organization's folder, with its checksum."""
    file_id = new_id()
    path = default_storage.save(f"{current_organization().id}/{file_id}", ContentFile(content))
    stored = StoredFile.objects.create(
        id=file_id,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        path=path,
        created_at=at,
    )
    record(event=FileEvent.STORED, subject=stored, by=by, at=at, new={"sha256": stored.sha256})
    return stored
