"""Every read of the app: `organization` (profile, members, number series)."""

from tenant_apps.workspace.queries.organization import TAX_SERIES as TAX_SERIES
from tenant_apps.workspace.queries.organization import active_members as active_members
from tenant_apps.workspace.queries.organization import member_by_user as member_by_user
from tenant_apps.workspace.queries.organization import mirrored_members as mirrored_members
from tenant_apps.workspace.queries.organization import names_of as names_of
from tenant_apps.workspace.queries.organization import number_series as number_series
from tenant_apps.workspace.queries.organization import profile as profile
