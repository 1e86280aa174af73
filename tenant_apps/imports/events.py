from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class ImportEvent(StrEnum):
    UPLOADED = "imports.file_uploaded"
    MAPPED = "imports.columns_mapped"
    STARTED = "imports.import_started"
    FINISHED = "imports.import_finished"
    STOPPED = "imports.import_stopped"
    UNDO_STARTED = "imports.undo_started"
    UNDONE = "imports.import_undone"


SENTENCES = {
    ImportEvent.UPLOADED: _("%(actor)s uploaded the file %(subject)s to import it"),
    ImportEvent.MAPPED: _("%(actor)s said what the columns of %(subject)s mean"),
    ImportEvent.STARTED: _("%(actor)s started the import of %(subject)s"),
    ImportEvent.FINISHED: _("The import of %(subject)s ended"),
    ImportEvent.STOPPED: _("The import of %(subject)s was stopped"),
    ImportEvent.UNDO_STARTED: _("%(actor)s began to undo the import of %(subject)s"),
    ImportEvent.UNDONE: _("The import of %(subject)s was undone"),
}
