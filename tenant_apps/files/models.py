from django.db import models

from shared_apps.core.ids import new_id


class StoredFile(models.Model):
    """A file of the organization. `path` is relative to the storage; `sha256` is of the bytes, in
    hexadecimal.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=300, unique=True)
    created_at = models.DateTimeField()

    class Data:
        plain = ("id", "content_type", "size", "sha256", "path", "created_at")
        personal = ("name",)
        secret = ()
        files = ("path",)

    def __str__(self) -> str:
        return self.name
