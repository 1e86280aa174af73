"""Files brought in, mapped, rehearsed, run, undone."""

from tenant_apps.imports.operations.running import continue_later as continue_later
from tenant_apps.imports.operations.running import finish_import as finish_import
from tenant_apps.imports.operations.running import import_rows as import_rows
from tenant_apps.imports.operations.running import importer_of as importer_of
from tenant_apps.imports.operations.running import rehearse_import as rehearse_import
from tenant_apps.imports.operations.running import resume_import as resume_import
from tenant_apps.imports.operations.running import run_import as run_import
from tenant_apps.imports.operations.running import stop_import as stop_import
from tenant_apps.imports.operations.undoing import TooLateToUndo as TooLateToUndo
from tenant_apps.imports.operations.undoing import finish_undo as finish_undo
from tenant_apps.imports.operations.undoing import undo_import as undo_import
from tenant_apps.imports.operations.undoing import undo_records as undo_records
from tenant_apps.imports.operations.uploads import Choices as Choices
from tenant_apps.imports.operations.uploads import NotNow as NotNow
from tenant_apps.imports.operations.uploads import map_columns as map_columns
from tenant_apps.imports.operations.uploads import reading_of as reading_of
from tenant_apps.imports.operations.uploads import reread_import as reread_import
from tenant_apps.imports.operations.uploads import upload_import as upload_import
from tenant_apps.imports.operations.writing import Hand as Hand
