from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class FileEvent(StrEnum):
    STORED = "files.file_stored"


SENTENCES = {FileEvent.STORED: _("%(actor)s stored the file %(subject)s")}
