"""Every write of the app: `organization` (profile, members, number series)."""

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
