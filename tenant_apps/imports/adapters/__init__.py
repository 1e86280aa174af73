"""Files taken apart: what a file is, and its rows as texts."""

from shared_apps.core.tables import MAX_BYTES as MAX_BYTES
from shared_apps.core.tables import MAX_COLUMNS as MAX_COLUMNS
from shared_apps.core.tables import MAX_ROWS as MAX_ROWS
from shared_apps.core.tables import Reading as Reading
from shared_apps.core.tables import SourceRow as SourceRow
from shared_apps.core.tables import Unusable as Unusable
from shared_apps.core.tables import sheets_in as sheets_in
from tenant_apps.imports.adapters.files import recognise as recognise
from tenant_apps.imports.adapters.files import rows_in as rows_in
