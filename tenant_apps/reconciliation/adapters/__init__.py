"""Statements taken apart: CAMT.053, MT940, and tables as text or workbooks."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from shared_apps.core.tables import Reading, Unusable, recognise_table, refuse_others
from tenant_apps.reconciliation.adapters.camt import looks_like_xml, read_camt
from tenant_apps.reconciliation.adapters.shapes import CAMT as CAMT
from tenant_apps.reconciliation.adapters.shapes import MAX_ENTRIES as MAX_ENTRIES
from tenant_apps.reconciliation.adapters.shapes import SWIFT as SWIFT
from tenant_apps.reconciliation.adapters.shapes import TABLES as TABLES
from tenant_apps.reconciliation.adapters.shapes import SourceEntry as SourceEntry
from tenant_apps.reconciliation.adapters.shapes import SourcePart as SourcePart
from tenant_apps.reconciliation.adapters.shapes import StatementFile as StatementFile
from tenant_apps.reconciliation.adapters.swift import looks_like_swift, read_swift
from tenant_apps.reconciliation.adapters.tables import Columns as Columns
from tenant_apps.reconciliation.adapters.tables import columns_of as columns_of
from tenant_apps.reconciliation.adapters.tables import find_header_row, read_table


def recognise(content: bytes) -> Reading:
    """What kind of statement the file is and how to read it. Raises `Unusable`."""
    refuse_others(content)
    if looks_like_xml(content):
        return Reading(CAMT)
    if looks_like_swift(content):
        return Reading(SWIFT)
    return find_header_row(content, recognise_table(content))


def read_statement(
    content: bytes, reading: Reading, mapping: Sequence[str] = (), date_order: str = ""
) -> StatementFile:
    """Everything that the file says; `mapping` and `date_order` are about tables. Raises `Unusable`."""
    if reading.format == CAMT:
        found = read_camt(content)
    elif reading.format == SWIFT:
        found = read_swift(content)
    else:
        found = read_table(content, reading, mapping, date_order)
    if len(found.entries) > MAX_ENTRIES:
        told = _("The file has more than %(most)d entries. Split it.") % {"most": MAX_ENTRIES}
        raise Unusable(message=told)
    return found
