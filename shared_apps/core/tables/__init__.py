"""Tables that people bring: CSV in five encodings and workbooks, row by row as texts.

reading = recognise_table(content)          # raises Unusable
headers, rows = headers_and_rows(rows_in(content, reading), reading)
"""

from shared_apps.core.tables.columns import headers_and_rows as headers_and_rows
from shared_apps.core.tables.columns import headers_key as headers_key
from shared_apps.core.tables.files import recognise_table as recognise_table
from shared_apps.core.tables.files import refuse_others as refuse_others
from shared_apps.core.tables.files import rows_in as rows_in
from shared_apps.core.tables.files import sheets_in as sheets_in
from shared_apps.core.tables.shapes import MAX_BYTES as MAX_BYTES
from shared_apps.core.tables.shapes import MAX_CELL as MAX_CELL
from shared_apps.core.tables.shapes import MAX_COLUMNS as MAX_COLUMNS
from shared_apps.core.tables.shapes import MAX_ROWS as MAX_ROWS
from shared_apps.core.tables.shapes import Reading as Reading
from shared_apps.core.tables.shapes import SourceRow as SourceRow
from shared_apps.core.tables.shapes import Unusable as Unusable
