"""Every read of the app: `organization` (profile, members, number series), `lists`, `tags`, `views` (saved),
`changes` (made to many records at once).
"""

from tenant_apps.workspace.queries.changes import change_set as change_set
from tenant_apps.workspace.queries.changes import list_export as list_export
from tenant_apps.workspace.queries.changes import may_undo as may_undo
from tenant_apps.workspace.queries.changes import records_left_out as records_left_out
from tenant_apps.workspace.queries.lists import ShownList as ShownList
from tenant_apps.workspace.queries.lists import arranged as arranged
from tenant_apps.workspace.queries.lists import arranged_by_query as arranged_by_query
from tenant_apps.workspace.queries.lists import counted as counted
from tenant_apps.workspace.queries.lists import listed as listed
from tenant_apps.workspace.queries.lists import reading_of as reading_of
from tenant_apps.workspace.queries.lists import walk as walk
from tenant_apps.workspace.queries.organization import TAX_SERIES as TAX_SERIES
from tenant_apps.workspace.queries.organization import active_members as active_members
from tenant_apps.workspace.queries.organization import member_by_user as member_by_user
from tenant_apps.workspace.queries.organization import mirrored_members as mirrored_members
from tenant_apps.workspace.queries.organization import names_of as names_of
from tenant_apps.workspace.queries.organization import number_series as number_series
from tenant_apps.workspace.queries.organization import profile as profile
from tenant_apps.workspace.queries.tags import COLORS as COLORS
from tenant_apps.workspace.queries.tags import tag as tag
from tenant_apps.workspace.queries.tags import tags as tags
from tenant_apps.workspace.queries.tags import tags_of as tags_of
from tenant_apps.workspace.queries.tags import tags_with_counts as tags_with_counts
from tenant_apps.workspace.queries.views import saved_view as saved_view
from tenant_apps.workspace.queries.views import saved_views as saved_views
from tenant_apps.workspace.queries.layouts import layout_of as layout_of
