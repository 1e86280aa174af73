"""What a file of rows is, and a row of it."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Refused

MAX_BYTES = 30_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 300
MAX_CELL = 20_000


class Unusable(Refused):
    """The file as a whole cannot be imported; the message says why and what to do."""

    code = "file_unusable"
    message = _("This file cannot be read.")
    field = "file"


@dataclass(frozen=True)
class Reading:
    """How a file is taken apart. `format`: csv, xlsx, vcard; `header_row`: the number of the row with the
    headers, 0 for none.
    """

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1


@dataclass(frozen=True)
class SourceRow:
    """A row of a file. `number` as the file counts; `problem` is set when the row itself is broken."""

    number: int
    cells: list[str] = field(default_factory=list)
    problem: str = ""
