"""Files taken apart: what a file is, and its rows as texts."""

from tenant_apps.imports.adapters.files import MAX_BYTES as MAX_BYTES
from tenant_apps.imports.adapters.files import MAX_COLUMNS as MAX_COLUMNS
from tenant_apps.imports.adapters.files import MAX_ROWS as MAX_ROWS
from tenant_apps.imports.adapters.files import Reading as Reading
from tenant_apps.imports.adapters.files import SourceRow as SourceRow
from tenant_apps.imports.adapters.files import Unusable as Unusable
from tenant_apps.imports.adapters.files import recognise as recognise
from tenant_apps.imports.adapters.files import rows_in as rows_in
from tenant_apps.imports.adapters.files import sheets_in as sheets_in
