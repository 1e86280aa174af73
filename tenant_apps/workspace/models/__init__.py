"""`organization`: profile, members, number series · `fields`: custom fields · `tags` · `views`: saved lists ·
`changes`: what can be undone as a whole · `exports`: lists taken along.
"""

from tenant_apps.workspace.models.changes import ChangedRecord as ChangedRecord
from tenant_apps.workspace.models.changes import ChangeSet as ChangeSet
from tenant_apps.workspace.models.exports import ExportFormat as ExportFormat
from tenant_apps.workspace.models.exports import ListExport as ListExport
from tenant_apps.workspace.models.fields import CustomField as CustomField
from tenant_apps.workspace.models.fields import CustomValue as CustomValue
from tenant_apps.workspace.models.fields import FieldKind as FieldKind
from tenant_apps.workspace.models.organization import Member as Member
from tenant_apps.workspace.models.organization import NumberSeries as NumberSeries
from tenant_apps.workspace.models.organization import OrganizationProfile as OrganizationProfile
from tenant_apps.workspace.models.organization import SeriesKind as SeriesKind
from tenant_apps.workspace.models.tags import Tag as Tag
from tenant_apps.workspace.models.tags import Tagging as Tagging
from tenant_apps.workspace.models.views import SavedView as SavedView
