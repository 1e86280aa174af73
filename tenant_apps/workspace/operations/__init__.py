"""Every write of the app: `organization` (profile, members, number series), `bulk` (many records at once and
back), `exports`, `tags`, `views` (saved).
"""

from tenant_apps.workspace.operations.bulk import BulkAct as BulkAct
from tenant_apps.workspace.operations.bulk import NothingChosen as NothingChosen
from tenant_apps.workspace.operations.bulk import NothingToChange as NothingToChange
from tenant_apps.workspace.operations.bulk import TooManyRecords as TooManyRecords
from tenant_apps.workspace.operations.bulk import UndoTooLate as UndoTooLate
from tenant_apps.workspace.operations.bulk import apply_bulk_batch as apply_bulk_batch
from tenant_apps.workspace.operations.bulk import plain as plain
from tenant_apps.workspace.operations.bulk import start_bulk_change as start_bulk_change
from tenant_apps.workspace.operations.bulk import typed as typed
from tenant_apps.workspace.operations.bulk import undo_bulk_batch as undo_bulk_batch
from tenant_apps.workspace.operations.bulk import undo_bulk_change as undo_bulk_change
from tenant_apps.workspace.operations.bulk import write_values as write_values
from tenant_apps.workspace.operations.exports import FormatUnknown as FormatUnknown
from tenant_apps.workspace.operations.exports import TooManyRows as TooManyRows
from tenant_apps.workspace.operations.exports import finish_list_export as finish_list_export
from tenant_apps.workspace.operations.exports import note_export_progress as note_export_progress
from tenant_apps.workspace.operations.exports import start_list_export as start_list_export
from tenant_apps.workspace.operations.exports import write_export as write_export
from tenant_apps.workspace.operations.layouts import remember_layout as remember_layout
from tenant_apps.workspace.operations.organization import LogoUnusable as LogoUnusable
from tenant_apps.workspace.operations.organization import NumberOutOfRange as NumberOutOfRange
from tenant_apps.workspace.operations.organization import NumbersUsedUp as NumbersUsedUp
from tenant_apps.workspace.operations.organization import ProfileChange as ProfileChange
from tenant_apps.workspace.operations.organization import SeriesStarted as SeriesStarted
from tenant_apps.workspace.operations.organization import change_logo as change_logo
from tenant_apps.workspace.operations.organization import change_organization as change_organization
from tenant_apps.workspace.operations.organization import change_series_start as change_series_start
from tenant_apps.workspace.operations.organization import furnish as furnish
from tenant_apps.workspace.operations.organization import mirror_member as mirror_member
from tenant_apps.workspace.operations.organization import settle_mirrors as settle_mirrors
from tenant_apps.workspace.operations.organization import take_number as take_number
from tenant_apps.workspace.operations.tags import SameTag as SameTag
from tenant_apps.workspace.operations.tags import TagTaken as TagTaken
from tenant_apps.workspace.operations.tags import change_tag as change_tag
from tenant_apps.workspace.operations.tags import create_tag as create_tag
from tenant_apps.workspace.operations.tags import delete_tag as delete_tag
from tenant_apps.workspace.operations.tags import merge_tags as merge_tags
from tenant_apps.workspace.operations.tags import set_tags as set_tags
from tenant_apps.workspace.operations.views import TooManyViews as TooManyViews
from tenant_apps.workspace.operations.views import change_view as change_view
from tenant_apps.workspace.operations.views import delete_view as delete_view
from tenant_apps.workspace.operations.views import save_view as save_view
from tenant_apps.workspace.operations.views import update_view as update_view
